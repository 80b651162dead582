//! Each dialect means what it means.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{NoFiles, Shelf, accepts, loaded, with_schema};
use crate::diag::{Style, render_all};

const DRAFT4: &str = "http://json-schema.org/draft-04/schema#";
const DRAFT6: &str = "http://json-schema.org/draft-06/schema#";
const DRAFT7: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT2019: &str = "https://json-schema.org/draft/2019-09/schema";
const DRAFT2020: &str = "https://json-schema.org/draft/2020-12/schema";
const ALL: [&str; 5] = [DRAFT4, DRAFT6, DRAFT7, DRAFT2019, DRAFT2020];

/// One a line: the dialects, a schema, an instance that keeps it there, and one that breaks it; in the
/// other dialects both keep it. Behind a `!` stand those in which it says something else.
const ROWS: &str = r##"
46790 | {"type": "integer"} | 1 | 1.5
46790 | {"type": ["string", "null"]} | null | 1
46790 | {"enum": [1, "a"]} | "a" | "b"
46790 | {"multipleOf": 2} | 4 | 3
46790 | {"minimum": 2} | 2 | 1
46790 | {"maximum": 2} | 2 | 3
46790 | {"minLength": 2} | "ab" | "a"
46790 | {"maxLength": 2} | "ab" | "abc"
46790 | {"pattern": "^a"} | "ab" | "ba"
46790 | {"format": "ipv4"} | "127.0.0.1" | "x"
46790 | {"minItems": 1} | [1] | []
46790 | {"maxItems": 1} | [1] | [1, 2]
46790 | {"uniqueItems": true} | [1, 2] | [1, 1]
46790 | {"minProperties": 1} | {"a": 1} | {}
46790 | {"maxProperties": 1} | {"a": 1} | {"a": 1, "b": 2}
46790 | {"required": ["a"]} | {"a": 1} | {}
46790 | {"properties": {"a": {"type": "null"}}} | {"a": null} | {"a": 1}
46790 | {"patternProperties": {"^a": {"type": "null"}}} | {"ab": null} | {"ab": 1}
46790 | {"additionalProperties": false} | {} | {"a": 1}
46790 | {"items": {"type": "null"}} | [null] | [1]
46790 | {"allOf": [{"minimum": 1}, {"maximum": 2}]} | 1 | 3
46790 | {"anyOf": [{"type": "null"}, {"type": "string"}]} | null | 1
46790 | {"oneOf": [{"minimum": 1}, {"minimum": 2}]} | 1 | 2
46790 | {"not": {"type": "null"}} | 1 | null
46790 | {"$ref": "#/components/schemas/Text"} | "a" | 1
46790 | {"definitions": {"a": {"type": "null"}}, "allOf": [{"$ref": "#HERE/definitions/a"}]} | null | 1
4 | {"minimum": 2, "exclusiveMinimum": true} | 3 | 2
4 | {"maximum": 2, "exclusiveMaximum": true} | 1 | 2
6790 | {"exclusiveMinimum": 2} | 3 | 2
6790 | {"exclusiveMaximum": 2} | 1 | 2
6790 | {"const": 1} | 1 | 2
6790 | {"contains": {"type": "null"}} | [1, null] | [1]
6790 | {"propertyNames": {"maxLength": 1}} | {"a": 1} | {"ab": 1}
790 | {"if": {"type": "null"}, "else": {"type": "string"}} | "a" | 1
790 | {"if": {"type": "string"}, "then": {"minLength": 1}} | "a" | ""
467 | {"dependencies": {"a": ["b"]}} | {"a": 1, "b": 1} | {"a": 1}
467 | {"dependencies": {"a": {"minProperties": 2}}} | {"a": 1, "b": 1} | {"a": 1}
467 | {"dependencies": {"a": ["b"], "c": {"minProperties": 2}}} | {"a": 1, "b": 1} | {"c": 1}
90 | {"dependentRequired": {"a": ["b"]}} | {"a": 1, "b": 1} | {"a": 1}
90 | {"dependentSchemas": {"a": {"minProperties": 2}}} | {"a": 1, "b": 1} | {"a": 1}
4679 | {"items": [{"type": "null"}, {"type": "string"}]} | [null, "a", 1] | [null, 1]
4679 | {"items": [{"type": "null"}], "additionalItems": false} | [null] | [null, 1]
4679 | {"items": [{"type": "null"}], "additionalItems": {"type": "string"}} | [null, "a"] | [null, 1]
4679 | {"items": [{"type": "null"}, {"$ref": "#HERE/items/0"}]} | [null, null] | [null, 1]
 | {"items": {"type": "null"}, "additionalItems": false} | [null] | [null, null]
 | {"additionalItems": false} | [] | [1]
0 | {"prefixItems": [{"type": "null"}]} | [null, 1] | [1]
0!4679 | {"prefixItems": [{"type": "null"}], "items": false} | [null] | [null, 1]
90 | {"contains": {"type": "null"}, "minContains": 2} | [null, null] | [null]
90 | {"contains": {"type": "null"}, "maxContains": 1} | [null] | [null, null]
90 | {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": false} | {"a": 1} | {"b": 1}
9!0 | {"allOf": [{"items": [{}]}], "unevaluatedItems": false} | [1] | [1, 2]
0!9 | {"allOf": [{"prefixItems": [{}]}], "unevaluatedItems": false} | [1] | [1, 2]
90 | {"$ref": "#/components/schemas/Text", "maxLength": 1} | "a" | "ab"
90 | {"allOf": [{"$ref": "#/components/schemas/Text", "maxLength": 1}]} | "a" | "ab"
679 | {"$id": "https://e.org/s", "properties": {"a": {"$ref": "t"}, "b": {"$id": "t", "type": "null"}}} | {"a": null} | {"a": 1}
4 | {"id": "https://e.org/s", "properties": {"a": {"$ref": "t"}, "b": {"id": "t", "type": "null"}}} | {"a": null} | {"a": 1}
67 | {"properties": {"a": {"$ref": "#n"}, "b": {"$id": "#n", "type": "null"}}} | {"a": null} | {"a": 1}
4 | {"properties": {"a": {"$ref": "#n"}, "b": {"id": "#n", "type": "null"}}} | {"a": null} | {"a": 1}
90 | {"properties": {"a": {"$ref": "#n"}, "b": {"$anchor": "n", "type": "null"}}} | {"a": null} | {"a": 1}
9 | {"$id": "https://e.org/s", "type": "object", "properties": {"a": {"$recursiveRef": "#"}}} | {"a": {}} | {"a": 1}
0 | {"type": "object", "$dynamicAnchor": "n", "properties": {"a": {"$dynamicRef": "#n"}}} | {"a": {}} | {"a": 1}
"##;

/// Where the schema of a row stands in its document.
const HERE: &str = "#/paths/~1a/get/responses/200/content/application~1json/schema";

/// The digit by which rows name a dialect.
fn digit(dialect: &str) -> char {
    let at = ALL.iter().position(|known| *known == dialect);
    ['4', '6', '7', '9', '0'][at.expect("it is one of them")]
}

#[test]
fn every_keyword_means_what_its_dialect_says() {
    for line in ROWS.trim().lines() {
        let cells: Vec<&str> = line.split(" | ").collect();
        let [dialects, cells @ ..] = cells.as_slice() else {
            panic!("a row has cells");
        };
        let read = |cell: &&str| serde_json::from_str(&cell.replace("#HERE", HERE));
        let values: Vec<Value> = cells
            .iter()
            .map(read)
            .collect::<Result<_, _>>()
            .expect(line);
        let [schema, good, bad] = values.as_slice() else {
            panic!("a row has four cells: {line}");
        };
        for dialect in ALL {
            let (meant, other) = dialects.split_once('!').unwrap_or((dialects, ""));
            if other.contains(digit(dialect)) {
                continue;
            }
            let mut schema = schema.clone();
            schema["$schema"] = json!(dialect);
            let contract = with_schema("3.1.0", &schema);
            let is_of = meant.contains(digit(dialect));
            let is_reference = schema.to_string().contains("\"$ref\"");
            let found = accepts(&contract, &[good.clone(), bad.clone()]);
            // What a dialect doesn't know it doesn't resolve either.
            let meant = if is_of { [true, false] } else { [true, true] };
            let is_looser = is_reference && !is_of && found[0];
            assert!(found == meant || is_looser, "{schema}: {found:?}");
        }
    }
}

#[test]
fn the_dialect_is_the_nearest_that_is_named() {
    let text = |dialect: &str, schema: &Value| {
        json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "jsonSchemaDialect": dialect,
            "paths": {"/a": {"get": {"responses": {"200": {"description": "d", "content": {
                "application/json": {"schema": schema}}}}}}}
        })
        .to_string()
    };
    let tuple = json!({"items": [{"type": "null"}], "additionalItems": false});
    let bodies = [json!([null]), json!([null, 1])];
    let of_draft7 = loaded(&text(DRAFT7, &tuple), &NoFiles);
    assert_eq!(accepts(&of_draft7, &bodies), [true, false]);
    assert!(of_draft7.warnings.iter().all(|w| w.code != "bad-keyword"));
    let mut newer = tuple.clone();
    newer["$schema"] = json!(DRAFT2020);
    let of_2020 = loaded(&text(DRAFT7, &newer), &NoFiles);
    assert_eq!(accepts(&of_2020, &bodies), [true, true]);
    let own = "https://spec.openapis.org/oas/3.1/dialect/base";
    let nullable = json!({"prefixItems": [{"type": "null"}], "items": false});
    let of_openapi = loaded(&text(own, &nullable), &NoFiles);
    assert_eq!(accepts(&of_openapi, &bodies), [true, false]);
    assert!(of_openapi.warnings.is_empty());
}

#[test]
fn a_file_of_a_dialect_of_its_own_is_read_by_it() {
    let files = Shelf(BTreeMap::from([(
        "point.json",
        r##"{"$schema": "http://json-schema.org/draft-04/schema#", "id": "urn:point", "type": "array",
            "items": [{"$ref": "#/definitions/n"}, {"$ref": "#/items/0"}], "additionalItems": false,
            "definitions": {"n": {"type": "number", "minimum": 0, "exclusiveMinimum": true}}}"##,
    )]));
    let text = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a: {get: {responses: {'200': {description: d, content: {application/json: {schema: {$ref: point.json}}}}}}}\n";
    let contract = loaded(text, &files);
    let bodies = [
        json!([1, 2]),
        json!([0, 2]),
        json!([1, 0]),
        json!([1, 2, 3]),
    ];
    assert_eq!(accepts(&contract, &bodies), [true, false, false, false]);
    assert!(
        contract
            .warnings
            .iter()
            .all(|w| w.code != "dangling-reference")
    );
}

#[test]
fn what_a_dialect_does_not_say_is_named_with_its_place() {
    let schema = json!({
        "$schema": "https://example.com/own", "type": "string",
        "properties": {
            "a": {"$schema": DRAFT4, "const": 1, "$ref": "#/components/schemas/Text", "maxLength": 3},
            "b": {"$schema": DRAFT4, "properties": {"a": {"const": 1}}},
        }
    });
    let contract = with_schema("3.1.0", &schema);
    let said: Vec<String> = contract
        .warnings
        .iter()
        .map(|w| format!("{} {} {:?}", w.code, w.message, w.notes))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    unknown-dialect the dialect "https://example.com/own" of JSON Schema is not known []
    ignored-sibling `const`, `maxLength` beside a $ref say nothing in JSON Schema draft 4 []
    foreign-keyword `const` as it is written here says nothing in JSON Schema draft 4 []
    "#);
    assert_eq!(accepts(&contract, &[json!("x"), json!(1)]), [true, false]);
}

const GENERIC: &str = r##"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /texts: {get: {responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Texts"}}}}}}}
  /numbers: {get: {responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Numbers"}}}}}}}
  /any: {get: {responses: {"200": {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Page"}}}}}}}
components:
  schemas:
    Page:
      $id: https://e.org/page
      type: object
      properties: {items: {$ref: list}}
      $defs: {item: {$dynamicAnchor: item}}
    List:
      $id: https://e.org/list
      type: array
      items: {$dynamicRef: "#item", maxLength: 2}
      $defs: {item: {$dynamicAnchor: item}}
    Texts:
      $id: https://e.org/texts
      $ref: page
      $defs: {item: {$dynamicAnchor: item, type: string}}
    Numbers:
      $id: https://e.org/numbers
      $ref: page
      $defs: {item: {$dynamicAnchor: item, type: number}}
"##;

#[test]
fn a_template_takes_what_its_users_put_in() {
    let contract = loaded(GENERIC, &NoFiles);
    let warnings = render_all(&contract.warnings, Style::Plain);
    assert!(contract.warnings.is_empty(), "{warnings}");
    let bodies = [
        json!({"items": ["a"]}),
        json!({"items": [1]}),
        json!({"items": ["abc"]}),
        json!({"items": [null]}),
    ];
    let of = |n: usize| {
        let media = &contract.operations[n].responses[0].content[0];
        let schema = media.compiled.get().expect("usable");
        bodies
            .iter()
            .map(|body| schema.is_valid(body))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(0), [true, false, false, false]);
    assert_eq!(of(1), [false, true, false, false]);
    assert_eq!(of(2), [true, true, false, true]);
    // What was copied stands where it was written.
    let media = &contract.operations[0].responses[0].content[0];
    let schema = media.compiled.get().expect("usable");
    let demand = schema.demands().iter().find(|d| d.keyword == "maxLength");
    let demand = demand.expect("it is demanded of every element");
    assert_eq!(demand.to_string(), "items/{items}#maxLength");
    assert_eq!(contract.place(&demand.at).to_string(), "main.yaml:18:37");
}

#[test]
fn a_stricter_tree_is_strict_all_the_way_down() {
    let schema = json!({
        "$schema": DRAFT2019, "$id": "https://e.org/strict", "$recursiveAnchor": true,
        "$ref": "tree", "unevaluatedProperties": false,
        "$defs": {"tree": {
            "$id": "https://e.org/tree", "$recursiveAnchor": true, "type": "object",
            "properties": {"leaf": {}, "children": {"type": "array", "items": {"$recursiveRef": "#"}}}
        }}
    });
    let contract = with_schema("3.1.0", &schema);
    let bodies = [
        json!({"children": [{"leaf": 1}]}),
        json!({"children": [{"daat": 1}]}),
    ];
    assert_eq!(accepts(&contract, &bodies), [true, false]);
}

#[test]
fn an_anchor_that_is_there_twice_demands_nothing_and_is_named() {
    let schema = json!({
        "items": {"$dynamicRef": "#item"},
        "$defs": {
            "a": {"$dynamicAnchor": "item", "type": "string"},
            "b": {"$dynamicAnchor": "item", "type": "null"},
        }
    });
    let contract = with_schema("3.1.0", &schema);
    assert_eq!(accepts(&contract, &[json!([1])]), [true]);
    let codes: Vec<_> = contract.warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["ambiguous-anchor"]);
}
