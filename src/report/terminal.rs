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

    fn word(&self, verdict: &CaseVerdict) -> String {
        let (word, colour) = match verdict {
            CaseVerdict::Pass => ("pass ", 32),
            CaseVerdict::Fail => ("FAIL ", 31),
            CaseVerdict::Skipped(_) => ("skip ", 33),
            CaseVerdict::Error => ("ERROR", 35),
        };
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
        writeln!(
            self.out,
            "{} passed, {} failed, {} errors, {} skipped; {} advisories; {} exchanges",
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
                writeln!(
                    self.out,
                    "{}  {}",
                    self.word(&outcome.verdict),
                    outcome.case
                )?;
                let text = outcome_text(outcome);
                if !text.is_empty() {
                    let indented = text.replace('\n', "\n    ").replace("\n    \n", "\n\n");
                    writeln!(self.out, "    {indented}\n")?;
                }
                self.out.flush()
            }
            Event::LeftBehind { case, what } => {
                writeln!(self.out, "LEFT BEHIND by {case}: {what}")
            }
        }
    }
}
