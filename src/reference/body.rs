//! Reads a request's body, strictly.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use hyper::body::Body as _;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::answers::Denied;
use super::types::VALUE_LENGTH;

/// How long a body may be, in bytes.
pub(super) const BODY_LIMIT: usize = 65_536;

/// How long a client may take for a body.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body of at most [`BODY_LIMIT`] bytes.
pub(super) async fn read(body: Body) -> Result<Bytes, Denied> {
    let read = tokio::time::timeout(PATIENCE, read_bounded(body)).await;
    read.unwrap_or(Err(Denied::BadRequest("The body took too long.")))
}

/// Reads to the body's end or to the limit, whichever comes first. The rest is left to the connection,
/// and a body that says it is too long isn't asked for at all.
async fn read_bounded(mut body: Body) -> Result<Bytes, Denied> {
    let over = Err(Denied::OverLimit("The body is larger than 65,536 bytes."));
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return over;
    }
    let mut kept = BytesMut::new();
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        match frame {
            None => return Ok(kept.freeze()),
            Some(Err(_)) => return Err(Denied::BadRequest("The body is cut short.")),
            Some(Ok(frame)) => {
                let Some(data) = frame.data_ref() else {
                    continue;
                };
                if kept.len() + data.len() > BODY_LIMIT {
                    return over;
                }
                kept.extend_from_slice(data);
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
    let Some(Members(pairs)) = members.get("meta") else {
        return Err(Denied::BadRequest("The body holds no `meta`."));
    };
    if members.len() > 1 {
        return Err(Denied::BadRequest(
            "The body holds `meta` and nothing else.",
        ));
    }
    let Some(value) = pairs.get(key) else {
        return Err(Denied::BadRequest(
            "The body's pairs lack the key in the URI.",
        ));
    };
    if pairs.len() > 1 {
        return Err(Denied::BadRequest(
            "`meta` holds one pair, the URI's key and its value.",
        ));
    }
    if value.chars().count() > VALUE_LENGTH {
        return Err(Denied::BadRequest(
            "The value is longer than 255 characters.",
        ));
    }
    Ok(value.clone())
}

/// An object's members, none of them twice.
struct Members<T>(BTreeMap<String, T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor(PhantomData))
    }
}

/// Reads [`Members`].
struct MembersVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MembersVisitor<T> {
    type Value = Members<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members<T>, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = access.next_entry()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is there twice"));
            }
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_pair_under_the_key_is_taken() {
        assert_eq!(
            item(br#"{"meta":{"label":"Replaced"}}"#, "label").as_deref(),
            Ok("Replaced")
        );
        let padded = format!("{}{{\"meta\":{{\"l\\u0061bel\":\"\"}}}}\n", " \t".repeat(9));
        assert_eq!(item(padded.as_bytes(), "label").as_deref(), Ok(""));
        let longest = "é".repeat(VALUE_LENGTH);
        let body = serde_json::json!({ "meta": { "label": longest } }).to_string();
        assert_eq!(item(body.as_bytes(), "label"), Ok(longest));
    }

    #[test]
    fn everything_else_is_refused() {
        let long = format!(
            r#"{{"meta":{{"label":"{}"}}}}"#,
            "v".repeat(VALUE_LENGTH + 1)
        );
        let bodies: [&[u8]; 24] = [
            b"",
            b" ",
            b"null",
            b"[]",
            b"{}",
            br#""meta""#,
            br#"{"meta":null}"#,
            br#"{"meta":[]}"#,
            br#"{"meta":"label"}"#,
            br#"{"meta":{}}"#,
            br#"{"meta":{"label":1}}"#,
            br#"{"meta":{"label":null}}"#,
            br#"{"meta":{"label":{}}}"#,
            br#"{"meta":{"Label":"v"}}"#,
            br#"{"meta":{"label":"v","other":"v"}}"#,
            br#"{"meta":{"label":"v"},"other":{}}"#,
            br#"{"metadata":{"label":"v"}}"#,
            br#"{"meta":{"label":"v","label":"v"}}"#,
            br#"{"meta":{"label":"v"},"meta":{"label":"v"}}"#,
            br#"{"meta":{"label":"v"}"#,
            br#"{"meta":{"label":"v"}}}"#,
            br#"{"meta":{"label":"\ud800"}}"#,
            b"{\"meta\":{\"label\":\"\xff\"}}",
            long.as_bytes(),
        ];
        for body in bodies {
            let refused = item(body, "label");
            assert!(
                matches!(refused, Err(Denied::BadRequest(_))),
                "{}",
                String::from_utf8_lossy(body)
            );
        }
    }
}
