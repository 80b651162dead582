//! A todo API: axum serves it, and utoipa makes its OpenAPI document of the same handlers.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `todos.rs` | the operations |
//! | `todo.rs` | what goes over the wire |
//! | `body.rs` | a request's body, read and checked |
//! | `auth.rs` | the bearer token |
//! | `problem.rs` | whatever is refused |
//! | `store.rs` | the todos, in memory |

mod auth;
mod body;
mod problem;
mod store;
mod todo;
mod todos;

use axum::Router;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use auth::TOKEN;

/// What the document says of the API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(title = "Todos", version = "1.0.0", description = "A list of things to do."),
    security(("bearer" = [])),
)]
struct Document;

/// The API as a service, its store empty.
pub fn app() -> Router {
    let (router, _) = parts();
    // Only what is there asks for a token: an unknown path is unknown to everybody.
    router
        .route_layer(from_fn(auth::required))
        .with_state(store::Store::default())
}

/// The API behind a proxy that changes a status and leaves the problem as it is: what is not found is
/// answered 401, as some do who won't say what is there.
pub fn faulty() -> Router {
    app().layer(map_response(|mut answer: Response| async {
        if answer.status() == StatusCode::NOT_FOUND {
            *answer.status_mut() = StatusCode::UNAUTHORIZED;
            let challenge = HeaderValue::from_static("Bearer");
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        answer
    }))
}

/// The API as an OpenAPI document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = parts();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    document
}

fn parts() -> (Router<store::Store>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(todos::list, todos::create))
        .routes(routes!(todos::read, todos::replace, todos::delete))
        .split_for_parts()
}
