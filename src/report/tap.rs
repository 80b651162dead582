//! The Test Anything Protocol, version 14: a test a case, as it is judged.
//!
//! ```text
//! TAP version 14
//! ok 1 - setItem/read
//! not ok 2 - setItem/add
//!   ---
//!   verdict: "fail"
//!   …
//!   ...
//! ok 3 - setItem/limit # SKIP needs the variable item_limit
//! 1..3
//! ```

use std::io::{self, Write as _};

use super::printable::{one_line, printable};
use super::{Format, Out, Reporter};
use crate::outcome::{Account, Answer, CaseOutcome, CaseVerdict, Event, Finding, Notice};

pub(super) const FORMAT: Format = Format {
    name: "tap",
    about: "TAP 14, as the cases are judged",
    new: |out| Box::new(Tap { out, tests: 0 }),
};

struct Tap<'a> {
    out: Out<'a>,
    tests: usize,
}

impl Reporter for Tap<'_> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::CaseFinished(outcome) => self.case(outcome),
            Event::Notice(notice) => self.notice(notice),
            _ => Ok(()),
        }
    }

    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        self.begin()?;
        match self.tests {
            0 => writeln!(self.out, "1..0 # SKIP no case was run")?,
            tests => writeln!(self.out, "1..{tests}")?,
        }
        if account.answer() == Answer::Interrupted {
            writeln!(self.out, "Bail out! {}", Answer::Interrupted.sentence())?;
        }
        self.out.flush()
    }
}

impl Tap<'_> {
    fn begin(&mut self) -> io::Result<()> {
        match self.tests {
            0 => writeln!(self.out, "TAP version 14"),
            _ => Ok(()),
        }
    }

    fn test(&mut self, is_ok: bool, name: &str, directive: &str) -> io::Result<()> {
        self.begin()?;
        self.tests += 1;
        let ok = if is_ok { "ok" } else { "not ok" };
        writeln!(
            self.out,
            "{ok} {} - {}{directive}",
            self.tests,
            escaped(name)
        )
    }

    fn case(&mut self, outcome: &CaseOutcome) -> io::Result<()> {
        let directive = match &outcome.verdict {
            CaseVerdict::Skipped(reason) => format!(" # SKIP {}", escaped(reason)),
            CaseVerdict::Waived => {
                let waived = outcome.waived().find_map(|finding| finding.waived.as_ref());
                let why = waived.map(|waived| {
                    format!(
                        "waived until {} by {}: {}",
                        waived.expires, waived.owner, waived.reason
                    )
                });
                format!(" # TODO {}", escaped(&why.unwrap_or_default()))
            }
            // Whether it fails the gate is a notice's to say.
            CaseVerdict::Flaky(attempt) => format!(" # TODO flaky: passed at attempt {attempt}"),
            _ => String::new(),
        };
        let is_ok = matches!(outcome.verdict, CaseVerdict::Pass | CaseVerdict::Skipped(_));
        self.test(is_ok, outcome.case.as_str(), &directive)?;
        if !outcome.findings.is_empty() || !outcome.troubles.is_empty() {
            writeln!(
                self.out,
                "  ---\n  verdict: {}",
                quoted(outcome.verdict.as_str())
            )?;
            self.findings("findings", outcome.failures())?;
            self.findings("waived", outcome.waived())?;
            self.findings("advisories", outcome.advisories())?;
            for (number, trouble) in outcome.troubles.iter().enumerate() {
                if number == 0 {
                    writeln!(self.out, "  errors:")?;
                }
                writeln!(self.out, "    - {}", quoted(&trouble.to_string()))?;
            }
            writeln!(self.out, "  ...")?;
        }
        self.out.flush()
    }

    fn findings<'f>(
        &mut self,
        key: &str,
        findings: impl Iterator<Item = &'f Finding>,
    ) -> io::Result<()> {
        for (number, finding) in findings.enumerate() {
            if number == 0 {
                writeln!(self.out, "  {key}:")?;
            }
            let demanded = finding.demanded.as_ref();
            let demanded = demanded.map_or_else(|| "the case".to_owned(), ToString::to_string);
            let request = &finding.request;
            let rows = [
                ("clause", quoted(&finding.clause.to_string())),
                ("level", quoted(finding.level.as_str())),
                ("message", quoted(&finding.title)),
                ("expected", quoted(&finding.expected)),
                ("actual", quoted(&finding.actual)),
                ("at", quoted(&finding.asked.to_string())),
                ("request", quoted(&request.line)),
                ("status", request.status.to_string()),
                ("demanded", quoted(&demanded)),
                ("curl", quoted(&request.curl)),
            ];
            for (number, (key, value)) in rows.into_iter().enumerate() {
                let dash = if number == 0 { '-' } else { ' ' };
                writeln!(self.out, "    {dash} {key}: {value}")?;
            }
        }
        Ok(())
    }

    fn notice(&mut self, notice: &Notice) -> io::Result<()> {
        let name = format!("{}: {}", notice.kind.as_str(), notice.subject);
        self.test(false, &name, "")?;
        writeln!(self.out, "  ---\n  message: {}", quoted(&notice.message))?;
        writeln!(self.out, "  help: {}", quoted(&notice.help))?;
        if let Some(place) = &notice.place {
            writeln!(self.out, "  at: {}", quoted(&place.to_string()))?;
        }
        writeln!(self.out, "  ...")?;
        self.out.flush()
    }
}

/// A description or a reason: one line, in which no directive begins.
fn escaped(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A text in YAML: JSON's strings are YAML's once nothing unprintable is in them.
fn quoted(text: &str) -> String {
    serde_json::Value::from(&*printable(text)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Story;

    #[test]
    fn a_test_a_case() {
        insta::assert_snapshot!(Story::new().told(&FORMAT), @r#"
        TAP version 14
        ok 1 - getItem/pass
        not ok 2 - getItem/fail
          ---
          verdict: "fail"
          findings:
            - clause: "getItem/200/header/date#required"
              level: "must"
              message: "the header Date is missing"
              expected: "a header Date"
              actual: "<b>&\"'`|]]> # %0A\\u{1b}[31m\\u{0}\\u{202e}@all [x](http://y)\\r\n\\u{3a}:error::oops ä"
              at: "cases/getItem/fail.yaml:3:5"
              request: "GET /items/k"
              status: 200
              demanded: "api.yaml:11:5"
              curl: "curl -i -X GET 'http://127.0.0.1:8080/items/k'"
          ...
        ok 3 - getItem/advised
          ---
          verdict: "pass"
          advisories:
            - clause: "getItem/200/header/date#required"
              level: "should"
              message: "the header Date is missing"
              expected: "a header Date"
              actual: "none"
              at: "cases/getItem/fail.yaml:3:5"
              request: "GET /items/k"
              status: 200
              demanded: "the case"
              curl: "curl -i -X GET 'http://127.0.0.1:8080/items/k'"
          ...
        not ok 4 - getItem/waived # TODO waived until 2026-12-31 by me: old clients | need it
          ---
          verdict: "waived"
          waived:
            - clause: "getItem/200#content-type"
              level: "must"
              message: "the header content-type is missing"
              expected: "a header content-type"
              actual: "text/plain"
              at: "cases/getItem/fail.yaml:3:5"
              request: "GET /items/k"
              status: 200
              demanded: "api.yaml:11:5"
              curl: "curl -i -X GET 'http://127.0.0.1:8080/items/k'"
          ...
        ok 5 - getItem/skipped # SKIP needs the variable item_limit \# and more
        not ok 6 - getItem/error
          ---
          verdict: "error"
          errors:
            - "the main request: no answer: <b>&\"'`|]]> # %0A\\u{1b}[31m\\u{0}\\u{202e}@all [x](http://y)\\r\n\\u{3a}:error::oops ä"
          ...
        not ok 7 - waiver-expired: getItem/200/**
          ---
          message: "the waiver of getItem/200/** expired on 2026-02-01"
          help: "have the deviation mended"
          at: "waivers.yaml:3:5"
          ...
        1..7
        "#);
    }
}
