//! Faults of how much is taken: bodies, keys, values, and the items of an image.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::response::Response;
use hyper::body::Frame;

use super::catalogue::{Category, Fault};
use super::layer::{
    Item, Operation, Phantoms, around, ask, item_answer, item_body, no_content, refusal, refusals,
    refused, remembered,
};
use crate::reference::answers::Denied;
use crate::reference::body::{self, BODY_LIMIT};
use crate::reference::store::ITEM_LIMIT;
use crate::reference::types::KEY_LENGTH;

/// The faults of limits.
pub(super) static FAULTS: [Fault; 10] = [
    Category::Limits.fault(
        "oversize-accepted",
        "setImageMetadataItem/law#body-limit",
        "White space between a body's tokens doesn't count towards the body limit.",
        oversize_accepted,
    ),
    Category::Limits.fault(
        "oversize-400",
        "setImageMetadataItem/law#body-limit",
        "A body over the body limit is refused with 400.",
        oversize_400,
    ),
    Category::Limits.fault(
        "body-limit-low",
        "setImageMetadataItem/law#body-limit",
        "A body over half of the body limit is refused with 413 already.",
        body_limit_low,
    ),
    Category::Limits.fault(
        "item-limit-ignored",
        "setImageMetadataItem/law#item-limit",
        "An image takes more items than it may have.",
        item_limit_ignored,
    ),
    Category::Limits.fault(
        "item-limit-low",
        "setImageMetadataItem/law#item-limit",
        "An image is full with one item less than it may have.",
        item_limit_low,
    ),
    Category::Limits.fault(
        "full-replace-refused",
        "setImageMetadataItem/law#item-limit",
        "A PUT of an item that a full image has is refused with 413.",
        full_replace_refused,
    ),
    Category::Limits.fault(
        "key-too-long-accepted",
        "setImageMetadataItem/request/path/key#maxLength",
        "A key of more than 255 characters is taken, and cut to 255.",
        key_too_long_accepted,
    ),
    Category::Limits.fault(
        "long-key-refused",
        "setImageMetadataItem/request#accepted",
        "A key of more than 200 characters is refused with 400.",
        long_key_refused,
    ),
    Category::Limits.fault(
        "long-value-refused",
        "setImageMetadataItem/request#accepted",
        "A value of more than 200 characters is refused with 400.",
        long_value_refused,
    ),
    Category::Limits.fault(
        "empty-value-refused",
        "setImageMetadataItem/request#accepted",
        "An empty value is refused with 400.",
        empty_value_refused,
    ),
];

/// The most characters a key or a value has before `long-key-refused` and `long-value-refused` refuse it.
const LONG: usize = 200;

/// A body that is known to be within the limit is left alone.
fn oversize_accepted(router: Router) -> Router {
    around(router, async |mut request, router| {
        let within = hyper::body::Body::size_hint(request.body())
            .upper()
            .is_some_and(|most| most <= BODY_LIMIT as u64);
        if within || Item::put_by(&request).is_none() {
            return ask(router, request).await;
        }
        request.headers_mut().remove(CONTENT_LENGTH);
        let request = request.map(|body| {
            Body::new(Squeezed {
                body,
                within: Within::Tokens,
            })
        });
        ask(router, request).await
    })
}

fn oversize_400(router: Router) -> Router {
    refusals(router, |refused| {
        let asked = refused.status == StatusCode::PAYLOAD_TOO_LARGE && refused.oversize;
        asked.then(|| refusal(Denied::BadRequest("The body is larger than 65,536 bytes.")))
    })
}

fn body_limit_low(router: Router) -> Router {
    refused(
        router,
        Denied::OverLimit("The body is larger than 32,768 bytes."),
        |write| write.size > BODY_LIMIT / 2,
    )
}

/// The items over the limit are only shown, since the store has no room for them.
fn item_limit_ignored(router: Router) -> Router {
    let surplus = Phantoms::default();
    let router = surplus.around(router);
    around(router, move |request, router| {
        let surplus = surplus.clone();
        async move {
            if let Some(item) = Item::of(Operation::Delete, &request) {
                let answer = ask(router, request).await;
                let gone = answer.status() == StatusCode::NOT_FOUND && surplus.hide(&item);
                return if gone { no_content() } else { answer };
            }
            set_surplus(request, router, &surplus).await
        }
    })
}

async fn set_surplus(request: Request, router: Router, surplus: &Phantoms) -> Response {
    let Some(item) = Item::put_by(&request) else {
        return ask(router, request).await;
    };
    let (request, memory) = remembered(request);
    let answer = ask(router, request).await;
    if answer.status().is_success() {
        surplus.hide(&item);
    }
    if answer.status() != StatusCode::PAYLOAD_TOO_LARGE {
        return answer;
    }
    // A body that is too large isn't remembered as a whole, and holds no item for that.
    match body::item(&memory.bytes(), &item.key) {
        Ok(value) if memory.size() <= BODY_LIMIT => {
            let answer = item_answer(&item.key, &value);
            surplus.show(&item, value);
            answer
        }
        _ => answer,
    }
}

fn item_limit_low(router: Router) -> Router {
    refused(router, ITEMS, |write| {
        write.before.is_none() && write.items == ITEM_LIMIT
    })
}

fn full_replace_refused(router: Router) -> Router {
    refused(router, ITEMS, |write| {
        write.before.is_some() && write.items == ITEM_LIMIT
    })
}

fn key_too_long_accepted(router: Router) -> Router {
    around(router, async |request, router| {
        let item = Item::put_by(&request);
        let Some(item) = item.filter(|item| item.key.chars().count() > KEY_LENGTH) else {
            return ask(router, request).await;
        };
        let (mut head, body) = request.into_parts();
        let body = match body::read(body).await {
            Ok(body) => body,
            Err(denied) => return refusal(denied),
        };
        let cut = item.beside(item.key.chars().take(KEY_LENGTH).collect::<String>());
        let taken = body::item(&body, &item.key)
            .ok()
            .zip(cut.path().parse().ok());
        let Some((value, path)) = taken else {
            return ask(router, Request::from_parts(head, Body::from(body))).await;
        };
        let text = item_body(&cut.key, &value).to_string();
        head.uri = path;
        head.headers.remove(TRANSFER_ENCODING);
        head.headers.insert(CONTENT_LENGTH, text.len().into());
        let answer = ask(router, Request::from_parts(head, Body::from(text))).await;
        if answer.status().is_success() {
            item_answer(&item.key, &value)
        } else {
            answer
        }
    })
}

fn long_key_refused(router: Router) -> Router {
    refused(
        router,
        Denied::BadRequest("The key is too long."),
        |write| write.item.key.chars().count() > LONG,
    )
}

fn long_value_refused(router: Router) -> Router {
    refused(
        router,
        Denied::BadRequest("The value is too long."),
        |write| write.sent.chars().count() > LONG,
    )
}

fn empty_value_refused(router: Router) -> Router {
    refused(router, Denied::BadRequest("The value is empty."), |write| {
        write.sent.is_empty()
    })
}

/// What the refusal of one item more than an image may have says.
const ITEMS: Denied = Denied::OverLimit("The image has as many items as it may have.");

/// A JSON body each of whose runs of white space between tokens is cut down to one byte.
///
/// One byte stays because without it two tokens could become one, and a body that is no JSON could
/// become JSON. The body goes through piece by piece, so that its size is no burden.
#[derive(Debug)]
struct Squeezed {
    body: Body,
    within: Within,
}

/// Where in a JSON text the last byte stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Outside strings, and not in white space.
    Tokens,
    /// In white space outside strings.
    Space,
    /// In a string.
    Text,
    /// In a string, after a backslash.
    Escape,
}

impl Within {
    /// Where the next byte stands.
    fn next(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Text, b'\\') => Self::Escape,
            (Self::Text, b'"') => Self::Tokens,
            (Self::Text | Self::Escape, _) | (_, b'"') => Self::Text,
            (_, b' ' | b'\t' | b'\r' | b'\n') => Self::Space,
            _ => Self::Tokens,
        }
    }
}

impl Squeezed {
    /// What stays of a piece of the body.
    fn squeeze(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut kept = Vec::new();
        for &byte in piece {
            let next = self.within.next(byte);
            if next != Within::Space || self.within != Within::Space {
                kept.push(byte);
            }
            self.within = next;
        }
        kept
    }
}

impl hyper::body::Body for Squeezed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        loop {
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                end => return Poll::Ready(end),
            };
            match frame.into_data() {
                Ok(piece) => {
                    let kept = self.squeeze(&piece);
                    if !kept.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(Bytes::from(kept)))));
                    }
                }
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
    }
}
