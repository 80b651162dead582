//! Verdicts of cases and of clauses.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use crate::case::CaseId;
use crate::clause::ClauseIndex;

/// What kept us from knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What was being done.
    pub during: String,
    /// What happened.
    pub reason: String,
}

/// What was being done when a whole run ended before one of its cases did.
const THE_RUN: &str = "the run";

impl Trouble {
    /// The run ended while the case was under way.
    #[must_use]
    pub fn cut_off() -> Self {
        Self {
            during: THE_RUN.to_owned(),
            reason: "it ended before this case did".to_owned(),
        }
    }

    /// The run ended before the case was begun.
    #[must_use]
    pub fn not_begun() -> Self {
        Self {
            during: THE_RUN.to_owned(),
            reason: "it ended before this case was begun".to_owned(),
        }
    }

    /// The run ended, and nothing is known of the case, which was to be part of it.
    #[must_use]
    pub fn lost() -> Self {
        Self {
            during: THE_RUN.to_owned(),
            reason: "it ended before anything of this case was kept".to_owned(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.during, self.reason)
    }
}

/// The verdict of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseVerdict {
    /// Nothing that must hold was broken.
    Pass,
    /// Something that must hold was broken.
    Fail,
    /// All that was broken of what must hold is waived.
    Waived,
    /// It did not pass, and passed when it was sent again: at the attempt of this number, counted from 1.
    Flaky(usize),
    /// It was not run, and why.
    Skipped(String),
    /// We could not tell.
    Error,
}

impl CaseVerdict {
    /// The word itself.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Waived => "waived",
            Self::Flaky(_) => "flaky",
            Self::Skipped(_) => "skipped",
            Self::Error => "error",
        }
    }
}

/// What one exchange says of one clause, the stronger the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Its place was reached, but nothing put it to the test.
    Vacuous,
    /// It was put to the test and held.
    Held,
    /// It was broken, which is waived.
    Waived,
    /// It was broken.
    Broken,
}

/// The exchange in which a clause was put to the test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Witness {
    /// The case.
    pub case: CaseId,
    /// The exchange's number in the case's trace.
    pub exchange: usize,
}

/// The verdict of a clause over a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClauseVerdict {
    /// Held, and the least exchange that shows it.
    Held(Witness),
    /// Broken, and the least exchange that shows it.
    Broken(Witness),
    /// Broken only where it is waived, and the least exchange that shows it.
    Waived(Witness),
    /// Its place was reached, but nothing put it to the test.
    Vacuous,
    /// Its place was never reached.
    Untested,
}

impl ClauseVerdict {
    /// The word itself.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Held(_) => "held",
            Self::Broken(_) => "broken",
            Self::Waived(_) => "waived",
            Self::Vacuous => "vacuous",
            Self::Untested => "untested",
        }
    }

    /// The exchange that shows it, if there is one.
    #[must_use]
    pub fn witness(&self) -> Option<&Witness> {
        match self {
            Self::Held(witness) | Self::Broken(witness) | Self::Waived(witness) => Some(witness),
            Self::Vacuous | Self::Untested => None,
        }
    }
}

/// An answer's body that was not looked into: of the answer, status, header fields and media type were judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unjudged {
    /// The exchange's number in the case's trace.
    pub exchange: usize,
    /// The media type, as the contract names it.
    pub media: String,
    /// Why it wasn't; it holds nothing of the answer.
    pub reason: String,
}

/// A case, judged.
#[derive(Clone, Debug)]
pub struct CaseOutcome {
    /// The case.
    pub case: CaseId,
    /// Its verdict.
    pub verdict: CaseVerdict,
    /// Every broken clause, advisories among them, in the order of the exchanges.
    pub findings: Vec<Finding>,
    /// What kept us from knowing.
    pub troubles: Vec<Trouble>,
    /// What its exchanges say of the contract's clauses: clause, standing, exchange.
    pub standings: Vec<(ClauseIndex, Standing, usize)>,
    /// The bodies that were not looked into.
    pub unjudged: Vec<Unjudged>,
    /// How many exchanges there were.
    pub exchanges: usize,
}

impl CaseOutcome {
    /// A case of which nothing is known, for these reasons.
    #[must_use]
    pub fn unknown(case: CaseId, troubles: Vec<Trouble>) -> Self {
        Self {
            case,
            verdict: CaseVerdict::Error,
            findings: Vec::new(),
            troubles,
            standings: Vec::new(),
            unjudged: Vec::new(),
            exchanges: 0,
        }
    }

    /// Whether the run ended before it came to the case.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.troubles == [Trouble::not_begun()] || self.troubles == [Trouble::lost()]
    }

    /// The findings that fail the gate.
    pub fn failures(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_failure())
    }

    /// The findings that are waived.
    pub fn waived(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.waived.is_some())
    }

    /// The findings that fail nothing.
    pub fn advisories(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_advisory())
    }
}
