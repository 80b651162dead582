//! What is written is read back: for each style and form there is a reading of what was sent that is
//! what was meant.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    Decoded, DecodedBody, encode_body, encode_cookies, encode_header, encode_path, encode_query,
};
use crate::diag::Source;
use crate::http::{Headers, Request};
use crate::openapi::{Contract, Location, load};

/// A contract with one operation.
fn contract(path: &str, mut operation: Value) -> Contract {
    operation["operationId"] = json!("op");
    operation["responses"] = json!({ "200": { "description": "" } });
    let document = json!({
        "openapi": "3.2.0",
        "info": { "title": "t", "version": "1" },
        "paths": { path: { "post": operation } }
    });
    load(Source::new("t.json", document.to_string())).expect("it is a contract")
}

fn with_parameter(mut parameter: Value) -> Contract {
    parameter["name"] = json!("color");
    parameter["required"] = json!(true);
    let path = if parameter["in"] == "path" {
        "/x/{color}/y"
    } else {
        "/x"
    };
    contract(path, json!({ "parameters": [parameter] }))
}

fn styled(location: &str, style: &str, explode: bool) -> Contract {
    let schema = json!({ "type": ["string", "array", "object"] });
    with_parameter(json!({ "in": location, "style": style, "explode": explode, "schema": schema }))
}

/// The request that sends a value of the contract's one parameter.
fn sent(contract: &Contract, value: &Value) -> Request {
    let operation = &contract.operations[0];
    let values: Map<String, Value> = [("color".to_owned(), value.clone())].into_iter().collect();
    let none = Map::new();
    let location = operation.parameters[0].location;
    let only = |here: bool| if here { &values } else { &none };
    let path = encode_path(operation, only(location == Location::Path), &none);
    let is_query = matches!(location, Location::Query | Location::QueryString);
    let query = encode_query(contract, operation, only(is_query));
    let mut headers = Headers::new();
    match location {
        Location::Header => {
            headers.push("Color", encode_header(operation, "Color", value).as_str());
        }
        Location::Cookie => {
            let cookies = encode_cookies(operation, &values).expect("it is written");
            headers.push("cookie", cookies.as_str());
        }
        _ => {}
    }
    Request {
        method: "POST".to_owned(),
        target: path.expect("it is written") + &query.expect("it is written"),
        headers,
        body: bytes::Bytes::new(),
        secrets: Vec::new(),
    }
}

/// Whether the value is among the readings of what is sent for it.
fn comes_back(contract: &Contract, value: &Value) -> Result<(), TestCaseError> {
    let request = sent(contract, value);
    let decoded = Decoded::of(contract, &contract.operations[0], "", &request);
    let decoded = decoded.expect("it is a request of the operation");
    let parameter = &decoded.parameters[0];
    prop_assert!(
        parameter.admits(value),
        "{value} sent as {} with {:?}",
        request.target,
        request.headers
    );
    Ok(())
}

/// Texts, lists and objects whose texts match a pattern.
fn values(text: &'static str) -> impl Strategy<Value = Value> {
    let object = btree_map("[a-zA-Z_]{1,8}", text, 1..4).prop_map(|members| json!(members));
    prop_oneof![
        text.prop_map(Value::from),
        vec(text, 1..4).prop_map(Value::from),
        object
    ]
}

/// Some text that isn't empty: an empty path segment is another path.
const ANY: &str = "[ -~é€]{1,8}";

proptest! {
    #[test]
    fn simple_path(value in values(ANY), explode: bool) {
        comes_back(&styled("path", "simple", explode), &value)?;
    }

    #[test]
    fn label_path(value in values(ANY)) {
        comes_back(&styled("path", "label", false), &value)?;
    }

    #[test]
    // Nothing escapes the dot, which is the delimiter here.
    fn exploded_label_path(value in values("[ -\\-/-~]{1,8}")) {
        comes_back(&styled("path", "label", true), &value)?;
    }

    #[test]
    fn matrix_path(value in values("[ -~é]{0,8}"), explode: bool) {
        comes_back(&styled("path", "matrix", explode), &value)?;
    }

    #[test]
    fn form_query(value in values("[ -~é]{0,8}"), explode: bool) {
        comes_back(&styled("query", "form", explode), &value)?;
    }

    #[test]
    // The delimiters of these three can't be told from the same characters in a value.
    fn space_delimited_query(value in values("[!-~é]{1,8}"), explode: bool) {
        comes_back(&styled("query", "spaceDelimited", explode), &value)?;
    }

    #[test]
    fn pipe_delimited_query(value in values("[ -{}~é]{1,8}"), explode: bool) {
        comes_back(&styled("query", "pipeDelimited", explode), &value)?;
    }

    #[test]
    fn tab_delimited_query(value in values(ANY), explode: bool) {
        comes_back(&styled("query", "tabDelimited", explode), &value)?;
    }

    #[test]
    fn deep_object_query(members in btree_map("[a-zA-Z_]{1,8}", "[ -~é]{0,8}", 1..4)) {
        comes_back(&styled("query", "deepObject", true), &json!(members))?;
    }

    #[test]
    // A header escapes nothing, and blanks around a value are not the value's.
    fn simple_header(value in values("[!-+\\--<>-~]{1,8}"), explode: bool) {
        comes_back(&styled("header", "simple", explode), &value)?;
    }

    #[test]
    fn form_cookie(value in values("[ -~é]{0,8}"), explode: bool) {
        comes_back(&styled("cookie", "form", explode), &value)?;
    }

    #[test]
    // What is no cookie-octet (RFC 6265, 4.1.1) is escaped by whoever gives the value.
    fn cookie_cookie(value in values("[!#-+\\--:<-\\[\\]-~]{0,8}")) {
        comes_back(&styled("cookie", "cookie", true), &value)?;
    }

    #[test]
    fn json_content(value in values("[ -~é]{0,8}"), place in 0..4_usize) {
        let location = ["path", "query", "cookie", "querystring"][place];
        // Of a cookie's content nothing is escaped.
        prop_assume!(location != "cookie" || !value.to_string().contains(';'));
        let content = json!({ "application/json": { "schema": {} } });
        comes_back(&with_parameter(json!({ "in": location, "content": content })), &value)?;
    }

    #[test]
    fn form_query_string(members in btree_map("[ -~é]{1,8}", "[ -~é]{0,8}", 1..4)) {
        let content = json!({ "application/x-www-form-urlencoded": { "schema": {} } });
        let contract = with_parameter(json!({ "in": "querystring", "content": content }));
        comes_back(&contract, &json!(members))?;
    }

    #[test]
    fn bodies(
        id in "[ -~é]{0,8}", n: i32, on: bool, tags in vec("[ -~é]{0,8}", 1..4),
        address in btree_map("[ -~é]{0,8}", "[ -~é]{0,8}", 0..3), all in vec("[a-z]{1,8}", 2..4),
        deep in btree_map("[a-z]{1,4}", "[ -~é]{0,8}", 1..3), media in 0..2_usize,
    ) {
        let media = ["application/x-www-form-urlencoded", "multipart/form-data"][media];
        let is_form = media.starts_with('a');
        let texts = json!({ "type": "array", "items": { "type": "string" } });
        let schema = json!({ "type": "object", "additionalProperties": false, "properties": {
            "id": { "type": "string" }, "n": { "type": "integer" }, "on": { "type": "boolean" },
            "tags": texts, "address": { "type": "object" }, "all": texts,
            "deep": { "type": "object", "additionalProperties": { "type": "string" } }
        } });
        let encoding = json!({
            "all": { "style": "pipeDelimited", "explode": false },
            "deep": { "style": "deepObject", "explode": true }
        });
        let mut value = json!({
            "id": id, "n": n, "on": on, "tags": tags, "address": address, "all": all
        });
        if is_form {
            value["deep"] = json!(deep);
        }
        // In a multipart body a delimiter stands in a part as it is.
        let encoding = if is_form { encoding } else { json!({}) };
        let content = json!({ media: { "schema": schema, "encoding": encoding } });
        let contract = contract("/x", json!({ "requestBody": { "content": content } }));
        prop_assert_eq!(body_of(&contract, None, &value), DecodedBody::Read(0, value));
    }
}

/// The body that is sent for a value, read.
fn body_of(contract: &Contract, asked: Option<&str>, value: &Value) -> DecodedBody {
    let operation = &contract.operations[0];
    let written = encode_body(contract, operation, asked, value).expect("it is written");
    let request = Request {
        method: "POST".to_owned(),
        target: "/x".to_owned(),
        headers: [("content-type", written.media.as_str())]
            .into_iter()
            .collect(),
        body: written.bytes.into(),
        secrets: Vec::new(),
    };
    let decoded = Decoded::of(contract, operation, "", &request);
    decoded.expect("it is a request of the operation").body
}

#[test]
fn a_body_is_written_as_the_type_that_is_asked_for_or_the_first_that_suits() {
    let schema = json!({ "schema": {} });
    let types = [
        "multipart/form-data",
        "text/plain",
        "application/x-ndjson",
        "application/json",
    ];
    let content: Map<String, Value> = types
        .iter()
        .map(|name| ((*name).to_owned(), schema.clone()))
        .collect();
    let contract = contract("/x", json!({ "requestBody": { "content": content } }));
    let number = |asked, value: Value| match body_of(&contract, asked, &value) {
        DecodedBody::Read(number, read) | DecodedBody::Json(number, Ok(read)) => {
            assert_eq!(read, value);
            number
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(number(None, json!({ "a": "b" })), 0);
    assert_eq!(number(None, json!("a")), 1);
    assert_eq!(number(None, json!([1, { "a": 2 }])), 2);
    assert_eq!(number(Some("application/json"), json!({ "a": "b" })), 3);
    let operation = &contract.operations[0];
    let asked = Some("text/plain");
    assert!(encode_body(&contract, operation, asked, &json!({})).is_err());
}

#[test]
fn parts_without_names_are_read_back_by_their_places() {
    let pet = json!({ "type": "object", "xml": { "name": "pet" }, "properties": { "id": { "type": "integer" } } });
    let encoding = json!({ "contentType": "application/xml" });
    let media = [
        json!({
            "schema": { "type": "array", "prefixItems": [{ "type": "object" }, pet], "items": { "type": "string" } },
            "prefixEncoding": [{}, encoding]
        }),
        json!({ "itemSchema": pet, "itemEncoding": encoding }),
    ];
    let values = [
        json!([{ "a": [1, "--proofmark-0"] }, { "id": 7 }, "text", "5"]),
        json!([{ "id": 1 }, { "id": 2 }]),
    ];
    for (media, value) in media.into_iter().zip(values) {
        let content = json!({ "multipart/mixed": media });
        let contract = contract("/x", json!({ "requestBody": { "content": content } }));
        for asked in [None, Some("multipart/mixed")] {
            assert_eq!(
                body_of(&contract, asked, &value),
                DecodedBody::Read(0, value.clone())
            );
        }
    }
}

#[test]
fn what_no_reading_takes_is_refused_as_what_comes_nearest() {
    let schema =
        json!({ "type": "object", "properties": { "n": { "type": "integer", "maximum": 9 } } });
    let content = json!({ "application/x-www-form-urlencoded": { "schema": schema } });
    let contract = contract("/x", json!({ "requestBody": { "content": content } }));
    assert_eq!(
        body_of(&contract, None, &json!({ "n": 10 })),
        DecodedBody::Read(0, json!({ "n": 10 }))
    );
}

#[test]
fn an_exploded_object_is_there_if_no_other_parameter_explains_what_was_sent() {
    let object =
        json!({ "name": "color", "in": "query", "required": true, "schema": { "type": "object" } });
    let text =
        json!({ "name": "q", "in": "query", "required": true, "schema": { "type": "string" } });
    let contract = contract("/x", json!({ "parameters": [object, text] }));
    let there = |target: &str| {
        let request = Request {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: Headers::new(),
            body: bytes::Bytes::new(),
            secrets: Vec::new(),
        };
        let decoded = Decoded::of(&contract, &contract.operations[0], "", &request);
        let decoded = decoded.expect("it is a request of the operation");
        decoded
            .parameters
            .iter()
            .map(super::DecodedParameter::is_there)
            .collect::<Vec<_>>()
    };
    assert_eq!(there("/x?q=1"), [false, true]);
    assert_eq!(there("/x?R=1"), [true, false]);
    assert_eq!(there("/x?q"), [false, true]);
}
