//! A run in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answer::Answer;
use super::share::Share;
use super::verdict::{CaseOutcome, CaseVerdict};

/// A run in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Cases in which nothing that must hold was broken.
    pub passed: usize,
    /// Cases in which something that must hold was broken.
    pub failed: usize,
    /// Cases in which all that was broken of what must hold is waived.
    pub waived: usize,
    /// Cases that did not pass, and passed when they were sent again.
    pub flaky: usize,
    /// Cases that were not run.
    pub skipped: usize,
    /// Cases that could not be judged.
    pub errors: usize,
    /// Findings that fail nothing.
    pub advisories: usize,
    /// Exchanges judged.
    pub exchanges: usize,
    /// What the run itself owes: waivers that are no longer true, and the like.
    pub notices: usize,
    /// How many bodies were not looked into, each by its media type and the reason.
    pub unjudged: BTreeMap<String, usize>,
    /// How much of the contract was put to the test, where a share of it was required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// Whether the run was cut short.
    pub interrupted: bool,
}

impl Summary {
    /// Takes in a case.
    pub fn add(&mut self, outcome: &CaseOutcome) {
        match outcome.verdict {
            CaseVerdict::Pass => self.passed += 1,
            CaseVerdict::Fail => self.failed += 1,
            CaseVerdict::Waived => self.waived += 1,
            CaseVerdict::Flaky(_) => self.flaky += 1,
            CaseVerdict::Skipped(_) => self.skipped += 1,
            CaseVerdict::Error => self.errors += 1,
        }
        self.advisories += outcome.advisories().count();
        self.exchanges += outcome.exchanges;
        for body in &outcome.unjudged {
            let kind = format!("{}: {}", body.media, body.reason);
            *self.unjudged.entry(kind).or_default() += 1;
        }
    }

    /// How many cases there were.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.passed + self.failed + self.waived + self.flaky + self.skipped + self.errors
    }

    /// Whether nothing at all was put to the test.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases() == self.skipped
    }

    /// What the run answers. Findings come before errors, and nothing is no success.
    #[must_use]
    pub fn answer(&self) -> Answer {
        if self.interrupted {
            Answer::Interrupted
        } else if self.failed + self.notices > 0 {
            Answer::DoesNotConform
        } else if self.errors > 0 {
            Answer::CouldNotTell
        } else if self.is_empty() {
            Answer::NothingTested
        } else {
            Answer::Conforms
        }
    }
}
