//! The exchanges of one case, in order.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::case::{CaseId, Role};
use crate::http::Exchange;

/// Why there is no answer: the API can't be judged by this, for nothing is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoAnswer {
    /// What happened, in words.
    pub reason: String,
    /// Whether not even a connection was had.
    #[serde(default)]
    pub unreachable: bool,
    /// Whether it was waited for as long as anything is waited for.
    #[serde(default)]
    pub timed_out: bool,
}

/// One step as it went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its number among the case's steps; none for teardown and for what was sent without a case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// Which of the step's repetitions it is; none for a step that is sent once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// What it was there for.
    pub role: Role,
    /// The operation's name in the contract.
    pub operation: String,
    /// What came of it.
    pub result: Result<Exchange, NoAnswer>,
}

/// The exchanges of one case, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trace {
    /// The case.
    pub case: CaseId,
    /// The target's scheme and authority.
    #[serde(default)]
    pub origin: String,
    /// The target's base path, which is in front of every request's target.
    #[serde(default)]
    pub prefix: String,
    /// The values its expressions had.
    #[serde(default)]
    pub bindings: Map<String, Value>,
    /// The steps that were sent.
    pub steps: Vec<StepRecord>,
    /// What kept the case from being run to its end, or from being run at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<super::Trouble>,
    /// Why the case was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// What came of sending the case again, each time from its first step, until it passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retries: Vec<Trace>,
    /// The exchanges, by their numbers among the steps, whose answers' bodies nobody kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bodiless: Vec<usize>,
}

/// What a trace holds beside the exchanges: known when all of them are over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The values the case's expressions had.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub bindings: Map<String, Value>,
    /// What kept the case from being run to its end, or from being run at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<super::Trouble>,
    /// Why the case was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

impl Trace {
    /// A trace without a step yet.
    #[must_use]
    pub fn new(case: CaseId, origin: &str, prefix: &str) -> Self {
        Self {
            case,
            origin: origin.to_owned(),
            prefix: prefix.to_owned(),
            bindings: Map::new(),
            steps: Vec::new(),
            troubles: Vec::new(),
            skipped: None,
            retries: Vec::new(),
            bodiless: Vec::new(),
        }
    }

    /// What it holds beside the exchanges.
    #[must_use]
    pub fn ending(&self) -> Ending {
        Ending {
            bindings: self.bindings.clone(),
            troubles: self.troubles.clone(),
            skipped: self.skipped.clone(),
        }
    }

    /// Takes in what it holds beside the exchanges.
    pub fn end(&mut self, ending: Ending) {
        self.bindings = ending.bindings;
        self.troubles = ending.troubles;
        self.skipped = ending.skipped;
    }

    /// The main request's answer's status.
    #[must_use]
    pub fn main_status(&self) -> Option<u16> {
        let main = self.steps.iter().find(|step| step.role == Role::Main)?;
        main.result
            .as_ref()
            .ok()
            .map(|exchange| exchange.response.status)
    }
}
