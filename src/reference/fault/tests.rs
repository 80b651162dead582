//! Each fault does what it says, and without it nothing of the kind happens.

use std::collections::BTreeSet;

use axum::Router;
use serde_json::json;

use super::*;
use crate::reference::Server;
use crate::reference::body::BODY_LIMIT;
use crate::reference::fixtures::{FULL_IMAGE, IMAGE};
use crate::reference::testing::{Answer, Ask, item, items, list};

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
    let ids: BTreeSet<_> = {
        let list = || Ask::new("GET", list(IMAGE)).of(&router);
        [list().await, list().await]
            .iter()
            .map(|answer| answer.header("x-compute-request-id").to_owned())
            .collect()
    };
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
            .expect("an object")
            .keys()
            .cloned()
            .collect(),
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
        id_is_new: ids.len() == 2,
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

/// What a server with the fault shows, which differs from a good one in nothing else.
fn expected(name: &str) -> Seen {
    let mut seen = good();
    match name {
        "not-stored" => {
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
        // Of the bytes: the service is as it was. The connection's own tests show the fault.
        "content-length-short" => {}
        other => panic!("no test says what `{other}` does"),
    }
    seen
}

#[tokio::test]
async fn without_a_fault_nothing_is_wrong() {
    assert_eq!(seen(&[]).await, good());
}

#[tokio::test]
async fn each_fault_changes_what_it_says_and_nothing_else() {
    for fault in faults() {
        assert_eq!(seen(&[fault]).await, expected(fault.name), "{}", fault.name);
    }
}

#[tokio::test]
async fn declared_lengths_follow_the_bodies() {
    for fault in faults() {
        let router = Server::with_faults(&[fault]).router();
        let set = Ask::put(IMAGE, "label", "Replaced").of(&router).await;
        let declared = set.headers.get("content-length");
        let right = declared.is_none_or(|length| *length == set.text.len().to_string());
        assert!(right, "{}", fault.name);
    }
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
fn names_are_unique_and_clauses_are_of_the_operation() {
    let names: BTreeSet<_> = faults().iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), faults().len());
    for known in faults() {
        assert_eq!(fault(known.name).map(|found| found.name), Some(known.name));
        assert!(
            known.clause.starts_with("setImageMetadataItem/"),
            "{}",
            known.name
        );
        assert!(known.summary.ends_with('.'), "{}", known.name);
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(known.name.chars().all(kebab), "{}", known.name);
    }
    assert!(fault("no-such-fault").is_none());
}
