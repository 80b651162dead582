//! Waivers that are no longer true.

use std::collections::HashMap;

use jiff::civil::Date;

use super::file::{Waiver, Waivers};
use crate::case::{Case, CaseId, Step};
use crate::clause::{ClauseId, Clauses};
use crate::openapi::Contract;
use crate::outcome::{CaseOutcome, CaseVerdict, Notice, NoticeKind, Standing};

/// What is wrong with a target's waivers after a run: those whose last day is over, those that name
/// nothing that is there, and those that matched nothing although what they name was put to the test
/// and held, and no case in which it could have shown was kept from showing it. `known` are all cases, those included that were not
/// selected.
#[must_use]
pub fn notices<'o>(
    waivers: &Waivers,
    contract: &Contract,
    clauses: &Clauses,
    known: &[Case],
    outcomes: impl IntoIterator<Item = &'o CaseOutcome>,
    today: Date,
) -> Vec<Notice> {
    let outcomes: HashMap<&CaseId, &CaseOutcome> = outcomes
        .into_iter()
        .map(|outcome| (&outcome.case, outcome))
        .collect();
    let run = Run {
        contract,
        clauses,
        known,
        outcomes,
    };
    let notice = |waiver: &Waiver| {
        let (kind, message, help) = run.wrong(waiver, today)?;
        Some(Notice {
            kind,
            subject: waiver.clause.to_string(),
            message,
            help: help.to_owned(),
            place: Some(waivers.place(waiver)),
        })
    };
    waivers.iter().filter_map(notice).collect()
}

struct Run<'a> {
    contract: &'a Contract,
    clauses: &'a Clauses,
    known: &'a [Case],
    outcomes: HashMap<&'a CaseId, &'a CaseOutcome>,
}

impl Run<'_> {
    fn wrong(&self, waiver: &Waiver, today: Date) -> Option<(NoticeKind, String, &'static str)> {
        let clause = &waiver.clause;
        if let Some(missing) = self.missing(waiver) {
            return Some((
                NoticeKind::WaiverDangling,
                format!("the waiver of {clause} is about nothing that is there: {missing}"),
                "mend its names, or remove it",
            ));
        }
        if waiver.expires < today {
            let message = format!(
                "the waiver of {clause} expired on {}; {} accepted it: {}",
                waiver.expires, waiver.owner, waiver.reason
            );
            let help = "have the deviation mended, or have it accepted again until another day";
            return Some((NoticeKind::WaiverExpired, message, help));
        }
        let is_unused = !waiver.intermittent && !self.matched(waiver) && self.tested(waiver);
        is_unused.then(|| {
            (
                NoticeKind::WaiverUnused,
                format!("the waiver of {clause} matched nothing, though what it names was put to the test and held"),
                "remove it (`proofmark waive --prune` does), or say `intermittent: true` where the deviation doesn't show in every run",
            )
        })
    }

    /// What of a waiver's names isn't there.
    fn missing(&self, waiver: &Waiver) -> Option<String> {
        if let Some(operation) = &waiver.operation {
            let mut operations = self.contract.operations.iter();
            if !operations.any(|known| known.name == *operation) {
                return Some(format!("the contract has no operation {operation}"));
            }
        }
        let mut cases = self.known.iter();
        if let Some(pattern) = &waiver.case
            && !cases.any(|case| pattern.matches(case.id.as_str()))
        {
            return Some(format!("there is no case {pattern}"));
        }
        let named = self.clauses.iter().any(|clause| waiver.clause.matches(&clause.id))
            || self.known.iter().any(|case| self.own(waiver, case))
            // What checks of a suite's own find isn't enumerated.
            || waiver.clause.to_string().contains("/check/");
        (!named).then(|| "the contract has no such clause".to_owned())
    }

    /// Whether the waiver's pattern fits what a case alone expects.
    fn own(&self, waiver: &Waiver, case: &Case) -> bool {
        let mut segments = case.id.as_str().split('/');
        let _folder = segments.next();
        let mut place = vec!["case"];
        place.extend(segments);
        let mut operations = case.steps.iter().map(|step| self.operation(step));
        operations.any(|operation| {
            let id = ClauseId::new(operation, &place, "status");
            waiver.clause.matches_place(&id)
        })
    }

    fn operation(&self, step: &Step) -> &str {
        &self.contract.operations[step.operation].name
    }

    fn matched(&self, waiver: &Waiver) -> bool {
        self.outcomes.values().any(|outcome| {
            let mut findings = outcome.findings.iter();
            findings.any(|finding| waiver.covers(&outcome.case, finding))
        })
    }

    /// Whether the waiver's clause was put to the test, and every case in which the deviation could have
    /// shown was run and judged. One that failed for another reason may not have come to it: there the
    /// clause itself must have held.
    fn tested(&self, waiver: &Waiver) -> bool {
        let held = |outcome: &CaseOutcome| {
            outcome.standings.iter().any(|(index, standing, _)| {
                *standing == Standing::Held && waiver.clause.matches(&self.clauses.get(*index).id)
            })
        };
        let names = self.clauses.iter();
        let mut names = names.filter(|clause| waiver.clause.matches(&clause.id));
        let is_one = names.next().is_some() && names.next().is_none();
        let judged = |case: &&Case| {
            let outcome = self.outcomes.get(&case.id)?;
            let known = match outcome.verdict {
                CaseVerdict::Skipped(_) | CaseVerdict::Error => false,
                // Of several clauses nobody knows which one would have been broken.
                CaseVerdict::Fail | CaseVerdict::Flaky(_) => is_one && held(outcome),
                CaseVerdict::Pass | CaseVerdict::Waived => true,
            };
            known.then_some(*outcome)
        };
        let mut could = self.known.iter().filter(|case| self.may_show(waiver, case));
        let exercised = |outcome: &CaseOutcome| {
            held(outcome)
                && waiver.is_about(
                    &outcome.case,
                    outcome.case.as_str().split('/').next().unwrap_or_default(),
                )
        };
        let own = self.known.iter().any(|case| self.own(waiver, case));
        could.clone().all(|case| judged(&case).is_some())
            && could.any(|case| judged(&case).is_some_and(|outcome| own || exercised(outcome)))
    }

    /// Whether a case's answers could show the deviation.
    fn may_show(&self, waiver: &Waiver, case: &Case) -> bool {
        let status = waiver.clause.status();
        case.steps.iter().any(|step| {
            let operation = &self.contract.operations[step.operation];
            let path = operation.path.to_string();
            let expected = &step.expect.status;
            let of_status = status.is_none_or(|status| {
                expected.is_empty() || expected.iter().any(|pattern| pattern.covers(status))
            });
            let subjects = [operation.name.as_str(), &path];
            of_status
                && subjects
                    .iter()
                    .any(|subject| waiver.clause.may_be_of(subject))
                && waiver.is_about(&case.id, &operation.name)
        })
    }
}
