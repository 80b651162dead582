//! The lines of a record's file.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::CaseId;
use crate::clause::ClauseId;
use crate::outcome::{About, Ending, Notice, StepRecord, Summary};

/// The version of the format.
pub(super) const VERSION: u32 = 2;

/// The first line, as it is written.
#[derive(Debug, Serialize)]
pub(super) struct Header<'a> {
    pub(super) proofmark: u32,
    pub(super) about: Cow<'a, About>,
    /// The target's scheme and authority.
    pub(super) origin: &'a str,
    /// The target's base path.
    pub(super) prefix: &'a str,
}

/// The first line, as it is read: of another version only the version is known.
#[derive(Debug, Deserialize)]
pub(super) struct ReadHeader {
    pub(super) proofmark: u32,
    #[serde(default)]
    pub(super) about: About,
    #[serde(default)]
    pub(super) origin: String,
    #[serde(default)]
    pub(super) prefix: String,
}

/// A further line, as it is written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line<'a> {
    /// The run begins, of so many cases, which are these.
    Started { cases: usize, planned: &'a [CaseId] },
    /// A request of a case, and what came of it.
    Exchange {
        case: &'a CaseId,
        record: &'a StepRecord,
    },
    /// A case is over.
    Closed {
        case: &'a CaseId,
        ending: Cow<'a, Ending>,
        verdict: &'a str,
        /// The clauses it broke, for people who look for them.
        broken: Vec<&'a ClauseId>,
        /// Whether it is sent again, and this was one attempt.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
    /// The run is over.
    Finished {
        summary: &'a Summary,
        notices: &'a [Notice],
    },
}

/// A further line, as it is read. What is found out again is passed over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ReadLine {
    Started {
        cases: usize,
        /// Empty in a record of before they were named.
        #[serde(default)]
        planned: Vec<CaseId>,
    },
    Exchange {
        case: CaseId,
        record: Box<StepRecord>,
    },
    Closed {
        case: CaseId,
        ending: Ending,
        #[serde(default)]
        again: bool,
    },
    Finished {
        summary: Value,
    },
}
