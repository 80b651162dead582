//! The server's answers.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::store::Refusal;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    BadRequest(&'static str),
    Unauthorized,
    Forbidden,
    NotFound(&'static str),
    /// With the methods that are allowed.
    BadMethod(&'static str),
    Conflict,
    OverLimit(&'static str),
}

impl Denied {
    /// What a refusal of the store means for a write on the item itself, which knows no 404.
    pub(super) fn of_set(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoImage => Self::BadRequest("There is no such image."),
            other => Self::of(other),
        }
    }

    pub(super) fn of(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoImage => Self::NotFound("There is no such image."),
            Refusal::NoItem => Self::NotFound("The image has no such item."),
            Refusal::Foreign => Self::Forbidden,
            Refusal::Saving => Self::Conflict,
            Refusal::Full => Self::OverLimit("The image has as many items as it may have."),
        }
    }
}

/// An answer with a JSON body.
pub(super) fn json_answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A fault of this status and name.
pub(super) fn fault(status: StatusCode, name: &str, message: &str) -> Response {
    let body = json!({ name: { "code": status.as_u16(), "message": message } });
    json_answer(status, &body)
}

/// The answer to a request that is refused.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it ends a chain of results that own it"
)]
pub(super) fn refuse(denied: Denied) -> Response {
    let (status, name, message) = match &denied {
        Denied::BadRequest(message) => (StatusCode::BAD_REQUEST, "badRequest", *message),
        Denied::Unauthorized => (
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "A valid token is needed.",
        ),
        Denied::Forbidden => (
            StatusCode::FORBIDDEN,
            "forbidden",
            "The image is another tenant's.",
        ),
        Denied::NotFound(message) => (StatusCode::NOT_FOUND, "itemNotFound", *message),
        Denied::BadMethod(_) => (
            StatusCode::METHOD_NOT_ALLOWED,
            "badMethod",
            "The method is not allowed here.",
        ),
        Denied::Conflict => (
            StatusCode::CONFLICT,
            "conflictingRequest",
            "The image is being saved.",
        ),
        Denied::OverLimit(message) => (StatusCode::PAYLOAD_TOO_LARGE, "overLimit", *message),
    };
    let mut response = fault(status, name, message);
    match denied {
        Denied::Unauthorized => {
            let realm = HeaderValue::from_static("Token realm=\"compute\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, realm);
        }
        Denied::BadMethod(allowed) => {
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static(allowed));
        }
        _ => {}
    }
    response
}
