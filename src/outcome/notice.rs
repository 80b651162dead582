//! What fails the gate without being an exchange's fault.

use serde::{Deserialize, Serialize};

use crate::diag::Place;

/// What is wrong with what was asked of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// A waiver whose last day is over.
    WaiverExpired,
    /// A waiver that matched nothing, though what it names was put to the test.
    WaiverUnused,
    /// A waiver that names no clause, case or operation that is there.
    WaiverDangling,
    /// A case that did not pass, and passed when it was sent again.
    CaseFlaky,
    /// A clause that had to be put to the test and wasn't.
    ClauseRequired,
}

impl NoticeKind {
    /// The word itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WaiverExpired => "waiver-expired",
            Self::WaiverUnused => "waiver-unused",
            Self::WaiverDangling => "waiver-dangling",
            Self::CaseFlaky => "case-flaky",
            Self::ClauseRequired => "clause-required",
        }
    }
}

/// Something of the run itself that fails the gate: a waiver that is no longer true, a case that passes
/// only now and then, a clause that had to be put to the test and wasn't.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What is wrong.
    pub kind: NoticeKind,
    /// What it is about: a clause, a pattern of clauses, a case.
    pub subject: String,
    /// What is wrong, in a line.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// Where it stands, if in a file.
    pub place: Option<Place>,
}
