//! Why a clause was not put to the test, and what would do it.

use std::fmt;

use super::ledger::Ledger;
use super::verdict::{CaseOutcome, CaseVerdict, ClauseVerdict};
use crate::case::{Case, Role, Step};
use crate::clause::{Clause, Clauses, Side};
use crate::http::StatusPattern;
use crate::openapi::Contract;

/// How the reason of a case begins that was not begun before a run's time was over.
pub const NOT_REACHED: &str = "not reached within the budget";

/// Why a clause was not put to the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untested {
    /// No case calls the operation.
    NotCalled(String),
    /// Every case that calls the operation was skipped, the first for this reason.
    Skipped(String),
    /// No case was run that calls the operation.
    NotRun,
    /// No case waits for the status.
    NotAwaited(StatusPattern),
    /// A server answers with the status when it chooses to, and nobody can ask for it.
    NotAskable(StatusPattern),
    /// Cases wait for the status, and no answer had it.
    NotAnswered(StatusPattern),
    /// No request breaks it, with a control beside it that doesn't.
    NotBroken,
    /// No case speaks for the law.
    NotSpokenFor(String),
    /// What it speaks of was in no answer.
    NotSeen,
    /// No answer reached its place.
    NotReached,
}

impl Untested {
    /// Whether a case could put it to the test at all.
    #[must_use]
    pub fn is_askable(&self) -> bool {
        !matches!(self, Self::NotAskable(_))
    }

    /// A word for it, for tables.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotCalled(_) => "operation not called",
            Self::Skipped(_) => "cases skipped",
            Self::NotRun => "cases not run",
            Self::NotAwaited(_) => "status not asked for",
            Self::NotAskable(_) => "status not askable",
            Self::NotAnswered(_) => "status not answered",
            Self::NotBroken => "no request breaks it",
            Self::NotSpokenFor(_) => "no case speaks for it",
            Self::NotSeen => "not in any answer",
            Self::NotReached => "not reached",
        }
    }

    /// What would put it to the test.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NotCalled(operation) => {
                format!("add a case for {operation}, or have one made with --generated")
            }
            Self::Skipped(_) => "give what the case needs, with --var or in a profile".to_owned(),
            Self::NotRun => "run the cases that call the operation as well".to_owned(),
            Self::NotAwaited(status) => format!("add a case that expects {status}"),
            Self::NotAskable(_) => {
                "judge recorded exchanges that have it: `proofmark judge`".to_owned()
            }
            Self::NotAnswered(status) => {
                format!("see why no case that expects {status} was answered so")
            }
            Self::NotBroken => {
                "add a case whose request breaks this alone, with its `control`".to_owned()
            }
            Self::NotSpokenFor(clause) => {
                format!("add a case with an expectation under `clause: {clause}`")
            }
            Self::NotSeen => "add a case whose answer holds what it speaks of".to_owned(),
            Self::NotReached => "add a case whose answer the clause speaks of".to_owned(),
        }
    }
}

impl fmt::Display for Untested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCalled(operation) => write!(f, "no case calls {operation}"),
            Self::Skipped(reason) => write!(f, "the cases for it were skipped: {reason}"),
            Self::NotRun => f.write_str("no case that calls its operation was run"),
            Self::NotAwaited(status) => write!(f, "no case waits for {status}"),
            Self::NotAskable(status) => {
                write!(
                    f,
                    "a server answers {status} when it must, and not when it is asked to"
                )
            }
            Self::NotAnswered(status) => {
                write!(f, "cases wait for {status}, and nothing was answered so")
            }
            Self::NotBroken => f.write_str("no request breaks it beside a control that keeps it"),
            Self::NotSpokenFor(_) => f.write_str("no case speaks for it"),
            Self::NotSeen => f.write_str("what it speaks of was in no answer"),
            Self::NotReached => f.write_str("no answer it speaks of was seen"),
        }
    }
}

/// The clauses of a run that were not put to the test, in the document's order, each with the reason.
#[must_use]
pub fn untested<'c>(
    contract: &Contract,
    clauses: &'c Clauses,
    cases: &[Case],
    ledger: &'c Ledger,
    outcomes: &[&CaseOutcome],
) -> Vec<(&'c Clause, Untested)> {
    let known = |record: super::ClauseRecord<'c>| {
        let is_vacuous = match record.verdict {
            ClauseVerdict::Vacuous => true,
            ClauseVerdict::Untested => false,
            ClauseVerdict::Held(_) | ClauseVerdict::Broken(_) | ClauseVerdict::Waived(_) => {
                return None;
            }
        };
        let clause = record.clause;
        let reason = reason(contract, clause, is_vacuous, cases, outcomes);
        Some((clause, reason))
    };
    ledger.records(clauses).filter_map(known).collect()
}

/// Why one clause was not put to the test by these cases, as they went.
#[must_use]
pub fn reason(
    contract: &Contract,
    clause: &Clause,
    is_vacuous: bool,
    cases: &[Case],
    outcomes: &[&CaseOutcome],
) -> Untested {
    let subject = &clause.id.subject;
    let is_its = |step: &Step| {
        let operation = &contract.operations[step.operation];
        operation.name == *subject || operation.path.to_string() == *subject
    };
    let status = clause.id.place.first();
    let status = status.and_then(|status| status.parse::<StatusPattern>().ok());
    let status = status.filter(|_| clause.side == Side::Response);
    let never_asked = |status: &StatusPattern| {
        matches!(
            status,
            StatusPattern::Exact(100..=199 | 500..=599) | StatusPattern::Class(1 | 5)
        )
    };
    let calling: Vec<&Case> = cases
        .iter()
        .filter(|case| case.steps.iter().any(is_its))
        .collect();
    let outcome = |case: &&Case| outcomes.iter().find(|outcome| outcome.case == case.id);
    let went: Vec<&&CaseOutcome> = calling.iter().filter_map(outcome).collect();
    let skipped = went.iter().find_map(|outcome| match &outcome.verdict {
        CaseVerdict::Skipped(reason) => Some(reason.clone()),
        _ => None,
    });
    let was_run = went
        .iter()
        .any(|outcome| !matches!(outcome.verdict, CaseVerdict::Skipped(_)));
    if calling.is_empty() {
        return Untested::NotCalled(subject.clone());
    }
    if !was_run {
        return skipped.map_or(Untested::NotRun, Untested::Skipped);
    }
    if is_vacuous && clause.side == Side::Response {
        return Untested::NotSeen;
    }
    match (clause.side, status) {
        (Side::Request, _) => Untested::NotBroken,
        (Side::Law, _) => {
            let name = clause.id.within_operation();
            let mut steps = calling.iter().flat_map(|case| &case.steps);
            if steps.any(|step| step.clause.as_deref() == Some(&name)) {
                Untested::NotReached
            } else {
                Untested::NotSpokenFor(name)
            }
        }
        (Side::Response, Some(status)) => {
            let awaited = |step: &Step| {
                let expected = &step.expect.status;
                let is_default = expected.is_empty() && status == StatusPattern::Class(2);
                is_default || expected.iter().any(|one| overlap(*one, status))
            };
            let mut steps = calling.iter().flat_map(|case| &case.steps);
            if steps.any(|step| step.role != Role::Teardown && is_its(step) && awaited(step)) {
                Untested::NotAnswered(status)
            } else if never_asked(&status) {
                Untested::NotAskable(status)
            } else {
                Untested::NotAwaited(status)
            }
        }
        (Side::Response, None) => Untested::NotReached,
    }
}

/// Whether an answer can have a status of both.
fn overlap(one: StatusPattern, other: StatusPattern) -> bool {
    match (one, other) {
        (StatusPattern::Exact(status), pattern) | (pattern, StatusPattern::Exact(status)) => {
            pattern.covers(status)
        }
        (StatusPattern::Class(one), StatusPattern::Class(other)) => one == other,
        (StatusPattern::Default, _) | (_, StatusPattern::Default) => true,
    }
}
