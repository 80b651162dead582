//! Before anything is written: is the target there, and are the fixtures on it?

use serde_json::{Map, Value};

use super::request::{Parts, build};
use super::scheduler::{RunError, Shared};
use super::send::send;
use crate::case::{Case, Role, Step};
use crate::openapi::Location;
use crate::profile::Fixture;
use crate::target::Way;

/// Asks one read-only request for each fixture the cases use.
pub(super) async fn check(shared: &Shared, cases: &[&Case]) -> Result<(), RunError> {
    let mut names: Vec<String> = Vec::new();
    for case in cases {
        names.extend(case.variables());
        names.extend(super::plan::parameters(&shared.contract, case));
    }
    names.sort();
    names.dedup();
    let mut missing = Vec::new();
    for fixture in shared.profile.fixtures(&shared.contract, &names) {
        if let Some(problem) = ask(shared, &fixture).await? {
            missing.push(problem);
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(RunError::Fixtures(missing))
    }
}

async fn ask(shared: &Shared, fixture: &Fixture) -> Result<Option<String>, RunError> {
    // The safe operation with the fewest parameters that has this one.
    let operations = shared.contract.operations.iter().enumerate();
    let found = operations
        .filter(|(_, operation)| operation.method == "GET")
        .filter(|(_, operation)| {
            operation
                .path
                .parameters()
                .any(|name| name == fixture.parameter)
        })
        .filter(|(_, operation)| {
            operation
                .parameters
                .iter()
                .all(|p| !p.required || p.location == Location::Path)
        })
        .filter(|(_, operation)| {
            let mut names = operation.path.parameters();
            names.all(|name| {
                name == fixture.parameter || shared.profile.variables.contains_key(name)
            })
        })
        .min_by_key(|(_, operation)| operation.path.parameters().count());
    let Some((operation, _)) = found else {
        return Ok(None);
    };
    let mut path = Map::new();
    path.insert(fixture.parameter.clone(), fixture.value.clone());
    let step = Step::plain(Role::Given, operation, path);
    let bindings = &shared.profile.variables;
    let held = shared
        .credentials
        .of(&shared.profile, &step, bindings)
        .await
        .map_err(RunError::Credential)?;
    let correlation = format!("{}/preflight/{}", shared.options.nonce, fixture.name);
    let parts = Parts {
        contract: &shared.contract,
        authority: &shared.target.authority(),
        prefix: shared.target.prefix(),
        bindings,
        given: &held.given,
        headers: &shared.profile.headers,
        correlation: &correlation,
    };
    let request = build(&step, &parts).map_err(|error| RunError::Credential(error.to_string()))?;
    let exchange = match send(shared, &step, &request, Way::Client).await {
        Ok(exchange) => exchange,
        Err(none) => {
            return Err(RunError::Unreachable {
                target: shared.target.describe(),
                reason: none.reason,
            });
        }
    };
    let status = exchange.response.status;
    let line = format!(
        "GET {} was answered {status}",
        exchange.request.shown_target()
    );
    let shown = match &fixture.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let name = &fixture.name;
    Ok(match status {
        200..=299 => None,
        401 => Some(format!(
            "{line}: the target refuses the credential; give one it knows with --token"
        )),
        _ => Some(format!(
            "{line}: `{shown}` is not there to be tested with; give one that is with --var {name}=… (or put it there)"
        )),
    })
}
