//! Generation over small documents of our own.

mod requests;
mod skeletons;
mod values;

use serde_json::Value;

use super::build::build;
use crate::diag::{Pointer, Source};
use crate::openapi::{Contract, load};

/// A pet shop with what such documents have.
const SHOP: &str = include_str!("../../../tests/it/shop.yaml");

/// A contract of this text.
fn contract(text: &str) -> Contract {
    load(Source::new("api.yaml", text)).expect("the contract loads")
}

/// A contract that consists of schemas.
fn with_schemas(schemas: &str) -> Contract {
    let indented = format!("    {}\n", schemas.trim().replace('\n', "\n    "));
    let text = format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    get:\n      responses: {{'200': {{description: x}}}}\ncomponents:\n  schemas:\n{indented}"
    );
    contract(&text)
}

/// A value for each schema among the components of a contract that consists of them, or why there is
/// none.
fn values(schemas: &str) -> Vec<(String, Result<Value, String>)> {
    let contract = with_schemas(schemas);
    let at = Pointer::from_text("/components/schemas");
    let names = contract
        .document
        .get(&at)
        .and_then(Value::as_object)
        .expect("schemas");
    let value = |name: &String| {
        let built = build(&contract, &at.child(name), 0);
        if let Ok(built) = &built {
            let schema = contract.schema(&at.child(name)).expect("it compiles");
            let breach = schema.mismatches(&built.value);
            let allowed = breach.iter().all(|mismatch| mismatch.missing.is_some());
            assert!(allowed, "{name}: {} {breach:?}", built.value);
        }
        (
            name.clone(),
            built.map(|built| built.value).map_err(|error| error.reason),
        )
    };
    names.keys().map(value).collect()
}

/// As `values`, each on a line.
fn lines(schemas: &str) -> String {
    let line = |(name, value): &(String, Result<Value, String>)| match value {
        Ok(value) => format!("{name}: {value}\n"),
        Err(reason) => format!("{name}! {reason}\n"),
    };
    values(schemas)
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .concat()
}
