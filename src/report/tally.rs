//! The verdicts of a contract's clauses in numbers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::openapi::Level;
use crate::outcome::{Account, ClauseVerdict};

/// How many clauses there are, by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Tally {
    /// All of them.
    pub(super) total: usize,
    /// Put to the test and held.
    pub(super) held: usize,
    /// Broken.
    pub(super) broken: usize,
    /// Not kept, where it should be kept and needn't.
    pub(super) advised: usize,
    /// Broken only where it is waived.
    pub(super) waived: usize,
    /// Reached, but not put to the test.
    pub(super) vacuous: usize,
    /// Never reached.
    pub(super) untested: usize,
}

impl Tally {
    pub(super) fn of(account: &Account<'_>) -> Self {
        let mut tally = Self {
            total: account.clauses.len(),
            ..Self::default()
        };
        for record in account.ledger.records(account.clauses) {
            *match record.verdict {
                ClauseVerdict::Held(_) => &mut tally.held,
                ClauseVerdict::Broken(_) if record.clause.level == Level::Must => &mut tally.broken,
                ClauseVerdict::Broken(_) => &mut tally.advised,
                ClauseVerdict::Waived(_) => &mut tally.waived,
                ClauseVerdict::Vacuous => &mut tally.vacuous,
                ClauseVerdict::Untested => &mut tally.untested,
            } += 1;
        }
        tally
    }
}
