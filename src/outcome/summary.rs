//! A run in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::verdict::{CaseOutcome, CaseVerdict};

/// A run in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Cases in which nothing that must hold was broken.
    pub passed: usize,
    /// Cases in which something that must hold was broken.
    pub failed: usize,
    /// Cases that were not run.
    pub skipped: usize,
    /// Cases that could not be judged.
    pub errors: usize,
    /// Findings that fail nothing.
    pub advisories: usize,
    /// Exchanges judged.
    pub exchanges: usize,
    /// How many bodies were not looked into, each by its media type and the reason.
    pub unjudged: BTreeMap<String, usize>,
    /// Whether the run was cut short.
    pub interrupted: bool,
}

impl Summary {
    /// Takes in a case.
    pub fn add(&mut self, outcome: &CaseOutcome) {
        match outcome.verdict {
            CaseVerdict::Pass => self.passed += 1,
            CaseVerdict::Fail => self.failed += 1,
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

    /// Whether nothing at all was put to the test.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.passed + self.failed + self.errors == 0
    }
}
