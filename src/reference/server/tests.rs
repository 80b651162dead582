//! The server's behaviour, asked for through its router.

use std::collections::BTreeSet;

use axum::Router;
use serde_json::json;

use super::*;
use crate::reference::body::BODY_LIMIT;
use crate::reference::fixtures::{
    FOREIGN_IMAGE, FULL_IMAGE, IMAGE, OTHER_TOKEN, PRIVATE_IMAGE, SAVING_IMAGE,
};
use crate::reference::testing::{Ask, item, items, list};

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

fn router() -> Router {
    Server::new().router()
}

#[tokio::test]
async fn an_item_is_changed_read_back_and_its_neighbour_stays() {
    let router = router();
    let set = Ask::put(IMAGE, "label", "Replaced").of(&router).await;
    assert_eq!(set.status, 200);
    assert_eq!(set.header("content-type"), "application/json");
    assert_eq!(set.text, r#"{"meta":{"label":"Replaced"}}"#);
    let read = Ask::new("GET", item(IMAGE, "label")).of(&router).await;
    assert_eq!(read.body(), json!({ "meta": { "label": "Replaced" } }));
    assert_eq!(
        items(&router).await,
        json!({ "label": "Replaced", "version": "1.0" })
    );
}

#[tokio::test]
async fn an_item_is_added_and_taken_away_again() {
    let router = router();
    assert_eq!(Ask::put(IMAGE, "new", "").of(&router).await.status, 200);
    assert_eq!(items(&router).await["new"], "");
    let delete = || Ask::new("DELETE", item(IMAGE, "new"));
    let deleted = delete().of(&router).await;
    assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (204, ""));
    delete().of(&router).await.assert_fault(404, "itemNotFound");
    let read = Ask::new("GET", item(IMAGE, "new")).of(&router).await;
    read.assert_fault(404, "itemNotFound");
}

#[tokio::test]
async fn keys_are_decoded_once() {
    let router = router();
    for (escaped, key) in [
        ("a%2Fb", "a/b"),
        ("%252F", "%2F"),
        ("%C3%A9", "é"),
        ("%2e%2e", ".."),
        ("a+b", "a+b"),
    ] {
        let body = json!({ "meta": { key: "v" } }).to_string();
        let set = Ask::new("PUT", item(IMAGE, escaped)).json(&body);
        assert_eq!(set.of(&router).await.status, 200, "{escaped}");
        assert_eq!(items(&router).await[key], "v", "{escaped}");
        let read = Ask::new("GET", item(IMAGE, escaped)).of(&router).await;
        assert_eq!(read.body()["meta"][key], "v", "{escaped}");
    }
}

#[tokio::test]
async fn an_escaped_or_upper_case_id_is_the_same_image() {
    for id in [format!("%37{}", &IMAGE[1..]), IMAGE.to_ascii_uppercase()] {
        let read = Ask::new("GET", item(&id, "label")).of(&router()).await;
        assert_eq!(read.status, 200, "{id}");
    }
}

#[tokio::test]
async fn credentials_are_judged_before_all_else() {
    let router = router();
    let paths = [item(IMAGE, "label"), item("no-uuid", "%ff"), "/".into()];
    for path in paths {
        for token in [None, Some(""), Some("unknown"), Some(&OTHER_TOKEN[1..])] {
            for method in ["GET", "PUT", "DELETE", "POST"] {
                let ask = Ask::new(method, &path)
                    .json("{")
                    .header("x-auth-token", token);
                let answer = ask.of(&router).await;
                answer.assert_fault(401, "unauthorized");
                assert!(!answer.header("www-authenticate").is_empty());
            }
        }
    }
}

#[tokio::test]
async fn images_refuse_what_their_state_and_owner_forbid() {
    let router = router();
    let set = |image| Ask::put(image, "label", "Intruder").of(&router);
    set(FOREIGN_IMAGE).await.assert_fault(403, "forbidden");
    set(SAVING_IMAGE)
        .await
        .assert_fault(409, "conflictingRequest");
    set(UNKNOWN).await.assert_fault(400, "badRequest");
    set(PRIVATE_IMAGE).await.assert_fault(400, "badRequest");
    let delete = |image| Ask::new("DELETE", item(image, "label")).of(&router);
    delete(FOREIGN_IMAGE).await.assert_fault(403, "forbidden");
    delete(SAVING_IMAGE)
        .await
        .assert_fault(409, "conflictingRequest");
    for image in [UNKNOWN, PRIVATE_IMAGE] {
        delete(image).await.assert_fault(404, "itemNotFound");
        for path in [list(image), item(image, "label")] {
            let read = Ask::new("GET", path).of(&router).await;
            read.assert_fault(404, "itemNotFound");
        }
    }
    for image in [FOREIGN_IMAGE, SAVING_IMAGE] {
        let read = Ask::new("GET", item(image, "label")).of(&router).await;
        assert_eq!(read.body(), json!({ "meta": { "label": "Original" } }));
    }
    let owner = Ask::put(PRIVATE_IMAGE, "label", "Own").header("x-auth-token", OTHER_TOKEN);
    assert_eq!(owner.of(&router).await.status, 200);
}

#[tokio::test]
async fn malformed_requests_change_nothing() {
    let router = router();
    let before = items(&router).await;
    let put = || Ask::put(IMAGE, "label", "Intruder");
    let at = |path: String| Ask { path, ..put() };
    let long = "k".repeat(256);
    let two_types = {
        let mut ask = put();
        ask.headers
            .push(("content-type", "application/json".into()));
        ask
    };
    let asks = [
        at(item("no-uuid", "label")),
        at(item(&IMAGE.replace('-', ""), "label")),
        at(item(IMAGE, "%ff")),
        at(item(IMAGE, "label%")),
        at(item(IMAGE, "label%2")),
        at(item(IMAGE, "other")),
        Ask::put(IMAGE, &long, "v"),
        Ask::put(IMAGE, "label", &long),
        put().json(r#"{"meta":{"label":"a"},"meta":{"label":"b"}}"#),
        put().json(r#"{"meta":{"label":1}}"#),
        put().json("{}"),
        put().json(""),
        put().header("content-type", None),
        put().header("content-type", "text/plain"),
        put().header("content-type", "application/xml"),
        two_types,
    ];
    for ask in asks {
        let shown = format!("{ask:?}");
        let answer = ask.of(&router).await;
        assert_eq!(answer.status, 400, "{shown}");
        answer.assert_fault(400, "badRequest");
    }
    assert_eq!(items(&router).await, before);
    for path in [list("no-uuid"), item(IMAGE, "%ff"), item(IMAGE, &long)] {
        let read = Ask::new("GET", path).of(&router).await;
        read.assert_fault(400, "badRequest");
    }
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit_and_no_longer() {
    let router = router();
    let body = r#"{"meta":{"label":"Padded"}}"#;
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));
    let set = |length| {
        Ask::put(IMAGE, "label", "")
            .json(&padded(length))
            .of(&router)
    };
    let over = set(BODY_LIMIT + 1).await;
    over.assert_fault(413, "overLimit");
    assert_eq!(over.header("retry-after"), "");
    assert_eq!(items(&router).await["label"], "Original");
    assert_eq!(set(BODY_LIMIT).await.status, 200);
    assert_eq!(items(&router).await["label"], "Padded");
}

#[tokio::test]
async fn a_full_image_takes_no_further_item_and_still_changes_those_it_has() {
    let router = router();
    let more = Ask::put(FULL_IMAGE, "one-more", "v").of(&router).await;
    more.assert_fault(413, "overLimit");
    let set = Ask::put(FULL_IMAGE, "item-0", "changed").of(&router).await;
    assert_eq!(set.status, 200);
    let all = Ask::new("GET", list(FULL_IMAGE)).of(&router).await;
    let all = all.body()["metadata"]
        .as_object()
        .expect("an object")
        .clone();
    assert_eq!(all.len(), 128);
    assert!(!all.contains_key("one-more"));
}

#[tokio::test]
async fn other_methods_and_paths_are_faults_too() {
    let router = router();
    for method in ["POST", "PATCH", "OPTIONS", "TRACE"] {
        let item = Ask::new(method, item(IMAGE, "label")).of(&router).await;
        item.assert_fault(405, "badMethod");
        assert_eq!(item.header("allow"), "GET, HEAD, PUT, DELETE");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let all = Ask::new(method, list(IMAGE)).of(&router).await;
        all.assert_fault(405, "badMethod");
        assert_eq!(all.header("allow"), "GET, HEAD");
    }
    for path in [
        "/",
        "/images",
        "*",
        "/images/a/metadata/",
        "/images/a/metadata/b/c",
    ] {
        let answer = Ask::new("GET", path).of(&router).await;
        answer.assert_fault(404, "itemNotFound");
    }
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let router = router();
    for path in [list(IMAGE), item(IMAGE, "label")] {
        let get = Ask::new("GET", &path).of(&router).await;
        let head = Ask::new("HEAD", &path).of(&router).await;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""));
        assert_eq!(head.header("content-type"), get.header("content-type"));
        assert_eq!(head.header("content-length"), get.text.len().to_string());
    }
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own_a_date_and_a_server() {
    let router = router();
    let asks = || {
        [
            Ask::put(IMAGE, "label", "v"),
            Ask::new("GET", list(IMAGE)),
            Ask::new("GET", "/"),
            Ask::new("POST", list(IMAGE)),
            Ask::new("GET", "/").header("x-auth-token", None),
        ]
    };
    let mut ids = BTreeSet::new();
    for ask in [asks(), asks()].into_iter().flatten() {
        let answer = ask.of(&router).await;
        let id = answer.header("x-compute-request-id").to_owned();
        let uuid = id.strip_prefix("req-").expect("the id has its prefix");
        assert!(uuid.parse::<uuid::Uuid>().is_ok(), "{id}");
        assert!(ids.insert(id), "the id is new");
        assert!(httpdate::parse_http_date(answer.header("date")).is_ok());
        assert_eq!(answer.header("server"), "proofmark-reference");
    }
}

#[tokio::test]
async fn clones_share_their_state_and_servers_dont() {
    let server = Server::new();
    Ask::put(IMAGE, "label", "Shared")
        .of(&server.clone().router())
        .await;
    assert_eq!(items(&server.router()).await["label"], "Shared");
    assert_eq!(items(&router()).await["label"], "Original");
}

#[test]
fn the_fixtures_are_the_contracts_examples() {
    let contract = crate::reference::contract();
    let fixtures = Server::new().fixtures();
    let put = &contract["paths"]["/images/{image_id}/metadata/{key}"]["put"];
    for (name, example) in put["parameters"][0]["examples"]
        .as_object()
        .expect("an object")
    {
        assert_eq!(fixtures["variables"][name], example["value"], "{name}");
    }
    let scheme = &contract["components"]["securitySchemes"]["tokenAuth"];
    assert_eq!(
        fixtures["identities"],
        scheme["x-conformance"]["identities"]
    );
    assert_eq!(fixtures["variables"]["item_limit"], 128);
    assert_eq!(fixtures["variables"]["body_limit"], 65_536);
}
