//! What utoipa can't say of the contract, put into the document it generates.

use serde_json::{Map, Value, json};

use super::fixtures::{FILLING_IMAGE, FOREIGN_IMAGE, FULL_IMAGE, IMAGE, SAVING_IMAGE, identities};

const REQUEST_ID: &str = "^req-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

/// Closes utoipa's gaps.
pub(super) fn finish(mut document: Value) -> Value {
    document["x-conformance"] = whole_document();
    // utoipa writes extensions of a security scheme, but not of the apiKey kind in all versions.
    document["components"]["securitySchemes"]["tokenAuth"]["x-conformance"] =
        json!({ "identities": identities() });
    for (path, method) in operations(&document) {
        let operation = &mut document["paths"][path.as_str()][method.as_str()];
        parameters(operation);
        let promised = match operation["operationId"].as_str() {
            Some("setImageMetadataItem") => set_item(),
            Some("getImageMetadataItem") => get_item(),
            Some("deleteImageMetadataItem") => delete_item(),
            _ => list_items(),
        };
        operation["x-conformance"] = promised;
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            headers(status, response);
            if !status.starts_with('2') {
                // A media type's extensions can't be written in utoipa's responses(…).
                response["content"]["application/json"]["x-conformance"] =
                    json!({ "level": "should" });
            }
        }
    }
    schemas(&mut document);
    document
}

fn operations(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let named = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods
            .map(|(method, _)| (path.clone(), method.clone()))
            .collect::<Vec<_>>()
    });
    named.collect()
}

fn whole_document() -> Value {
    json!({
        "relations": [
            {
                "id": "request-id-is-new",
                "on": "response",
                "text": "the request id of an answer is no earlier answer's",
                "when": "\"x-compute-request-id\" in response.headers",
                "rule": "!previous.exists(p, \"x-compute-request-id\" in p.response.headers && p.response.headers[\"x-compute-request-id\"] == response.headers[\"x-compute-request-id\"])"
            },
            {
                "id": "code-is-status",
                "on": "response",
                "level": "should",
                "text": "the code in a fault is the answer's status",
                "when": "response.status >= 400",
                "rule": "response.body.all(f, response.body[f].code == response.status)"
            }
        ]
    })
}

fn set_item() -> Value {
    json!({
        "relations": [
            {
                "id": "key-agrees",
                "on": "request",
                "text": "a request whose pairs lack the URI's key is refused",
                "rule": "request.path.key in request.body.meta"
            },
            {
                "id": "answer-agrees",
                "on": "response",
                "text": "the answer holds the item as it was sent",
                "when": "response.status in [200, 203]",
                "rule": "response.body.meta[request.path.key] == request.body.meta[request.path.key]"
            },
            {
                "id": "allow-names-put",
                "on": "response",
                "text": "the Allow of a 405 names PUT",
                "when": "response.status == 405 && request.method != \"PUT\" && \"allow\" in response.headers",
                "rule": "response.headers.allow.matches(\"(^|[ ,])PUT($|[ ,])\")"
            }
        ],
        "laws": [
            { "id": "stored", "text": "what was accepted is read back as it was sent" },
            { "id": "idempotent", "text": "a request sent twice leaves what one leaves (RFC 9110, 9.2.2)" },
            { "id": "others-untouched", "text": "every other item of the image is as it was" },
            { "id": "other-images-untouched", "text": "every other image is as it was" },
            { "id": "none-lost", "text": "of writes that are under way at the same time none is lost" },
            { "id": "refused-changes-nothing", "text": "a refused request changes nothing" },
            { "id": "other-type-changes-nothing", "text": "a body of another media type changes nothing, whatever it is answered" },
            { "id": "body-limit", "text": "a body of the target's size limit is taken, and one over it is refused with 413" },
            { "id": "item-limit", "text": "as many items as an image may have are taken, and one more is refused with 413" },
            { "id": "no-such-image", "text": "a write to an image that isn't there is refused" },
            { "id": "tenants-apart", "text": "an image that the caller may not see is not changed" },
            { "id": "forbidden", "text": "an image that the caller may see and not change is refused with 403" },
            { "id": "not-ready", "text": "an image that is in no state to be changed is refused with 409" }
        ]
    })
}

fn get_item() -> Value {
    json!({
        "relations": [
            {
                "id": "holds-key",
                "on": "response",
                "text": "the answer holds the item that was asked for",
                "when": "response.status in [200, 203]",
                "rule": "request.path.key in response.body.meta"
            }
        ],
        "laws": [
            { "id": "absent", "text": "an item or an image that isn't there is answered 404" }
        ]
    })
}

fn delete_item() -> Value {
    json!({
        "laws": [
            { "id": "deleted", "text": "a deleted item is no more" },
            { "id": "others-untouched", "text": "every other item of the image is as it was" },
            { "id": "refused-changes-nothing", "text": "a refused request changes nothing" },
            { "id": "absent", "text": "an item or an image that isn't there is answered 404" }
        ]
    })
}

fn list_items() -> Value {
    json!({
        "laws": [
            { "id": "complete", "text": "every item of the image is listed as it is stored" },
            { "id": "absent", "text": "an image that isn't there is answered 404" }
        ]
    })
}

/// A parameter's several examples can't be named in utoipa's `params(…)`. Their names are those of
/// the variables they are the fixtures of.
fn parameters(operation: &mut Value) {
    for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
        parameter["examples"] = match parameter["name"].as_str() {
            Some("image_id") => json!({
                "image_id": { "summary": "An image of the caller's tenant", "value": IMAGE },
                "saving_image_id": { "summary": "One that is still being saved", "value": SAVING_IMAGE },
                "foreign_image_id": { "summary": "One the caller may see and not change", "value": FOREIGN_IMAGE },
                "full_image_id": { "summary": "One with as many items as it may have", "value": FULL_IMAGE },
                "filling_image_id": { "summary": "One that may be filled up to its limit; the fuller it is, the fewer requests that takes", "value": FILLING_IMAGE }
            }),
            _ => json!({ "key": { "summary": "The published example", "value": "label" } }),
        };
    }
}

/// utoipa's response header has no `required`, and its macro no pattern.
fn headers(status: &str, response: &mut Value) {
    let success = status.starts_with('2');
    let text =
        |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    let mut headers = Map::new();
    let mut id = json!({
        "description": "Names the request in the server's logs: `req-` and a UUID, new for each request.",
        "schema": { "type": "string", "pattern": REQUEST_ID }
    });
    if matches!(status, "200" | "203") {
        id["required"] = true.into();
    }
    headers.insert("X-Compute-Request-Id".into(), id);
    if success {
        headers.insert(
            "Date".into(),
            json!({
                "description": "When the answer was made. An origin server with a clock sends it (RFC 9110, 6.6.1); that it has one can't be seen from outside. The published example holds two dates, a proxy's and the origin's, which is not well-formed.",
                "required": true,
                "schema": { "type": "string" },
                "x-conformance": { "level": "should" }
            }),
        );
        headers.insert("Server".into(), text("The server's software."));
        headers.insert("Via".into(), text("The intermediaries between."));
        if status != "204" {
            headers.insert(
                "Content-Length".into(),
                json!({ "description": "The body's length in bytes.", "schema": { "type": "integer", "minimum": 0 } }),
            );
        }
    }
    match status {
        "401" => {
            headers.insert(
                "WWW-Authenticate".into(),
                json!({
                    "description": "How to authenticate. RFC 9110, 11.6.1 demands it; published deployments differ.",
                    "required": true,
                    "schema": { "type": "string" },
                    "x-conformance": { "level": "should" }
                }),
            );
        }
        "405" => {
            headers.insert(
                "Allow".into(),
                json!({
                    "description": "The methods that are allowed here (RFC 9110, 15.5.6).",
                    "required": true,
                    "schema": { "type": "string" }
                }),
            );
        }
        "413" | "503" => {
            headers.insert(
                "Retry-After".into(),
                text("When to try again; a 413 with it is a rate limit."),
            );
        }
        _ => {}
    }
    response["headers"] = Value::Object(headers);
}

/// What the schemas' derives can't say.
fn schemas(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    // Of the members of the body only `meta` is demanded by the published document; that there is
    // none beside it is our reading, and weaker. A level belongs to a schema, so it needs its own.
    let mut whole = schemas["ItemToSet"].take();
    // So does the length of a value: which lengths must be taken is read, what becomes of longer
    // ones isn't.
    let value = &mut whole["properties"]["meta"]["additionalProperties"];
    let longest = value
        .as_object_mut()
        .and_then(|value| value.remove("maxLength"));
    *value = json!({
        "allOf": [value.take(), { "maxLength": longest, "x-conformance": { "level": "should" } }]
    });
    let description = whole
        .as_object_mut()
        .and_then(|whole| whole.remove("description"));
    schemas["ItemToSet"] = json!({
        "description": description,
        "allOf": [
            whole,
            {
                "properties": { "meta": true },
                "additionalProperties": false,
                "x-conformance": { "level": "should" }
            }
        ]
    });
}
