//! All that may be said of a run that is over.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::finding::Finding;
use super::ledger::Ledger;
use super::notice::Notice;
use super::summary::Summary;
use super::trace::Trace;
use super::verdict::CaseOutcome;
use crate::case::{Case, CaseId};
use crate::clause::{ClauseId, Clauses};
use crate::http::Exchange;
use crate::openapi::Contract;

/// What a run was: of what, against what, when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The contract's title and version.
    pub contract: String,
    /// The SHA-256 of the contract's text, in hexadecimal digits.
    #[serde(default)]
    pub contract_hash: String,
    /// The SHA-256 of the cases' texts, in hexadecimal digits.
    #[serde(default)]
    pub cases_hash: String,
    /// The target, for people.
    pub target: String,
    /// The profile, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The SHA-256 of what the profile says of the target, credentials left out.
    #[serde(default)]
    pub profile_hash: String,
    /// The run's own name: what its names on the target begin with.
    #[serde(default)]
    pub run: String,
    /// When it began, to the second, in UTC.
    #[serde(default)]
    pub began: jiff::Timestamp,
    /// The version of this program.
    #[serde(default)]
    pub version: String,
}

/// All that may be said of a run that is over, for reports that are written at its end.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// What the run was.
    pub about: &'a About,
    /// The contract.
    pub contract: &'a Contract,
    /// Its clauses.
    pub clauses: &'a Clauses,
    /// The cases that were selected.
    pub cases: &'a [Case],
    /// The exchanges of those that were run, in plan order.
    pub traces: &'a [Trace],
    /// The cases, judged, in plan order.
    pub outcomes: &'a [Arc<CaseOutcome>],
    /// The verdict of every clause.
    pub ledger: &'a Ledger,
    /// What fails the gate without being an exchange's fault.
    pub notices: &'a [Notice],
    /// The run in numbers.
    pub summary: &'a Summary,
}

/// The findings of one cause, the smallest first.
#[derive(Clone, Debug)]
pub struct Cause<'a> {
    /// The clause that is broken.
    pub clause: &'a ClauseId,
    /// The findings with their cases: those that fail before those that don't, then in plan order.
    pub findings: Vec<(&'a CaseId, &'a Finding)>,
}

impl<'a> Account<'a> {
    /// What the run answers.
    #[must_use]
    pub fn answer(&self) -> Answer {
        self.summary.answer()
    }

    /// The case of a name.
    #[must_use]
    pub fn case(&self, id: &CaseId) -> Option<&'a Case> {
        self.cases.iter().find(|case| case.id == *id)
    }

    /// The exchange of a case, by its number in the case's trace.
    #[must_use]
    pub fn exchange(&self, case: &CaseId, number: usize) -> Option<&'a Exchange> {
        let trace = self.traces.iter().find(|trace| trace.case == *case)?;
        trace.steps.get(number)?.result.as_ref().ok()
    }

    /// The findings by what causes them, in the order in which each first shows; those that fail the
    /// gate first.
    #[must_use]
    pub fn causes(&self) -> Vec<Cause<'a>> {
        let mut causes: Vec<Cause<'a>> = Vec::new();
        let outcomes = self.outcomes.iter();
        for (case, finding) in
            outcomes.flat_map(|outcome| outcome.findings.iter().map(|f| (&outcome.case, f)))
        {
            match causes
                .iter_mut()
                .find(|known| *known.clause == finding.clause)
            {
                Some(known) => known.findings.push((case, finding)),
                None => causes.push(Cause {
                    clause: &finding.clause,
                    findings: vec![(case, finding)],
                }),
            }
        }
        for cause in &mut causes {
            cause.findings.sort_by_key(|(_, finding)| rank(finding));
        }
        causes.sort_by_key(|cause| rank(cause.findings[0].1));
        causes
    }
}

/// What fails, then what is waived, then what is advised.
fn rank(finding: &Finding) -> u8 {
    match finding {
        finding if finding.is_failure() => 0,
        finding if finding.waived.is_some() => 1,
        _ => 2,
    }
}
