//! The bearer token.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// The token that opens the API. A real one would come from the deployment.
pub const TOKEN: &str = "5a1f0f60-todo";

/// Lets pass who has the token.
pub(crate) async fn required(request: Request, next: Next) -> Response {
    let credentials = request.headers().get(AUTHORIZATION);
    let token = credentials
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    if token == Some(TOKEN) {
        return next.run(request).await;
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "a valid token is needed");
    ([(WWW_AUTHENTICATE, "Bearer")], problem).into_response()
}
