//! Reads a request's body, strictly.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use hyper::body::Body as _;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::answers::Denied;
use super::types::{KEY_LENGTH, VALUE_LENGTH};

/// How long a body may be, in bytes.
pub(super) const BODY_LIMIT: usize = 65_536;

/// How much of a body that is too long is still read, so that a client which is still writing can
/// finish and read the answer.
const DRAINED: usize = 1 << 20;

/// How long a client may take for a body.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body of at most [`BODY_LIMIT`] bytes.
pub(super) async fn read(body: Body) -> Result<Bytes, Denied> {
    let read = tokio::time::timeout(PATIENCE, read_bounded(body)).await;
    read.unwrap_or(Err(Denied::BadRequest("The body took too long.")))
}

async fn read_bounded(mut body: Body) -> Result<Bytes, Denied> {
    let over = Err(Denied::OverLimit("The body is larger than 65,536 bytes."));
    // One that says it is far too long isn't waited for at all.
    if body.size_hint().lower() > DRAINED as u64 {
        return over;
    }
    let mut kept = BytesMut::new();
    let mut length = 0;
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        match frame {
            None if length > BODY_LIMIT => return over,
            None => return Ok(kept.freeze()),
            Some(Err(_)) => return Err(Denied::BadRequest("The body is cut short.")),
            Some(Ok(frame)) => {
                let Some(data) = frame.data_ref() else {
                    continue;
                };
                length += data.len();
                if length > DRAINED {
                    return over;
                }
                if length <= BODY_LIMIT {
                    kept.extend_from_slice(data);
                }
            }
        }
    }
}

/// The value of the item `key` in a body.
pub(super) fn item(body: &[u8], key: &str) -> Result<String, Denied> {
    let text =
        std::str::from_utf8(body).map_err(|_| Denied::BadRequest("The body is no UTF-8."))?;
    let Members(members) =
        serde_json::from_str::<Members<Members<String>>>(text).map_err(|_| {
            Denied::BadRequest(
                "The body is no JSON object of `meta` with text values, each member once.",
            )
        })?;
    let [(name, Members(pairs))] = members.as_slice() else {
        return Err(Denied::BadRequest(
            "The body holds `meta` and nothing else.",
        ));
    };
    if name != "meta" {
        return Err(Denied::BadRequest("The body holds no `meta`."));
    }
    let [(name, value)] = pairs.as_slice() else {
        return Err(Denied::BadRequest(
            "`meta` holds one pair, the URI's key and its value.",
        ));
    };
    if name != key {
        return Err(Denied::BadRequest(
            "The body's pairs lack the key in the URI.",
        ));
    }
    if key.chars().count() > KEY_LENGTH {
        return Err(Denied::BadRequest("The key is longer than 255 characters."));
    }
    if value.chars().count() > VALUE_LENGTH {
        return Err(Denied::BadRequest(
            "The value is longer than 255 characters.",
        ));
    }
    Ok(value.clone())
}

/// An object's members in their order, none of them twice.
struct Members<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Members<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members<T>, A::Error> {
                let mut members: Vec<(String, T)> = Vec::new();
                while let Some(name) = access.next_key::<String>()? {
                    if members.iter().any(|(known, _)| *known == name) {
                        let _: IgnoredAny = access.next_value()?;
                        return Err(A::Error::custom("a member is there twice"));
                    }
                    members.push((name, access.next_value()?));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader(std::marker::PhantomData))
    }
}
