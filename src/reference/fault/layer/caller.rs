//! Requests of a fault's own.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use serde_json::Value;

use super::item::Item;
use super::router::{TOKEN, ask, item_body, whole};

/// Sends requests of a fault's own to the router, in the name of the caller.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The router inside the fault.
    router: Router,
    /// The caller's token.
    token: Option<HeaderValue>,
}

impl Caller {
    /// The caller who sent the request.
    pub(crate) fn of(request: &Request, router: Router) -> Self {
        Self {
            router,
            token: request.headers().get(TOKEN).cloned(),
        }
    }

    /// The value the item has now, and none if it isn't there or may not be seen.
    pub(crate) async fn value(&self, item: &Item) -> Option<String> {
        let body = self.succeeded(Method::GET, &item.path()).await?;
        let value = body.get("meta")?.get(&item.key)?;
        value.as_str().map(str::to_owned)
    }

    /// All items the item's image has now, where the caller may see them.
    pub(crate) async fn items(&self, item: &Item) -> Option<BTreeMap<String, String>> {
        let mut body = self.succeeded(Method::GET, &item.list).await?;
        serde_json::from_value(body.get_mut("metadata")?.take()).ok()
    }

    /// The status of a request for all items of the item's image.
    pub(crate) async fn image_status(&self, item: &Item) -> StatusCode {
        match self.request(Method::GET, &item.list, None).await {
            Some((status, _)) => status,
            None => StatusCode::BAD_REQUEST,
        }
    }

    /// Gives the item a value.
    pub(crate) async fn set(&self, item: &Item, value: &str) {
        let body = item_body(&item.key, value);
        self.request(Method::PUT, &item.path(), Some(&body)).await;
    }

    /// Removes the item.
    pub(crate) async fn delete(&self, item: &Item) {
        self.request(Method::DELETE, &item.path(), None).await;
    }

    /// Makes the item what it was.
    pub(crate) async fn restore(&self, item: &Item, before: Option<&str>) {
        match before {
            Some(value) => self.set(item, value).await,
            None => self.delete(item).await,
        }
    }

    /// The body of the answer, where the request succeeded and the body is JSON.
    async fn succeeded(&self, method: Method, path: &str) -> Option<Value> {
        let (status, body) = self.request(method, path, None).await?;
        body.filter(|_| status.is_success())
    }

    /// The answer to a request, its body where that is JSON.
    async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(StatusCode, Option<Value>)> {
        let text = body.map(Value::to_string).unwrap_or_default();
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse::<Uri>().ok()?;
        let headers = request.headers_mut();
        if let Some(token) = &self.token {
            headers.insert(TOKEN, token.clone());
        }
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
            *request.body_mut() = Body::from(text);
        }
        let answer = ask(self.router.clone(), request).await;
        let status = answer.status();
        let bytes = whole(answer.into_body()).await;
        Some((status, serde_json::from_slice(&bytes).ok()))
    }
}
