//! First use: somebody's own document and a running server, with no file to write.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};

use super::binaries::{binary, ends};
use super::support::{Reply, Suite, Told, answer, told, url_target};
use crate::case::{Case, Origin};
use crate::clause::Clauses;
use crate::diag::Source;
use crate::generate::first_requests;
use crate::openapi::load;
use crate::outcome::{CaseOutcome, CaseVerdict};
use crate::profile::Profile;

const SHOP: &str = "tests/it/shop.yaml";

/// Operations that differ in what their requests rest on and in what they document.
const STATUSES: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /plain:
    get: {operationId: plain, responses: {'200': {description: x}}}
  /named/{id}:
    get:
      operationId: example
      parameters: [{name: id, in: path, required: true, example: 7, schema: {type: integer}}]
      responses: {'200': {description: x}}
  /made/{id}:
    get:
      operationId: invented
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: x}}
  /given/{mine}:
    get:
      operationId: variable
      parameters: [{name: mine, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: x}}
  /secret:
    get: {operationId: secret, security: [{key: []}], responses: {'200': {description: x}}}
  /any:
    get: {operationId: default, responses: {'200': {description: x}, default: {description: x}}}
  /all:
    get: {operationId: documented, responses: {'200': {description: x}, 4XX: {description: x}, 5XX: {description: x}}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: x-key}}}
";

fn suite(text: &str, variables: &Value) -> Suite {
    let contract = load(Source::new("api.yaml", text)).expect("the contract loads");
    let profile = Profile {
        variables: variables.as_object().cloned().unwrap_or_default(),
        ..Profile::default()
    };
    let generation = first_requests(&contract, &profile);
    assert!(generation.notes.is_empty());
    Suite {
        clauses: Arc::new(Clauses::of(&contract)),
        contract: Arc::new(contract),
        cases: generation
            .requests
            .into_iter()
            .map(|request| request.case)
            .collect(),
    }
}

/// What a run makes of an answer: `ok`, `note`, `FAIL` or `?` for what says nothing.
fn made_of(outcome: &CaseOutcome) -> &'static str {
    match outcome.verdict {
        CaseVerdict::Pass if outcome.findings.is_empty() => "ok",
        CaseVerdict::Pass => "note",
        CaseVerdict::Fail | CaseVerdict::Waived | CaseVerdict::Flaky(_) => "FAIL",
        CaseVerdict::Error => "?",
        CaseVerdict::Skipped(_) => "skip",
    }
}

#[tokio::test]
async fn a_finding_means_that_the_target_is_wrong() {
    let suite = suite(STATUSES, &json!({"mine": 1}));
    let profile = || {
        let variables = json!({"mine": 1}).as_object().cloned();
        let mut profile = Profile {
            variables: variables.unwrap_or_default(),
            ..Profile::default()
        };
        let secret = crate::http::Secret::new("s", "PROOFMARK_TOKEN");
        let source = crate::profile::CredentialSource::Fixed(secret);
        profile.identities.insert("default".into(), source);
        profile
    };
    let mut table = "   ".to_owned();
    for case in &suite.cases {
        let name = case.id.as_str().trim_end_matches("/first");
        let _ = write!(table, " {name:>10}");
    }
    for status in [
        "200", "201", "302", "400", "401", "403", "404", "405", "409", "415", "422", "429", "500",
        "502", "503",
    ] {
        let server = told(move |_| answer(&format!("{status} X"), "{}")).await;
        let outcomes = suite.run_with(url_target(&server.url), profile()).await;
        let _ = write!(table, "\n{status}");
        for outcome in outcomes {
            let _ = write!(table, " {:>10}", made_of(&outcome));
        }
    }
    insta::assert_snapshot!(table, @r#"
             plain    example   invented   variable     secret    default documented
    200         ok         ok         ok         ok         ok         ok         ok
    201       FAIL       FAIL       FAIL       FAIL       FAIL         ok       FAIL
    302       FAIL       FAIL       FAIL       FAIL       FAIL         ok       FAIL
    400       FAIL       FAIL       note       FAIL       FAIL         ok         ok
    401       FAIL       FAIL       FAIL       FAIL          ?         ok         ok
    403       FAIL       note       note       FAIL       note         ok         ok
    404       FAIL       note       note       FAIL       FAIL         ok         ok
    405       FAIL       FAIL       FAIL       FAIL       FAIL         ok         ok
    409       FAIL       note       note       FAIL       FAIL         ok         ok
    415       FAIL       FAIL       FAIL       FAIL       FAIL         ok         ok
    422       FAIL       FAIL       note       FAIL       FAIL         ok         ok
    429          ?          ?          ?          ?          ?          ?          ?
    500       FAIL       FAIL       FAIL       FAIL       FAIL       FAIL       note
    502          ?          ?          ?          ?          ?          ?         ok
    503          ?          ?          ?          ?          ?          ?         ok
    "#);
}

/// A file, the versions of it, and what hangs on neither.
const PARTS: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /files/{file}:
    parameters: [{name: file, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {'200': {description: x}}}
    delete: {operationId: deleteFile, responses: {'204': {description: x}}}
    patch: {operationId: rename, responses: {'200': {description: x}}}
  /files/{file}/close:
    parameters: [{name: file, in: path, required: true, schema: {type: string}}]
    post: {operationId: close, responses: {'200': {description: x}}}
  /files/{file}/versions/{version}:
    parameters: [{name: file, in: path, required: true, schema: {type: string}}, {name: version, in: path, required: true, schema: {type: string}}]
    delete: {operationId: deleteVersion, responses: {'204': {description: x}}}
  /users/{user}:
    parameters: [{name: user, in: path, required: true, schema: {type: string}}]
    put: {operationId: write, responses: {'200': {description: x}}}
    delete: {operationId: deleteUser, responses: {'204': {description: x}}}
  /cache:
    delete: {operationId: empty, responses: {'204': {description: x}}}
";

#[tokio::test]
async fn what_the_run_itself_took_away_is_not_missed() {
    let variables = json!({"file": "f", "version": "v", "user": "u"});
    let suite = suite(PARTS, &variables);
    let table = |status: &'static str| {
        let suite = &suite;
        let variables = variables.as_object().cloned();
        async move {
            let server = told(move |_| answer(status, "")).await;
            let profile = Profile {
                variables: variables.unwrap_or_default(),
                ..Profile::default()
            };
            let outcomes = suite.run_with(url_target(&server.url), profile).await;
            let lines = outcomes.iter().map(|outcome| {
                let name = outcome.case.as_str().trim_end_matches("/first");
                format!("{name} {}", made_of(outcome))
            });
            lines.collect::<Vec<_>>().join("\n")
        }
    };
    // Parts go before the whole. The first write to what the owner named finds it as it was.
    insta::assert_snapshot!(table("404 Not Found").await, @r#"
    read FAIL
    close FAIL
    write FAIL
    rename note
    deleteVersion note
    deleteFile note
    deleteUser note
    empty FAIL
    "#);
    // A server error is one whatever was there before.
    assert!(!table("500 X").await.contains("note"));
}

#[test]
fn what_writes_comes_alone_and_last() {
    let text = std::fs::read_to_string(SHOP).expect("the shop is there");
    let suite = suite_of(&text);
    let order: Vec<String> = suite
        .iter()
        .map(|case| format!("{}{}", case.id, if case.serial { " alone" } else { "" }))
        .collect();
    assert_eq!(
        order,
        [
            "listPets/first",
            "getPet/first",
            "GET-orders-orderId/first",
            "createPet/first alone",
            "upload/first alone",
            "updatePet/first alone",
            "deletePet/first alone",
        ]
    );
}

fn suite_of(text: &str) -> Vec<Case> {
    let contract = load(Source::new("api.yaml", text)).expect("the contract loads");
    let generation = first_requests(&contract, &Profile::default());
    let cases = generation.requests.into_iter().map(|request| request.case);
    let cases: Vec<Case> = cases.collect();
    assert!(
        cases
            .iter()
            .all(|case| matches!(case.origin, Origin::Generated(_)))
    );
    cases
}

/// A shop that keeps its document, but for what it knows nothing of.
async fn shop() -> Told {
    told(
        |request| match (request.method.as_str(), request.path.as_str()) {
            ("GET", path) if path.starts_with("/v1/pets?") => answer("200 OK", "[]"),
            ("POST", "/v1/upload" | "/v1/pets") => answer("201 Created", "{}"),
            ("DELETE", _) => {
                Reply::Bytes(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec())
            }
            _ => answer("404 Not Found", "{}"),
        },
    )
    .await
}

/// Runs a program beside the server of the test.
async fn ends_beside(mut command: Command, code: i32) -> (String, String) {
    tokio::task::spawn_blocking(move || ends(&mut command, code))
        .await
        .expect("it ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_and_no_file_give_an_answer() {
    let server = shop().await;
    let url = format!("{}/v1", server.url);
    let mut command = binary();
    command.args(["run", "--spec", SHOP, "--target-url", &url]);
    let (out, err) = ends_beside(command, 0).await;
    let (seen, rest) = out.split_once("\n\n").expect("a head");
    assert!(seen.contains("7 cases"), "{out}");
    assert!(
        rest.contains("NOTE updatePet/first  responses#documented"),
        "{out}"
    );
    assert!(
        rest.contains("SKIP deletePet/first  needs a credential"),
        "{out}"
    );
    assert!(err.contains("this example breaks its own schema"), "{err}");
    let end = out.split_once("CONFORMS").expect("its answer").1;
    insta::assert_snapshot!(end, @r#"
     in everything that was put to the test
    generated requests were answered 1 × 200, 2 × 201, 3 × 404

    3 operations could not be called:
      createNode: no valid value for the body: its schema needs itself, without end (tests/it/shop.yaml:80:57)
        add an `example` at tests/it/shop.yaml:55:19
      search: no valid value for the query parameter `q`: no text was found that matches `^(?!)$` (tests/it/shop.yaml:61:46)
        add an `example` at tests/it/shop.yaml:61:9, or give --var q=…
      deletePet: needs a credential (give one with --token)
    "#);
    let methods: Vec<String> = server
        .seen
        .lock()
        .expect("nobody panicked")
        .iter()
        .map(|seen| seen.method.clone())
        .collect();
    assert_eq!(methods[3..], ["POST", "POST", "PUT"], "{methods:?}");

    let mut command = binary();
    command.args([
        "run",
        "--spec",
        SHOP,
        "--target-url",
        &url,
        "--safe-methods-only",
    ]);
    let (out, _) = ends_beside(command, 0).await;
    assert!(
        out.contains("3 cases") && !out.contains("createNode"),
        "{out}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_generated_cases_is_judged_again() {
    let server = shop().await;
    let folder = std::env::temp_dir().join(format!("proofmark-{}", uuid::Uuid::new_v4()));
    let verdicts = |name: &str| folder.join(name).display().to_string();
    let record = folder.join("record").display().to_string();
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut command = binary();
    command.args([
        "run",
        "--spec",
        SHOP,
        "--target-url",
        &format!("{}/v1", server.url),
    ]);
    command.args([
        "--var",
        "orderId=0a5c2a4e-3f0e-4f5b-9a0c-0305e82c3301",
        "--record",
        &record,
        "--verdicts",
        &verdicts("live.json"),
    ]);
    let (out, _) = ends_beside(command, 1).await;
    assert!(
        out.contains("FAIL GET-orders-orderId/first"),
        "the owner said that it is there: {out}"
    );
    let mut command = binary();
    command.args([
        "judge",
        "--spec",
        SHOP,
        &record,
        "--verdicts",
        &verdicts("again.json"),
    ]);
    ends_beside(command, 1).await;
    let read = |name: &str| std::fs::read_to_string(verdicts(name)).expect("verdicts");
    assert_eq!(read("live.json"), read("again.json"));
    std::fs::remove_dir_all(&folder).expect("it was ours");
}

#[test]
fn generated_cases_are_listed_and_explained() {
    let (out, _) = ends(binary().args(["list", "--spec", SHOP]), 0);
    insta::assert_snapshot!(out, @r#"
    listPets/first                                                     must    One valid request to GET /pets, generated.
    getPet/first                                                       must    One valid request to GET /pets/{petId}, generated.
    GET-orders-orderId/first                                           must    One valid request to GET /orders/{orderId}, generated.
    createPet/first                                                    must    One valid request to POST /pets, generated.
    upload/first                                                       must    One valid request to POST /upload, generated.
    updatePet/first                                                    must    One valid request to PUT /pets/{petId}, generated.
    deletePet/first                                                    must    One valid request to DELETE /pets/{petId}, generated.

    2 operations could not be called:
      createNode: no valid value for the body: its schema needs itself, without end (tests/it/shop.yaml:80:57)
        add an `example` at tests/it/shop.yaml:55:19
      search: no valid value for the query parameter `q`: no text was found that matches `^(?!)$` (tests/it/shop.yaml:61:46)
        add an `example` at tests/it/shop.yaml:61:9, or give --var q=…
    "#);
    let (out, _) = ends(
        binary().args([
            "explain",
            "updatePet/first",
            "--spec",
            SHOP,
            "--var",
            "petId=12",
        ]),
        0,
    );
    insta::assert_snapshot!(out, @r#"
    case updatePet/first (generated from tests/it/shop.yaml:26:5)

    One valid request to PUT /pets/{petId}, generated.
    expects: the contract holds in the answer to a request that keeps it

      PUT /pets/12
      If-Match: "a"

      {
        "name": "example"
      }

    where its values come from:
      header If-Match              made to fit the schema at tests/it/shop.yaml:29:54
      path petId                   the variable petId
      body application/json        made to fit the schema at tests/it/shop.yaml:35:13
    "#);
    let (out, _) = ends(binary().args(["explain", "createNode", "--spec", SHOP]), 0);
    assert!(out.contains("its schema needs itself"), "{out}");
}

#[test]
fn init_writes_what_loads_and_writes_nothing_over() {
    let folder = std::env::temp_dir().join(format!("proofmark-{}", uuid::Uuid::new_v4()));
    let path = |name: &str| folder.join(name).display().to_string();
    let init = || {
        let mut command = binary();
        command.args(["init", "--spec", SHOP, "--out"]).arg(&folder);
        command
    };
    let (out, _) = ends(&mut init(), 0);
    assert!(out.contains("11 case files"), "{out}");
    let (out, _) = ends(
        binary().args(["list", "--spec", SHOP, "--cases", &path("cases")]),
        0,
    );
    assert_eq!(out.lines().count(), 11, "{out}");
    let profile = ["--config", &path("proofmark.toml"), "--profile", "local"];
    let (out, _) = ends(
        binary()
            .args([
                "run",
                "--dry-run",
                "--spec",
                SHOP,
                "--cases",
                &path("cases"),
            ])
            .args(profile),
        0,
    );
    assert!(out.contains("target  https://shop.example.com/v1"), "{out}");
    assert!(out.contains("(skipped: needs the variable petId"), "{out}");

    std::fs::remove_file(path("proofmark.toml")).expect("it was written");
    std::fs::write(path("cases/getPet/200.yaml"), "mine").expect("it can be written");
    let (_, err) = ends(&mut init(), 2);
    assert!(
        err.contains("nothing is written over") && err.contains("and 6 more"),
        "{err}"
    );
    assert!(
        !folder.join("proofmark.toml").exists(),
        "nothing was written"
    );
    let kept = std::fs::read_to_string(path("cases/getPet/200.yaml")).expect("it is there");
    assert_eq!(kept, "mine");
    std::fs::remove_dir_all(&folder).expect("it was ours");
}
