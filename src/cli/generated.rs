//! Cases that are made from the contract, beside those of files or in their place.

use std::collections::BTreeMap;

use super::args::{ContractArgs, GeneratedArgs};
use super::inputs::Inputs;
use crate::case::{Case, Origin};
use crate::diag::Diagnostic;
use crate::generate::{Generation, first_requests};
use crate::openapi::{Contract, Operation};
use crate::outcome::Trace;
use crate::profile::Profile;
use crate::report::NotCalled;
use crate::run::Plan;

/// Whether requests are to be made: they were asked for, or there is a contract and no cases.
pub(super) fn is_wanted(contract: &ContractArgs, args: &GeneratedArgs) -> bool {
    args.generated || (contract.spec.is_some() && contract.cases.is_none())
}

/// Adds a generated case for each operation, where that is wanted; a file's case of the same name
/// stands in its place. Then leaves out what isn't safe, where only that is wanted.
pub(super) fn add(
    read: &mut Inputs,
    contract: &ContractArgs,
    args: &GeneratedArgs,
    profile: &Profile,
) -> Generation {
    let mut generation = Generation::default();
    if is_wanted(contract, args) {
        generation = first_requests(&read.contract, profile);
        let known = |case: &Case| read.cases.iter().any(|other| other.id == case.id);
        let cases = generation.requests.iter().map(|request| &request.case);
        let new: Vec<Case> = cases.filter(|case| !known(case)).cloned().collect();
        read.cases.extend(new);
    }
    if args.safe_methods_only {
        let contract = &read.contract;
        read.cases.retain(|case| is_safe(contract, case));
        generation.uncallable.retain(|none| {
            contract
                .operation(&none.operation)
                .is_none_or(Operation::is_safe)
        });
    }
    generation
}

/// How many notes a run begins with; `list` has them all.
const NOTED: usize = 5;

/// The first of what is wrong with the contract's examples, and how much more there is.
pub(super) fn first_notes(generation: &Generation) -> Vec<Diagnostic> {
    let notes = &generation.notes;
    let mut first: Vec<Diagnostic> = notes.iter().take(NOTED).cloned().collect();
    if notes.len() > NOTED {
        let more = notes.len() - NOTED;
        let message =
            format!("{more} more of the contract's values were found not to keep their schemas");
        first.push(
            Diagnostic::warning("example", message).help("`proofmark list cases` names them all"),
        );
    }
    first
}

fn is_safe(contract: &Contract, case: &Case) -> bool {
    let mut steps = case.steps.iter();
    steps.all(|step| contract.operations[step.operation].is_safe() && step.method.is_none())
}

/// The operations that could not be called, each with what to give: those without a request, and those
/// whose request the target's owner has to give something for.
pub(super) fn not_called(
    generation: &Generation,
    contract: &Contract,
    cases: &[Case],
    plan: &Plan,
    filters: &[String],
) -> Vec<NotCalled> {
    let matches =
        |name: &str| filters.is_empty() || filters.iter().any(|f| name.contains(f.as_str()));
    let without = generation.uncallable.iter();
    let without = without
        .filter(|none| matches(&none.operation))
        .map(|none| NotCalled {
            operation: none.operation.clone(),
            reason: none.reason.clone(),
            help: none.help.clone(),
        });
    let skipped = plan.cases.iter().filter_map(|planned| {
        let case = &cases[planned.case];
        let reason = planned.skip.clone()?;
        let step = case.steps.first()?;
        matches!(case.origin, Origin::Generated(_)).then(|| NotCalled {
            operation: contract.operations[step.operation].name.clone(),
            reason,
            help: String::new(),
        })
    });
    without.chain(skipped).collect()
}

/// How generated requests were answered, by status: that the contract holds in an answer says nothing
/// of whether it was a refusal.
pub(super) fn answers(cases: &[Case], traces: &[Trace]) -> Option<String> {
    let generated = cases
        .iter()
        .filter(|case| matches!(case.origin, Origin::Generated(_)));
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for case in generated {
        let trace = traces.iter().find(|trace| trace.case == case.id);
        if let Some(status) = trace.and_then(Trace::main_status) {
            *counts.entry(status).or_default() += 1;
        }
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(status, count)| format!("{count} × {status}"))
        .collect();
    (!counts.is_empty()).then(|| format!("generated requests were answered {}", counts.join(", ")))
}
