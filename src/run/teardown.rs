//! Takes away what a case made.
//!
//! What a case writes, it writes under names that hold the run's nonce, or the server names it. Whatever
//! the contract can delete by such a name is deleted after the case, however the case ended. Anything
//! else is never touched, so a slip in a case can't cost the target's owner anything.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::made::{Known, made};
use super::request::{Parts, build, path_values};
use super::scheduler::Shared;
use super::send::send;
use crate::case::{Case, Payload, Role, Step, expand, expand_text, unique_prefix, with_index};
use crate::openapi::Operation;
use crate::outcome::{StepRecord, Trace};
use crate::target::Way;

/// Deletes what the steps that were begun may have made; says what could not be deleted.
pub(super) async fn case(
    shared: &Shared,
    case: &Case,
    begun: &[(usize, Option<usize>)],
    trace: &mut Trace,
) -> Vec<String> {
    let known = Known {
        contract: &shared.contract,
        variables: &shared.profile.variables,
        nonce: &shared.options.nonce,
        prefix: shared.target.prefix(),
    };
    let mut left_behind = Vec::new();
    let mut asked = BTreeSet::new();
    let named = candidates(shared, case, begun, trace);
    let made = made(&known, case, trace);
    for candidate in named {
        let values = candidate.path.values().filter_map(Value::as_str);
        let name = values.collect::<Vec<_>>().join("/");
        let step = Step::plain(Role::Teardown, candidate.operation, candidate.path);
        let likely = candidate.likely;
        if let Some(reason) = delete(shared, case, &step, likely, trace, &mut asked).await {
            left_behind.push(format!("{name}: {reason}"));
        }
    }
    for made in made {
        let reason = match (made.deletion, made.kept) {
            (Some(step), None) => delete(shared, case, &step, true, trace, &mut asked).await,
            (_, kept) => kept.map(str::to_owned),
        };
        left_behind.extend(reason.map(|reason| format!("{}: {reason}", made.name)));
    }
    left_behind
}

/// Sends one deletion, unless it was sent already; says why what it is for may be left.
async fn delete(
    shared: &Shared,
    case: &Case,
    step: &Step,
    likely: bool,
    trace: &mut Trace,
    asked: &mut BTreeSet<String>,
) -> Option<String> {
    let delete = &shared.contract.operations[step.operation];
    let mut bindings = trace.bindings.clone();
    let required = delete
        .parameters
        .iter()
        .filter(|parameter| parameter.required);
    for name in required.map(|parameter| &parameter.name) {
        if let (None, Some(value)) = (bindings.get(name), shared.profile.variables.get(name)) {
            bindings.insert(name.clone(), value.clone());
        }
    }
    let held = shared
        .credentials
        .of(&shared.profile, step, &bindings)
        .await
        .unwrap_or_default();
    let correlation = format!("{}/{}/teardown", shared.options.nonce, case.id);
    let parts = Parts {
        contract: &shared.contract,
        authority: &shared.target.authority(),
        prefix: shared.target.prefix(),
        bindings: &bindings,
        given: &held.given,
        headers: &shared.profile.headers,
        correlation: &correlation,
    };
    let request = match build(step, &parts) {
        Ok(request) => request,
        Err(error) => return Some(error.to_string()),
    };
    if !asked.insert(request.target.clone()) {
        return None;
    }
    let result = send(shared, step, &request, Way::Client).await;
    let late = result.as_ref().is_err_and(|none| none.timed_out);
    shared.patience.note(step.operation, late);
    let left = match &result {
        Ok(exchange) if says_gone(exchange.response.status) => None,
        // Where every write was refused there is nothing, as far as the target says.
        Ok(exchange) if !likely && exchange.response.status < 500 => None,
        Ok(exchange) => Some(format!(
            "the deletion was answered {}",
            exchange.response.status
        )),
        Err(none) => Some(none.reason.clone()),
    };
    // A deletion without an answer is told of as what was left behind, not as a trouble: the
    // case is judged by what it is about.
    if result.is_ok() {
        trace.steps.push(StepRecord {
            step: None,
            index: None,
            role: Role::Teardown,
            operation: delete.name.clone(),
            result,
        });
    }
    left
}

/// Whether a deletion's answer says that nothing is left.
pub(super) fn says_gone(status: u16) -> bool {
    matches!(status, 200..=299 | 404 | 410)
}

/// A deletion that can concern what a case made.
struct Candidate {
    operation: usize,
    path: Map<String, Value>,
    /// Whether a write to the place was not refused.
    likely: bool,
}

/// Every deletion that can concern what the case made: for each write, the operation that deletes
/// on its path, by each of the names the case made for itself.
fn candidates(
    shared: &Shared,
    case: &Case,
    begun: &[(usize, Option<usize>)],
    trace: &Trace,
) -> Vec<Candidate> {
    let marker = unique_prefix(&shared.options.nonce);
    let mut writes: Vec<Write> = Vec::new();
    for (number, index) in begun {
        let Some(step) = case.steps.get(*number) else {
            continue;
        };
        let operation = &shared.contract.operations[step.operation];
        let Some(delete) = deletion(shared, operation).filter(|_| !operation.is_safe()) else {
            continue;
        };
        let bindings = with_index(&trace.bindings, *index);
        let Ok(path) = path_values(step, operation, &bindings) else {
            continue;
        };
        let named = path.values().filter_map(Value::as_str).map(str::to_owned);
        let named = named.chain(body_names(step, &bindings));
        writes.push(Write {
            delete,
            names: named.filter(|name| name.contains(&marker)).collect(),
            path,
            refused: refused(trace, *number, *index),
        });
    }
    let mut seen = BTreeSet::new();
    let mut candidates = Vec::new();
    for write in &writes {
        for (parameter, value) in &write.path {
            if !value
                .as_str()
                .is_some_and(|value| write.names.contains(value))
            {
                continue;
            }
            for name in &write.names {
                let mut path = write.path.clone();
                path.insert(parameter.clone(), Value::from(name.as_str()));
                if !seen.insert((write.delete, Value::Object(path.clone()).to_string())) {
                    continue;
                }
                let same_place = |other: &Write| {
                    let mut others = other.path.iter();
                    others.all(|(key, value)| key == parameter || path.get(key) == Some(value))
                };
                let likely = writes
                    .iter()
                    .any(|other| !other.refused && other.names.contains(name) && same_place(other));
                candidates.push(Candidate {
                    operation: write.delete,
                    path,
                    likely,
                });
            }
        }
    }
    candidates
}

/// A request that may have made something.
struct Write {
    /// The operation that deletes on its path.
    delete: usize,
    path: Map<String, Value>,
    /// The names of the run's own in its path and body.
    names: BTreeSet<String>,
    /// Whether it was answered that it was not done.
    refused: bool,
}

/// Whether a step was answered that it was not done.
fn refused(trace: &Trace, number: usize, index: Option<usize>) -> bool {
    let mut records = trace.steps.iter();
    let record = records.find(|record| record.step == Some(number) && record.index == index);
    let answer = record.and_then(|record| record.result.as_ref().ok());
    answer.is_some_and(|exchange| (400..500).contains(&exchange.response.status))
}

/// The names of members in the body that a step sends, wherever it can be read.
fn body_names(step: &Step, bindings: &Map<String, Value>) -> impl Iterator<Item = String> {
    let body = match &step.payload {
        Payload::Value(value) => expand(value, bindings).ok(),
        Payload::Raw(text) => expand_text(text, bindings)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok()),
        Payload::Bytes(_) | Payload::None => None,
    };
    let mut names = Vec::new();
    collect_names(&body.unwrap_or_default(), &mut names);
    names.into_iter()
}

fn collect_names(value: &Value, into: &mut Vec<String>) {
    for (name, member) in value.as_object().into_iter().flatten() {
        into.push(name.clone());
        collect_names(member, into);
    }
}

fn deletion(shared: &Shared, operation: &Operation) -> Option<usize> {
    let mut operations = shared.contract.operations.iter();
    operations.position(|other| other.method == "DELETE" && other.path == operation.path)
}
