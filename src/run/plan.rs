//! Which cases are run, and why others are not.

use super::alternative::choose;
use crate::case::{Case, Repeat, Role};
use crate::clause::{ClauseId, Clauses};
use crate::diag::{Diagnostic, closest};
use crate::generate::FILL_IN;
use crate::openapi::Contract;
use crate::profile::Profile;
use crate::relation::check_count;

/// A case and whether it is run.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The case's number among those handed in.
    pub case: usize,
    /// Why it is not run; known before anything is sent.
    pub skip: Option<String>,
}

/// The cases of a run in their order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Each case with its fate.
    pub cases: Vec<Planned>,
}

/// Plans a run: a case whose target lacks a variable or an identity it needs is skipped, with that
/// reason.
///
/// # Errors
/// Clauses that cases name and the contract does not have; numbers of repetitions that are none.
pub fn plan(
    contract: &Contract,
    clauses: &Clauses,
    cases: &[Case],
    profile: &Profile,
) -> Result<Plan, Vec<Diagnostic>> {
    let problems = problems(contract, clauses, cases);
    if !problems.is_empty() {
        return Err(problems);
    }
    let planned = cases.iter().enumerate().map(|(number, case)| Planned {
        case: number,
        skip: missing(contract, case, profile),
    });
    Ok(Plan {
        cases: planned.collect(),
    })
}

/// What is wrong with cases that only shows beside the contract's clauses: clauses that are none, numbers
/// of repetitions that are none; each once.
#[must_use]
pub fn problems(contract: &Contract, clauses: &Clauses, cases: &[Case]) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    for case in cases {
        let mut found = unknown_clauses(contract, clauses, case);
        found.extend(unusable_counts(case));
        for problem in found {
            // The rows of a table have one text.
            if !problems
                .iter()
                .any(|known| known.place() == problem.place() && known.message == problem.message)
            {
                problems.push(problem);
            }
        }
    }
    problems
}

fn missing(contract: &Contract, case: &Case, profile: &Profile) -> Option<String> {
    let mut lacking: Vec<String> = Vec::new();
    for name in case
        .variables()
        .into_iter()
        .chain(parameters(contract, case))
    {
        if !profile.variables.contains_key(&name) {
            let entry = if name == FILL_IN {
                "what its file marks by `# fill in:`".to_owned()
            } else {
                format!("the variable {name} (give it with --var {name}=…)")
            };
            if !lacking.contains(&entry) {
                lacking.push(entry);
            }
        }
    }
    for step in &case.steps {
        let operation = &contract.operations[step.operation];
        if let Err(entry) = choose(contract, profile, operation, &step.auth)
            && !lacking.contains(&entry)
        {
            lacking.push(entry);
        }
    }
    (!lacking.is_empty()).then(|| format!("needs {}", lacking.join(" and ")))
}

/// The path parameters a case leaves to the target's variables.
pub(super) fn parameters(contract: &Contract, case: &Case) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for step in case.steps.iter().filter(|step| step.target.is_none()) {
        for name in contract.operations[step.operation].path.parameters() {
            let given = step.path.contains_key(name) || step.path_raw.contains_key(name);
            if !given && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

fn unusable_counts(case: &Case) -> Vec<Diagnostic> {
    let repeated = case.steps.iter().filter_map(|step| match &step.repeat {
        Repeat::Expression(text) => Some((step, text)),
        _ => None,
    });
    repeated
        .filter_map(|(step, text)| Some((step, check_count(text).err()?)))
        .map(|(step, error)| {
            let at = case.key_of(step, "repeat");
            Diagnostic::error("repeat", error.to_string())
                .at(case.document.source(), case.document.span(&at), "")
                .help("write a number, or CEL such as `item_limit - size(before)`")
        })
        .collect()
}

fn unknown_clauses(contract: &Contract, clauses: &Clauses, case: &Case) -> Vec<Diagnostic> {
    let Some(main) = case.steps.iter().find(|step| step.role == Role::Main) else {
        return Vec::new();
    };
    let operation = &contract.operations[main.operation].name;
    let named = case
        .steps
        .iter()
        .filter_map(|step| Some((step, step.clause.as_deref()?)));
    named
        .filter(|(_, name)| {
            let id = format!("x/{name}").parse::<ClauseId>().map(|id| ClauseId {
                subject: operation.clone(),
                ..id
            });
            id.ok().and_then(|id| clauses.find(&id)).is_none()
        })
        .map(|(step, name)| {
            let known: Vec<String> = clauses
                .iter()
                .filter(|clause| clause.id.subject == *operation)
                .map(|clause| clause.id.within_operation())
                .collect();
            let help = match closest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`proofmark list clauses` names them all".to_owned(),
            };
            Diagnostic::error(
                "unknown-clause",
                format!("`{operation}` has no clause `{name}`"),
            )
            .at(
                case.document.source(),
                case.document.span(&case.key_of(step, "clause")),
                "",
            )
            .help(help)
        })
        .collect()
}
