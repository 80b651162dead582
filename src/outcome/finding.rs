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

/// The waiver under which a finding fails nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    /// Why the deviation is accepted.
    pub reason: String,
    /// Who accepted it.
    pub owner: String,
    /// Where it is to be mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The last day on which it is accepted.
    pub expires: jiff::civil::Date,
    /// Where the waiver stands.
    pub place: Place,
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
    /// The waiver that accepts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
}

impl Finding {
    /// Whether it fails the gate.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.level == Level::Must && self.waived.is_none()
    }

    /// Whether it is told of and neither fails the gate nor is waived.
    #[must_use]
    pub fn is_advisory(&self) -> bool {
        self.level != Level::Must && self.waived.is_none()
    }
}
