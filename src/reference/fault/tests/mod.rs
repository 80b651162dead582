//! Each fault does what it says, and without it nothing of the kind happens.

use std::collections::BTreeSet;

use axum::Router;
use serde_json::json;

use super::*;
use crate::reference::Server;
use crate::reference::body::BODY_LIMIT;
use crate::reference::fixtures::{FULL_IMAGE, IMAGE};
use crate::reference::testing::{Answer, Ask, item, items};

mod shown;
mod wire;

/// Everything a fault of the service can be seen by, of one freshly seeded server.
#[derive(Debug, PartialEq)]
struct Seen {
    /// Status, media type, form of the request id, and body of an ordinary PUT.
    set: (u16, String, &'static str, String),
    stored: String,
    keys: Vec<String>,
    /// The status of a body without the URI's key, and what is stored then.
    mismatch: (u16, String),
    without_token: u16,
    with_wrong_token: u16,
    oversize: u16,
    id_is_new: bool,
    /// The status of an item more than an image may have: no fault changes it.
    full: u16,
}

fn id_form(answer: &Answer) -> &'static str {
    match answer.header("x-compute-request-id") {
        "" => "missing",
        id if id.starts_with("req-") && id.len() == 40 => "good",
        _ => "malformed",
    }
}

async fn value(router: &Router) -> String {
    let read = Ask::new("GET", item(IMAGE, "label")).of(router).await;
    read.body()["meta"]["label"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

async fn seen(faults: &[&'static Fault]) -> Seen {
    let router = Server::with_faults(faults).router();
    let set = Ask::put(IMAGE, "label", "Replaced").of(&router).await;
    let stored = value(&router).await;
    let all = items(&router).await;
    let body = json!({ "meta": { "other": "Intruder" } }).to_string();
    let mismatch = Ask::new("PUT", item(IMAGE, "label"))
        .json(&body)
        .of(&router)
        .await;
    let after = value(&router).await;
    let put = || Ask::put(IMAGE, "label", "Again");
    let long = format!(r#"{{"meta":{{"label":"Long"}}}}{}"#, " ".repeat(BODY_LIMIT));
    let refused = || put().json("{}").of(&router);
    let ids = [refused().await, refused().await];
    let [first, second] = ids.map(|answer| answer.header("x-compute-request-id").to_owned());
    Seen {
        set: (
            set.status.as_u16(),
            set.header("content-type").to_owned(),
            id_form(&set),
            set.text,
        ),
        stored,
        keys: all
            .as_object()
            .map(|all| all.keys().cloned().collect())
            .unwrap_or_default(),
        mismatch: (mismatch.status.as_u16(), after),
        without_token: put()
            .header("x-auth-token", None)
            .of(&router)
            .await
            .status
            .as_u16(),
        with_wrong_token: put()
            .header("x-auth-token", "wrong")
            .of(&router)
            .await
            .status
            .as_u16(),
        oversize: put().json(&long).of(&router).await.status.as_u16(),
        id_is_new: first != second,
        full: Ask::put(FULL_IMAGE, "more", "v")
            .of(&router)
            .await
            .status
            .as_u16(),
    }
}

fn good() -> Seen {
    Seen {
        set: (
            200,
            "application/json".into(),
            "good",
            r#"{"meta":{"label":"Replaced"}}"#.into(),
        ),
        stored: "Replaced".into(),
        keys: vec!["label".into(), "version".into()],
        mismatch: (400, "Replaced".into()),
        without_token: 401,
        with_wrong_token: 401,
        oversize: 413,
        id_is_new: true,
        full: 413,
    }
}

/// The faults whose part of the picture is enough to know them by.
const PICTURED: [&str; 15] = [
    "not-stored",
    "others-wiped",
    "refused-write-stored",
    "mismatch-accepted",
    "oversize-accepted",
    "auth-ignored",
    "request-id-repeated",
    "request-id-malformed",
    "request-id-missing",
    "created-status",
    "wrong-media-type",
    "answer-altered",
    "value-not-string",
    "meta-missing",
    "duplicate-member",
];

/// What a server with the fault shows, which differs from a good one in nothing else.
fn expected(name: &str) -> Seen {
    let mut seen = good();
    match name {
        "not-stored" | "first-write-wins" => {
            seen.stored = "Original".into();
            seen.mismatch.1 = "Original".into();
        }
        "others-wiped" => seen.keys = vec!["label".into()],
        "refused-write-stored" => seen.mismatch = (400, "Intruder".into()),
        "mismatch-accepted" => seen.mismatch = (200, "Intruder".into()),
        "oversize-accepted" => seen.oversize = 200,
        "auth-ignored" => seen.without_token = 200,
        "request-id-repeated" => seen.id_is_new = false,
        "request-id-malformed" => seen.set.2 = "malformed",
        "request-id-missing" => seen.set.2 = "missing",
        "created-status" => seen.set.0 = 201,
        "wrong-media-type" => seen.set.1 = "text/plain".into(),
        "answer-altered" => seen.set.3 = r#"{"meta":{"label":"REPLACED"}}"#.into(),
        "value-not-string" => seen.set.3 = r#"{"meta":{"label":8}}"#.into(),
        "meta-missing" => seen.set.3 = r#"{"metadata":{"label":"Replaced"}}"#.into(),
        "duplicate-member" => {
            seen.set.3 = r#"{"meta":{"label":"Replaced"}, "meta":{"label":"Replaced"}}"#.into();
        }
        "no-content-status" => seen.set = (204, String::new(), "good", String::new()),
        "mismatch-500" => seen.mismatch.0 = 500,
        "value-appended" => {
            seen.stored = "OriginalReplaced".into();
            seen.mismatch.1 = "OriginalReplaced".into();
        }
        "item-value-null" | "item-meta-missing" | "item-other-key" => {
            seen.stored = String::new();
            seen.mismatch.1 = String::new();
        }
        "stale-read" => seen.stored = "Original".into(),
        "list-renamed" => seen.keys = Vec::new(),
        "list-omits-newest" => seen.keys = vec!["version".into()],
        "media-type-missing" => seen.set.1 = String::new(),
        "meta-empty" => seen.set.3 = r#"{"meta":{}}"#.into(),
        "meta-array" => seen.set.3 = r#"{"meta":[]}"#.into(),
        "body-array" => seen.set.3 = "[]".into(),
        "body-truncated" => seen.set.3 = r#"{"meta":{"labe"#.into(),
        "body-not-utf8" => seen.set.3 = "{\"meta\":{\"label\":\"Replaced\u{fffd}\"}}".into(),
        "unknown-token-accepted" => seen.with_wrong_token = 200,
        "oversize-400" => seen.oversize = 400,
        "item-limit-ignored" => seen.full = 200,
        "existing-refused" => {
            let refused = r#"{"badRequest":{"code":400,"message":"The item is there already."}}"#;
            seen.set.0 = 400;
            seen.set.3 = refused.into();
            seen.stored = "Original".into();
            seen.mismatch.1 = "Original".into();
        }
        // What the others change is no part of this picture.
        _ => {}
    }
    seen
}

#[tokio::test]
async fn without_a_fault_nothing_is_wrong() {
    assert_eq!(seen(&[]).await, good());
}

#[tokio::test]
async fn each_fault_changes_what_it_says_and_nothing_else() {
    let mut wrong = Vec::new();
    for fault in faults() {
        let seen = seen(&[fault]).await;
        if seen != expected(fault.name) {
            wrong.push((fault.name, seen));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn several_faults_show_at_once_in_whatever_order() {
    let names = [
        "created-status",
        "auth-ignored",
        "wrong-media-type",
        "answer-altered",
        "others-wiped",
        "request-id-missing",
        "mismatch-accepted",
        "oversize-accepted",
    ];
    let mut chosen: Vec<_> = names
        .iter()
        .map(|name| fault(name).expect("the fault is known"))
        .collect();
    let expected = Seen {
        set: (
            201,
            "text/plain".into(),
            "missing",
            r#"{"meta":{"label":"REPLACED"}}"#.into(),
        ),
        keys: vec!["label".into()],
        mismatch: (201, "Intruder".into()),
        without_token: 201,
        oversize: 201,
        ..good()
    };
    assert_eq!(seen(&chosen).await, expected);
    chosen.reverse();
    assert_eq!(seen(&chosen).await, expected);
}

#[test]
fn names_are_unique_and_each_clause_is_of_an_operation_or_path() {
    let names: BTreeSet<_> = faults().map(|fault| fault.name).collect();
    assert_eq!(names.len(), faults().count());
    let operations = [
        "setImageMetadataItem/",
        "getImageMetadataItem/",
        "deleteImageMetadataItem/",
        "listImageMetadata/",
        "~1images~1{image_id}~1metadata~1{key}/",
    ];
    for known in faults() {
        assert_eq!(fault(known.name).map(|found| found.name), Some(known.name));
        assert!(
            operations
                .iter()
                .any(|operation| known.clause.starts_with(operation)),
            "{}",
            known.name
        );
        assert!(known.summary.ends_with('.'), "{}", known.name);
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(known.name.chars().all(kebab), "{}", known.name);
    }
    assert!(fault("no-such-fault").is_none());
}
