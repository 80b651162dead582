//! Reports: projections of events, findings and verdicts into formats. A report decides nothing.
//!
//! A format is one file and one line in [`FORMATS`]. Read [`Reporter`] first, then [`finding_text`]:
//! every report shows a finding as it does.

pub mod docs;
mod escape;
mod finding_text;
mod frame;
mod html;
mod matrix;
mod not_called;
mod terminal;
mod verdict_file;

pub use finding_text::{finding_text, notice_text, outcome_text};
pub use matrix::{matrix_html, matrix_json, matrix_markdown};
pub use not_called::{NotCalled, not_called_text};
pub use terminal::{Palette, Progress, Terminal};
pub use verdict_file::verdict_file;

use std::io::{self, Write};

use crate::outcome::{Account, Event};

/// Something that listens to a run and writes of it.
pub trait Reporter: Send {
    /// Takes in an event, as it happens.
    ///
    /// # Errors
    /// When the report can't be written.
    fn event(&mut self, _event: &Event) -> io::Result<()> {
        Ok(())
    }

    /// Takes in everything there is to say of the run, which is over, and writes the report to its end.
    ///
    /// # Errors
    /// When the report can't be written.
    fn finish(&mut self, account: &Account<'_>) -> io::Result<()>;
}

/// Where a report goes to.
pub type Out<'a> = Box<dyn Write + Send + 'a>;

/// A format of reports.
pub struct Format {
    /// Its name, as it is asked for.
    pub name: &'static str,
    /// What it is for, in a line.
    pub about: &'static str,
    /// Makes a report that goes to a writer.
    pub new: for<'a> fn(Out<'a>) -> Box<dyn Reporter + 'a>,
}

/// All formats, in the order in which they are listed.
pub const FORMATS: &[Format] = &[terminal::FORMAT, html::FORMAT];
