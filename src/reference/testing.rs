//! What the room's tests have in common: requests to a router, and their answers as values.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::fixtures::{IMAGE, TOKEN};

/// An answer that was read whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    /// The body's length in bytes.
    pub(super) size: usize,
}

impl Answer {
    pub(super) fn body(&self) -> Value {
        serde_json::from_str(&self.text).expect("the body is JSON")
    }

    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("the header is text"))
    }

    /// That it is the fault of this name, and a whole one.
    #[track_caller]
    pub(super) fn assert_fault(&self, status: u16, name: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json");
        let body = self.body();
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(1));
        assert_eq!(body[name]["code"], status, "{}", self.text);
        assert!(body[name]["message"].is_string());
    }
}

/// A request that is right but for what a test changes about it.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Ask {
    pub(super) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: vec![("x-auth-token", TOKEN.to_owned())],
            body: Vec::new(),
        }
    }

    /// A PUT of one item.
    pub(super) fn put(image: &str, key: &str, value: &str) -> Self {
        Self::new("PUT", item(image, key)).json(&json!({ "meta": { key: value } }).to_string())
    }

    pub(super) fn json(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.header("content-type", "application/json")
    }

    /// Has this header instead of any other of the name; without a value, none.
    pub(super) fn header<'a>(
        mut self,
        name: &'static str,
        value: impl Into<Option<&'a str>>,
    ) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        if let Some(value) = value.into() {
            self.headers.push((name, value.to_owned()));
        }
        self
    }

    pub(super) async fn of(self, router: &Router) -> Answer {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Body::from(self.body))
            .expect("the request can be made");
        let Ok(response) = router.clone().oneshot(request).await;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("the body is read");
        Answer {
            status: head.status,
            headers: head.headers,
            size: body.len(),
            text: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

/// The path of an image's metadata.
pub(super) fn list(image: &str) -> String {
    format!("/images/{image}/metadata")
}

/// The path of an item whose key needs no escape.
pub(super) fn item(image: &str, key: &str) -> String {
    format!("{}/{key}", list(image))
}

/// All items of the image that may be changed.
pub(super) async fn items(router: &Router) -> Value {
    let answer = Ask::new("GET", list(IMAGE)).of(router).await;
    answer.body()["metadata"].take()
}
