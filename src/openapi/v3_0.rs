//! OpenAPI 3.0's schemas as JSON Schema 2020-12 (OpenAPI 3.0.4, 4.7.24).

use serde_json::{Value, json};

use super::kinds::Kind;
use super::walk::Rewrite;
use super::{dialect, keywords};
use crate::diag::{Diagnostic, Document, Pointer};

/// Keywords that 3.0 doesn't have and whose presence shows that another version was meant.
const LATER: [&str; 9] = [
    "const",
    "if",
    "then",
    "else",
    "prefixItems",
    "contains",
    "patternProperties",
    "$defs",
    "unevaluatedProperties",
];

/// Schemas, and nothing else.
pub(super) const REWRITE: Rewrite = Rewrite {
    wants: |kind, node| {
        kind == Kind::Schema && (has_later(node) || has_sibling(node) || wants(node, "nullable"))
    },
    apply: rewrite,
    names_dialect: false,
};

/// Whether a schema, in which `keyword` allows null, is to be rewritten.
pub(super) fn wants(schema: &Value, keyword: &str) -> bool {
    schema.get(keyword) == Some(&Value::Bool(true))
        || ["exclusiveMinimum", "exclusiveMaximum"]
            .iter()
            .any(|bound| schema.get(bound).is_some_and(Value::is_boolean))
        || keywords::has_mistake(schema)
}

/// Whether something stands beside a reference that the reference replaces (3.0.4, 4.7.23.1).
pub(super) fn has_sibling(schema: &Value) -> bool {
    schema.as_object().is_some_and(dialect::has_ignored_sibling)
}

fn has_later(schema: &Value) -> bool {
    let members = schema.as_object().into_iter().flatten();
    members.into_iter().any(is_later)
}

fn is_later((keyword, operand): (&String, &Value)) -> bool {
    match keyword.as_str() {
        "type" | "examples" => operand.is_array(),
        "exclusiveMinimum" | "exclusiveMaximum" => operand.is_number(),
        other => LATER.contains(&other),
    }
}

fn rewrite(kind: Kind, document: &mut Document, at: &Pointer, problems: &mut Vec<Diagnostic>) {
    if kind == Kind::Schema {
        dialect::ignore_siblings(document, at, "OpenAPI 3.0", problems);
        later(document, at, problems);
        schema(document, at, "nullable", problems);
    }
}

/// Rewrites the schema at `at`, in which `keyword` allows null.
pub(super) fn schema(
    document: &mut Document,
    at: &Pointer,
    keyword: &'static str,
    problems: &mut Vec<Diagnostic>,
) {
    nullable(document, at, keyword, problems);
    bounds(document, at);
    keywords::check(document, at, problems);
}

/// What only a later version has is read as that one has it: that is what its author meant.
fn later(document: &Document, at: &Pointer, problems: &mut Vec<Diagnostic>) {
    let Some(Value::Object(schema)) = document.get(at) else {
        return;
    };
    let found: Vec<&String> = schema
        .iter()
        .filter(|member| is_later(*member))
        .map(|(keyword, _)| keyword)
        .collect();
    let Some(first) = found.first() else { return };
    let names: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
    problems.push(
        Diagnostic::warning(
            "later-keyword",
            format!(
                "OpenAPI 3.0 doesn't have {} as it is written here",
                names.join(", ")
            ),
        )
        .at_key(document, &at.child(first), "read as OpenAPI 3.1 has it")
        .help("say `openapi: 3.1.0`, or write it as 3.0 has it"),
    );
}

/// `nullable: true` allows null beside what the schema says. Where the specification's own rules for it
/// (3.0.4, 4.7.24.1) and what its authors plainly mean differ, what they mean is taken: a null they
/// announce must not become a false alarm.
pub(super) fn nullable(
    document: &mut Document,
    at: &Pointer,
    keyword: &'static str,
    problems: &mut Vec<Diagnostic>,
) {
    let is_nullable = |schema: &Value| schema.get(keyword) == Some(&Value::Bool(true));
    if !document.get(at).is_some_and(is_nullable) {
        return;
    }
    let Some(Value::Object(schema)) = document.get(at) else {
        return;
    };
    let has = |name: &str| schema.contains_key(name);
    if has("$ref") {
        problems.push(
            Diagnostic::warning(
                "nullable-reference",
                format!("`{keyword}` beside a $ref says nothing in OpenAPI 3.0"),
            )
            .at_key(document, &at.child(keyword), "read as it is meant")
            .help("write `allOf: [{$ref: …}]` beside it"),
        );
    }
    let alternatives = ["oneOf", "anyOf"].into_iter().find(|name| has(name));
    let (is_composed, is_reference, has_type) = (has("allOf"), has("$ref"), has("type"));
    if has_type {
        let typed = |schema: &mut Value| {
            let kind = schema["type"].take();
            schema["type"] = match kind {
                Value::Array(mut all) => {
                    if !all.iter().any(|kind| kind == "null") {
                        all.push("null".into());
                    }
                    Value::Array(all)
                }
                one => json!([one, "null"]),
            };
        };
        document.edit(at, typed);
    }
    document.edit(at, |schema| {
        if let Some(Value::Array(all)) = schema.get_mut("enum")
            && !all.contains(&Value::Null)
        {
            all.push(Value::Null);
        }
        if let Some(name) = alternatives
            && let Some(Value::Array(all)) = schema.get_mut(name)
        {
            all.push(json!({ "type": "null" }));
        }
    });
    // What all of them demand, or the one that is referred to, may be missing for a null.
    for name in ["$ref", "allOf"] {
        let applies = if name == "$ref" {
            is_reference
        } else {
            is_composed
        };
        if !applies || (name == "$ref" && is_composed) {
            continue;
        }
        if let Some(operand) = document.remove(at, name) {
            let either = json!([{ name: operand }, { "type": "null" }]);
            document.edit(at, |schema| {
                let key = if schema.get("anyOf").is_none() {
                    "anyOf"
                } else {
                    "oneOf"
                };
                if schema.get(key).is_none() {
                    schema[key] = either;
                } else {
                    schema[name] = either[0][name].clone();
                }
            });
        }
    }
}

/// Exclusive bounds as booleans beside the bounds (JSON Schema draft 5, 5.1.2).
pub(super) fn bounds(document: &mut Document, at: &Pointer) {
    for (exclusive, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        let Some(Value::Bool(is_exclusive)) = document.get(&at.child(exclusive)).cloned() else {
            continue;
        };
        let limit = document.get(&at.child(bound)).cloned();
        match limit.filter(|limit| is_exclusive && limit.is_number()) {
            Some(limit) => {
                document.edit(at, |schema| schema[exclusive] = limit);
                document.remove(at, bound);
            }
            None => {
                document.remove(at, exclusive);
            }
        }
    }
}
