//! Faults of what is let in: requests are changed before the router judges them.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LENGTH;
use hyper::body::Frame;

use super::super::body::BODY_LIMIT;
use super::super::fixtures::TOKEN as DEFAULT_TOKEN;
use super::layer::{Item, TOKEN, around, ask};

/// A PUT without a token is let in as the default tenant's; one with a wrong token isn't.
pub(super) fn auth_ignored(router: Router) -> Router {
    around(router, async |mut request, router| {
        if Item::put_by(&request).is_some() {
            let token = HeaderValue::from_static(DEFAULT_TOKEN);
            request.headers_mut().entry(TOKEN).or_insert(token);
        }
        ask(router, request).await
    })
}

/// White space in the body of a PUT doesn't count towards the body limit.
///
/// A body that is known to be within the limit is left alone.
pub(super) fn oversize_accepted(router: Router) -> Router {
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
