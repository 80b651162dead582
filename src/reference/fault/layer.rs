//! What the faults around the router have in common.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Uri};
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use tower_service::Service as _;

/// The header a caller's token comes in.
pub(super) const TOKEN: &str = "x-auth-token";

/// Puts a function around a router; it gets each request and the router inside.
///
/// The function stands in front of a whole router, not behind its routing as `Router::layer` would
/// have it, so that it may send the router requests of another method or to another path.
pub(super) fn around<F, Fut>(router: Router, act: F) -> Router
where
    F: Fn(Request, Router) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response> + Send + 'static,
{
    Router::new().fallback(move |request: Request| act(request, router.clone()))
}

/// The router's answer to a request.
pub(super) async fn ask(mut router: Router, request: Request) -> Response {
    let Ok(answer) = router.call(request).await;
    answer
}

/// The whole body of an answer.
///
/// No limit stands here because the reference makes these bodies itself, and makes them in memory:
/// reading them can't fail, and what is read is no larger than what is there already.
pub(super) async fn whole(body: Body) -> Bytes {
    to_bytes(body, usize::MAX).await.unwrap_or_default()
}

/// The metadata item a PUT is about.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The path of the image's whole metadata, as it was sent.
    list: String,
    /// The item's key, decoded.
    pub(super) key: String,
}

impl Item {
    /// The item of a request, where the request is the operation the faults are about.
    pub(super) fn put_by(request: &Request) -> Option<Self> {
        if request.method() != Method::PUT {
            return None;
        }
        let (list, segment) = request.uri().path().rsplit_once('/')?;
        let image = list.strip_prefix("/images/")?.strip_suffix("/metadata")?;
        if image.is_empty() || image.contains('/') || segment.is_empty() {
            return None;
        }
        let key = percent_decode_str(segment).decode_utf8().ok()?.into_owned();
        Some(Self {
            list: list.to_owned(),
            key,
        })
    }
}

/// Sends requests of a fault's own to the router, in the name of the caller.
#[derive(Debug)]
pub(super) struct Caller {
    /// The router inside the fault.
    router: Router,
    /// The caller's token.
    token: Option<HeaderValue>,
}

impl Caller {
    /// The caller who sent the request.
    pub(super) fn of(request: &Request, router: Router) -> Self {
        Self {
            router,
            token: request.headers().get(TOKEN).cloned(),
        }
    }

    /// The value the item has now, and none if it isn't there or may not be seen.
    pub(super) async fn value(&self, item: &Item) -> Option<Value> {
        let body = self.send(Method::GET, item, &item.key, None).await?;
        body.get("meta")?.get(&item.key).cloned()
    }

    /// The keys of all items the image has now.
    pub(super) async fn keys(&self, item: &Item) -> Vec<String> {
        let listed = self.request(Method::GET, &item.list, None).await;
        let items = listed
            .as_ref()
            .and_then(|body| body.get("metadata"))
            .and_then(Value::as_object);
        items
            .map(|items| items.keys().cloned().collect())
            .unwrap_or_default()
    }

    /// Gives the item a value.
    pub(super) async fn set(&self, item: &Item, value: Value) {
        let body = serde_json::json!({ "meta": { item.key.as_str(): value } });
        self.send(Method::PUT, item, &item.key, Some(&body)).await;
    }

    /// Removes the item of this key from the item's image.
    pub(super) async fn delete(&self, item: &Item, key: &str) {
        self.send(Method::DELETE, item, key, None).await;
    }

    /// Sends a request about one key of the item's image.
    async fn send(
        &self,
        method: Method,
        item: &Item,
        key: &str,
        body: Option<&Value>,
    ) -> Option<Value> {
        let path = format!(
            "{}/{}",
            item.list,
            utf8_percent_encode(key, NON_ALPHANUMERIC)
        );
        self.request(method, &path, body).await
    }

    /// The body of the answer, where the request succeeded and the body is JSON.
    async fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Option<Value> {
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
        let succeeded = answer.status().is_success();
        let bytes = whole(answer.into_body()).await;
        serde_json::from_slice(&bytes).ok().filter(|_| succeeded)
    }
}
