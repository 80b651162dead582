//! What the document must say, whatever it is generated from.

use super::*;

const ITEM: &str = "/images/{image_id}/metadata/{key}";

/// Every operation with its path and method.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("an object");
    let each = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("an object");
        item.iter()
            .map(|(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    each.collect()
}

fn statuses(operation: &Value) -> Vec<&str> {
    operation["responses"]
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

/// Every value in a document, with the place it has.
fn walk(value: &Value, at: &str, see: &mut dyn FnMut(&str, &Value)) {
    see(at, value);
    match value {
        Value::Array(values) => {
            for (n, value) in values.iter().enumerate() {
                walk(value, &format!("{at}/{n}"), see);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                walk(
                    value,
                    &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                    see,
                );
            }
        }
        _ => {}
    }
}

#[test]
fn the_operations_are_those_published_with_their_statuses() {
    let document = contract();
    let said: Vec<_> = operations(&document)
        .into_iter()
        .map(|(path, method, operation)| {
            (
                path,
                method,
                operation["operationId"].as_str().expect("a text"),
                statuses(operation).join(" "),
            )
        })
        .collect();
    let list = "/images/{image_id}/metadata";
    let read = "200 203 400 401 403 404 405 413 500 503";
    let expected = [
        (list, "get", "listImageMetadata", read.to_owned()),
        (ITEM, "get", "getImageMetadataItem", read.to_owned()),
        (
            ITEM,
            "put",
            "setImageMetadataItem",
            "200 203 400 401 403 405 409 413 500 503".to_owned(),
        ),
        (
            ITEM,
            "delete",
            "deleteImageMetadataItem",
            "204 400 401 403 404 405 409 413 500 503".to_owned(),
        ),
    ];
    let sorted = |mut all: Vec<(_, _, _, _)>| {
        all.sort();
        all
    };
    assert_eq!(sorted(said), sorted(expected.to_vec()));
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], "/");
}

#[test]
fn required_headers_are_those_the_reading_demands() {
    let document = contract();
    for (path, method, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().expect("an object") {
            let at = format!("{method} {path} {status}");
            let headers = response["headers"].as_object().expect("an object");
            let required: Vec<_> = headers
                .iter()
                .filter(|(_, header)| header["required"] == true)
                .map(|(name, header)| (name.as_str(), &header["x-conformance"]["level"]))
                .collect();
            let (must, should) = (&Value::Null, &json!("should"));
            let expected = match status.as_str() {
                "200" | "203" => vec![("X-Compute-Request-Id", must), ("Date", should)],
                "204" => vec![("Date", should)],
                "401" => vec![("WWW-Authenticate", should)],
                "405" => vec![("Allow", must)],
                _ => vec![],
            };
            assert_eq!(required, expected, "{at}");
            assert!(headers.contains_key("X-Compute-Request-Id"), "{at}");
            assert!(!headers.contains_key("Content-Type"), "{at}");
        }
    }
}

#[test]
fn faults_are_advisory_and_successes_are_not() {
    let document = contract();
    for (path, method, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().expect("an object") {
            let at = format!("{method} {path} {status}");
            assert!(
                response["description"]
                    .as_str()
                    .is_some_and(|text| text.len() > 5),
                "{at}"
            );
            let Some(content) = response["content"].as_object() else {
                assert_eq!(status, "204", "{at}");
                continue;
            };
            assert_eq!(
                content.keys().collect::<Vec<_>>(),
                ["application/json"],
                "{at}"
            );
            let level = &content["application/json"]["x-conformance"]["level"];
            let fault = !status.starts_with('2');
            assert_eq!(level == "should", fault, "{at}");
            let schema = content["application/json"]["schema"]["$ref"]
                .as_str()
                .expect("a text");
            assert_eq!(schema.ends_with("/Fault"), fault, "{at}");
        }
    }
}

#[test]
fn the_request_body_says_what_the_reading_says() {
    let document = contract();
    let whole = &document["components"]["schemas"]["ItemToSet"]["allOf"];
    assert_eq!(whole[0]["required"], json!(["meta"]));
    let meta = &whole[0]["properties"]["meta"];
    assert_eq!(meta["minProperties"], 1);
    let value = &meta["additionalProperties"]["allOf"];
    assert_eq!(value[0], json!({ "type": "string" }));
    assert_eq!(value[1]["maxLength"], 255);
    assert_eq!(value[1]["x-conformance"], json!({ "level": "should" }));
    assert_eq!(whole[1]["additionalProperties"], false);
    assert_eq!(whole[1]["x-conformance"], json!({ "level": "should" }));
    let put = &document["paths"][ITEM]["put"];
    assert_eq!(put["requestBody"]["required"], true);
    for place in [
        &put["requestBody"],
        &put["responses"]["200"],
        &put["responses"]["203"],
    ] {
        let published = &place["content"]["application/json"]["examples"]["published"]["value"];
        assert_eq!(*published, json!({ "meta": { "label": "Replaced" } }));
    }
}

#[test]
fn the_fault_says_what_the_reading_says() {
    let document = contract();
    let fault = &document["components"]["schemas"]["Fault"];
    assert_eq!(
        (&fault["minProperties"], &fault["maxProperties"]),
        (&json!(1), &json!(1))
    );
    let detail = &fault["additionalProperties"];
    assert_eq!(detail["required"], json!(["code", "message"]));
    let members: Vec<_> = detail["properties"]
        .as_object()
        .expect("an object")
        .keys()
        .collect();
    assert_eq!(
        members,
        ["code", "message", "details", "retryAt", "retryAfter"]
    );
    assert_eq!(detail["properties"]["retryAt"]["format"], "date-time");
    assert_eq!(
        detail["properties"]["retryAfter"]["type"],
        json!(["string", "integer"])
    );
}

#[test]
fn extensions_hold_only_what_a_reader_of_them_knows() {
    let known = ["level", "since", "relations", "laws", "identities"];
    let parts = ["id", "on", "rule", "when", "text", "level"];
    let mut ids = Vec::new();
    walk(&contract(), "", &mut |at, value| {
        let Some(said) = value.get("x-conformance") else {
            return;
        };
        for (name, value) in said.as_object().expect("an object") {
            assert!(known.contains(&name.as_str()), "{at}: {name}");
            if name != "relations" && name != "laws" {
                continue;
            }
            for part in value.as_array().expect("an array") {
                ids.push(part["id"].as_str().expect("a text").to_owned());
                assert!(part["text"].is_string(), "{at}");
                let names = part.as_object().expect("an object").keys();
                assert!(
                    names.into_iter().all(|name| parts.contains(&name.as_str())),
                    "{at}"
                );
            }
        }
    });
    ids.sort();
    ids.dedup();
    let expected = [
        "absent",
        "allow-names-put",
        "answer-agrees",
        "body-limit",
        "code-is-status",
        "complete",
        "deleted",
        "forbidden",
        "holds-key",
        "idempotent",
        "item-limit",
        "key-agrees",
        "no-such-image",
        "none-lost",
        "not-ready",
        "other-images-untouched",
        "other-type-changes-nothing",
        "others-untouched",
        "refused-changes-nothing",
        "request-id-is-new",
        "stored",
        "tenants-apart",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn json_and_yaml_say_the_same_each_time() {
    let document = contract();
    assert_eq!(
        serde_json::from_str::<Value>(&contract_json()).expect("it is JSON"),
        document
    );
    assert_eq!(
        yaml_serde::from_str::<Value>(&contract_yaml()).expect("it is YAML"),
        document
    );
    assert_eq!(contract_json(), contract_json());
    assert_eq!(contract_yaml(), contract_yaml());
    assert!(contract_json().ends_with("}\n"));
    assert!(contract_yaml().contains("\n        '203':\n"));
    assert!(contract_yaml().contains("    'on': response\n"));
}
