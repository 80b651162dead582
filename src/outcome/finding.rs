//! One broken clause in one exchange.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clause::ClauseId;
use crate::diag::Place;
use crate::openapi::Level;

/// The request of a finding's exchange, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Method and target.
    pub line: String,
    /// The answer's status.
    pub status: u16,
    /// From the first byte sent to the last byte received.
    pub elapsed: Duration,
    /// A command line that sends it again.
    pub curl: String,
}

/// One broken clause in one exchange: what was expected, what was there, where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The clause.
    pub clause: ClauseId,
    /// Its demand in words.
    pub requirement: String,
    /// How much it demands; below `must` the finding is an advisory and fails nothing.
    pub level: Level,
    /// The check that found it.
    pub check: String,
    /// What is wrong, in a line.
    pub title: String,
    /// What was expected.
    pub expected: String,
    /// What was there.
    pub actual: String,
    /// Where in the answer's body, as a JSON pointer; empty for the whole or for elsewhere.
    pub instance: String,
    /// The exchange's number in the case's trace.
    pub exchange: usize,
    /// Where the case asked for the exchange.
    pub asked: Place,
    /// Where the contract makes the demand; none for what the case alone expects.
    pub demanded: Option<Place>,
    /// The exchange's request.
    pub request: Request,
}

impl Finding {
    /// Whether it fails the gate.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.level == Level::Must
    }
}
