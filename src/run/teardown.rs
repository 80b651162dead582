//! Takes away what a case made.
//!
//! What a case writes, it writes under names that hold the run's nonce. Whatever the contract can
//! delete by such a name is deleted after the case, however the case ended. Anything else is never
//! touched, so a slip in a case can't cost the target's owner anything.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::request::{Parts, build, path_values};
use super::scheduler::Shared;
use super::send::send;
use crate::case::{Case, Role, Step};
use crate::openapi::Operation;
use crate::outcome::{StepRecord, Trace};
use crate::target::Way;

/// Deletes what the steps that were begun may have made; says what could not be deleted.
pub(super) async fn case(
    shared: &Shared,
    case: &Case,
    begun: &[usize],
    trace: &mut Trace,
) -> Vec<String> {
    let mut left_behind = Vec::new();
    for (operation, path) in candidates(shared, case, begun, trace) {
        let delete = &shared.contract.operations[operation];
        let name = path
            .values()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("/");
        let step = Step::plain(Role::Teardown, operation, path);
        let credential = match super::plan::identity(&step, delete) {
            Some(identity) => shared.credentials.get(identity).await.ok(),
            None => None,
        };
        let correlation = format!("{}/{}/teardown", shared.options.nonce, case.id);
        let parts = Parts {
            contract: &shared.contract,
            authority: &shared.target.authority(),
            prefix: shared.target.prefix(),
            bindings: &trace.bindings,
            credential: credential.as_ref(),
            headers: &shared.profile.headers,
            correlation: &correlation,
        };
        let request = match build(&step, &parts) {
            Ok(request) => request,
            Err(error) => {
                left_behind.push(format!("{name}: {error}"));
                continue;
            }
        };
        let result = send(shared, &request, Way::Client).await;
        match &result {
            Ok(exchange) if matches!(exchange.response.status, 200..=299 | 404 | 410) => {}
            Ok(exchange) => left_behind.push(format!(
                "{name}: the deletion was answered {}",
                exchange.response.status
            )),
            Err(none) => left_behind.push(format!("{name}: {}", none.reason)),
        }
        // A deletion without an answer is told of as what was left behind, not as a trouble: the
        // case is judged by what it is about.
        if result.is_ok() {
            trace.steps.push(StepRecord {
                step: None,
                role: Role::Teardown,
                operation: delete.name.clone(),
                result,
            });
        }
    }
    left_behind
}

/// Every deletion that can concern what the case made: for each write, the operation that deletes
/// on its path, by each of the case's unique names.
fn candidates(
    shared: &Shared,
    case: &Case,
    begun: &[usize],
    trace: &Trace,
) -> Vec<(usize, Map<String, Value>)> {
    let uniques: BTreeSet<&str> = case
        .uniques()
        .iter()
        .filter_map(|name| trace.bindings.get(name)?.as_str())
        .collect();
    let mut seen = BTreeSet::new();
    let mut candidates = Vec::new();
    for step in begun.iter().filter_map(|number| case.steps.get(*number)) {
        let operation = &shared.contract.operations[step.operation];
        let Some(delete) = deletion(shared, operation).filter(|_| !operation.is_safe()) else {
            continue;
        };
        let Ok(path) = path_values(step, operation, &trace.bindings) else {
            continue;
        };
        for (parameter, value) in &path {
            if !value.as_str().is_some_and(|value| uniques.contains(value)) {
                continue;
            }
            for unique in &uniques {
                let mut path = path.clone();
                path.insert(parameter.clone(), Value::from(*unique));
                if seen.insert((delete, Value::Object(path.clone()).to_string())) {
                    candidates.push((delete, path));
                }
            }
        }
    }
    candidates
}

fn deletion(shared: &Shared, operation: &Operation) -> Option<usize> {
    let mut operations = shared.contract.operations.iter();
    operations.position(|other| other.method == "DELETE" && other.path == operation.path)
}
