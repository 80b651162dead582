//! A run as it is read in a terminal or a CI log.

use std::io::{self, Write};

use super::Reporter;
use super::finding_text::outcome_text;
use crate::outcome::{CaseVerdict, ClauseVerdict, Event, Ledger, Summary};

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// Text alone.
    Plain,
    /// ANSI colours.
    Colour,
}

/// Writes a line for each case and the whole story of each that did not pass.
pub struct Terminal<W> {
    out: W,
    palette: Palette,
}

impl<W: Write> Terminal<W> {
    /// Writes to `out`.
    pub fn new(out: W, palette: Palette) -> Self {
        Self { out, palette }
    }

    fn pass(&self) -> String {
        self.paint("pass", 32)
    }

    /// The text with the word at the beginning of each story coloured.
    fn coloured(&self, text: &str) -> String {
        let lines = text.lines().map(|line| match line.split_once(' ') {
            Some(("FAIL", rest)) => format!("{} {rest}", self.paint("FAIL", 31)),
            Some(("ERROR", rest)) => format!("{} {rest}", self.paint("ERROR", 35)),
            Some(("SKIP", rest)) => format!("{} {rest}", self.paint("SKIP", 33)),
            Some(("NOTE", rest)) => format!("{} {rest}", self.paint("NOTE", 36)),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn paint(&self, word: &str, colour: u8) -> String {
        match self.palette {
            Palette::Plain => word.to_owned(),
            Palette::Colour => format!("\u{1b}[{colour}m{word}\u{1b}[0m"),
        }
    }

    /// The end of a run: the numbers, what of the contract was tested, and the answer.
    ///
    /// # Errors
    /// When `out` can't be written.
    pub fn close(
        &mut self,
        summary: &Summary,
        ledger: &Ledger,
        clauses: &crate::clause::Clauses,
        answer: &str,
    ) -> io::Result<()> {
        let mut counts = [0usize; 4];
        for record in ledger.records(clauses) {
            counts[match record.verdict {
                ClauseVerdict::Held(_) => 0,
                ClauseVerdict::Broken(_) => 1,
                ClauseVerdict::Vacuous => 2,
                ClauseVerdict::Untested => 3,
            }] += 1;
        }
        let [held, broken, vacuous, untested] = counts;
        writeln!(self.out)?;
        let plural = if summary.advisories == 1 {
            "advisory"
        } else {
            "advisories"
        };
        writeln!(
            self.out,
            "{} passed, {} failed, {} errors, {} skipped; {} {plural}; {} exchanges",
            summary.passed,
            summary.failed,
            summary.errors,
            summary.skipped,
            summary.advisories,
            summary.exchanges
        )?;
        writeln!(
            self.out,
            "{} clauses: {held} held, {broken} broken, {vacuous} reached but not put to the test, {untested} untested",
            clauses.len()
        )?;
        writeln!(self.out, "{answer}")
    }
}

impl<W: Write> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started { target, cases } => {
                let plural = if *cases == 1 { "case" } else { "cases" };
                writeln!(self.out, "target  {target}\n{cases} {plural}\n")
            }
            Event::CaseStarted(_) | Event::Finished(_) => Ok(()),
            Event::CaseFinished(outcome) => {
                let text = outcome_text(outcome);
                // What did not pass says so itself, in its first line.
                if outcome.verdict == CaseVerdict::Pass {
                    writeln!(self.out, "{}  {}", self.pass(), outcome.case)?;
                }
                if !text.is_empty() {
                    writeln!(self.out, "{}\n", self.coloured(&text))?;
                }
                self.out.flush()
            }
            Event::LeftBehind { case, what } => {
                writeln!(self.out, "LEFT BEHIND by {case}: {what}")
            }
        }
    }
}
