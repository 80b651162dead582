//! Faults of the answer alone: the store is right, what is said about it is not.
//!
//! All but one change the answers of successful PUTs, with any status from 200 to 299, so that they
//! can be combined with the fault that changes the status.

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::response::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};

use super::layer::{Item, around, ask, whole};

/// The header an answer's request id comes in.
const REQUEST_ID: &str = "x-compute-request-id";

/// The id all answers get: well-formed, so that only its repetition is wrong.
const REPEATED: HeaderValue = HeaderValue::from_static("req-7a75bb96-54eb-4847-a73c-4f697f42b175");

/// Every answer carries the same request id.
pub(super) fn request_id_repeated(router: Router) -> Router {
    around(router, async |request, router| {
        let mut answer = ask(router, request).await;
        if let Some(id) = answer.headers_mut().get_mut(REQUEST_ID) {
            *id = REPEATED;
        }
        answer
    })
}

/// The request id of a successful PUT lacks its prefix.
pub(super) fn request_id_malformed(router: Router) -> Router {
    changed_head(router, |head| {
        if let Some(id) = head.headers.get_mut(REQUEST_ID) {
            let bare = id
                .as_bytes()
                .strip_prefix(b"req-")
                .map(HeaderValue::from_bytes);
            if let Some(Ok(bare)) = bare {
                *id = bare;
            }
        }
    })
}

/// A successful PUT is answered without a request id.
pub(super) fn request_id_missing(router: Router) -> Router {
    changed_head(router, |head| {
        head.headers.remove(REQUEST_ID);
    })
}

/// A successful PUT is answered 201.
pub(super) fn created_status(router: Router) -> Router {
    changed_head(router, |head| head.status = StatusCode::CREATED)
}

/// The body of a successful PUT's answer is labelled as plain text.
pub(super) fn wrong_media_type(router: Router) -> Router {
    changed_head(router, |head| {
        head.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    })
}

/// A successful PUT is answered with another value.
pub(super) fn answer_altered(router: Router) -> Router {
    changed_body(router, |text| {
        changed_values(text, |value| match value {
            Value::String(text) => Value::String(altered(text)),
            other => other.clone(),
        })
    })
}

/// A successful PUT is answered with a number for the value.
pub(super) fn value_not_string(router: Router) -> Router {
    changed_body(router, |text| {
        changed_values(text, |value| {
            Value::from(value.as_str().map_or(0, str::len))
        })
    })
}

/// A successful PUT is answered without the member `meta`.
pub(super) fn meta_missing(router: Router) -> Router {
    changed_body(router, |text| {
        let body: Map<String, Value> = serde_json::from_str(text).ok()?;
        let renamed = body.into_iter().map(|(name, value)| match name.as_str() {
            "meta" => ("metadata".to_owned(), value),
            _ => (name, value),
        });
        Some(Value::Object(renamed.collect()).to_string())
    })
}

/// The body of a successful PUT's answer holds its members twice.
///
/// This one works on the text, since no JSON value can hold a member twice.
pub(super) fn duplicate_member(router: Router) -> Router {
    changed_body(router, |text| {
        let members = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
        (!members.is_empty()).then(|| format!("{{{members}, {members}}}"))
    })
}

/// Changes the status and the headers of successful PUTs.
fn changed_head(router: Router, change: fn(&mut Parts)) -> Router {
    around(router, move |request, router| async move {
        let put = Item::put_by(&request).is_some();
        let answer = ask(router, request).await;
        if !put || !answer.status().is_success() {
            return answer;
        }
        let (mut head, body) = answer.into_parts();
        change(&mut head);
        Response::from_parts(head, body)
    })
}

/// Changes the bodies of successful PUTs, where the change has something to say about the body.
fn changed_body(router: Router, change: fn(&str) -> Option<String>) -> Router {
    around(router, move |request, router| async move {
        let put = Item::put_by(&request).is_some();
        let answer = ask(router, request).await;
        if !put || !answer.status().is_success() {
            return answer;
        }
        let (mut head, body) = answer.into_parts();
        let bytes = whole(body).await;
        let Some(text) = str::from_utf8(&bytes).ok().and_then(change) else {
            return Response::from_parts(head, Body::from(bytes));
        };
        head.headers
            .insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
        Response::from_parts(head, Body::from(text))
    })
}

/// The body with each value in `meta` changed.
fn changed_values(text: &str, change: fn(&Value) -> Value) -> Option<String> {
    let mut body: Value = serde_json::from_str(text).ok()?;
    for value in body.get_mut("meta")?.as_object_mut()?.values_mut() {
        *value = change(value);
    }
    Some(body.to_string())
}

/// Another text of the same kind: in the other case where it has letters, which keeps its length.
fn altered(text: &str) -> String {
    let cases = [text.to_ascii_uppercase(), text.to_ascii_lowercase()];
    cases
        .into_iter()
        .find(|other| other != text)
        .unwrap_or_else(|| format!("{text}~"))
}
