//! What goes over the wire.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// A thing to do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Todo {
    /// Its id, given by the server.
    #[schema(minimum = 1)]
    pub(crate) id: u64,
    /// What is to be done.
    #[schema(min_length = 1, max_length = 100)]
    pub(crate) title: String,
    /// Whether it is done.
    pub(crate) done: bool,
}

/// A thing to do as clients write it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TodoToWrite {
    /// What is to be done.
    #[schema(min_length = 1, max_length = 100)]
    pub(crate) title: String,
    /// Whether it is done.
    #[serde(default)]
    pub(crate) done: bool,
}

impl TodoToWrite {
    /// Checks what the types don't.
    pub(crate) fn checked(self) -> Result<Self, Problem> {
        // JSON Schema counts characters, and not bytes.
        match self.title.chars().count() {
            1..=100 => Ok(self),
            length => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("a title has 1 to 100 characters, and this one has {length}"),
            )),
        }
    }
}

/// A value as the body of an answer.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_string(&self.0) {
            Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
            }
        }
    }
}
