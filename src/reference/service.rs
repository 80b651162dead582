//! The service: the contract's routes, and what every answer has in common.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{DATE, SERVER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use serde_json::json;
use uuid::Uuid;

use super::answers::{Denied, json_answer, refuse};
use super::request::{Asked, says_json, tenant};
use super::store::Store;
use super::{body, contract};

/// What all handlers share.
#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<Store>);

/// The routes of the contract on a store, without faults.
pub(super) fn conforming(store: Store) -> Router {
    let (routes, _) = contract::router();
    routes
        .fallback(|| async { refuse(Denied::NotFound("There is nothing here.")) })
        .method_not_allowed_fallback(|request: Request| async move {
            // Of the two paths that are known, an item's is the longer one.
            let item = request.uri().path().matches('/').count() > 3;
            refuse(Denied::BadMethod(if item {
                "GET, HEAD, PUT, DELETE"
            } else {
                "GET, HEAD"
            }))
        })
        .layer(middleware::from_fn(authenticate))
        .layer(middleware::from_fn(sign))
        .with_state(Shared(Arc::new(store)))
}

/// Credentials are judged before anything else of a request.
async fn authenticate(request: Request, next: Next) -> Response {
    if tenant(request.headers()).is_none() {
        return refuse(Denied::Unauthorized);
    }
    next.run(request).await
}

/// Gives every answer what every answer carries.
async fn sign(request: Request, next: Next) -> Response {
    signed(next.run(request).await)
}

/// An answer with what every answer carries.
pub(super) fn signed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let id = format!("req-{}", Uuid::new_v4());
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-compute-request-id", id);
    }
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(SystemTime::now())) {
        headers.insert(DATE, date);
    }
    headers.insert(SERVER, HeaderValue::from_static("proofmark-reference"));
    response
}

impl Shared {
    pub(super) async fn set_item(&self, request: Request) -> Result<Response, Denied> {
        let Asked { tenant, image, key } = Asked::of(&request)?;
        if !says_json(request.headers()) {
            return Err(Denied::BadRequest("The body must be application/json."));
        }
        let body = body::read(request.into_body()).await?;
        let value = body::item(&body, &key)?;
        self.0
            .set(tenant, image, &key, &value)
            .map_err(Denied::of_set)?;
        Ok(json_answer(
            StatusCode::OK,
            &json!({ "meta": { key: value } }),
        ))
    }

    pub(super) fn get_item(&self, request: &Request) -> Result<Response, Denied> {
        let Asked { tenant, image, key } = Asked::of(request)?;
        let value = self.0.get(tenant, image, &key).map_err(Denied::of)?;
        Ok(json_answer(
            StatusCode::OK,
            &json!({ "meta": { key: value } }),
        ))
    }

    pub(super) fn delete_item(&self, request: &Request) -> Result<Response, Denied> {
        let Asked { tenant, image, key } = Asked::of(request)?;
        self.0.delete(tenant, image, &key).map_err(Denied::of)?;
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        Ok(response)
    }

    pub(super) fn list_items(&self, request: &Request) -> Result<Response, Denied> {
        let Asked { tenant, image, .. } = Asked::of(request)?;
        let items = self.0.list(tenant, image).map_err(Denied::of)?;
        Ok(json_answer(StatusCode::OK, &json!({ "metadata": items })))
    }
}
