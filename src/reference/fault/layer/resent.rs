//! PUTs that are refused, and what is asked or answered in their place.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::item::Item;
use super::router::{TOKEN, around, ask};
use crate::reference::body::{self, BODY_LIMIT};

/// A PUT that the router refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) item: Item,
    pub(crate) status: StatusCode,
    pub(crate) head: Parts,
    /// What the router read of the body: nothing, where the head was reason enough.
    pub(crate) body: Bytes,
    /// Whether the body is larger than one may be, by what it says or by what came.
    pub(crate) oversize: bool,
}

impl Refusal {
    /// The same request with another body; one that was refused for its head is refused again.
    pub(crate) fn with_body(&self, body: impl Into<Bytes>) -> Request {
        let body = body.into();
        let mut head = self.head.clone();
        head.headers.remove(TRANSFER_ENCODING);
        let length = HeaderValue::from(body.len());
        head.headers.insert(CONTENT_LENGTH, length);
        Request::from_parts(head, Body::from(body))
    }

    /// The same request with another token.
    pub(crate) fn with_token(&self, token: &'static str) -> Request {
        let mut request = self.with_body(self.body.clone());
        let token = HeaderValue::from_static(token);
        request.headers_mut().insert(TOKEN, token);
        request
    }
}

/// What the router said to a request.
pub(crate) struct Answers {
    /// To the request as it came.
    pub(crate) first: Response,
    /// To another in its place, where that was asked.
    pub(crate) second: Option<Response>,
}

/// Asks the router, and if it refuses a PUT, asks for what `again` makes of it.
pub(crate) async fn asked_again(
    request: Request,
    router: Router,
    again: impl FnOnce(&Refusal) -> Option<Request>,
) -> Answers {
    let (first, refused) = first(request, router.clone()).await;
    let second = match refused.as_ref().and_then(again) {
        Some(request) => Some(ask(router, request).await),
        None => None,
    };
    Answers { first, second }
}

/// Lets in some of the PUTs that the router refuses, as what `again` makes of them.
pub(crate) fn resent<F>(router: Router, again: F) -> Router
where
    F: Fn(&Refusal) -> Option<Request> + Clone + Send + Sync + 'static,
{
    around(router, move |request, router| {
        let again = again.clone();
        async move {
            let Answers { first, second } = asked_again(request, router, again).await;
            second.unwrap_or(first)
        }
    })
}

/// Refuses some of the PUTs that the router refuses in another way.
pub(crate) fn refusals<F>(router: Router, answer: F) -> Router
where
    F: Fn(&Refusal) -> Option<Response> + Clone + Send + Sync + 'static,
{
    around(router, move |request, router| {
        let answer = answer.clone();
        async move {
            let (first, refused) = first(request, router).await;
            refused.as_ref().and_then(answer).unwrap_or(first)
        }
    })
}

/// Stores what some PUTs hold though their heads are refused.
///
/// Here the body is read before the router judges the head, which it would do without the body.
pub(crate) fn stored_though_refused(
    router: Router,
    which: fn(&HeaderMap) -> bool,
    mend: fn(&mut HeaderMap),
) -> Router {
    around(router, move |request, router| async move {
        if Item::put_by(&request).is_none() || !which(request.headers()) {
            return ask(router, request).await;
        }
        let (head, body) = request.into_parts();
        // One that can't be read holds nothing to be stored.
        let body = body::read(body).await.unwrap_or_default();
        let again = |head| Request::from_parts(head, Body::from(body.clone()));
        let answer = ask(router.clone(), again(head.clone())).await;
        if !answer.status().is_success() {
            let mut mended = head;
            mend(&mut mended.headers);
            ask(router, again(mended)).await;
        }
        answer
    })
}

/// The answer to a request, and what is known of a PUT that was refused.
///
/// The body is remembered while the router reads it. The router is thus free to answer before the body
/// is there, as it is without a fault.
async fn first(request: Request, router: Router) -> (Response, Option<Refusal>) {
    let Some(item) = Item::put_by(&request) else {
        return (ask(router, request).await, None);
    };
    let declared = hyper::body::Body::size_hint(request.body()).lower();
    let (request, memory) = remembered(request);
    let (head, body) = request.into_parts();
    let answer = ask(router, Request::from_parts(head.clone(), body)).await;
    let status = answer.status();
    if status.is_success() {
        return (answer, None);
    }
    let refused = Refusal {
        item,
        status,
        head,
        body: memory.bytes(),
        oversize: declared > BODY_LIMIT as u64 || memory.size() > BODY_LIMIT,
    };
    (answer, Some(refused))
}

/// The request, and a memory of its body as it is read.
pub(crate) fn remembered(request: Request) -> (Request, Memory) {
    let memory = Memory::default();
    let remembers = memory.clone();
    let request = request.map(|body| {
        Body::new(Remembered {
            body,
            memory: remembers,
        })
    });
    (request, memory)
}

/// What went by of a request's body, up to the size a body may have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Passed>>);

/// What went by.
#[derive(Debug, Default)]
struct Passed {
    bytes: Vec<u8>,
    size: usize,
}

impl Memory {
    /// Remembers a piece of the body, as far as there is room.
    fn add(&self, piece: &[u8]) {
        let mut passed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        passed.size += piece.len();
        let room = BODY_LIMIT - passed.bytes.len();
        passed
            .bytes
            .extend_from_slice(&piece[..piece.len().min(room)]);
    }

    /// How many bytes went by.
    pub(crate) fn size(&self) -> usize {
        let passed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        passed.size
    }

    /// What went by, as far as it was remembered.
    pub(crate) fn bytes(&self) -> Bytes {
        let passed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Bytes::copy_from_slice(&passed.bytes)
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

/// The one pair of a body, where the body is nothing else.
pub(crate) fn pair(body: &[u8]) -> Option<(String, Value)> {
    let body: OnePair = serde_json::from_slice(body).ok()?;
    Some((body.meta.key, body.meta.value))
}

/// A request body that is right but for its pair's key or value.
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
