//! From findings to waived findings.

use jiff::civil::Date;

use super::file::{Waiver, Waivers};
use crate::case::CaseId;
use crate::clause::Clauses;
use crate::outcome::{CaseOutcome, CaseVerdict, Finding, Standing, Waived};

impl Waiver {
    /// Whether the waiver accepts a finding of a case, its last day left aside.
    #[must_use]
    pub fn covers(&self, case: &CaseId, finding: &Finding) -> bool {
        self.clause.matches(&finding.clause) && self.is_about(case, &finding.clause.subject)
    }

    /// Whether it is not limited to other cases or to another operation.
    pub(super) fn is_about(&self, case: &CaseId, subject: &str) -> bool {
        let case_fits = self
            .case
            .as_ref()
            .is_none_or(|pattern| pattern.matches(case.as_str()));
        case_fits
            && self.operation.as_deref().is_none_or(|operation| {
                operation == subject || case.as_str().split('/').next() == Some(operation)
            })
    }
}

impl Waivers {
    /// Accepts what may be accepted of a case's findings on a day. Of several waivers the first in the
    /// file counts.
    pub fn apply(&self, clauses: &Clauses, outcome: &mut CaseOutcome, today: Date) {
        let case = outcome.case.clone();
        let mut any = false;
        for finding in &mut outcome.findings {
            let mut valid = self.all.iter().filter(|waiver| waiver.expires >= today);
            if let Some(waiver) = valid.find(|waiver| waiver.covers(&case, finding)) {
                any = true;
                finding.waived = Some(Waived {
                    reason: waiver.reason.clone(),
                    owner: waiver.owner.clone(),
                    ticket: waiver.ticket.clone(),
                    expires: waiver.expires,
                    place: self.place(waiver),
                });
            }
        }
        if !any {
            return;
        }
        let findings = &outcome.findings;
        for (index, standing, _) in &mut outcome.standings {
            let id = &clauses.get(*index).id;
            // A demand that several operations inherit is one finding, of the first of them.
            let is_cause = |finding: &&Finding| {
                finding.clause.place == id.place && finding.clause.demand == id.demand
            };
            let mut own = findings.iter().filter(is_cause).peekable();
            let waived = own.peek().is_some() && own.all(|finding| finding.waived.is_some());
            if *standing == Standing::Broken && waived {
                *standing = Standing::Waived;
            }
        }
        let has_failed = matches!(outcome.verdict, CaseVerdict::Fail | CaseVerdict::Flaky(_));
        if has_failed && outcome.failures().next().is_none() {
            outcome.verdict = if outcome.troubles.is_empty() {
                CaseVerdict::Waived
            } else {
                CaseVerdict::Error
            };
        }
    }
}
