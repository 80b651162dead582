//! Requests from operations.

use std::fmt::Write as _;

use serde_json::json;

use super::{SHOP, contract};
use crate::case::{Grounds, Origin, Payload};
use crate::diag::{Style, render_all};
use crate::generate::{Generation, first_requests};
use crate::http::Secret;
use crate::openapi::Contract;
use crate::profile::Profile;

fn shown(contract: &Contract, generation: &Generation) -> String {
    let mut text = String::new();
    for request in &generation.requests {
        let step = &request.case.steps[0];
        let operation = &contract.operations[step.operation];
        let Origin::Generated(grounds) = request.case.origin else {
            panic!("its origin is another")
        };
        let _ = writeln!(
            text,
            "{} {} {} {grounds:?}",
            request.case.id, operation.method, operation.path
        );
        for (name, map) in [
            ("path", &step.path),
            ("query", &step.query),
            ("headers", &step.headers),
            ("cookies", &step.cookies),
        ] {
            if !map.is_empty() {
                let _ = writeln!(text, "  {name} {}", json!(map));
            }
        }
        if step.payload != Payload::None {
            let _ = writeln!(text, "  {:?}", step.payload);
        }
        for chosen in &request.values {
            let _ = writeln!(
                text,
                "  {} from {}",
                chosen.name,
                chosen.source.describe(contract)
            );
        }
    }
    for none in &generation.uncallable {
        let _ = writeln!(text, "{}! {}\n  {}", none.operation, none.reason, none.help);
    }
    text
}

#[test]
fn every_operation_has_a_request_or_a_reason() {
    let contract = contract(SHOP);
    let generation = first_requests(&contract, &Profile::default());
    insta::assert_snapshot!(shown(&contract, &generation), @r#"
    listPets/first GET /pets Contract
      query {"status":"available"}
      query status from the values listed at api.yaml:11:74
    getPet/first GET /pets/{petId} Invented
      path {"petId":1}
      path petId from made to fit the schema at api.yaml:22:47
    GET-orders-orderId/first GET /orders/{orderId} Contract
      path {"orderId":"3f2504e0-4f89-41d3-9a0c-0305e82c3301"}
      path orderId from the example at api.yaml:48:20
    createPet/first POST /pets Invented
      headers {"content-type":"application/json"}
      Value(Object {"name": String("example")})
      body application/json from made to fit the schema at api.yaml:18:30
    upload/first POST /upload Invented
      Value(Object {"name": String("a b $${x}"), "tags": Array [String("example"), String("example")]})
      body application/x-www-form-urlencoded from made to fit the schema at api.yaml:68:55
    updatePet/first PUT /pets/{petId} Invented
      path {"petId":1}
      headers {"If-Match":"\"a\""}
      Value(Object {"name": String("example")})
      header If-Match from made to fit the schema at api.yaml:29:54
      path petId from made to fit the schema at api.yaml:22:47
      body application/json from made to fit the schema at api.yaml:35:13
    deletePet/first DELETE /pets/{petId} Invented
      path {"petId":1}
      path petId from made to fit the schema at api.yaml:22:47
    createNode! no valid value for the body: its schema needs itself, without end (api.yaml:80:57)
      add an `example` at api.yaml:55:19
    search! no valid value for the query parameter `q`: no text was found that matches `^(?!)$` (api.yaml:61:46)
      add an `example` at api.yaml:61:9, or give --var q=…
    "#);
    insta::assert_snapshot!(render_all(&generation.notes, Style::Plain), @r#"
    warning[example]: this example breaks its own schema: `/name` must be a string, and is 5
      --> api.yaml:34:13
       |
    34 |             example: {name: 5}
       |             ^^^^^^^ not used in requests
       |
       = help: mend the example or the schema; until then a request follows the schema
    "#);
}

#[test]
fn the_targets_variables_come_first_and_stay_variables() {
    let contract = contract(SHOP);
    let variables = json!({"petId": 12, "q": "x", "status": "sold"});
    let profile = Profile {
        variables: variables.as_object().cloned().expect("a map"),
        ..Profile::default()
    };
    let generation = first_requests(&contract, &profile);
    let case = |id: &str| {
        let found = generation
            .requests
            .iter()
            .find(|request| request.case.id.as_str() == id);
        &found.expect("it is there").case
    };
    let get = case("getPet/first");
    assert_eq!(get.origin, Origin::Generated(Grounds::Target));
    assert!(
        get.steps[0].path.is_empty(),
        "the run fills it in: {:?}",
        get.steps[0].path
    );
    assert_eq!(
        case("search/first").steps[0].query,
        *json!({"q": "${q}"}).as_object().expect("a map")
    );
    assert!(
        generation
            .uncallable
            .iter()
            .all(|none| none.operation == "createNode")
    );
}

#[test]
fn the_same_contract_gives_the_same_requests() {
    let contract = contract(SHOP);
    let once = || shown(&contract, &first_requests(&contract, &Profile::default()));
    assert_eq!(once(), once());
}

#[test]
fn what_the_run_sends_by_itself_is_not_made_up() {
    let text = "
openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: 'https://here.example.com'}]
security: [{key: []}]
paths:
  /a:
    get:
      operationId: a
      parameters:
      - {name: X-Key, in: header, required: true, schema: {type: string}}
      - {name: X-Tenant, in: header, required: true, schema: {type: string}}
      responses: {'200': {description: x}}
  /b:
    get: {operationId: b, servers: [{url: 'https://other.example.com'}], responses: {'200': {description: x}}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: x-key}}}
";
    let contract = contract(text);
    let headers = |headers: Vec<(String, Secret)>| {
        let profile = Profile {
            headers,
            ..Profile::default()
        };
        let generation = first_requests(&contract, &profile);
        json!(generation.requests[0].case.steps[0].headers)
    };
    assert_eq!(headers(Vec::new()), json!({"X-Tenant": "example"}));
    let tenant = ("x-tenant".to_owned(), Secret::new("t", "X_TENANT"));
    assert_eq!(headers(vec![tenant]), json!({}));
    let elsewhere = first_requests(&contract, &Profile::default()).uncallable;
    assert!(
        elsewhere[0].reason.contains("https://other.example.com"),
        "{elsewhere:?}"
    );
}
