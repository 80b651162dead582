//! Faults of which requests are taken.

use std::borrow::Cow;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use uuid::Uuid;

use super::catalogue::{Category, Fault};
use super::layer::{
    Answers, Caller, Item, Operation, Refusal, around, ask, asked_again, item_answer, item_body,
    pair, refusal, refusals, refused, resent, server_failed, stored_though_refused,
};
use crate::reference::answers::Denied;
use crate::reference::body;
use crate::reference::request::{says_json, tenant};

/// The faults of what is taken.
pub(super) static FAULTS: [Fault; 16] = [
    Category::Input.fault(
        "refused-write-stored",
        "setImageMetadataItem/law#refused-changes-nothing",
        "A PUT whose one pair lacks the URI's key is answered 400, yet its value is stored under the URI's key.",
        refused_write_stored,
    ),
    Category::Input.fault(
        "mismatch-accepted",
        "setImageMetadataItem/relation#key-agrees",
        "A PUT whose one pair lacks the URI's key is accepted, and its value is stored under the URI's key.",
        mismatch_accepted,
    ),
    Category::Input.fault(
        "mismatch-500",
        "setImageMetadataItem/relation#key-agrees",
        "A PUT whose one pair lacks the URI's key is answered 500.",
        mismatch_500,
    ),
    Category::Input.fault(
        "number-accepted",
        "setImageMetadataItem/request/application~1json/meta/{additional}#type",
        "A number is taken for a value, as its text.",
        number_accepted,
    ),
    Category::Input.fault(
        "null-accepted",
        "setImageMetadataItem/request/application~1json/meta/{additional}#type",
        "Null is taken for a value, as an empty text.",
        null_accepted,
    ),
    Category::Input.fault(
        "text-meta-accepted",
        "setImageMetadataItem/request/application~1json/meta#type",
        "A text is taken for `meta`, as the item's value.",
        text_meta_accepted,
    ),
    Category::Input.fault(
        "array-body-accepted",
        "setImageMetadataItem/request/application~1json#type",
        "An array is taken for the body, as an item with an empty value.",
        array_body_accepted,
    ),
    Category::Input.fault(
        "missing-meta-accepted",
        "setImageMetadataItem/request/application~1json/meta#required",
        "A body without `meta` is taken, and changes nothing.",
        missing_meta_accepted,
    ),
    Category::Input.fault(
        "no-pair-accepted",
        "setImageMetadataItem/request/application~1json/meta#minProperties",
        "An empty `meta` is taken, and changes nothing.",
        no_pair_accepted,
    ),
    Category::Input.fault(
        "no-body-accepted",
        "setImageMetadataItem/request/body#required",
        "An empty body is taken, and changes nothing.",
        no_body_accepted,
    ),
    Category::Input.fault(
        "trailing-text-accepted",
        "setImageMetadataItem/request/application~1json#well-formed",
        "What follows the JSON value in a body is ignored.",
        trailing_text_accepted,
    ),
    Category::Input.fault(
        "not-utf8-accepted",
        "setImageMetadataItem/request/application~1json#well-formed",
        "Bytes of a body that are no UTF-8 are taken for U+FFFD.",
        not_utf8_accepted,
    ),
    Category::Input.fault(
        "malformed-image-id-accepted",
        "setImageMetadataItem/request/path/image_id#format",
        "A PUT whose image id is no UUID is answered as if it had stored the item.",
        malformed_image_id_accepted,
    ),
    Category::Input
        .fault(
            "existing-refused",
            "setImageMetadataItem/request#accepted",
            "A PUT of an item that exists, with another value, is refused with 400.",
            existing_refused,
        )
        .beside(&["setImageMetadataItem/law#item-limit"]),
    Category::Input.fault(
        "post-accepted",
        "~1images~1{image_id}~1metadata~1{key}/methods#not-allowed",
        "A POST on an item's path does what a PUT does.",
        post_accepted,
    ),
    Category::Input
        .fault(
            "other-type-stored",
            "setImageMetadataItem/law#other-type-changes-nothing",
            "A PUT of another content type is answered 400, yet what its body holds as JSON is stored.",
            other_type_stored,
        )
        .beside(&["setImageMetadataItem/law#refused-changes-nothing"]),
];

fn refused_write_stored(router: Router) -> Router {
    around(router, async |request, router| {
        let answers = asked_again(request, router, |refused| {
            with_value(refused, value_of_another_key)
        });
        answers.await.first
    })
}

fn mismatch_accepted(router: Router) -> Router {
    taken_as(router, value_of_another_key)
}

fn mismatch_500(router: Router) -> Router {
    refusals(router, |refused| {
        let asked = refused.status == StatusCode::BAD_REQUEST
            && value_of_another_key(&refused.item, &refused.body).is_some();
        asked.then(server_failed)
    })
}

fn number_accepted(router: Router) -> Router {
    taken_as(router, |item, body| match pair(body)? {
        (key, Value::Number(number)) if key == item.key => Some(number.to_string().into()),
        _ => None,
    })
}

fn null_accepted(router: Router) -> Router {
    taken_as(router, |item, body| match pair(body)? {
        (key, Value::Null) if key == item.key => Some("".into()),
        _ => None,
    })
}

fn text_meta_accepted(router: Router) -> Router {
    taken_as(router, |_, body| {
        let mut body: Value = serde_json::from_slice(body).ok()?;
        Some(body.get_mut("meta")?.take()).filter(Value::is_string)
    })
}

fn array_body_accepted(router: Router) -> Router {
    taken_as(router, |_, body| {
        let body: Value = serde_json::from_slice(body).ok()?;
        body.is_array().then(|| "".into())
    })
}

fn missing_meta_accepted(router: Router) -> Router {
    taken_as_nothing(router, |body| is(body, &json!({})))
}

fn no_pair_accepted(router: Router) -> Router {
    taken_as_nothing(router, |body| is(body, &json!({ "meta": {} })))
}

/// A body that the router didn't read is empty here too, and is refused again for its head.
fn no_body_accepted(router: Router) -> Router {
    taken_as_nothing(router, <[u8]>::is_empty)
}

fn trailing_text_accepted(router: Router) -> Router {
    taken_as_body(router, |body| {
        let mut values = serde_json::Deserializer::from_slice(body).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(Bytes::copy_from_slice(&body[..values.byte_offset()]))
    })
}

fn not_utf8_accepted(router: Router) -> Router {
    taken_as_body(router, |body| match String::from_utf8_lossy(body) {
        Cow::Owned(text) => Some(text.into()),
        Cow::Borrowed(_) => None,
    })
}

fn malformed_image_id_accepted(router: Router) -> Router {
    around(router, async |request, router| {
        let item = Item::put_by(&request);
        let headers = request.headers();
        let right = tenant(headers).is_some() && says_json(headers);
        let Some(item) = item.filter(|item| right && !names_image(item)) else {
            return ask(router, request).await;
        };
        let read = body::read(request.into_body()).await;
        match read.and_then(|body| body::item(&body, &item.key)) {
            Ok(value) => item_answer(&item.key, &value),
            Err(denied) => refusal(denied),
        }
    })
}

fn existing_refused(router: Router) -> Router {
    refused(
        router,
        Denied::BadRequest("The item is there already."),
        |write| {
            let before = write.before.as_ref();
            before.is_some_and(|value| *value != write.sent)
        },
    )
}

fn post_accepted(router: Router) -> Router {
    around(router, async |mut request, router| {
        let posted = request.method() == Method::POST;
        if posted && Item::of(Operation::OnItem, &request).is_some() {
            *request.method_mut() = Method::PUT;
        }
        ask(router, request).await
    })
}

fn other_type_stored(router: Router) -> Router {
    stored_though_refused(
        router,
        |headers| !says_json(headers),
        |headers| {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        },
    )
}

/// The value of a body's one pair, where its key isn't the URI's.
fn value_of_another_key(item: &Item, body: &[u8]) -> Option<Value> {
    let (key, value) = pair(body)?;
    (key != item.key).then_some(value)
}

/// Takes some of the bodies that are refused as ones that give the item a value.
fn taken_as(router: Router, value: fn(&Item, &[u8]) -> Option<Value>) -> Router {
    resent(router, move |refused| with_value(refused, value))
}

/// The request with the value that its body is taken to give the item.
fn with_value(refused: &Refusal, value: fn(&Item, &[u8]) -> Option<Value>) -> Option<Request> {
    if refused.status != StatusCode::BAD_REQUEST {
        return None;
    }
    let value = value(&refused.item, &refused.body)?;
    let body = json!({ "meta": { refused.item.key.as_str(): value } });
    Some(refused.with_body(body.to_string()))
}

/// Takes some of the bodies that are refused as other bodies.
fn taken_as_body(router: Router, body: fn(&[u8]) -> Option<Bytes>) -> Router {
    resent(router, move |refused| {
        let asked = refused.status == StatusCode::BAD_REQUEST;
        body(&refused.body)
            .filter(|_| asked)
            .map(|body| refused.with_body(body))
    })
}

/// Takes some of the bodies that are refused as ones that leave the item as it is.
fn taken_as_nothing(router: Router, which: fn(&[u8]) -> bool) -> Router {
    around(router, move |request, router| async move {
        let item = Item::put_by(&request);
        let caller = Caller::of(&request, router.clone());
        let before = match &item {
            Some(item) => caller.value(item).await,
            None => None,
        };
        let Answers { first, second } = asked_again(request, router, |refused| {
            let asked = refused.status == StatusCode::BAD_REQUEST && which(&refused.body);
            let value = before.as_deref().unwrap_or_default();
            asked.then(|| refused.with_body(item_body(&refused.item.key, value).to_string()))
        })
        .await;
        let (Some(second), Some(item)) = (second, item) else {
            return first;
        };
        if second.status().is_success() && before.is_none() {
            caller.delete(&item).await;
        }
        second
    })
}

/// Whether a body is this JSON value.
fn is(body: &[u8], value: &Value) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| body == *value)
}

/// Whether the item's path names an image as it should.
fn names_image(item: &Item) -> bool {
    let image = item.image();
    image.len() == 36 && image.parse::<Uuid>().is_ok()
}
