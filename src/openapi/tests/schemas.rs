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

/// Whether a body may be sent and whether it may be answered, by one schema for both.
fn both_ways(schema: &Value, body: &Value) -> [bool; 2] {
    let content = json!({"application/json": {"schema": schema}});
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"post": {
            "requestBody": {"content": content},
            "responses": {"200": {"description": "d", "content": content}}
        }}},
        "components": {"schemas": {
            "Made": {"type": "string", "readOnly": true},
            "Given": {"type": "string", "writeOnly": true},
            "Base": {"type": "object", "properties": {
                "made": {"type": "string", "readOnly": true}, "given": {"type": "string", "writeOnly": true}}}
        }}
    });
    let contract = alone(&document.to_string());
    let operation = &contract.operations[0];
    let sent = operation
        .request_body
        .as_ref()
        .map(|body| &body.content[0].compiled);
    let sent = sent.and_then(|schema| schema.get()).expect("usable");
    [
        sent.is_valid(body),
        accepts(&contract, std::slice::from_ref(body))[0],
    ]
}

#[test]
fn members_of_one_direction_are_found_wherever_they_are_declared() {
    let flagged = |flag: &str| json!({"type": "string", flag: true});
    let holder =
        |member: Value| json!({"type": "object", "required": ["m"], "properties": {"m": member}});
    for (flag, without) in [("readOnly", [true, false]), ("writeOnly", [false, true])] {
        let object = holder(flagged(flag));
        let name = if flag == "readOnly" { "made" } else { "given" };
        let component = if flag == "readOnly" { "Made" } else { "Given" };
        let reference = json!({ "$ref": format!("#/components/schemas/{component}") });
        for (schema, lacking) in [
            (object.clone(), json!({})),
            (holder(reference.clone()), json!({})),
            (holder(json!({"allOf": [reference]})), json!({})),
            (json!({"type": "array", "items": object}), json!([{}])),
            (json!({"allOf": [object]}), json!({})),
            (json!({"oneOf": [object, {"type": "string"}]}), json!({})),
            (json!({"anyOf": [object, {"type": "string"}]}), json!({})),
            (
                json!({"type": "object", "additionalProperties": object}),
                json!({"x": {}}),
            ),
            (
                json!({"type": "object", "properties": {"x": object}}),
                json!({"x": {}}),
            ),
            (
                json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"required": [name]}]}),
                json!({}),
            ),
            (
                json!({"allOf": [{"$ref": "#/components/schemas/Base"}], "required": [name]}),
                json!({}),
            ),
        ] {
            assert_eq!(both_ways(&schema, &lacking), without, "{schema}");
        }
        let near = json!({"type": "object", "required": ["m", "n"],
            "properties": {"m": flagged(flag), "n": {"type": "string"}}});
        assert_eq!(
            both_ways(&near, &json!({"m": "x"})),
            [false, false],
            "{near}"
        );
    }
}

#[test]
fn a_discriminator_settles_which_branch_is_judged_by() {
    let cat = json!({"type": "object", "required": ["lives"], "properties": {
        "kind": {"enum": ["cat"]}, "lives": {"type": "integer"}}});
    let any = json!({"type": "object", "properties": {"kind": {"type": "string"}}});
    let of = |keyword: &str, branches: &Value, mapping: &Value| {
        let mut discriminator = json!({"propertyName": "kind"});
        if !mapping.is_null() {
            discriminator["mapping"] = mapping.clone();
        }
        json!({keyword: branches, "discriminator": discriminator})
    };
    let object = json!({"$ref": "#/components/schemas/Object"});
    let text = json!({"$ref": "#/components/schemas/Text"});
    let inline = json!([cat, any]);
    let named = json!([object, any]);
    let mapping = json!({"o": "#/components/schemas/Object"});
    let by_name = json!({"o": "Object"});
    // Schema, instance, and whether it is kept.
    for (schema, instance, kept) in [
        // Both branches fit, and the discriminator names one.
        (
            of("oneOf", &inline, &Value::Null),
            json!({"kind": "cat", "lives": 9}),
            true,
        ),
        (
            of("oneOf", &named, &mapping),
            json!({"kind": "o", "a": "x"}),
            true,
        ),
        (
            of("oneOf", &named, &by_name),
            json!({"kind": "o", "a": "x"}),
            true,
        ),
        (
            of("oneOf", &named, &Value::Null),
            json!({"kind": "Object", "a": "x"}),
            true,
        ),
        // It names none, and so both fit.
        (
            of("oneOf", &named, &mapping),
            json!({"kind": "other", "a": "x"}),
            false,
        ),
        // Of several that may be kept any is enough, as without a discriminator.
        (
            of("anyOf", &named, &mapping),
            json!({"kind": "o", "a": "x"}),
            true,
        ),
        (
            of("anyOf", &json!([object, text]), &mapping),
            json!({"kind": "o"}),
            false,
        ),
        (
            of("oneOf", &json!([object, text]), &mapping),
            json!({"kind": "o", "a": "x"}),
            true,
        ),
        (
            of("oneOf", &json!([object, text]), &mapping),
            json!({"kind": "o", "a": 1}),
            false,
        ),
    ] {
        let contract = with_schema("3.1.0", &schema);
        let media = &contract.operations[0].responses[0].content[0];
        let found = media.compiled.get().expect("usable").mismatches(&instance);
        assert_eq!(found.is_empty(), kept, "{schema} {instance}: {found:?}");
    }
}

#[test]
fn what_stands_beside_a_reference_is_demanded_where_the_version_says_so() {
    let schema = json!({"$ref": "#/components/schemas/Text", "maxLength": 1, "description": "d"});
    let bodies = [json!("a"), json!("ab"), json!(1)];
    let of_3_0 = with_schema("3.0.3", &schema);
    assert_eq!(accepts(&of_3_0, &bodies), [true, true, false]);
    let codes: Vec<_> = of_3_0.warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["ignored-sibling"]);
    let of_3_1 = with_schema("3.1.0", &schema);
    assert_eq!(accepts(&of_3_1, &bodies), [true, false, false]);
    assert!(of_3_1.warnings.is_empty());
}
