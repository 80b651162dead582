//! A function around a router, and answers of a fault's own.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use tower_service::Service as _;

use crate::reference::answers::{Denied, fault, json_answer, refuse};
use crate::reference::service::signed;

/// The header a caller's token comes in.
pub(crate) const TOKEN: &str = "x-auth-token";

/// Puts a function around a router; it gets each request and the router inside.
///
/// The function stands in front of a whole router, not behind its routing as `Router::layer` would
/// have it, so that it may send the router requests of another method or to another path.
pub(crate) fn around<F, Fut>(router: Router, act: F) -> Router
where
    F: Fn(Request, Router) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response> + Send + 'static,
{
    Router::new().fallback(move |request: Request| act(request, router.clone()))
}

/// The router's answer to a request.
pub(crate) async fn ask(mut router: Router, request: Request) -> Response {
    let Ok(answer) = router.call(request).await;
    answer
}

/// The whole body of an answer.
///
/// No limit stands here because the reference makes these bodies itself, and makes them in memory:
/// reading them can't fail, and what is read is no larger than what is there already.
pub(crate) async fn whole(body: Body) -> Bytes {
    to_bytes(body, usize::MAX).await.unwrap_or_default()
}

/// A refusal with all that an answer of the router has.
pub(crate) fn refusal(denied: Denied) -> Response {
    signed(refuse(denied))
}

/// A body of one item.
pub(crate) fn item_body(key: &str, value: &str) -> Value {
    json!({ "meta": { key: value } })
}

/// The answer to a PUT or GET of an item that went well.
pub(crate) fn item_answer(key: &str, value: &str) -> Response {
    signed(json_answer(StatusCode::OK, &item_body(key, value)))
}

/// The answer to a DELETE that went well.
pub(crate) fn no_content() -> Response {
    let mut answer = Response::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    signed(answer)
}

/// The answer of a server that failed.
pub(crate) fn server_failed() -> Response {
    signed(fault(
        StatusCode::INTERNAL_SERVER_ERROR,
        "computeFault",
        "The server failed.",
    ))
}
