//! A line of JSON for each thing that happens, as it happens (NDJSON).
//!
//! ```json
//! {"event":"started","target":"http://127.0.0.1:8080","cases":1}
//! {"event":"caseStarted","case":"setItem/add"}
//! {"event":"caseFinished","case":"setItem/add","verdict":"pass","exchanges":2}
//! {"event":"finished","about":{…},"answer":"conforms","summary":{…},"clauseCounts":{…}}
//! ```

use std::io::{self, Write as _};

use super::document::{self, Line};
use super::{Format, Out, Reporter};
use crate::outcome::{Account, Event};

pub(super) const FORMAT: Format = Format {
    name: "events",
    about: "a line of JSON for each thing as it happens, the summary last",
    new: |out| Box::new(Events { out }),
};

struct Events<'a> {
    out: Out<'a>,
}

impl Events<'_> {
    /// Writes a line and sends it on, for whoever follows the run.
    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

impl Reporter for Events<'_> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started { target, cases } => self.line(&Line::Started {
                target,
                cases: cases.len(),
            }),
            Event::CaseStarted(case) => self.line(&Line::CaseStarted {
                case: case.as_str(),
            }),
            Event::CaseFinished(outcome) => {
                self.line(&Line::CaseFinished(document::Case::of(outcome)))
            }
            Event::LeftBehind { case, what } => self.line(&Line::LeftBehind {
                case: case.as_str(),
                what,
            }),
            Event::Notice(notice) => self.line(&Line::Notice(document::Notice::of(notice))),
            // The run's line is the last one, and says more than the event does; exchanges are a record's.
            Event::Finished(_) | Event::Exchanged { .. } | Event::CaseSent { .. } => Ok(()),
        }
    }

    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        self.line(&Line::Finished(Box::new(document::Head::of(account))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::report_schema;
    use crate::report::testing::Story;

    #[test]
    fn each_line_keeps_the_published_schema_and_the_last_is_the_summary() {
        let mut schema = report_schema();
        let definitions = schema["$defs"].take();
        let schema = json!({ "$ref": "#/$defs/Line", "$defs": definitions });
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        let told = Story::new().told(&FORMAT);
        let mut names = Vec::new();
        for line in told.lines() {
            let value: Value = serde_json::from_str(line).expect("a line is JSON");
            let wrong: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| format!("{line}: {error}"))
                .collect();
            assert_eq!(wrong, Vec::<String>::new());
            names.push(value["event"].as_str().unwrap_or_default().to_owned());
        }
        assert!(validator.validate(&json!({ "event": "finished" })).is_err());
        assert!(validator.validate(&json!({ "event": "unheard" })).is_err());
        let last = names.pop();
        assert_eq!(last.as_deref(), Some("finished"));
        names.dedup();
        assert_eq!(names[..3], ["started", "caseStarted", "caseFinished"]);
        assert!(
            names.ends_with(&["notice".into(), "leftBehind".into()]),
            "{names:?}"
        );
    }

    #[test]
    fn a_line_says_what_happened() {
        let told = Story::new().told(&FORMAT);
        let some: Vec<&str> = told.lines().take(3).chain(told.lines().last()).collect();
        insta::assert_snapshot!(some.join("\n"), @r#"
        {"event":"started","target":"http://127.0.0.1:8080","cases":6}
        {"event":"caseStarted","case":"getItem/pass"}
        {"event":"caseFinished","case":"getItem/pass","verdict":"pass","exchanges":1}
        {"event":"finished","format":1,"about":{"contract":"Items 1.0","target":"http://127.0.0.1:8080","run":"a1b2c3","began":"2026-03-01T12:00:00Z","version":"0.0.0"},"answer":"does-not-conform","summary":{"passed":2,"failed":1,"waived":1,"flaky":0,"errors":1,"skipped":1,"advisories":1,"exchanges":5,"interrupted":false},"clauseCounts":{"total":19,"held":1,"broken":1,"advised":0,"waived":1,"vacuous":0,"untested":16}}
        "#);
    }

    /// Whoever follows the run has a line as soon as it is said.
    #[test]
    fn a_line_is_sent_on_at_once() {
        let mut out = Vec::new();
        let buffered = io::BufWriter::with_capacity(1 << 20, Kept(&mut out));
        let mut events = Events {
            out: Box::new(buffered),
        };
        let case = crate::case::CaseId::new("op/name");
        events
            .event(&Event::CaseStarted(case))
            .expect("it is written");
        // What a buffer still holds is lost here.
        std::mem::forget(events);
        assert_eq!(out, b"{\"event\":\"caseStarted\",\"case\":\"op/name\"}\n");
    }

    struct Kept<'a>(&'a mut Vec<u8>);

    impl io::Write for Kept<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
