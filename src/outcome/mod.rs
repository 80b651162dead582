//! What a run may say, as data: traces, findings, verdicts, events, the summary.
//!
//! "The API is wrong" is a [`Finding`]; "we could not tell" is a [`Trouble`]: two types, and two
//! verdicts. Nothing here judges and nothing here prints. Read [`CaseOutcome`] first.

mod account;
mod answer;
mod askable;
mod event;
mod finding;
mod hole;
mod ledger;
mod matrix;
mod notice;
mod share;
mod summary;
mod trace;
mod untested;
mod verdict;

pub use account::{About, Account, Cause};
pub use answer::Answer;
pub use event::Event;
pub use finding::{Finding, Request as FindingRequest, Waived};
pub use hole::{AnswerShape, BodyShape, Hole};
pub use ledger::{ClauseRecord, Ledger};
pub use matrix::{Difference, Implementation, Matrix, Row};
pub use notice::{Notice, NoticeKind};
pub use share::Share;
pub use summary::Summary;
pub use trace::{Ending, NoAnswer, StepRecord, Trace};
pub use untested::{NOT_REACHED, Untested, reason, untested};
pub use verdict::{CaseOutcome, CaseVerdict, ClauseVerdict, Standing, Trouble, Unjudged, Witness};
