//! What a run is held to beside the contract.

use std::sync::Arc;

use jiff::civil::Date;

use super::required::Required;
use crate::case::Case;
use crate::clause::Clauses;
use crate::openapi::Contract;
use crate::outcome::{CaseOutcome, CaseVerdict, Ledger, Notice, NoticeKind, Summary};
use crate::waiver::{Waivers, notices};

/// What a run is held to beside the contract: which deviations of the target are accepted, on which day.
#[derive(Clone, Debug, Default)]
pub struct Acceptance {
    /// The accepted deviations.
    pub waivers: Option<Waivers>,
    /// The run's day, in UTC: that of the run also where its record is judged later.
    pub today: Date,
    /// All cases, those included that are not selected: a waiver of one of them is about something.
    pub known: Vec<Case>,
    /// Whether a case may pass only when it is sent again.
    pub allow_flaky: bool,
    /// What must have been put to the test.
    pub required: Required,
}

/// What follows from the cases of a run.
#[derive(Clone, Debug, Default)]
pub struct Conclusion {
    /// The verdict of every clause.
    pub ledger: Ledger,
    /// What fails the gate without being an exchange's fault.
    pub notices: Vec<Notice>,
    /// The run in numbers.
    pub summary: Summary,
}

impl Acceptance {
    /// Accepts what may be accepted of a case's findings.
    pub fn apply(&self, clauses: &Clauses, outcome: &mut CaseOutcome) {
        if let Some(waivers) = &self.waivers {
            waivers.apply(clauses, outcome, self.today);
        }
    }

    /// What follows from the cases of a run, each judged and its findings accepted where they may be.
    #[must_use]
    pub fn conclude(
        &self,
        contract: &Contract,
        clauses: &Clauses,
        cases: &[Case],
        outcomes: &[Arc<CaseOutcome>],
        interrupted: bool,
    ) -> Conclusion {
        let mut conclusion = Conclusion::default();
        for outcome in outcomes {
            conclusion.ledger.add(outcome);
            conclusion.summary.add(outcome);
        }
        if let Some(waivers) = &self.waivers {
            let outcomes = outcomes.iter().map(AsRef::as_ref);
            conclusion.notices = notices(
                waivers,
                contract,
                clauses,
                &self.known,
                outcomes,
                self.today,
            );
        }
        if !self.allow_flaky {
            conclusion
                .notices
                .extend(outcomes.iter().filter_map(|o| flaky(o)));
        }
        // Of a run that tested nothing, or was cut short, it is no news that it tested too little.
        if !conclusion.summary.is_empty() && !interrupted {
            let outcomes: Vec<&CaseOutcome> = outcomes.iter().map(AsRef::as_ref).collect();
            let of = (contract, clauses);
            let ledger = &conclusion.ledger;
            let (share, untested) = self.required.judged(of, cases, ledger, &outcomes);
            conclusion.notices.extend(untested);
            conclusion.summary.share = share;
        }
        conclusion.summary.notices = conclusion.notices.len();
        conclusion.summary.interrupted = interrupted;
        conclusion
    }
}

fn flaky(outcome: &CaseOutcome) -> Option<Notice> {
    let CaseVerdict::Flaky(attempt) = outcome.verdict else {
        return None;
    };
    Some(Notice {
        kind: NoticeKind::CaseFlaky,
        subject: outcome.case.to_string(),
        message: format!(
            "{} did not pass, and passed when it was sent again (attempt {attempt}): the target keeps its contract only now and then",
            outcome.case
        ),
        help: "read what the first attempt found; --allow-flaky lets the gate pass all the same"
            .to_owned(),
        place: None,
    })
}
