//! Items that are shown and that the store doesn't have.

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::answers::{When, changed};
use super::caller::Caller;
use super::item::{Item, Operation};
use super::notes::Notes;
use super::router::{around, ask, item_answer};

/// Items beside those of the store.
///
/// A fault that left such items in the store would fill an image in the end, and break other clauses
/// than its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Phantoms(Notes<String>);

impl Phantoms {
    /// Shows the item from now on.
    pub(crate) fn show(&self, item: &Item, value: String) {
        self.0.put(item.name(), value);
    }

    /// Shows the item no longer; whether it was shown.
    pub(crate) fn hide(&self, item: &Item) -> bool {
        self.0.take(&item.name()).is_some()
    }

    /// The router with the items shown, each to those who may see its image.
    pub(crate) fn around(&self, router: Router) -> Router {
        let shown = self.clone();
        let one = around(router, move |request, router| {
            let shown = shown.clone();
            async move { shown.get(request, router).await }
        });
        let shown = self.clone();
        changed(one, Operation::List, When::Success, move |asked, answer| {
            answer.change_json(|mut body| {
                let items = body.get_mut("metadata")?.as_object_mut()?;
                let image = format!("{}/", asked.item.image());
                for (name, value) in shown.0.all() {
                    if let Some(key) = name.strip_prefix(&image) {
                        items.insert(key.to_owned(), Value::String(value));
                    }
                }
                Some(body)
            });
        })
    }

    async fn get(&self, mut request: Request, router: Router) -> Response {
        let Some(item) = Item::of(Operation::Get, &request) else {
            return ask(router, request).await;
        };
        *request.method_mut() = Method::GET;
        let caller = Caller::of(&request, router.clone());
        let answer = ask(router, request).await;
        match self.0.get(&item.name()) {
            Some(value)
                if answer.status() == StatusCode::NOT_FOUND
                    && caller.image_status(&item).await.is_success() =>
            {
                item_answer(&item.key, &value)
            }
            _ => answer,
        }
    }
}
