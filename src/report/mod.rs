//! Reports: projections of events, findings and verdicts into formats. A report decides nothing.
//!
//! A format is one file and one line in [`FORMATS`]. Read [`Reporter`] first, then [`finding_text`]:
//! every report shows a finding as it does.

mod badge;
mod badge_svg;
pub mod docs;
mod document;
mod escape;
mod events;
mod finding_text;
mod frame;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod matrix;
mod not_called;
mod place;
mod printable;
mod sarif;
mod tally;
mod tap;
mod terminal;
#[cfg(test)]
mod testing;
mod troubles;
mod unjudged_text;
mod verdict_file;

pub use document::report_schema;
pub use finding_text::{finding_text, notice_text, outcome_text};
pub use matrix::{matrix_html, matrix_json, matrix_markdown};
pub use not_called::{NotCalled, not_called_text};
pub use terminal::{Palette, Progress, Terminal};
pub use unjudged_text::unjudged_text;
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
pub const FORMATS: &[Format] = &[
    terminal::FORMAT,
    junit::FORMAT,
    json::FORMAT,
    events::FORMAT,
    html::FORMAT,
    sarif::FORMAT,
    github::FORMAT,
    tap::FORMAT,
    markdown::FORMAT,
    badge::FORMAT,
    badge_svg::FORMAT,
];

#[cfg(test)]
mod tests {
    use super::testing::Story;
    use super::*;

    #[test]
    fn every_format_is_a_file_of_its_name_and_every_such_file_is_listed() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report");
        let without_format = [
            "docs",
            "base",
            "document",
            "escape",
            "finding_text",
            "frame",
            "matrix",
            "mod",
            "not_called",
            "place",
            "printable",
            "tally",
            "testing",
            "troubles",
            "unjudged_text",
            "verdict_file",
            "verdicts",
        ];
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the room is there")
            .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
            .filter(|stem| !without_format.contains(&stem.as_str()))
            .collect();
        files.sort();
        let mut listed: Vec<String> = FORMATS
            .iter()
            .map(|format| format.name.replace('-', "_"))
            .collect();
        listed.sort();
        assert_eq!(files, listed);
    }

    /// None of them looks like the report of a run that came to its end, and each is one of its format.
    #[test]
    fn every_format_says_that_a_run_was_interrupted() {
        let mut story = Story::new();
        let whole = |story: &Story| FORMATS.iter().map(|f| story.told(f)).collect::<Vec<_>>();
        let before = whole(&story);
        story.interrupt();
        for ((format, told), before) in FORMATS.iter().zip(whole(&story)).zip(before) {
            let says = |text: &str| text.to_lowercase().contains("interrupted");
            // In these the word is there as a member's name or an unused style as well.
            let told = told.replace("\"interrupted\":", "");
            assert!(says(&told), "{}: {told}", format.name);
            let before = before.replace("\"interrupted\":", "");
            assert!(!says(&before), "{}: {before}", format.name);
            assert!(told.ends_with('\n'), "{}", format.name);
        }
    }

    /// What a terminal would act on, or XML can't hold, reaches no report that people or parsers read.
    #[test]
    fn no_format_hands_on_control_characters() {
        let story = Story::new();
        for format in FORMATS {
            let told = story.told(format);
            let hostile = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            // JSON's strings keep what is no control character: it has its own readers.
            let is_json = matches!(format.name, "json" | "events");
            let found = told
                .chars()
                .find(|c| hostile(*c) && !(is_json && *c == '\u{202e}'));
            assert_eq!(found, None, "{}", format.name);
            assert!(told.ends_with('\n'), "{}", format.name);
        }
    }
}
