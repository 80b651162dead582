//! A run as it is read in a terminal or a CI log.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::finding_text::{finding_text, further_text, notice_text, outcome_text_by, word};
use super::printable::one_line;
use super::tally::Tally;
use super::unjudged_text::unjudged_text;
use super::{Format, Reporter};
use crate::case::CaseId;
use crate::clause::ClauseId;
use crate::outcome::{Account, CaseOutcome, CaseVerdict, Event, NOT_REACHED, untested};

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// Text alone.
    Plain,
    /// ANSI colours.
    Colour,
}

/// Whether the last line tells how far the run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// For a log: nothing is written that isn't to stay.
    None,
    /// For a terminal: a line that is written over by the next one.
    Line,
}

/// Writes a line for each case and the whole story of each that did not pass.
pub struct Terminal<W> {
    out: W,
    palette: Palette,
    progress: Progress,
    cases: usize,
    finished: usize,
    failed: usize,
    /// The cases that the run did not come to before it was stopped.
    missing: Vec<CaseId>,
    /// The clauses whose story was told, by how the finding counts, each with its case.
    told: HashMap<(ClauseId, &'static str), CaseId>,
}

impl<W: Write> Terminal<W> {
    /// Writes to `out`.
    pub fn new(out: W, palette: Palette, progress: Progress) -> Self {
        Self {
            out,
            palette,
            progress,
            cases: 0,
            finished: 0,
            failed: 0,
            missing: Vec::new(),
            told: HashMap::new(),
        }
    }

    /// What a case has to say. The story of a clause is told once, however many cases break it.
    fn story(&mut self, outcome: &CaseOutcome) -> String {
        let case = &outcome.case;
        outcome_text_by(outcome, |finding| {
            let key = (finding.clause.clone(), word(finding));
            if let Some(told) = self.told.get(&key) {
                return further_text(case.as_str(), finding, told);
            }
            self.told.insert(key, case.clone());
            finding_text(case.as_str(), finding)
        })
    }

    /// Takes the progress line away, so that what is to stay can be written.
    fn clear(&mut self) -> io::Result<()> {
        match self.progress {
            Progress::None => Ok(()),
            // Carriage return, and erase to the end of the line (ECMA-48, 8.3.41).
            Progress::Line => write!(self.out, "\r\u{1b}[K"),
        }
    }

    /// Writes the progress line: how many cases are done, how many failed, and which one was begun
    /// last. Its length is bounded, so that it stays one line.
    fn tell(&mut self, case: &str) -> io::Result<()> {
        if self.progress == Progress::None {
            return Ok(());
        }
        self.clear()?;
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        let case: String = case.chars().take(48).collect();
        write!(self.out, "{}/{}{failed}  {case}", self.finished, self.cases)?;
        self.out.flush()
    }

    fn pass(&self) -> String {
        self.paint("pass", 32)
    }

    /// The text with the word at the beginning of each story coloured.
    fn coloured(&self, text: &str) -> String {
        let lines = text.lines().map(|line| match line.split_once(' ') {
            Some(("FAIL", rest)) => format!("{} {rest}", self.paint("FAIL", 31)),
            Some(("ERROR", rest)) => format!("{} {rest}", self.paint("ERROR", 35)),
            Some(("WAIVED", rest)) => format!("{} {rest}", self.paint("WAIVED", 33)),
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
}

/// How many clauses are named that a run did not come to.
const MOST_NAMED: usize = 20;

/// The clauses that a run did not come to before its time was over.
fn not_reached(account: &Account<'_>) -> String {
    let late = |outcome: &&CaseOutcome| matches!(&outcome.verdict, CaseVerdict::Skipped(reason) if reason.starts_with(NOT_REACHED));
    let outcomes: Vec<&CaseOutcome> = account.outcomes.iter().map(AsRef::as_ref).collect();
    let count = outcomes.iter().copied().filter(late).count();
    if count == 0 {
        return String::new();
    }
    let missing = untested(
        account.contract,
        account.clauses,
        account.cases,
        account.ledger,
        &outcomes,
    );
    let missing: Vec<String> = missing
        .iter()
        .filter(|(_, reason)| reason.is_askable())
        .map(|(clause, _)| clause.id.to_string())
        .collect();
    let mut text = format!(
        "{count} cases were not reached in time; not put to the test, though a case could: {} clauses\n",
        missing.len()
    );
    for clause in missing.iter().take(MOST_NAMED) {
        let _ = writeln!(text, "  {clause}");
    }
    if missing.len() > MOST_NAMED {
        let _ = writeln!(text, "  … and {} more", missing.len() - MOST_NAMED);
    }
    text
}

/// The cases that a run did not come to before it was stopped.
fn missing(cases: &[CaseId]) -> String {
    let shown: Vec<&str> = cases.iter().take(3).map(CaseId::as_str).collect();
    let more = match cases.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match cases.len() {
        0 => String::new(),
        1 => format!(
            "1 case is missing, since the run ended before it: {}\n",
            shown[0]
        ),
        count => format!(
            "{count} cases are missing, since the run ended before them: {}{more}\n",
            shown.join(", ")
        ),
    }
}

pub(super) const FORMAT: Format = Format {
    name: "terminal",
    about: "what is read in a terminal or a CI log",
    new: |out| Box::new(Terminal::new(out, Palette::Plain, Progress::None)),
};

impl<W: Write + Send> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        if !matches!(
            event,
            Event::CaseStarted(_) | Event::Exchanged { .. } | Event::CaseSent { .. }
        ) {
            self.clear()?;
        }
        match event {
            Event::Started { target, cases } => {
                let cases = cases.len();
                self.cases = cases;
                let plural = if cases == 1 { "case" } else { "cases" };
                writeln!(self.out, "target  {}\n{cases} {plural}\n", one_line(target))
            }
            Event::Finished(_) | Event::Exchanged { .. } | Event::CaseSent { .. } => Ok(()),
            Event::CaseStarted(case) => self.tell(case.as_str()),
            // Together they are one thing to say: behind the stories, which are not to be pushed away.
            Event::CaseFinished(outcome) if outcome.is_missing() => {
                self.missing.push(outcome.case.clone());
                Ok(())
            }
            Event::CaseFinished(outcome) => {
                self.finished += 1;
                self.failed += usize::from(outcome.verdict == CaseVerdict::Fail);
                let text = self.story(outcome);
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
                writeln!(self.out, "LEFT BEHIND by {case}: {}", one_line(what))
            }
            Event::Notice(notice) => {
                writeln!(self.out, "{}\n", self.coloured(&notice_text(notice)))
            }
        }
    }

    /// The numbers, what of the contract was tested, and the answer.
    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        let summary = account.summary;
        let Tally {
            total,
            held,
            broken,
            advised,
            waived,
            vacuous,
            untested,
        } = Tally::of(account);
        // Most runs have none, and a word less is read faster.
        let some = |count: usize, word: &str| match count {
            0 => String::new(),
            count => format!("{count} {word}, "),
        };
        writeln!(self.out)?;
        let plural = if summary.advisories == 1 {
            "advisory"
        } else {
            "advisories"
        };
        writeln!(
            self.out,
            "{} passed, {} failed, {}{}{} errors, {} skipped; {} {plural}; {} exchanges",
            summary.passed,
            summary.failed,
            some(summary.waived, "waived"),
            some(summary.flaky, "flaky"),
            summary.errors,
            summary.skipped,
            summary.advisories,
            summary.exchanges
        )?;
        writeln!(
            self.out,
            "{total} clauses: {held} held, {broken} broken, {}{}{vacuous} reached but not put to the test, {untested} untested",
            some(advised, "not kept that should be"),
            some(waived, "waived")
        )?;
        if let Some(share) = &summary.share {
            writeln!(self.out, "{share}")?;
        }
        write!(self.out, "{}", unjudged_text(summary))?;
        write!(self.out, "{}", not_reached(account))?;
        write!(self.out, "{}", missing(&self.missing))?;
        writeln!(self.out, "{}", account.answer().sentence())?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::report::testing::Story;

    fn told(progress: Progress) -> String {
        let mut out = Vec::new();
        let mut terminal = Terminal::new(&mut out, Palette::Plain, progress);
        let case = CaseId::new("op/name");
        let outcome = CaseOutcome {
            case: case.clone(),
            verdict: CaseVerdict::Pass,
            findings: Vec::new(),
            troubles: Vec::new(),
            standings: Vec::new(),
            unjudged: Vec::new(),
            exchanges: 1,
        };
        let events = [
            Event::Started {
                target: "http://h".into(),
                cases: vec![case.clone()],
            },
            Event::CaseStarted(case),
            Event::CaseFinished(Arc::new(outcome)),
            Event::Finished(Arc::default()),
        ];
        for event in events {
            terminal.event(&event).expect("it is written");
        }
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn a_log_holds_what_stays_and_a_terminal_a_line_that_does_not() {
        assert_eq!(
            told(Progress::None),
            "target  http://h\n1 case\n\npass  op/name\n"
        );
        assert_eq!(
            told(Progress::Line),
            "\r\u{1b}[Ktarget  http://h\n1 case\n\n\r\u{1b}[K0/1  op/name\r\u{1b}[Kpass  op/name\n\r\u{1b}[K"
        );
    }

    #[test]
    fn the_story_of_a_clause_is_told_once() {
        let mut story = Story::new();
        story.fail("fail", "another thing");
        insta::assert_snapshot!(story.told(&FORMAT), @r#"
        target  http://127.0.0.1:8080
        7 cases

        pass  getItem/pass
        FAIL getItem/fail  200/header/date#required
          the header Date is missing
            expected  a header Date
            actual    <b>&"'`|]]> # %0A\u{1b}[31m\u{0}\u{202e}@all [x](http://y)\r
                      \u{3a}:error::oops ä
          --> cases/getItem/fail.yaml:3:5   GET /items/k → 200 in 3.0 ms
          demanded by api.yaml:11:5: the header Date of a 200 is there
          curl -i -X GET 'http://127.0.0.1:8080/items/k'

        pass  getItem/advised
        NOTE getItem/advised  200/header/date#required
          the header Date is missing  (should: fails nothing)
            expected  a header Date
            actual    none
          --> cases/getItem/fail.yaml:3:5   GET /items/k → 200 in 3.0 ms
          demanded by the case: the header Date of a 200 is there
          curl -i -X GET 'http://127.0.0.1:8080/items/k'

        WAIVED getItem/waived  200#content-type
          the header content-type is missing
          waived until 2026-12-31 by me, API-7: old clients | need it (waivers.yaml:7:5)
            expected  a header content-type
            actual    text/plain
          --> cases/getItem/fail.yaml:3:5   GET /items/k → 200 in 3.0 ms
          demanded by api.yaml:11:5: the header content-type of a 200 is there
          curl -i -X GET 'http://127.0.0.1:8080/items/k'

        SKIP getItem/skipped  needs the variable item_limit # and more

        ERROR getItem/error  could not tell
          the main request: no answer: <b>&"'`|]]> # %0A\u{1b}[31m\u{0}\u{202e}@all [x](http://y)\r
          \u{3a}:error::oops ä

        FAIL getItem/fail  200/header/date#required
          the header Date is missing
          --> cases/getItem/fail.yaml:3:5   GET /items/k → 200 in 3.0 ms
          as above

        FAIL waiver-expired  the waiver of getItem/200/** expired on 2026-02-01
          --> waivers.yaml:3:5
          have the deviation mended

        LEFT BEHIND by getItem/pass: <b>&"'`|]]> # %0A\u{1b}[31m\u{0}\u{202e}@all [x](http://y) ::error::oops ä

        2 passed, 2 failed, 1 waived, 1 errors, 1 skipped; 1 advisory; 6 exchanges
        19 clauses: 1 held, 1 broken, 1 waived, 0 reached but not put to the test, 16 untested
        DOES NOT CONFORM
        "#);
    }
}
