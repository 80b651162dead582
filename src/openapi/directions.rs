//! What a request and an answer demand of one schema: a required member that is `readOnly` is required in
//! answers alone, one that is `writeOnly` in requests alone (OpenAPI 3.0.4, 4.7.24.2).

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diag::{Document, Pointer};

/// How far a schema is followed to where its members are declared.
const DEEPEST: usize = 8;

/// The document as one direction reads it: members with `flag` are not required. Where nothing differs it
/// is the same one.
pub(super) fn without_required(document: &Document, schemas: &[Pointer], flag: &str) -> Arc<Value> {
    let root = document.shared_root();
    if !document
        .sources()
        .any(|source| source.text().contains(flag))
    {
        return root.clone();
    }
    let mut changes: Vec<(Pointer, Vec<Value>)> = Vec::new();
    for at in schemas {
        let parts = parts(root, at);
        if !parts.iter().any(|(_, part)| part.contains_key("required")) {
            continue;
        }
        let is_flagged = |name: &str| {
            parts.iter().any(|(_, part)| {
                let member = part.get("properties").and_then(|all| all.get(name));
                member.is_some_and(|member| has_flag(root, member, flag, 0))
            })
        };
        for (at, part) in &parts {
            let Some(Value::Array(required)) = part.get("required") else {
                continue;
            };
            let kept: Vec<Value> = required
                .iter()
                .filter(|name| !name.as_str().is_some_and(is_flagged))
                .cloned()
                .collect();
            if kept.len() < required.len() {
                changes.push((at.clone(), kept));
            }
        }
    }
    if changes.is_empty() {
        return root.clone();
    }
    let mut rewritten = root.as_ref().clone();
    for (at, kept) in changes {
        if let Some(schema) = at.of_mut(&mut rewritten) {
            schema["required"] = Value::Array(kept);
        }
    }
    Arc::new(rewritten)
}

/// The schema and what its `allOf` and `$ref` put beside it.
fn parts<'v>(root: &'v Value, at: &Pointer) -> Vec<(Pointer, &'v Map<String, Value>)> {
    let mut parts: Vec<(Pointer, &Map<String, Value>)> = Vec::new();
    let mut queue = vec![(at.clone(), 0)];
    while let Some((at, depth)) = queue.pop() {
        let Some(schema) = at.of(root).and_then(Value::as_object) else {
            continue;
        };
        if depth > DEEPEST || parts.iter().any(|(known, _)| *known == at) {
            continue;
        }
        if depth > 0 || schema.contains_key("allOf") {
            queue.extend(target(schema).map(|target| (target, depth + 1)));
        }
        let count = schema
            .get("allOf")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        queue.extend((0..count).map(|index| (at.child("allOf").child(index), depth + 1)));
        parts.push((at, schema));
    }
    parts
}

fn target(schema: &Map<String, Value>) -> Option<Pointer> {
    let fragment = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
    Some(Pointer::from_text(decoded))
}

/// Whether a member has the flag, itself or by what it refers to or is composed of.
fn has_flag(root: &Value, member: &Value, flag: &str, depth: usize) -> bool {
    let Some(schema) = member.as_object().filter(|_| depth <= DEEPEST) else {
        return false;
    };
    let referred = target(schema).and_then(|target| target.of(root));
    let composed = schema.get("allOf").and_then(Value::as_array);
    let mut further = referred.into_iter().chain(composed.into_iter().flatten());
    schema.get(flag) == Some(&Value::Bool(true))
        || further.any(|part| has_flag(root, part, flag, depth + 1))
}
