//! Answers that a fault changes on their way out.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::response::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::item::{Item, Operation};
use super::router::{around, ask, whole};

/// Which of an operation's answers a fault is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// Those with any status from 200 to 299, so that the fault can be combined with one that changes
    /// the status.
    Success,
    /// Those with this status.
    Status(StatusCode),
    /// All of them.
    Always,
}

impl When {
    fn has(self, status: StatusCode) -> bool {
        match self {
            Self::Success => status.is_success(),
            Self::Status(one) => one == status,
            Self::Always => true,
        }
    }
}

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) item: Item,
}

/// An answer whose body is there as a whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
}

impl Answer {
    /// Gives the answer another body, and the length of it.
    pub(crate) fn set_body(&mut self, body: impl Into<Bytes>) {
        self.body = body.into();
        let length = HeaderValue::from(self.body.len());
        self.head.headers.insert(CONTENT_LENGTH, length);
    }

    /// Changes the body as a text, where the change has something to say about it.
    pub(crate) fn change_text(&mut self, change: impl FnOnce(&str) -> Option<String>) {
        if let Some(text) = str::from_utf8(&self.body).ok().and_then(change) {
            self.set_body(text);
        }
    }

    /// Changes the body as JSON, where the change has something to say about it.
    pub(crate) fn change_json(&mut self, change: impl FnOnce(Value) -> Option<Value>) {
        self.change_text(|text| Some(change(serde_json::from_str(text).ok()?)?.to_string()));
    }
}

/// Changes some answers of an operation.
///
/// A HEAD is sent on as the GET it goes with, so that the two agree in what is changed as well.
pub(crate) fn changed<F>(router: Router, operation: Operation, when: When, change: F) -> Router
where
    F: Fn(&Asked, &mut Answer) + Clone + Send + Sync + 'static,
{
    around(router, move |request, router| {
        let change = change.clone();
        async move {
            let (asked, answer) = asked(request, router, operation).await;
            let Some(asked) = asked.filter(|_| when.has(answer.status())) else {
                return answer;
            };
            let (head, body) = answer.into_parts();
            let body = whole(body).await;
            let mut answer = Answer { head, body };
            change(&asked, &mut answer);
            Response::from_parts(answer.head, Body::from(answer.body))
        }
    })
}

/// Gives other answers in the place of some answers of an operation.
pub(crate) fn replaced<F>(router: Router, operation: Operation, when: When, make: F) -> Router
where
    F: Fn(&Item) -> Response + Clone + Send + Sync + 'static,
{
    around(router, move |request, router| {
        let make = make.clone();
        async move {
            let (asked, answer) = asked(request, router, operation).await;
            match asked {
                Some(asked) if when.has(answer.status()) => make(&asked.item),
                _ => answer,
            }
        }
    })
}

/// The answer, and what was asked for where it was this operation.
async fn asked(
    mut request: Request,
    router: Router,
    operation: Operation,
) -> (Option<Asked>, Response) {
    let asked = Item::of(operation, &request).map(|item| Asked {
        method: request.method().clone(),
        item,
    });
    if matches!(operation, Operation::Get | Operation::List) && asked.is_some() {
        *request.method_mut() = Method::GET;
    }
    (asked, ask(router, request).await)
}
