//! JUnit XML, as CI servers read it: a suite an operation, `failure` for what is wrong with the API and
//! `error` for what kept us from knowing.
//!
//! ```xml
//! <testsuites name="Images 2.0" tests="1" failures="1" errors="0" time="0.003">
//!   <testsuite name="setItem" tests="1" failures="1" errors="0" skipped="0" time="0.003">
//!     <testcase name="setItem/add" classname="setItem" time="0.003" file="cases/setItem/add.yaml">
//!       <failure message="the header Date is missing" type="setItem/200/header/date#required">…</failure>
//!     </testcase>
//!   </testsuite>
//! </testsuites>
//! ```

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event as Xml};

use super::finding_text::{notice_text, outcome_text};
use super::printable::{one_line, printable};
use super::{Format, Out, Reporter, place};
use crate::case::CaseId;
use crate::diag::Place;
use crate::outcome::{Account, Answer, CaseOutcome, CaseVerdict};

pub(super) const FORMAT: Format = Format {
    name: "junit",
    about: "JUnit XML, for the test view of CI servers",
    new: |out| Box::new(Junit { out }),
};

struct Junit<'a> {
    out: Out<'a>,
}

/// How a test ended, in JUnit's words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Passed,
    Failure,
    Error,
    Skipped,
}

impl Ending {
    fn element(self) -> Option<&'static str> {
        match self {
            Self::Passed => None,
            Self::Failure => Some("failure"),
            Self::Error => Some("error"),
            Self::Skipped => Some("skipped"),
        }
    }
}

/// One test.
struct Test {
    name: String,
    class: String,
    time: Duration,
    place: Option<Place>,
    ending: Ending,
    /// What went wrong, in a line; its kind; all there is to say.
    message: String,
    kind: String,
    text: String,
    /// Why what it found is accepted.
    waived: Vec<String>,
}

struct Suite {
    name: String,
    tests: Vec<Test>,
}

impl Reporter for Junit<'_> {
    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        let suites = suites(account);
        let tests: Vec<&Test> = suites.iter().flat_map(|suite| &suite.tests).collect();
        let mut writer = Writer::new_with_indent(&mut self.out, b' ', 2);
        writer.write_event(Xml::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let name = one_line(&account.about.contract);
        let whole = writer.create_element("testsuites");
        let whole = with(whole, &[("name", name)]);
        let mut counts = counts(&tests);
        // The whole has no count of those.
        counts.retain(|(name, _)| *name != "skipped");
        with(whole, &counts).write_inner_content(|writer| {
            for suite in &suites {
                write_suite(writer, suite, account)?;
            }
            Ok(())
        })?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

/// An attribute.
type Pair = (&'static str, String);

type Element<'a, W> = quick_xml::writer::ElementWriter<'a, W>;

fn with<'a, W: io::Write>(element: Element<'a, W>, pairs: &[Pair]) -> Element<'a, W> {
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    element.with_attributes(pairs)
}

fn counts(tests: &[&Test]) -> Vec<Pair> {
    let of = |ending| tests.iter().filter(|test| test.ending == ending).count();
    let time = tests.iter().map(|test| test.time).sum();
    vec![
        ("tests", tests.len().to_string()),
        ("failures", of(Ending::Failure).to_string()),
        ("errors", of(Ending::Error).to_string()),
        ("skipped", of(Ending::Skipped).to_string()),
        ("time", seconds(time)),
    ]
}

/// Seconds to the millisecond: Jenkins' schema takes no more digits.
fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// The cases by operation, in plan order, and what the run itself owes as a last suite.
fn suites(account: &Account<'_>) -> Vec<Suite> {
    let times: HashMap<&CaseId, Duration> = account
        .traces
        .iter()
        .map(|trace| {
            let answered = trace
                .steps
                .iter()
                .filter_map(|step| step.result.as_ref().ok());
            (&trace.case, answered.map(|exchange| exchange.elapsed).sum())
        })
        .collect();
    let mut suites: Vec<Suite> = Vec::new();
    for outcome in account.outcomes {
        let class = outcome.case.as_str().split('/').next();
        let class = one_line(class.unwrap_or_default());
        let place = account.case(&outcome.case).map(|case| case.place(None));
        let time = times.get(&outcome.case).copied().unwrap_or_default();
        let test = test(outcome, &class, place, time);
        match suites.iter_mut().find(|suite| suite.name == class) {
            Some(suite) => suite.tests.push(test),
            None => suites.push(Suite {
                name: class,
                tests: vec![test],
            }),
        }
    }
    let mut own: Vec<Test> = account
        .notices
        .iter()
        .map(|notice| Test {
            name: one_line(&format!("{}: {}", notice.kind.as_str(), notice.subject)),
            class: "proofmark".to_owned(),
            time: Duration::ZERO,
            place: notice.place.clone(),
            ending: Ending::Failure,
            message: one_line(&notice.message),
            kind: notice.kind.as_str().to_owned(),
            text: notice_text(notice),
            waived: Vec::new(),
        })
        .collect();
    own.extend((account.answer() == Answer::Interrupted).then(interrupted));
    if !own.is_empty() {
        suites.push(Suite {
            name: "proofmark".to_owned(),
            tests: own,
        });
    }
    suites
}

/// The format has no word for a run that somebody stopped, and without one it would look like one that
/// was over.
fn interrupted() -> Test {
    let sentence = Answer::Interrupted.sentence();
    Test {
        name: "interrupted".to_owned(),
        class: "proofmark".to_owned(),
        time: Duration::ZERO,
        place: None,
        ending: Ending::Error,
        message: sentence.to_owned(),
        kind: Answer::Interrupted.as_str().to_owned(),
        text: sentence.to_owned(),
        waived: Vec::new(),
    }
}

fn test(outcome: &CaseOutcome, class: &str, place: Option<Place>, time: Duration) -> Test {
    let first = outcome.failures().next();
    let (ending, message, kind) = match &outcome.verdict {
        // Whether a flaky case fails the gate is a notice's to say.
        CaseVerdict::Pass | CaseVerdict::Waived | CaseVerdict::Flaky(_) => {
            (Ending::Passed, String::new(), String::new())
        }
        CaseVerdict::Fail => {
            let more = match outcome.failures().count() {
                0 | 1 => String::new(),
                many => format!(" (and {} more)", many - 1),
            };
            let title = first.map(|finding| one_line(&finding.title));
            let clause = first.map(|finding| one_line(&finding.clause.to_string()));
            let message = format!("{}{more}", title.unwrap_or_default());
            (Ending::Failure, message, clause.unwrap_or_default())
        }
        CaseVerdict::Error => {
            let trouble = outcome.troubles.first();
            let message = trouble.map(|trouble| one_line(&trouble.to_string()));
            (
                Ending::Error,
                message.unwrap_or_default(),
                "could-not-tell".to_owned(),
            )
        }
        CaseVerdict::Skipped(reason) => (Ending::Skipped, one_line(reason), String::new()),
    };
    let waived = outcome.waived().filter_map(|finding| {
        let waived = finding.waived.as_ref()?;
        Some(one_line(&format!("{}: {}", finding.clause, waived.reason)))
    });
    Test {
        name: one_line(outcome.case.as_str()),
        class: class.to_owned(),
        time,
        place,
        ending,
        message,
        kind,
        text: outcome_text(outcome),
        waived: waived.collect(),
    }
}

fn write_suite<W: io::Write>(
    writer: &mut Writer<W>,
    suite: &Suite,
    account: &Account<'_>,
) -> io::Result<()> {
    let tests: Vec<&Test> = suite.tests.iter().collect();
    let element = writer.create_element("testsuite");
    let element = with(element, &[("name", suite.name.clone())]);
    // The format has no time zone: UTC it is.
    let began = account.about.began.strftime("%Y-%m-%dT%H:%M:%S");
    let began = [("timestamp", began.to_string())];
    with(with(element, &counts(&tests)), &began).write_inner_content(|writer| {
        properties(writer, &[("target", one_line(&account.about.target))])?;
        for test in &suite.tests {
            write_test(writer, test)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn properties<W: io::Write>(writer: &mut Writer<W>, all: &[Pair]) -> io::Result<()> {
    let element = writer.create_element("properties");
    element.write_inner_content(|writer| {
        for (name, value) in all {
            let pairs = [("name", (*name).to_owned()), ("value", value.clone())];
            with(writer.create_element("property"), &pairs).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn write_test<W: io::Write>(writer: &mut Writer<W>, test: &Test) -> io::Result<()> {
    let mut pairs = vec![
        ("name", test.name.clone()),
        ("classname", test.class.clone()),
        ("time", seconds(test.time)),
    ];
    if let Some(place) = &test.place
        && let Some(file) = place::file(place)
    {
        // GitLab links a test to it.
        pairs.push(("file", one_line(file)));
    }
    let element = with(writer.create_element("testcase"), &pairs);
    if test.ending == Ending::Passed && test.text.is_empty() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|writer| {
        let waived = test.waived.iter().map(|why| ("waived", why.clone()));
        let waived: Vec<Pair> = waived.collect();
        if !waived.is_empty() {
            properties(writer, &waived)?;
        }
        let shown = printable(&test.text);
        let content = BytesText::new(&shown);
        let Some(name) = test.ending.element() else {
            let out = writer.create_element("system-out");
            out.write_text_content(content)?;
            return Ok(());
        };
        let mut pairs = vec![("message", test.message.clone())];
        if !test.kind.is_empty() {
            pairs.push(("type", test.kind.clone()));
        }
        let element = with(writer.create_element(name), &pairs);
        if test.ending == Ending::Skipped {
            element.write_empty()?;
        } else {
            element.write_text_content(content)?;
        }
        Ok(())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Story;

    #[test]
    fn each_verdict_is_what_ci_servers_know_it_by() {
        insta::assert_snapshot!(Story::new().told(&FORMAT), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="Items 1.0" tests="7" failures="2" errors="1" time="0.015">
          <testsuite name="getItem" tests="6" failures="1" errors="1" skipped="1" time="0.015" timestamp="2026-03-01T12:00:00">
            <properties>
              <property name="target" value="http://127.0.0.1:8080"/>
            </properties>
            <testcase name="getItem/pass" classname="getItem" time="0.003" file="cases/getItem/pass.yaml"/>
            <testcase name="getItem/fail" classname="getItem" time="0.003" file="cases/getItem/fail.yaml">
              <failure message="the header Date is missing" type="getItem/200/header/date#required">FAIL getItem/fail  200/header/date#required
          the header Date is missing
            expected  a header Date
            actual    &lt;b&gt;&amp;&quot;&apos;`|]]&gt; # %0A\u{1b}[31m\u{0}\u{202e}@all [x](http://y)\r
                      \u{3a}:error::oops ä
          --&gt; cases/getItem/fail.yaml:3:5   GET /items/k → 200 in 3.0 ms
          demanded by api.yaml:11:5: the header Date of a 200 is there
          curl -i -X GET &apos;http://127.0.0.1:8080/items/k&apos;</failure>
            </testcase>
            <testcase name="getItem/advised" classname="getItem" time="0.003" file="cases/getItem/advised.yaml">
              <system-out>NOTE getItem/advised  200/header/date#required
          the header Date is missing  (should: fails nothing)
            expected  a header Date
            actual    none
          --&gt; cases/getItem/fail.yaml:3:5   GET /items/k → 200 in 3.0 ms
          demanded by the case: the header Date of a 200 is there
          curl -i -X GET &apos;http://127.0.0.1:8080/items/k&apos;</system-out>
            </testcase>
            <testcase name="getItem/waived" classname="getItem" time="0.003" file="cases/getItem/waived.yaml">
              <properties>
                <property name="waived" value="getItem/200#content-type: old clients | need it"/>
              </properties>
              <system-out>WAIVED getItem/waived  200#content-type
          the header content-type is missing
          waived until 2026-12-31 by me, API-7: old clients | need it (waivers.yaml:7:5)
            expected  a header content-type
            actual    text/plain
          --&gt; cases/getItem/fail.yaml:3:5   GET /items/k → 200 in 3.0 ms
          demanded by api.yaml:11:5: the header content-type of a 200 is there
          curl -i -X GET &apos;http://127.0.0.1:8080/items/k&apos;</system-out>
            </testcase>
            <testcase name="getItem/skipped" classname="getItem" time="0.000" file="cases/getItem/skipped.yaml">
              <skipped message="needs the variable item_limit # and more"/>
            </testcase>
            <testcase name="getItem/error" classname="getItem" time="0.003" file="cases/getItem/error.yaml">
              <error message="the main request: no answer: &lt;b&gt;&amp;&quot;&apos;`|]]&gt; # %0A\u{1b}[31m\u{0}\u{202e}@all [x](http://y) ::error::oops ä" type="could-not-tell">ERROR getItem/error  could not tell
          the main request: no answer: &lt;b&gt;&amp;&quot;&apos;`|]]&gt; # %0A\u{1b}[31m\u{0}\u{202e}@all [x](http://y)\r
          \u{3a}:error::oops ä</error>
            </testcase>
          </testsuite>
          <testsuite name="proofmark" tests="1" failures="1" errors="0" skipped="0" time="0.000" timestamp="2026-03-01T12:00:00">
            <properties>
              <property name="target" value="http://127.0.0.1:8080"/>
            </properties>
            <testcase name="waiver-expired: getItem/200/**" classname="proofmark" time="0.000" file="waivers.yaml">
              <failure message="the waiver of getItem/200/** expired on 2026-02-01" type="waiver-expired">FAIL waiver-expired  the waiver of getItem/200/** expired on 2026-02-01
          --&gt; waivers.yaml:3:5
          have the deviation mended</failure>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn a_parser_reads_back_what_was_said() {
        let told = Story::new().told(&FORMAT);
        let mut reader = quick_xml::Reader::from_str(&told);
        let mut open = 0;
        loop {
            match reader.read_event().expect("it is well-formed") {
                Xml::Start(_) => open += 1,
                Xml::End(_) => open -= 1,
                Xml::Eof => break,
                _ => {}
            }
        }
        assert_eq!(open, 0);
    }
}
