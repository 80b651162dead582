//! Faults of the status: what was done is right, the status that says so is not.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::catalogue::{Category, Fault};
use super::layer::{
    Caller, Item, Notes, Operation, When, around, ask, changed, item_answer, no_content, refusal,
    refusals, remembered, replaced, server_failed,
};
use crate::reference::answers::{Denied, fault, json_answer};
use crate::reference::request::says_json;
use crate::reference::service::signed;

/// The faults of the status.
pub(super) static FAULTS: [Fault; 11] = [
    Category::Status.fault(
        "created-status",
        "setImageMetadataItem/responses#documented",
        "A successful PUT is answered 201, which the contract doesn't have.",
        created_status,
    ),
    Category::Status.fault(
        "no-content-status",
        "setImageMetadataItem/responses#documented",
        "A successful PUT is answered 204 without a body, which the contract doesn't have.",
        no_content_status,
    ),
    Category::Status.fault(
        "unknown-image-404",
        "setImageMetadataItem/responses#documented",
        "A PUT on an image that isn't there is answered 404, which the contract doesn't have.",
        unknown_image_404,
    ),
    Category::Status.fault(
        "other-type-415",
        "setImageMetadataItem/responses#documented",
        "A PUT of another content type is answered 415, which the contract doesn't have.",
        other_type_415,
    ),
    Category::Status.fault(
        "malformed-500",
        "setImageMetadataItem/request/application~1json#well-formed",
        "A PUT whose body is no JSON is answered 500.",
        malformed_500,
    ),
    Category::Status.fault(
        "conflict-403",
        "setImageMetadataItem/law#not-ready",
        "A PUT on an image that is in no state to be changed is answered 403.",
        conflict_403,
    ),
    Category::Status.fault(
        "forbidden-401",
        "setImageMetadataItem/law#forbidden",
        "A PUT on an image that the caller may not change is answered 401.",
        forbidden_401,
    ),
    Category::Status.fault(
        "missing-item-400",
        "getImageMetadataItem/law#absent",
        "A GET of an item that isn't there, and that no PUT has named before, is answered 400.",
        missing_item_400,
    ),
    Category::Status.fault(
        "missing-item-found",
        "getImageMetadataItem/law#absent",
        "A GET of an item that isn't there, and that no PUT has named before, finds it empty.",
        missing_item_found,
    ),
    Category::Status.fault(
        "delete-200",
        "deleteImageMetadataItem/responses#documented",
        "A successful DELETE is answered 200 with an empty object, which the contract doesn't have.",
        delete_200,
    ),
    Category::Status.fault(
        "second-delete-204",
        "deleteImageMetadataItem/law#absent",
        "A DELETE of an item that isn't there is answered 204.",
        second_delete_204,
    ),
];

fn created_status(router: Router) -> Router {
    changed(router, Operation::Set, When::Success, |_, answer| {
        answer.head.status = StatusCode::CREATED;
    })
}

fn no_content_status(router: Router) -> Router {
    replaced(router, Operation::Set, When::Success, |_| no_content())
}

fn unknown_image_404(router: Router) -> Router {
    around(router, async |request, router| {
        let item = Item::put_by(&request);
        let caller = Caller::of(&request, router.clone());
        let answer = ask(router, request).await;
        let Some(item) = item.filter(|_| answer.status() == StatusCode::BAD_REQUEST) else {
            return answer;
        };
        if caller.image_status(&item).await != StatusCode::NOT_FOUND {
            return answer;
        }
        refusal(Denied::NotFound("There is no such image."))
    })
}

fn other_type_415(router: Router) -> Router {
    refusals(router, |refused| {
        let asked = refused.status == StatusCode::BAD_REQUEST && !says_json(&refused.head.headers);
        asked.then(|| {
            signed(fault(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "badMediaType",
                "The body must be application/json.",
            ))
        })
    })
}

/// An empty body isn't meant; that it is none is another matter than what it holds.
fn malformed_500(router: Router) -> Router {
    refusals(router, |refused| {
        let asked = refused.status == StatusCode::BAD_REQUEST
            && !refused.body.is_empty()
            && !is_json(&refused.body);
        asked.then(server_failed)
    })
}

fn conflict_403(router: Router) -> Router {
    replaced(
        router,
        Operation::Set,
        When::Status(StatusCode::CONFLICT),
        |_| refusal(Denied::Forbidden),
    )
}

fn forbidden_401(router: Router) -> Router {
    replaced(
        router,
        Operation::Set,
        When::Status(StatusCode::FORBIDDEN),
        |_| refusal(Denied::Unauthorized),
    )
}

fn missing_item_400(router: Router) -> Router {
    missing(router, |_| {
        refusal(Denied::BadRequest("The image has no such item."))
    })
}

fn missing_item_found(router: Router) -> Router {
    missing(router, |item| item_answer(&item.key, ""))
}

fn delete_200(router: Router) -> Router {
    replaced(router, Operation::Delete, When::Success, |_| {
        signed(json_answer(StatusCode::OK, &json!({})))
    })
}

fn second_delete_204(router: Router) -> Router {
    around(router, async |request, router| {
        let item = Item::of(Operation::Delete, &request);
        let caller = Caller::of(&request, router.clone());
        let answer = ask(router, request).await;
        match item {
            Some(item)
                if answer.status() == StatusCode::NOT_FOUND
                    && caller.image_status(&item).await.is_success() =>
            {
                no_content()
            }
            _ => answer,
        }
    })
}

/// Answers a GET of an item that isn't there on an image that is in another way.
///
/// Items that a PUT has named are left out, be it in its path or in its body, and those that were
/// deleted: that such an item isn't there may be what shows that a refusal or a deletion was right.
fn missing(router: Router, answer: fn(&Item) -> Response) -> Router {
    let named = Notes::default();
    around(router, move |request, router| {
        let named = named.clone();
        async move {
            let caller = Caller::of(&request, router.clone());
            let read = Item::of(Operation::Get, &request);
            let set = Item::put_by(&request);
            let deleted = Item::of(Operation::Delete, &request);
            let (request, memory) = remembered(request);
            let first = ask(router, request).await;
            let deleted = deleted.filter(|_| first.status().is_success());
            if let Some(item) = set.or(deleted) {
                for key in keys(&memory.bytes()) {
                    named.put(item.beside(key).name(), ());
                }
                named.put(item.name(), ());
            }
            match read {
                Some(item)
                    if first.status() == StatusCode::NOT_FOUND
                        && named.get(&item.name()).is_none()
                        && caller.image_status(&item).await.is_success() =>
                {
                    answer(&item)
                }
                _ => first,
            }
        }
    })
}

/// The keys of the pairs in a request's body.
fn keys(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let pairs = body["meta"].as_object();
    pairs.map_or_else(Vec::new, |pairs| pairs.keys().cloned().collect())
}

/// Whether the bytes are a JSON text, however deep.
fn is_json(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}
