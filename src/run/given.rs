//! The values of a step's query, header and cookie parameters: its own, and the target's variables for
//! required ones it leaves out.

use serde_json::{Map, Value};

use super::request::{Parts, expanded};
use crate::case::{Case, Step, Unbound};
use crate::openapi::{Contract, Location, Operation, SecurityKind};

/// The values for the parameters of a place. Null leaves out a required one, which would be sent by
/// itself; of a header field it does so anyway.
pub(super) fn values(
    location: Location,
    step: &Step,
    operation: &Operation,
    parts: &Parts<'_>,
) -> Result<Map<String, Value>, Unbound> {
    let own = match location {
        Location::Header => &step.headers,
        Location::Cookie => &step.cookies,
        _ => &step.query,
    };
    let mut values = expanded(own, parts.bindings)?;
    for name in required(parts.contract, operation, location) {
        if location == Location::Header {
            let mut fields = values.keys().map(String::as_str);
            let mut others = parts.headers.iter().map(|(name, _)| name.as_str());
            let is_same = |known: &str| known.eq_ignore_ascii_case(name);
            if fields.any(is_same) || others.any(is_same) {
                continue;
            }
        }
        match values.get(name) {
            None => {
                let variable = parts.bindings.get(name);
                values.extend(variable.map(|value| (name.to_owned(), value.clone())));
            }
            Some(Value::Null) => {
                values.shift_remove(name);
            }
            Some(_) => {}
        }
    }
    Ok(values)
}

/// The variables that may give a case's steps such values. A case is run without them too: that a
/// parameter is missing may be what it is about.
pub(super) fn names(contract: &Contract, case: &Case) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for step in &case.steps {
        let operation = &contract.operations[step.operation];
        for location in [Location::Query, Location::Header, Location::Cookie] {
            names.extend(required(contract, operation, location).map(str::to_owned));
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The names of the required parameters of a place. What carries a credential is not among them: the
/// step's `auth` sends it or leaves it out.
fn required<'o>(
    contract: &'o Contract,
    operation: &'o Operation,
    location: Location,
) -> impl Iterator<Item = &'o str> {
    let is_credential = move |name: &str| {
        contract.security_schemes.iter().any(|scheme| {
            matches!(&scheme.kind, SecurityKind::ApiKey(place, field)
                if *place == location && field.eq_ignore_ascii_case(name))
        })
    };
    let all = operation.parameters.iter();
    all.filter(move |parameter| parameter.required && parameter.location == location)
        .map(|parameter| parameter.name.as_str())
        .filter(move |name| !is_credential(name))
}
