//! References through files, ids and anchors.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Shelf, accepts, alone, loaded};
use crate::diag::{Style, render_all};

#[test]
fn references_lead_through_files_and_back() {
    let files = Shelf(BTreeMap::from([
        (
            "paths/pets.yaml",
            "get:\n  operationId: pets\n  parameters:\n    - $ref: ../parts/all.yaml#/limit\n  responses:\n    '200': {$ref: '../parts/all.yaml#/answers/ok'}\n",
        ),
        (
            "parts/all.yaml",
            "limit: {name: limit, in: query, schema: {type: integer}}\nanswers:\n  ok:\n    description: ok\n    content: {application/json: {schema: {$ref: schemas/pet.json}}}\n",
        ),
        (
            "parts/schemas/pet.json",
            r##"{"type": "object", "required": ["name"], "properties": {
                "name": {"$ref": "../../main.yaml#/components/schemas/Name"},
                "friends": {"type": "array", "items": {"$ref": "pet.json"}},
                "kind": {"$ref": "#/definitions/Kind"}},
              "definitions": {"Kind": {"enum": ["cat", "dog"]}}}"##,
        ),
    ]));
    let text = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /pets: {$ref: paths/pets.yaml}\n  /lost: {$ref: paths/lost.yaml}\ncomponents:\n  schemas:\n    Name: {type: string, maxLength: 3}\n";
    let contract = loaded(text, &files);
    assert_eq!(contract.operations.len(), 1);
    assert_eq!(contract.operations[0].parameters[0].name, "limit");
    let bodies = [
        json!({"name": "abc", "friends": [{"name": "x", "kind": "dog"}]}),
        json!({"name": "abcd"}),
        json!({"name": "abc", "friends": [{"name": "x", "kind": "cow"}]}),
    ];
    assert_eq!(accepts(&contract, &bodies), [true, false, false]);
    let place = contract.place(&contract.operations[0].responses[0].at);
    assert_eq!(place.to_string(), "parts/all.yaml:3:3");
    insta::assert_snapshot!(render_all(&contract.warnings, Style::Plain), @r#"
    warning[dangling-reference]: the reference "paths/lost.yaml" leads nowhere: paths/lost.yaml can't be read: there is no such file
     --> main.yaml:5:10
      |
    5 |   /lost: {$ref: paths/lost.yaml}
      |          ^^^^^^^^^^^^^^^^^^^^^^^ this demands nothing
      |
      = help: put the file there, or name something within this document
    "#);
}

#[test]
fn ids_and_anchors_are_names_of_schemas() {
    let text = r##"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /a:
    get:
      responses:
        "200": {description: d, content: {application/json: {schema: {$ref: "https://example.com/schemas/tree"}}}}
components:
  schemas:
    Tree:
      $id: https://example.com/schemas/tree
      type: object
      properties:
        leaf: {$ref: "#leaf"}
        count: {$ref: number}
        inner: {$ref: "#/$defs/inner"}
      $defs:
        leaf: {$anchor: leaf, type: string}
        inner: {type: boolean}
    Number: {$id: "https://example.com/schemas/number", type: integer}
"##;
    let contract = alone(text);
    let bodies = [
        json!({"leaf": "x", "count": 1, "inner": true}),
        json!({"leaf": 1}),
        json!({"count": "x"}),
        json!({"inner": 0}),
    ];
    assert_eq!(accepts(&contract, &bodies), [true, false, false, false]);
}
