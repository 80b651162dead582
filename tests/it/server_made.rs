//! What a server makes under a name of its own is taken away again, and nothing else is.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::support::{Reply, Suite, answer, told, url_target};
use crate::case::load_cases;
use crate::clause::Clauses;
use crate::diag::Source;
use crate::generate::first_requests;
use crate::openapi::load;
use crate::outcome::Event;
use crate::profile::Profile;

/// Things, and parts of them by another parameter's name; notes, which nothing deletes; jobs, whose
/// results a link leads to.
const API: &str = r#"
openapi: 3.1.1
info: { title: Things, version: "1" }
paths:
  /things:
    post: { operationId: makeThing, requestBody: { content: { application/json: { schema: { type: object } } } }, responses: { 2XX: { description: d } } }
  /things/{thingId}:
    parameters: [{ name: thingId, in: path, required: true, schema: { type: string } }]
    put: { operationId: writeThing, requestBody: { content: { application/json: {} } }, responses: { 2XX: { description: d } } }
    delete: { operationId: deleteThing, responses: { 2XX: { description: d }, 4XX: { description: d } } }
  /things/{owner}/parts:
    parameters: [{ name: owner, in: path, required: true, schema: { type: string } }]
    post: { operationId: makePart, responses: { 2XX: { description: d } } }
  /things/{thingId}/parts/{part}:
    parameters: [{ name: thingId, in: path, required: true, schema: { type: string } }, { name: part, in: path, required: true, schema: { type: string } }]
    delete: { operationId: deletePart, responses: { 2XX: { description: d } } }
  /cats:
    post: { operationId: makeCat, responses: { 2XX: { description: d } } }
  /cat/{catId}:
    parameters: [{ name: catId, in: path, required: true, schema: { type: string } }]
    delete: { operationId: deleteCat, responses: { 2XX: { description: d } } }
  /notes:
    post: { operationId: makeNote, responses: { 2XX: { description: d } } }
  /jobs:
    post:
      operationId: startJob
      responses:
        "201":
          description: d
          links:
            read: { operationId: makeNote }
            remove: { operationId: deleteResult, parameters: { result: "$response.body#/result/key" } }
  /results/{result}:
    parameters: [{ name: result, in: path, required: true, schema: { type: string } }]
    delete: { operationId: deleteResult, responses: { 2XX: { description: d } } }
"#;

/// What a run with one case asked the server to delete, and what it said to be left behind. `made` is the
/// status line, further fields and body of every other answer.
async fn ended(
    text: &str,
    made: &'static str,
    deletion: &'static str,
) -> (Vec<String>, Vec<String>) {
    let contract = load(Source::new("api.yaml", API)).expect("the contract loads");
    let text = format!("description: d\nrequirement: r\n{text}");
    let source = Source::new("cases/makeThing/case.yaml", text);
    let cases = load_cases(&[source], "cases", &contract).expect("it is a case");
    let suite = Suite {
        clauses: Arc::new(Clauses::of(&contract)),
        contract: Arc::new(contract),
        cases,
    };
    ended_of(&suite, made, deletion).await
}

async fn ended_of(
    suite: &Suite,
    made: &'static str,
    deletion: &'static str,
) -> (Vec<String>, Vec<String>) {
    let server = told(move |request| {
        let (head, body) = match request.method.as_str() {
            "DELETE" => (deletion, ""),
            _ => made.split_once('|').unwrap_or((made, "")),
        };
        // The run's own names come back where the test asks for it.
        let body = if body == "ECHO" { &request.body } else { body };
        let length = body.len();
        Reply::Bytes(
            format!("HTTP/1.1 {head}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
                .into_bytes(),
        )
    })
    .await;
    let left = Mutex::new(Vec::new());
    let target = url_target(&format!("{}/v1", server.url));
    let emit = |event| {
        if let Event::LeftBehind { what, .. } = event {
            left.lock().expect("nobody panicked").push(what);
        }
    };
    suite.run(target, 1, &emit).await.expect("it is there");
    let seen = server.seen.lock().expect("nobody panicked");
    let deleted = seen.iter().filter(|request| request.method == "DELETE");
    let deleted = deleted.map(|request| request.path.clone()).collect();
    (deleted, left.into_inner().expect("nobody panicked"))
}

const THING: &str = "operation: makeThing\nbody: { size: 7 }";
const GONE: &str = "204 No Content";

#[tokio::test]
async fn what_the_answer_names_is_deleted() {
    for (case, made, path) in [
        (
            THING,
            "201 Created\r\nlocation: /v1/things/7|",
            "/v1/things/7",
        ),
        (
            THING,
            "201 Created\r\nlocation: things/a%2Fb?x=1|",
            "/v1/things/a%2Fb",
        ),
        (THING, "201 Created|{\"id\": 7}", "/v1/things/7"),
        (
            THING,
            "201 Created|{\"id\": 1, \"thingId\": \"a/b\"}",
            "/v1/things/a%2Fb",
        ),
        // Another host's, and one beside the API: the body names it all the same.
        (
            THING,
            "201 Created\r\nlocation: http://other.example/v1/things/8|{\"id\": 7}",
            "/v1/things/7",
        ),
        (
            THING,
            "201 Created\r\nlocation: /things/8|{\"id\": 7}",
            "/v1/things/7",
        ),
        // The status says nothing, but nobody else has such a name.
        (
            "operation: makeThing\nbody: { id: \"${unique}\" }",
            "200 OK|ECHO",
            "/v1/things/pm-0123456789-makeThing-case",
        ),
        (
            "operation: makePart\npath: { owner: o%1 }",
            "201 Created|{\"part\": \"p\"}",
            "/v1/things/o%251/parts/p",
        ),
        // The collection is called by the plural.
        (
            "operation: makeCat",
            "201 Created|{\"catId\": \"b\"}",
            "/v1/cat/b",
        ),
        (
            "operation: startJob",
            "201 Created|{\"result\": {\"key\": \"k\"}}",
            "/v1/results/k",
        ),
        // The case looks again, and the deletion is still the last.
        (
            "operation: makeThing\nbody: {}\ncapture: { it: /id }\nthen: [{ operation: writeThing, path: { thingId: \"${it}\" }, body: {} }]",
            "201 Created|{\"id\": \"x\"}",
            "/v1/things/x",
        ),
    ] {
        let (deleted, left) = ended(case, made, GONE).await;
        assert_eq!(deleted, [path], "{made}");
        assert!(left.is_empty(), "{made}: {left:?}");
    }
}

#[tokio::test]
async fn what_may_have_been_there_before_is_left_alone_and_said() {
    let chosen =
        "it is not deleted, for the request chose its name, and it may have been there before";
    let named = "operation: makeThing\nbody: { id: 7, other: res }";
    let nameless = "what POST /things made: if there is anything, the answer gives no name by which it could be deleted";
    for (case, made, left_behind) in [
        (
            named,
            "201 Created|{\"id\": 7}",
            Some(format!("/things/7: {chosen}")),
        ),
        (
            named,
            "201 Created\r\nlocation: /v1/things/7|",
            Some(format!("/things/7: {chosen}")),
        ),
        // Elsewhere than below the request's own path, under whatever name.
        (
            named,
            "201 Created\r\nlocation: /v1/results/res|",
            Some(format!("/results/res: {chosen}")),
        ),
        (
            "operation: makeNote",
            "201 Created|{\"id\": 7}",
            Some(
                "7, which POST /notes made: the contract has no operation that deletes it"
                    .to_owned(),
            ),
        ),
        (
            "operation: makeNote",
            "201 Created\r\nlocation: /v1/notes/7|",
            Some("/v1/notes/7: the contract has no operation that deletes it".to_owned()),
        ),
        // It may have been made, or have been there before; or it has no name.
        (
            THING,
            "200 OK|{\"id\": 7}",
            Some(
                "/things/7: it is not deleted, for only a 201 says that the request made it"
                    .to_owned(),
            ),
        ),
        (
            named,
            "200 OK|{\"id\": 7}",
            Some(format!("/things/7: {chosen}")),
        ),
        (THING, "201 Created|[7]", Some(nameless.to_owned())),
        (
            "operation: makeThing\nrepeat: 3",
            "200 OK|{\"name\": \"x\"}",
            Some(nameless.to_owned()),
        ),
        // Nothing is made, or nothing of the kind is ever deleted.
        (THING, "204 No Content|", None),
        (THING, "409 Conflict|{\"id\": 7}", None),
        ("operation: makeNote", "200 OK|{\"id\": 7}", None),
        ("operation: makeNote", "201 Created|[7]", None),
        // The case knew the name before.
        (
            "operation: writeThing\npath: { thingId: x }\nbody: {}",
            "201 Created\r\nlocation: /v1/things/x|{\"id\": \"x\"}",
            None,
        ),
        (
            "operation: makeThing\nmethod: GET",
            "201 Created|{\"id\": 7}",
            None,
        ),
    ] {
        let (deleted, left) = ended(case, made, GONE).await;
        assert!(deleted.is_empty(), "{case} {made}: {deleted:?}");
        assert_eq!(left, left_behind.into_iter().collect::<Vec<_>>(), "{made}");
    }
}

#[tokio::test]
async fn what_a_case_deletes_itself_is_not_deleted_again() {
    let case = "operation: makeThing\nbody: {}\ncapture: { it: /id }\nthen: [{ operation: deleteThing, path: { thingId: \"${it}\" } }]";
    let made = "201 Created|{\"id\": \"x\"}";
    let (deleted, left) = ended(case, made, GONE).await;
    assert_eq!((deleted.len(), left.len()), (1, 0));
    // Nor is it told of where only the case knew that it was made, or by what name.
    for made in [
        "200 OK|{\"id\": \"x\"}",
        "200 OK|{\"name\": \"x\", \"id\": null}",
    ] {
        let case = case.replace(
            "/id",
            if made.contains("name") {
                "/name"
            } else {
                "/id"
            },
        );
        let (deleted, left) = ended(&case, made, GONE).await;
        assert_eq!((deleted.len(), left.len()), (1, 0), "{made}: {left:?}");
    }
    // One that failed is tried once more, and then said.
    let (deleted, left) = ended(case, made, "409 Conflict").await;
    assert_eq!(deleted.len(), 2);
    assert_eq!(left, ["/things/x: the deletion was answered 409"]);
}

#[tokio::test]
async fn what_is_made_often_is_deleted_the_newest_first() {
    let case =
        "operation: makeThing\nbody: {}\ngiven: [{ operation: makePart, path: { owner: o } }]";
    let (deleted, _) = ended(case, "201 Created|{\"id\": \"x\"}", GONE).await;
    assert_eq!(deleted, ["/v1/things/x", "/v1/things/o/parts/x"]);
}

#[tokio::test]
async fn generated_requests_are_taken_back_as_well() {
    let contract = load(Source::new("api.yaml", API)).expect("the contract loads");
    let generation = first_requests(&contract, &Profile::default());
    let cases = generation.requests.into_iter().map(|request| request.case);
    let cases = cases.filter(|case| case.id.as_str().starts_with("makeThing"));
    let suite = Suite {
        clauses: Arc::new(Clauses::of(&contract)),
        cases: cases.collect(),
        contract: Arc::new(contract),
    };
    let (deleted, left) = ended_of(&suite, "201 Created|{\"id\": 7}", GONE).await;
    assert_eq!(json!([deleted, left]), json!([["/v1/things/7"], []]));
}

#[tokio::test]
async fn what_the_owner_named_is_the_owners() {
    let contract = load(Source::new("api.yaml", API)).expect("the contract loads");
    let source = Source::new(
        "cases/makeThing/case.yaml",
        format!("description: d\nrequirement: r\n{THING}"),
    );
    let suite = Suite {
        cases: load_cases(&[source], "cases", &contract).expect("it is a case"),
        clauses: Arc::new(Clauses::of(&contract)),
        contract: Arc::new(contract),
    };
    // By the variable of that parameter; of another, the value says nothing.
    for (variable, deletions) in [("thingId", 0), ("limit", 1)] {
        let server = told(|_| answer("201 Created", "{\"id\": 7}")).await;
        let variables = json!({variable: 7}).as_object().cloned();
        let profile = Profile {
            variables: variables.unwrap_or_default(),
            ..Profile::default()
        };
        suite.run_with(url_target(&server.url), profile).await;
        let seen = server.seen.lock().expect("nobody panicked");
        let deleted = seen.iter().filter(|request| request.method == "DELETE");
        assert_eq!(deleted.count(), deletions, "{variable}");
    }
}
