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
/// of whether it was a refusal. Where one cause may be behind most of them, what it may be.
pub(super) fn answers(contract: &Contract, cases: &[Case], traces: &[Trace]) -> Option<String> {
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
    let texts: Vec<String> = counts
        .iter()
        .map(|(status, count)| format!("{count} × {status}"))
        .collect();
    let answers = format!("generated requests were answered {}", texts.join(", "));
    let hint = likely_cause(contract, &counts);
    let lines = [answers].into_iter().chain(hint.map(str::to_owned));
    (!counts.is_empty()).then(|| lines.collect::<Vec<_>>().join("\n"))
}

/// What most of the answers, or all of them, come of that no request can help.
fn likely_cause(contract: &Contract, counts: &BTreeMap<u16, usize>) -> Option<&'static str> {
    let all: usize = counts.values().sum();
    let of = |statuses: &[u16]| -> usize { statuses.iter().filter_map(|s| counts.get(s)).sum() };
    let asks_nobody = |operation: &Operation| {
        let needed = operation.security.first();
        needed.is_none_or(|requirement| requirement.schemes.is_empty())
    };
    if of(&[401, 403]) * 2 > all && contract.operations.iter().all(asks_nobody) {
        return Some(
            "most were refused for want of a credential, and the contract names none: give it with --header 'NAME: VALUE'",
        );
    }
    (all > 1 && of(&[404]) == all).then_some(
        "all were answered 404: the base path of --target-url, or the values of --var, may be wrong",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;
    use crate::openapi::load;

    #[test]
    fn one_cause_behind_most_answers_is_named() {
        let contract = |security: &str| {
            let text = format!(
                "{{openapi: 3.1.0, info: {{title: T, version: '1'}}, security: {security}, paths: {{/a: {{get: {{responses: {{'200': {{description: x}}}}}}}}}}, components: {{securitySchemes: {{key: {{type: apiKey, in: header, name: k}}}}}}}}"
            );
            load(Source::new("api.yaml", text)).expect("it loads")
        };
        let (open, closed) = (contract("[]"), contract("[key: []]"));
        let cause = |contract, counts: &[(u16, usize)]| {
            likely_cause(contract, &counts.iter().copied().collect())
        };
        let refused = [(200, 3), (401, 2), (403, 2)];
        assert!(cause(&open, &refused).is_some_and(|said| said.contains("--header")));
        assert_eq!(cause(&closed, &refused), None);
        assert_eq!(cause(&open, &[(200, 4), (403, 4)]), None);
        assert!(cause(&closed, &[(404, 2)]).is_some_and(|said| said.contains("base path")));
        assert_eq!(cause(&open, &[(404, 1)]), None);
        assert_eq!(cause(&open, &[(404, 9), (200, 1)]), None);
        assert_eq!(cause(&open, &[]), None);
    }
}
