//! Reports: projections of events, findings and verdicts into formats. A report decides nothing.
//!
//! Read [`finding_text`] first: every report shows a finding as it does.

pub mod docs;
mod finding_text;
mod not_called;
mod terminal;
mod unjudged_text;
mod verdict_file;

pub use finding_text::{finding_text, outcome_text};
pub use not_called::{NotCalled, not_called_text};
pub use terminal::{Palette, Progress, Terminal};
pub use unjudged_text::unjudged_text;
pub use verdict_file::verdict_file;

use crate::outcome::Event;

/// Something that listens to a run.
pub trait Reporter {
    /// Takes in an event.
    ///
    /// # Errors
    /// When the report can't be written.
    fn event(&mut self, event: &Event) -> std::io::Result<()>;
}
