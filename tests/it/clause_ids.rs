//! Clause ids stay what they are when a contract is written in another way.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::rearranged::{outlined, renamed, reversed};
use crate::clause::Clauses;
use crate::diag::Source;
use crate::openapi::load;

fn ids(document: &Value) -> Vec<String> {
    let contract = load(Source::new("main.json", document.to_string())).expect("a document");
    let clauses = Clauses::of(&contract);
    let ids: Vec<String> = clauses.iter().map(|clause| clause.id.to_string()).collect();
    ids
}

/// A schema from choices, a few levels deep.
fn schema(choices: &mut impl Iterator<Item = u8>, depth: usize) -> Value {
    let choice = choices.next().unwrap_or(0);
    if depth == 0 {
        return [
            json!({"type": "string"}),
            json!({"minimum": 1}),
            json!({"type": "integer", "minimum": 2}),
        ][usize::from(choice % 3)]
        .clone();
    }
    let mut inner = || schema(choices, depth - 1);
    match choice % 9 {
        0 => json!({"type": "string", "maxLength": choice}),
        1 => {
            json!({"type": "object", "required": ["a"], "properties": {"a": inner(), "b": inner()}})
        }
        2 => json!({"type": "array", "items": inner()}),
        3 => json!({"allOf": [inner(), inner()]}),
        4 => json!({"oneOf": [inner(), inner()], "description": "d"}),
        5 => json!({"type": "object", "additionalProperties": inner()}),
        6 => json!({"allOf": [{"anyOf": [inner()]}, {"anyOf": [inner(), inner()]}]}),
        7 => json!({"allOf": [inner()], "properties": {"b": inner(), "a": inner()}}),
        _ => {
            json!({"$ref": format!("#/components/schemas/{}", ["A", "B", "C"][usize::from(choice % 3)])})
        }
    }
}

/// A contract from choices.
fn contract(choices: &[u8]) -> Value {
    let mut choices = choices.iter().copied();
    let mut next = |depth| schema(&mut choices, depth);
    json!({
        "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": {"/b/{id}": {"post": {
            "operationId": "make",
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": next(1)}],
            "requestBody": {"content": {"application/json": {"schema": next(3)}}},
            "responses": {
                "200": {"description": "d", "headers": {"X-A": {"required": true, "schema": next(1)}},
                    "content": {"application/json": {"schema": next(3)}, "application/problem+json": {"schema": next(2)}}},
                "4XX": {"$ref": "#/components/responses/Wrong"}}
        }}, "/a": {"get": {"responses": {"200": {"description": "d", "content": {"application/json": {"schema": next(3)}}}}}}},
        "components": {
            "responses": {"Wrong": {"description": "d", "content": {"application/json": {"schema": next(2)}}}},
            "schemas": {"C": next(2), "A": next(2), "B": next(3)}
        }
    })
}

fn law(document: &Value) -> Result<(), TestCaseError> {
    let before = ids(document);
    let unique: BTreeSet<String> = before.iter().cloned().collect();
    prop_assert_eq!(unique.len(), before.len());
    for (how, other) in [
        ("reversed", reversed(document)),
        ("outlined", outlined(document)),
        ("renamed", renamed(document)),
        ("all", renamed(&reversed(&outlined(document)))),
    ] {
        let after: BTreeSet<String> = ids(&other).into_iter().collect();
        let gone: Vec<_> = unique.symmetric_difference(&after).collect();
        prop_assert!(
            gone.is_empty(),
            "{} {:?}\n{}\n{}",
            how,
            gone,
            document,
            other
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn order_place_and_names_change_no_id(choices in proptest::collection::vec(any::<u8>(), 0..60)) {
        law(&contract(&choices))?;
    }
}

#[test]
fn demands_of_one_name_are_told_apart_by_what_they_demand() {
    let of = |first: &Value, second: &Value| {
        json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"operationId": "get", "responses": {"200": {"description": "d", "content": {
                "application/json": {"schema": {"allOf": [first, second]}}}}}}}}
        })
    };
    let of_pattern = |first: &Value, second: &Value| {
        let mut all = ids(&of(first, second));
        all.retain(|id| id.contains("#pattern"));
        all.sort();
        all
    };
    let (a, b) = (json!({"pattern": "a"}), json!({"pattern": "b"}));
    let told_apart = of_pattern(&a, &b);
    assert_eq!(told_apart.len(), 2);
    assert!(
        told_apart.iter().all(|id| id.contains("#pattern~")),
        "{told_apart:?}"
    );
    assert_eq!(told_apart, of_pattern(&b, &a));
    assert_eq!(of_pattern(&a, &a), ["get/200/application~1json#pattern"]);
}

#[test]
fn levels_are_words_and_are_inherited() {
    let text = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /a:
    get:
      operationId: get
      x-conformance: should
      parameters: [{name: gone, in: query, x-conformance: removed, schema: {type: string}}]
      responses:
        "200":
          description: d
          headers:
            X-Old: {x-conformance: removed, required: true, schema: {type: string}}
            X-Late: {x-conformance: {level: deprecated, since: "2"}, required: true}
          content:
            application/json:
              schema:
                type: object
                x-conformance: must
                properties:
                  a: {x-conformance: may, properties: {b: {type: string}}}
                  c: {deprecated: true, type: string}
        "201": {description: gone, x-conformance: removed}
    delete: {operationId: remove, x-conformance: removed, responses: {"204": {description: d}}}
    put: {operationId: put, x-conformance: mst, responses: {"204": {description: d}}}
"#;
    let contract = load(Source::new("main.yaml", text)).expect("a document");
    let clauses = Clauses::of(&contract);
    let lines: Vec<String> = clauses
        .iter()
        .filter(|clause| !clause.id.to_string().contains("/http#"))
        .map(|clause| {
            format!(
                "{} {} {}",
                clause.id,
                clause.level.as_str(),
                clause.requirement
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ~1a/methods#not-allowed should a request with another method than GET, PUT is refused with 405 (RFC 9110, 15.5.6)
    ~1a/methods#allow should the Allow of a 405 does not name the method it refuses (RFC 9110, 10.2.1)
    get/responses#documented should every answer's status is one of 200
    get/request#accepted should a request that keeps the contract is accepted
    get/200#content-type should the body of a 200 is of type application/json
    get/200#content-length should the Content-Length of a 200 is the number of bytes that follow (RFC 9110, 8.6)
    get/200/header/x-old#removed should the header X-Old of a 200 is not there any more
    get/200/header/x-late#required should the header X-Late of a 200 is there (deprecated)
    get/200/application~1json#well-formed should the body of a 200 is well-formed JSON in UTF-8 without duplicate members (RFC 8259)
    get/200/application~1json#type must the body of a 200 is of type object
    get/200/application~1json/c#type must `c` of the body of a 200 is of type string (deprecated)
    get/200/application~1json/a/b#type may `a/b` of the body of a 200 is of type string
    put/responses#documented must every answer's status is one of 204
    put/request#accepted must a request that keeps the contract is accepted
    "#);
    let said: Vec<&str> = contract
        .warnings
        .iter()
        .map(|w| w.message.as_str())
        .collect();
    assert_eq!(said, ["\"mst\" is not a level"]);
}
