//! Why a clause was not put to the test, and what would do it.

use std::collections::HashMap;
use std::fmt;

use super::askable::{asks_for, is_kept_by_every_request, is_of_own_accord, overlap};
use super::ledger::Ledger;
use super::verdict::{CaseOutcome, CaseVerdict, ClauseVerdict};
use crate::case::{Case, CaseId, Role, Step};
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
    /// A server answers with the status of its own accord, and nobody can ask for it.
    NotAskable(StatusPattern),
    /// Every request keeps it, in one of the ways in which it may be read.
    NotBreakable,
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
        !matches!(self, Self::NotAskable(_) | Self::NotBreakable)
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
            Self::NotBreakable => "no request can break it",
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
            Self::NotBreakable => {
                "nothing can be done from outside; --require-clauses leaves it out".to_owned()
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
            Self::NotBreakable => {
                f.write_str("every request keeps it, in one of the ways it may be read in")
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
    let by_case: HashMap<&CaseId, &CaseOutcome> = outcomes.iter().map(|o| (&o.case, *o)).collect();
    let outcome = |case: &CaseId| by_case.get(case).copied();
    let mut calls: HashMap<&str, Calls<'_>> = HashMap::new();
    let mut missing = Vec::new();
    for record in ledger.records(clauses) {
        let is_vacuous = match record.verdict {
            ClauseVerdict::Vacuous => true,
            ClauseVerdict::Untested => false,
            ClauseVerdict::Held(_) | ClauseVerdict::Broken(_) | ClauseVerdict::Waived(_) => {
                continue;
            }
        };
        let clause = record.clause;
        let subject = clause.id.subject.as_str();
        let calls = calls
            .entry(subject)
            .or_insert_with(|| Calls::of(contract, subject, cases, outcome));
        missing.push((clause, calls.reason(contract, clause, is_vacuous)));
    }
    missing
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
    let outcome = |case: &CaseId| outcomes.iter().find(|o| o.case == *case).copied();
    let calls = Calls::of(contract, &clause.id.subject, cases, outcome);
    calls.reason(contract, clause, is_vacuous)
}

/// The cases that call an operation, or one of a path, and how they went.
struct Calls<'a> {
    cases: Vec<&'a Case>,
    /// Their steps that do.
    steps: Vec<&'a Step>,
    /// Why the first of them was skipped that was.
    skipped: Option<String>,
    was_run: bool,
}

impl<'a> Calls<'a> {
    fn of<'o>(
        contract: &Contract,
        subject: &str,
        cases: &'a [Case],
        outcome: impl Fn(&CaseId) -> Option<&'o CaseOutcome>,
    ) -> Self {
        let operations = contract.operations.iter();
        let is_its: Vec<bool> = operations
            .map(|one| one.name == subject || one.path.to_string() == subject)
            .collect();
        let mut calls = Self {
            cases: Vec::new(),
            steps: Vec::new(),
            skipped: None,
            was_run: false,
        };
        for case in cases {
            let before = calls.steps.len();
            let steps = case.steps.iter();
            calls
                .steps
                .extend(steps.filter(|step| is_its[step.operation]));
            if calls.steps.len() == before {
                continue;
            }
            calls.cases.push(case);
            match outcome(&case.id).map(|outcome| &outcome.verdict) {
                None => {}
                Some(CaseVerdict::Skipped(reason)) => {
                    calls.skipped.get_or_insert_with(|| reason.clone());
                }
                Some(_) => calls.was_run = true,
            }
        }
        calls
    }

    fn reason(&self, contract: &Contract, clause: &Clause, is_vacuous: bool) -> Untested {
        let status = clause.id.place.first();
        let status = status.and_then(|status| status.parse::<StatusPattern>().ok());
        let status = status.filter(|_| clause.side == Side::Response);
        let is_asked_for = |status| self.steps.iter().any(|step| asks_for(step, status));
        // What nobody can ask for is none the more askable for want of a case.
        if is_kept_by_every_request(contract, clause) {
            return Untested::NotBreakable;
        }
        if let Some(status) = status
            && !is_vacuous
            && is_of_own_accord(status)
            && !is_asked_for(status)
        {
            return Untested::NotAskable(status);
        }
        if self.cases.is_empty() {
            return Untested::NotCalled(clause.id.subject.clone());
        }
        if !self.was_run {
            let skipped = self.skipped.clone();
            return skipped.map_or(Untested::NotRun, Untested::Skipped);
        }
        if is_vacuous && clause.side == Side::Response {
            return Untested::NotSeen;
        }
        match (clause.side, status) {
            (Side::Request, _) => Untested::NotBroken,
            (Side::Law, _) => {
                let name = clause.id.within_operation();
                let mut steps = self.cases.iter().flat_map(|case| &case.steps);
                if steps.any(|step| step.clause.as_deref() == Some(&name)) {
                    Untested::NotReached
                } else {
                    Untested::NotSpokenFor(name)
                }
            }
            (Side::Response, Some(status)) => {
                let awaited = |step: &&Step| {
                    let expected = &step.expect.status;
                    let is_default = expected.is_empty() && status == StatusPattern::Class(2);
                    let is_said = expected.iter().any(|one| overlap(*one, status));
                    step.role != Role::Teardown && (is_default || is_said)
                };
                if self.steps.iter().any(awaited) {
                    Untested::NotAnswered(status)
                } else {
                    Untested::NotAwaited(status)
                }
            }
            (Side::Response, None) => Untested::NotReached,
        }
    }
}
