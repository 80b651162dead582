//! The operations: each is at once a handler and a part of the document.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;
use crate::store::Store;
use crate::todo::{Json, Todo, TodoToWrite};

/// A path's id is read as text, so that one that is no number is refused like one that isn't there.
fn number(id: &str) -> Result<u64, Problem> {
    id.parse().map_err(|_| Problem::no_such_todo())
}

/// List all todos
#[utoipa::path(
    get,
    path = "/todos",
    operation_id = "listTodos",
    responses(
        (status = 200, description = "All todos, the oldest first.", body = [Todo]),
        (status = 401, description = "The token is missing or unknown.", body = Problem,
            content_type = "application/problem+json",
            headers(("WWW-Authenticate" = String, description = "How to authenticate."))),
    ),
)]
pub(crate) async fn list(State(store): State<Store>) -> Json<Vec<Todo>> {
    Json(store.all())
}

/// Create a todo
#[utoipa::path(
    post,
    path = "/todos",
    operation_id = "createTodo",
    request_body = TodoToWrite,
    responses(
        (status = 201, description = "It was created.", body = Todo,
            headers(("Location" = String, description = "The path of the new todo."))),
        (status = 400, description = "The body is no JSON.", body = Problem,
            content_type = "application/problem+json"),
        (status = 401, description = "The token is missing or unknown.", body = Problem,
            content_type = "application/problem+json",
            headers(("WWW-Authenticate" = String, description = "How to authenticate."))),
        (status = 415, description = "The body is of another media type.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "The body is JSON and no todo.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(State(store): State<Store>, new: TodoToWrite) -> Response {
    let todo = store.add(new);
    let location = [(LOCATION, format!("/todos/{}", todo.id))];
    (StatusCode::CREATED, location, Json(todo)).into_response()
}

/// Read a todo
#[utoipa::path(
    get,
    path = "/todos/{id}",
    operation_id = "readTodo",
    params(("id" = u64, Path, description = "The todo's id.", minimum = 1)),
    responses(
        (status = 200, description = "The todo.", body = Todo),
        (status = 401, description = "The token is missing or unknown.", body = Problem,
            content_type = "application/problem+json",
            headers(("WWW-Authenticate" = String, description = "How to authenticate."))),
        (status = 404, description = "There is no such todo.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read(
    State(store): State<Store>,
    Path(id): Path<String>,
) -> Result<Json<Todo>, Problem> {
    let todo = store.get(number(&id)?);
    todo.map(Json).ok_or_else(Problem::no_such_todo)
}

/// Replace a todo
#[utoipa::path(
    put,
    path = "/todos/{id}",
    operation_id = "replaceTodo",
    params(("id" = u64, Path, description = "The todo's id.", minimum = 1)),
    request_body = TodoToWrite,
    responses(
        (status = 200, description = "It was replaced.", body = Todo),
        (status = 400, description = "The body is no JSON.", body = Problem,
            content_type = "application/problem+json"),
        (status = 401, description = "The token is missing or unknown.", body = Problem,
            content_type = "application/problem+json",
            headers(("WWW-Authenticate" = String, description = "How to authenticate."))),
        (status = 404, description = "There is no such todo.", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is of another media type.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "The body is JSON and no todo.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn replace(
    State(store): State<Store>,
    Path(id): Path<String>,
    new: TodoToWrite,
) -> Result<Json<Todo>, Problem> {
    let todo = store.replace(number(&id)?, new);
    todo.map(Json).ok_or_else(Problem::no_such_todo)
}

/// Delete a todo
#[utoipa::path(
    delete,
    path = "/todos/{id}",
    operation_id = "deleteTodo",
    params(("id" = u64, Path, description = "The todo's id.", minimum = 1)),
    responses(
        (status = 204, description = "It is no more."),
        (status = 401, description = "The token is missing or unknown.", body = Problem,
            content_type = "application/problem+json",
            headers(("WWW-Authenticate" = String, description = "How to authenticate."))),
        (status = 404, description = "There is no such todo.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn delete(
    State(store): State<Store>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let todo = store.remove(number(&id)?);
    todo.map(|_| StatusCode::NO_CONTENT)
        .ok_or_else(Problem::no_such_todo)
}
