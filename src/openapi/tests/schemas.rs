//! Schemas of other dialects, and of one direction.

use serde_json::{Value, json};

use super::{accepts, alone, with_schema};

#[test]
fn null_is_allowed_where_the_author_says_so() {
    let text = json!("a");
    // Schema, and whether a null, a text and a number keep it.
    for (schema, expected) in [
        (
            json!({"type": "string", "nullable": true}),
            [true, true, false],
        ),
        (
            json!({"type": "string", "nullable": false}),
            [false, true, false],
        ),
        (
            json!({"type": "string", "enum": ["a"], "nullable": true}),
            [true, true, false],
        ),
        (json!({"nullable": true}), [true, true, true]),
        (
            json!({"$ref": "#/components/schemas/Text"}),
            [false, true, false],
        ),
        (
            json!({"$ref": "#/components/schemas/Text", "nullable": true}),
            [true, true, false],
        ),
        (
            json!({"allOf": [{"$ref": "#/components/schemas/Text"}], "nullable": true}),
            [true, true, false],
        ),
        (
            json!({"oneOf": [{"$ref": "#/components/schemas/Text"}], "nullable": true}),
            [true, true, false],
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "number"}], "nullable": true}),
            [true, true, true],
        ),
        (
            json!({"type": "string", "allOf": [{"$ref": "#/components/schemas/Text"}], "nullable": true}),
            [true, true, false],
        ),
    ] {
        let contract = with_schema("3.0.3", &schema);
        let found = accepts(&contract, &[Value::Null, text.clone(), json!(1)]);
        assert_eq!(found, expected, "{schema}");
    }
}

#[test]
fn bounds_are_read_as_each_version_writes_them() {
    let bodies = [json!(4), json!(5), json!(6)];
    for (version, schema, expected) in [
        ("3.0.3", json!({"minimum": 5}), [false, true, true]),
        (
            "3.0.3",
            json!({"minimum": 5, "exclusiveMinimum": true}),
            [false, false, true],
        ),
        (
            "3.0.3",
            json!({"minimum": 5, "exclusiveMinimum": false}),
            [false, true, true],
        ),
        (
            "3.1.0",
            json!({"exclusiveMinimum": 5}),
            [false, false, true],
        ),
        (
            "3.1.0",
            json!({"maximum": 5, "exclusiveMaximum": true}),
            [true, false, false],
        ),
    ] {
        let contract = with_schema(version, &schema);
        assert_eq!(accepts(&contract, &bodies), expected, "{version} {schema}");
    }
}

#[test]
fn a_member_of_one_direction_is_required_in_that_alone() {
    let text = r##"
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /a:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}}
components:
  schemas:
    Secret: {type: string, writeOnly: true}
    Base: {type: object, required: [id], properties: {id: {type: string, readOnly: true}}}
    User:
      allOf:
        - {$ref: "#/components/schemas/Base"}
        - type: object
          required: [name, password]
          properties: {name: {type: string}, password: {$ref: "#/components/schemas/Secret"}}
"##;
    let contract = alone(text);
    let operation = &contract.operations[0];
    let sent = operation
        .request_body
        .as_ref()
        .map(|body| &body.content[0].compiled);
    let sent = sent.and_then(|schema| schema.get()).expect("usable");
    assert!(sent.is_valid(&json!({"name": "a", "password": "p"})));
    assert!(!sent.is_valid(&json!({"name": "a"})));
    let bodies = [
        json!({"id": "1", "name": "a"}),
        json!({"name": "a", "password": "p"}),
        json!({"id": "1", "password": "p"}),
    ];
    assert_eq!(accepts(&contract, &bodies), [true, false, false]);
}
