//! Texts that are documents of their own: `contentSchema` (JSON Schema Validation 2020-12, 8.5). By itself it
//! only annotates them, and who knows that they are meant to be looked into asks for them here.

use std::collections::HashSet;

use jsonschema::Validator;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::shape::reference;
use crate::diag::Pointer;

/// How many schemas are looked through for one that speaks of a document.
const MOST: usize = 2000;

/// A text of an instance that is a document, by the schemas the instance keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The text, in the instance.
    pub instance: Pointer,
    /// The document's schema.
    pub schema: Pointer,
    /// The document's media type.
    pub media: String,
    /// How its bytes stand in the text, where that is said.
    pub encoding: Option<String>,
}

const KEYWORD: &str = "contentSchema";

/// The documents in an instance that keeps its schema.
pub(super) fn of(
    validator: &Validator,
    base: &Pointer,
    document: &Value,
    instance: &Value,
) -> Vec<Content> {
    let evaluation = validator.evaluate(instance);
    let mut found: Vec<Content> = Vec::new();
    for entry in evaluation.iter_annotations() {
        let Some(holder) = entry.schema_location.strip_suffix("/contentSchema") else {
            continue;
        };
        // Behind a reference it is a place in the document, by its URI.
        let holder = match holder.split_once('#') {
            Some((_, fragment)) => {
                let decoded = percent_decode_str(fragment).decode_utf8_lossy();
                Pointer::from_text(decoded.into_owned())
            }
            None => base.join(holder),
        };
        let text = |key: &str| {
            let value = holder.child(key);
            Some(value.of(document)?.as_str()?.to_owned())
        };
        let schema = holder.child(KEYWORD);
        let is_there = schema.of(document) == Some(entry.annotations.value());
        let (Some(media), true) = (text("contentMediaType"), is_there) else {
            continue;
        };
        let content = Content {
            instance: Pointer::from_text(entry.instance_location.as_str()),
            encoding: text("contentEncoding"),
            schema,
            media,
        };
        if !found.contains(&content) {
            found.push(content);
        }
    }
    found
}

/// The first `contentSchema` that a schema, or one it is made of, has for a text.
pub(super) fn first(document: &Value, at: &Pointer) -> Option<Pointer> {
    let mut queue = vec![at.clone()];
    let mut known: HashSet<Pointer> = HashSet::new();
    let mut next = 0;
    while let Some(at) = queue.get(next).cloned() {
        next += 1;
        let Some(schema) = at.of(document).and_then(Value::as_object) else {
            continue;
        };
        if !known.insert(at.clone()) || known.len() > MOST {
            continue;
        }
        if schema.contains_key(KEYWORD) && schema.contains_key("contentMediaType") {
            return Some(at.child(KEYWORD));
        }
        queue.extend(reference(schema));
        for (keyword, value) in schema {
            let at = at.child(keyword);
            match (keyword.as_str(), value) {
                ("allOf" | "oneOf" | "anyOf" | "prefixItems", Value::Array(all)) => {
                    queue.extend((0..all.len()).map(|number| at.child(number)));
                }
                (
                    "properties" | "patternProperties" | "dependentSchemas",
                    Value::Object(members),
                ) => queue.extend(members.keys().map(|name| at.child(name))),
                ("items" | "additionalProperties" | "if" | "then" | "else", Value::Object(_)) => {
                    queue.push(at);
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Schemas;
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_those_of_the_branch_that_is_kept() {
        let document = json!({
            "event": {
                "$ref": "#/schemas/Event",
                "oneOf": [
                    {"properties": {"event": {"const": "text"}}},
                    {"properties": {"event": {"const": "json"}, "data": {"$ref": "#/schemas/D%20a~1t%25a"}}},
                    {"properties": {"event": {"const": "xml"}, "data": {
                        "contentMediaType": "application/xml", "contentEncoding": "base64", "contentSchema": {"type": "object"}
                    }}},
                    // Without a media type it says nothing.
                    {"properties": {"event": {"const": "none"}, "data": {"contentSchema": {}}}}
                ]
            },
            "schemas": {
                "Event": {"type": "object", "properties": {"data": {"type": "string"}}},
                "D a/t%a": {"contentMediaType": "application/json", "contentSchema": {"$ref": "#/schemas/Event"}}
            }
        });
        let at = Pointer::from_text("/event");
        assert_eq!(
            first(&document, &at).map(|at| at.to_string()).as_deref(),
            Some("/event/oneOf/2/properties/data/contentSchema")
        );
        assert_eq!(
            first(&document, &Pointer::from_text("/schemas/Event")),
            None
        );
        let schema = Schemas::new(Arc::new(document)).get(&at).expect("compiles");
        let found = |instance: Value| {
            assert!(schema.is_valid(&instance), "{instance}");
            let all = schema.contents(&instance).into_iter();
            let all =
                all.map(|c| format!("{} {} {} {:?}", c.instance, c.schema, c.media, c.encoding));
            all.collect::<Vec<_>>()
        };
        let alone = json!({"a": {"items": {"contentMediaType": "application/json", "contentSchema": {"type": "object"}}}});
        let alone = Schemas::new(Arc::new(alone))
            .get(&Pointer::from_text("/a"))
            .expect("compiles");
        assert_eq!(
            alone.contents(&json!([1, "x"]))[0].schema.as_str(),
            "/a/items/contentSchema"
        );
        assert_eq!(found(json!({"event": "text", "data": "{"})), [""; 0]);
        assert_eq!(found(json!({"event": "json"})), [""; 0]);
        assert_eq!(found(json!({"event": "none", "data": "{"})), [""; 0]);
        assert_eq!(
            found(json!({"event": "json", "data": "{"})),
            ["/data /schemas/D a~1t%a/contentSchema application/json None"]
        );
        assert_eq!(
            found(json!({"event": "xml", "data": "{"})),
            ["/data /event/oneOf/2/properties/data/contentSchema application/xml Some(\"base64\")"]
        );
    }
}
