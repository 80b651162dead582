//! What a run tells while it goes on.

use std::sync::Arc;

use super::notice::Notice;
use super::summary::Summary;
use super::trace::{Ending, StepRecord};
use super::verdict::CaseOutcome;
use crate::case::CaseId;

/// What a run tells while it goes on. Reporters project these and decide nothing.
#[derive(Clone, Debug)]
pub enum Event {
    /// The run begins: the target, and the cases that will be run.
    Started {
        /// The target, for people.
        target: String,
        /// The cases that were selected, those that are skipped among them.
        cases: Vec<CaseId>,
    },
    /// A case is being sent.
    CaseStarted(CaseId),
    /// A request of a case was answered, or got no answer.
    Exchanged {
        /// The case.
        case: CaseId,
        /// What was sent, and what came of it.
        record: Arc<StepRecord>,
    },
    /// A case was sent to its end, or not at all, and is about to be judged.
    CaseSent {
        /// The case.
        case: CaseId,
        /// What its trace holds beside the exchanges.
        ending: Arc<Ending>,
    },
    /// A case was judged.
    CaseFinished(Arc<CaseOutcome>),
    /// Something of a case could not be removed from the target.
    LeftBehind {
        /// The case.
        case: CaseId,
        /// What is still there, and why.
        what: String,
    },
    /// Something of the run itself fails the gate.
    Notice(Notice),
    /// The run is over.
    Finished(Arc<Summary>),
}
