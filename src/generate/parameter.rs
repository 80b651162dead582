//! A parameter's value.

use serde_json::{Map, Value};

use std::collections::BTreeSet;

use super::build::build;
use super::given::{Chosen, Source};
use super::judged::{breach, broken};
use crate::diag::{Diagnostic, Pointer};
use crate::openapi::{Contract, Location, NamedExample, Parameter};

/// Why something that is required has no value, and where one would be added.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    pub(super) reason: String,
    pub(super) at: Pointer,
}

/// A value for a parameter: the target's variable of its name, an example, or what its schema gives.
///
/// # Errors
/// When there is none that keeps its schema and can be written where it stands.
pub(super) fn choose(
    contract: &Contract,
    parameter: &Parameter,
    variables: &Map<String, Value>,
    notes: &mut Vec<Diagnostic>,
) -> Result<Chosen, Missing> {
    let chosen = |value, source, is_invented| Chosen {
        name: format!("{} {}", parameter.location.as_str(), parameter.name),
        value,
        source,
        is_invented,
    };
    if let Some(value) = variables.get(&parameter.name) {
        // The owner's word is taken all the same: the document may be wrong.
        if let Err(reason) = fitting(contract, parameter, value) {
            notes.push(unfit(contract, parameter, &reason));
        }
        return Ok(chosen(
            value.clone(),
            Source::Variable(parameter.name.clone()),
            false,
        ));
    }
    for example in &parameter.examples {
        let at = example_place(contract, &parameter.at, example);
        match fitting(contract, parameter, &example.value) {
            Ok(value) if is_writable(parameter.location, &value) => {
                return Ok(chosen(value, Source::Example(at), false));
            }
            Ok(_) => {}
            Err(reason) => notes.push(broken(contract, "example", &at, &reason)),
        }
    }
    let Some(schema) = &parameter.schema else {
        // Any value is valid then.
        return Ok(chosen(
            "example".into(),
            Source::Schema(parameter.at.clone()),
            true,
        ));
    };
    match build(contract, schema, 1) {
        Ok(mut built) => {
            notes.append(&mut built.notes);
            if is_writable(parameter.location, &built.value) {
                return Ok(chosen(built.value, built.source, built.is_invented));
            }
            let reason = format!(
                "{} can't be written in a {}",
                built.value,
                parameter.location.as_str()
            );
            Err(Missing {
                reason,
                at: parameter.at.clone(),
            })
        }
        Err(error) => Err(Missing {
            reason: format!("{} ({})", error.reason, contract.place(&error.at)),
            at: parameter.at.clone(),
        }),
    }
}

fn unfit(contract: &Contract, parameter: &Parameter, reason: &str) -> Diagnostic {
    let (name, document) = (&parameter.name, &contract.document);
    let message = format!("the variable {name} is not as this parameter's schema has it: {reason}");
    Diagnostic::warning("variable", message)
        .at(
            document.source(),
            document.span(&parameter.at),
            "sent all the same",
        )
        .help(format!(
            "give another value with --var {name}=…, or mend the schema"
        ))
}

/// Where an example stands; a reference's own text is where the parameter is.
pub(super) fn example_place(
    contract: &Contract,
    holder: &Pointer,
    example: &NamedExample,
) -> Pointer {
    let places = [
        holder.child("example"),
        holder.child("examples").child(&example.name),
    ];
    let found = places
        .into_iter()
        .find(|at| contract.document.get(at).is_some());
    found.unwrap_or_else(|| holder.clone())
}

/// The example as it keeps the schema. On the wire a number and its digits are one, so that an
/// example may be written as either.
fn fitting(contract: &Contract, parameter: &Parameter, example: &Value) -> Result<Value, String> {
    let Some(schema) = parameter.compiled.get() else {
        return Ok(example.clone());
    };
    let other = match example {
        Value::String(text) => serde_json::from_str::<Value>(text).ok(),
        Value::Number(_) | Value::Bool(_) => Some(Value::from(example.to_string())),
        _ => None,
    };
    let readings = [Some(example.clone()), other];
    let found = readings
        .into_iter()
        .flatten()
        .find(|reading| schema.is_valid(reading));
    found.ok_or_else(|| breach(contract, schema, example, &BTreeSet::new()).unwrap_or_default())
}

/// Whether a value can stand where the parameter does: a path segment that is empty or only dots is
/// another path (RFC 3986, 3.3), and a line break ends a header field (RFC 9110, 5.5).
fn is_writable(location: Location, value: &Value) -> bool {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match location {
        Location::Path => !matches!(text.as_str(), "" | "." | ".." | "[]" | "{}"),
        Location::Header | Location::Cookie => !text.contains(|c: char| c.is_control()),
        Location::Query | Location::QueryString => true,
    }
}
