//! Faults of an answer's body: what is stored is right, what is said about it is not.

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::catalogue::{Category, Fault};
use super::layer::{Notes, Operation, Verdict, When, changed, writes};

/// The faults of bodies; those that work on the bytes follow those that read the body as JSON.
pub(super) static FAULTS: [Fault; 17] = [
    Category::Body.fault(
        "answer-altered",
        "setImageMetadataItem/relation#answer-agrees",
        "A successful PUT is answered with another value than the one sent and stored.",
        answer_altered,
    ),
    Category::Body.fault(
        "value-not-string",
        "setImageMetadataItem/200/application~1json/meta/{additional}#type",
        "A successful PUT is answered with a number for the value.",
        value_not_string,
    ),
    Category::Body.fault(
        "meta-missing",
        "setImageMetadataItem/200/application~1json/meta#required",
        "A successful PUT is answered with a member `metadata` instead of `meta`.",
        meta_missing,
    ),
    Category::Body.fault(
        "meta-empty",
        "setImageMetadataItem/200/application~1json/meta#minProperties",
        "A successful PUT is answered with an empty `meta`.",
        meta_empty,
    ),
    Category::Body.fault(
        "meta-array",
        "setImageMetadataItem/200/application~1json/meta#type",
        "A successful PUT is answered with an array for `meta`.",
        meta_array,
    ),
    Category::Body.fault(
        "body-array",
        "setImageMetadataItem/200/application~1json#type",
        "A successful PUT is answered with an array for the body.",
        body_array,
    ),
    Category::Body.fault(
        "item-value-null",
        "getImageMetadataItem/200/application~1json/meta/{additional}#type",
        "A GET of an item gives null for the value.",
        item_value_null,
    ),
    Category::Body.fault(
        "item-meta-missing",
        "getImageMetadataItem/200/application~1json/meta#required",
        "A GET of an item is answered with a member `metadata` instead of `meta`.",
        item_meta_missing,
    ),
    Category::Body
        .fault(
            "item-other-key",
            "getImageMetadataItem/relation#holds-key",
            "A GET of an item gives the value under the key with a `-` behind it.",
            item_other_key,
        )
        .beside(&[
            "setImageMetadataItem/law#stored",
            "setImageMetadataItem/law#idempotent",
            "setImageMetadataItem/law#none-lost",
            "setImageMetadataItem/law#item-limit",
        ]),
    Category::Body.fault(
        "list-omits-newest",
        "listImageMetadata/law#complete",
        "The list of items lacks the one that was set last.",
        list_omits_newest,
    ),
    Category::Body.fault(
        "list-value-number",
        "listImageMetadata/200/application~1json/metadata/{additional}#type",
        "The list of items has numbers for the values.",
        list_value_number,
    ),
    Category::Body.fault(
        "list-renamed",
        "listImageMetadata/200/application~1json/metadata#required",
        "The list of items is called `items` instead of `metadata`.",
        list_renamed,
    ),
    Category::Body.fault(
        "trace-shown",
        "setImageMetadataItem/http#no-stack-trace",
        "The message of a PUT refused with 400 is a stack trace.",
        trace_shown,
    ),
    Category::Body.fault(
        "fault-code-text",
        "setImageMetadataItem/400/application~1json/{additional}/code#type",
        "The code of a PUT refused with 400 is a text.",
        fault_code_text,
    ),
    Category::Body.fault(
        "duplicate-member",
        "setImageMetadataItem/200/application~1json#well-formed",
        "The body of a successful PUT's answer holds `meta` twice.",
        duplicate_member,
    ),
    Category::Body.fault(
        "body-not-utf8",
        "setImageMetadataItem/200/application~1json#well-formed",
        "The value in a successful PUT's answer ends in a byte that is no UTF-8.",
        body_not_utf8,
    ),
    Category::Body.fault(
        "body-truncated",
        "setImageMetadataItem/200/application~1json#well-formed",
        "The body of a successful PUT's answer ends in its middle.",
        body_truncated,
    ),
];

/// What a server in Python writes of an exception.
const TRACE: &str = "Traceback (most recent call last):\n  File \"/srv/compute/api/metadata.py\", line 88, in update\n    value = body['meta'][key]\nKeyError: 'meta'";

fn answer_altered(router: Router) -> Router {
    values(router, Operation::Set, "meta", |value| match value {
        Value::String(text) => Value::String(altered(text)),
        other => other.clone(),
    })
}

fn value_not_string(router: Router) -> Router {
    values(router, Operation::Set, "meta", length)
}

fn meta_missing(router: Router) -> Router {
    renamed(router, Operation::Set, "meta", "metadata")
}

fn meta_empty(router: Router) -> Router {
    json_body(router, Operation::Set, When::Success, |_| {
        Some(json!({ "meta": {} }))
    })
}

fn meta_array(router: Router) -> Router {
    json_body(router, Operation::Set, When::Success, |_| {
        Some(json!({ "meta": [] }))
    })
}

fn body_array(router: Router) -> Router {
    json_body(router, Operation::Set, When::Success, |_| Some(json!([])))
}

fn item_value_null(router: Router) -> Router {
    values(router, Operation::Get, "meta", |_| Value::Null)
}

fn item_meta_missing(router: Router) -> Router {
    renamed(router, Operation::Get, "meta", "metadata")
}

fn item_other_key(router: Router) -> Router {
    json_body(router, Operation::Get, When::Success, |mut body| {
        let pairs = body.get_mut("meta")?.as_object_mut()?;
        *pairs = std::mem::take(pairs)
            .into_iter()
            .map(|(key, value)| (key + "-", value))
            .collect();
        Some(body)
    })
}

fn list_omits_newest(router: Router) -> Router {
    let newest = Notes::default();
    let noted = newest.clone();
    let router = writes(router, move |write| {
        noted.put(write.item.image(), write.item.key.clone());
        Verdict::Kept
    });
    changed(
        router,
        Operation::List,
        When::Success,
        move |asked, answer| {
            answer.change_json(|mut body| {
                let key = newest.get(&asked.item.image())?;
                body.get_mut("metadata")?.as_object_mut()?.remove(&key);
                Some(body)
            });
        },
    )
}

fn list_value_number(router: Router) -> Router {
    values(router, Operation::List, "metadata", length)
}

fn list_renamed(router: Router) -> Router {
    renamed(router, Operation::List, "metadata", "items")
}

fn trace_shown(router: Router) -> Router {
    fault_member(router, "message", |_| Value::from(TRACE))
}

fn fault_code_text(router: Router) -> Router {
    fault_member(router, "code", |code| Value::from(code.to_string()))
}

/// This one works on the text, since no JSON value can hold a member twice.
fn duplicate_member(router: Router) -> Router {
    changed(router, Operation::Set, When::Success, |_, answer| {
        answer.change_text(|text| {
            let members = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
            (!members.is_empty()).then(|| format!("{{{members}, {members}}}"))
        });
    })
}

fn body_not_utf8(router: Router) -> Router {
    changed(router, Operation::Set, When::Success, |_, answer| {
        if let Some(before) = answer.body.strip_suffix(b"\"}}") {
            answer.set_body([before, b"\xff\"}}"].concat());
        }
    })
}

fn body_truncated(router: Router) -> Router {
    changed(router, Operation::Set, When::Success, |_, answer| {
        answer.set_body(answer.body.slice(..answer.body.len() / 2));
    })
}

/// Changes some bodies of an operation as JSON.
fn json_body(
    router: Router,
    operation: Operation,
    when: When,
    change: fn(Value) -> Option<Value>,
) -> Router {
    changed(router, operation, when, move |_, answer| {
        answer.change_json(change);
    })
}

/// Changes each value in a member of an operation's successful bodies.
fn values(
    router: Router,
    operation: Operation,
    member: &'static str,
    change: fn(&Value) -> Value,
) -> Router {
    changed(router, operation, When::Success, move |_, answer| {
        answer.change_json(|mut body| {
            for value in body.get_mut(member)?.as_object_mut()?.values_mut() {
                *value = change(value);
            }
            Some(body)
        });
    })
}

/// Gives a member of an operation's successful bodies another name.
fn renamed(router: Router, operation: Operation, from: &'static str, to: &'static str) -> Router {
    changed(router, operation, When::Success, move |_, answer| {
        answer.change_json(|body| match body {
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| {
                    let name = if name == from { to.to_owned() } else { name };
                    (name, value)
                });
                Some(Value::Object(members.collect::<Map<_, _>>()))
            }
            _ => None,
        });
    })
}

/// Changes a member of the fault in the body of a PUT refused with 400.
fn fault_member(router: Router, member: &'static str, change: fn(&Value) -> Value) -> Router {
    let refused = When::Status(StatusCode::BAD_REQUEST);
    changed(router, Operation::Set, refused, move |_, answer| {
        answer.change_json(|mut body| {
            for detail in body.as_object_mut()?.values_mut() {
                let value = detail.get_mut(member)?;
                *value = change(value);
            }
            Some(body)
        });
    })
}

/// A number in the place of a text: its length.
fn length(value: &Value) -> Value {
    Value::from(value.as_str().map_or(0, str::len))
}

/// Another text of the same kind: in the other case where it has letters, which keeps its length.
fn altered(text: &str) -> String {
    let cases = [text.to_ascii_uppercase(), text.to_ascii_lowercase()];
    cases
        .into_iter()
        .find(|other| other != text)
        .unwrap_or_else(|| format!("{text}~"))
}
