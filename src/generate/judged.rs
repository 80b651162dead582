//! What is judged before it is used, and what is said of what isn't.

use std::collections::BTreeSet;

use serde_json::Value;

use super::parts::{Flat, root};
use crate::diag::{Diagnostic, Pointer};
use crate::openapi::Contract;
use crate::schema::Schema;

/// In what way a value breaks a schema, as the end of a sentence. What is missing because the server
/// gives it is no breach.
pub(super) fn breach(
    contract: &Contract,
    schema: &Schema,
    value: &Value,
    left_out: &BTreeSet<String>,
) -> Option<String> {
    if schema.is_valid(value) {
        return None;
    }
    let mismatches = schema.mismatches(value);
    let left = mismatches.iter().find(|mismatch| {
        let missing = mismatch.missing.as_deref();
        missing.is_none_or(|name| {
            let described = mismatch.schema.parent().child("properties").child(name);
            !left_out.contains(name) && !is_read_only(contract, &described)
        })
    })?;
    let place = match left.instance.as_str() {
        "" => "it".to_owned(),
        place => format!("`{place}`"),
    };
    Some(match &left.missing {
        Some(name) => format!("{place} has no member `{name}`"),
        None => format!("{place} must be {}, and is {}", left.expected, left.actual),
    })
}

fn is_read_only(contract: &Contract, at: &Pointer) -> bool {
    let flat = Flat::of(root(contract), std::slice::from_ref(at));
    flat.is_ok_and(|flat| flat.says("readOnly"))
}

/// The note on an example that isn't used.
pub(super) fn broken(contract: &Contract, what: &str, at: &Pointer, reason: &str) -> Diagnostic {
    let document = &contract.document;
    Diagnostic::warning(
        "example",
        format!("this {what} breaks its own schema: {reason}"),
    )
    .at(
        document.source(),
        document.key_span(at),
        "not used in requests",
    )
    .help(format!(
        "mend the {what} or the schema; until then a request follows the schema"
    ))
}
