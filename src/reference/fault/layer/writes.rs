//! PUTs that a fault judges once they are stored.

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;

use super::caller::Caller;
use super::item::Item;
use super::resent::remembered;
use super::router::{around, ask, refusal};
use crate::reference::answers::Denied;

/// A PUT that the router took.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) item: Item,
    pub(crate) headers: HeaderMap,
    /// How many bytes of body came with it.
    pub(crate) size: usize,
    /// The item's value before.
    pub(crate) before: Option<String>,
    /// The value it has now, which is the one that was sent.
    pub(crate) sent: String,
    /// How many items the image has now.
    pub(crate) items: usize,
}

/// What becomes of a PUT that the router took.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// All is as it should be.
    Kept,
    /// The answer stays, and the item has this value, or isn't there.
    Stored(Option<String>),
    /// The item is as it was before, and the request is refused.
    Refused(Denied),
}

/// Judges the PUTs the router took.
pub(crate) fn writes<F>(router: Router, judge: F) -> Router
where
    F: Fn(&Write) -> Verdict + Clone + Send + Sync + 'static,
{
    around(router, move |request, router| {
        let judge = judge.clone();
        async move { judged(request, router, judge).await }
    })
}

/// Refuses some of the PUTs the router took.
pub(crate) fn refused(router: Router, denied: Denied, which: fn(&Write) -> bool) -> Router {
    writes(router, move |write| {
        if which(write) {
            Verdict::Refused(denied.clone())
        } else {
            Verdict::Kept
        }
    })
}

async fn judged(request: Request, router: Router, judge: impl Fn(&Write) -> Verdict) -> Response {
    let Some(item) = Item::put_by(&request) else {
        return ask(router, request).await;
    };
    let caller = Caller::of(&request, router.clone());
    let before = caller.value(&item).await;
    let headers = request.headers().clone();
    let (request, memory) = remembered(request);
    let answer = ask(router, request).await;
    if !answer.status().is_success() {
        return answer;
    }
    let mut items = caller.items(&item).await.unwrap_or_default();
    let count = items.len();
    let Some(sent) = items.remove(&item.key) else {
        return answer;
    };
    let write = Write {
        item,
        headers,
        size: memory.size(),
        before,
        sent,
        items: count,
    };
    match judge(&write) {
        Verdict::Kept => answer,
        Verdict::Stored(value) => {
            if value.as_ref() != Some(&write.sent) {
                caller.restore(&write.item, value.as_deref()).await;
            }
            answer
        }
        Verdict::Refused(denied) => {
            caller.restore(&write.item, write.before.as_deref()).await;
            refusal(denied)
        }
    }
}
