//! Faults of the store: the answer may be right, what is stored afterwards is not.
//!
//! Each is made of ordinary requests to the router inside. A client that waits for one answer before it
//! sends the next request never sees the steps between; two PUTs of one item at the same moment may.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::super::body::BODY_LIMIT;
use super::layer::{Caller, Item, around, ask};

/// How much of a request's body is remembered: no body that is larger is judged by what it holds.
const REMEMBERED: usize = BODY_LIMIT;

/// A PUT is answered as if it had stored the item, and the item is as it was before.
pub(super) fn not_stored(router: Router) -> Router {
    around(router, async |request, router| {
        let Some(item) = Item::put_by(&request) else {
            return ask(router, request).await;
        };
        let caller = Caller::of(&request, router.clone());
        let before = caller.value(&item).await;
        let answer = ask(router, request).await;
        if answer.status().is_success() {
            match before {
                Some(value) => caller.set(&item, value).await,
                None => caller.delete(&item, &item.key).await,
            }
        }
        answer
    })
}

/// A PUT that stores an item removes all other items of the image.
pub(super) fn others_wiped(router: Router) -> Router {
    around(router, async |request, router| {
        let Some(item) = Item::put_by(&request) else {
            return ask(router, request).await;
        };
        let caller = Caller::of(&request, router.clone());
        let answer = ask(router, request).await;
        if answer.status().is_success() {
            let keys = caller.keys(&item).await;
            for key in keys.iter().filter(|key| **key != item.key) {
                caller.delete(&item, key).await;
            }
        }
        answer
    })
}

/// A PUT whose one pair lacks the URI's key is refused, yet its value is stored under the URI's key.
pub(super) fn refused_write_stored(router: Router) -> Router {
    around(router, async |request, router| {
        asked_twice(request, router).await.first
    })
}

/// A PUT whose one pair lacks the URI's key is accepted, and its value is stored under the URI's key.
pub(super) fn mismatch_accepted(router: Router) -> Router {
    around(router, async |request, router| {
        let Answers { first, second } = asked_twice(request, router).await;
        second.unwrap_or(first)
    })
}

/// What the router said to a request.
struct Answers {
    /// To the request as it came.
    first: Response,
    /// To the same request with the pair under the URI's key, where that was asked.
    second: Option<Response>,
}

/// Asks the router, and if it refuses a PUT for the key of its one pair, asks again with the URI's key.
///
/// The request goes to the router first, and its body is remembered while the router reads it. The
/// router is thus free to answer before the body is there, as it is without a fault. The second request
/// has the headers of the first, so that a request refused for them is refused again.
async fn asked_twice(request: Request, router: Router) -> Answers {
    let Some(item) = Item::put_by(&request) else {
        return Answers {
            first: ask(router, request).await,
            second: None,
        };
    };
    let (head, body) = request.into_parts();
    let memory = Memory::default();
    let remembered = Body::new(Remembered {
        body,
        memory: memory.clone(),
    });
    let first = ask(
        router.clone(),
        Request::from_parts(head.clone(), remembered),
    )
    .await;
    let pair = match first.status() {
        StatusCode::BAD_REQUEST => memory.pair().filter(|pair| pair.key != item.key),
        _ => None,
    };
    let Some(pair) = pair else {
        return Answers {
            first,
            second: None,
        };
    };
    let text = serde_json::json!({ "meta": { item.key: pair.value } }).to_string();
    let mut head = head;
    head.headers.remove(TRANSFER_ENCODING);
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
    let second = ask(router, Request::from_parts(head, Body::from(text))).await;
    Answers {
        first,
        second: Some(second),
    }
}

/// What went by of a request's body.
#[derive(Debug, Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    /// Remembers a piece of the body, as far as there is room.
    fn add(&self, piece: &[u8]) {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = REMEMBERED - bytes.len();
        bytes.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    /// The one pair of the body, where the body is nothing else.
    fn pair(&self) -> Option<Pair> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::from_slice::<OnePair>(&bytes)
            .ok()
            .map(|body| body.meta)
    }
}

/// A body that is remembered as it is read.
#[derive(Debug)]
struct Remembered {
    body: Body,
    memory: Memory,
}

impl hyper::body::Body for Remembered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(piece) = frame.data_ref()
        {
            self.memory.add(piece);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A request body that is right but for its pair's key.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct OnePair {
    meta: Pair,
}

/// The only pair of an object, read by hand because a map would take a key that comes twice.
#[derive(Debug)]
struct Pair {
    key: String,
    value: Value,
}

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairVisitor)
    }
}

/// Reads a [`Pair`].
struct PairVisitor;

impl<'de> Visitor<'de> for PairVisitor {
    type Value = Pair;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of one pair")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pair, A::Error> {
        let Some((key, value)) = map.next_entry()? else {
            return Err(A::Error::invalid_length(0, &self));
        };
        match map.next_key::<String>()? {
            Some(_) => Err(A::Error::invalid_length(2, &self)),
            None => Ok(Pair { key, value }),
        }
    }
}
