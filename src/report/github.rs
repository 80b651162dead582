//! Workflow commands of GitHub Actions, which show as annotations on the files they name.
//!
//! ```text
//! ::error file=cases/setItem/add.yaml,line=6,col=1,title=setItem/200#content-type::the media type is …
//! ```

use std::io::{self, Write as _};

use super::printable::{one_line, printable};
use super::troubles::by_reason;
use super::{Format, Out, Reporter, place};
use crate::diag::Place;
use crate::outcome::{Account, Answer, Cause, Finding, Notice};

pub(super) const FORMAT: Format = Format {
    name: "github",
    about: "annotations of GitHub Actions, one for each cause; a summary of the step beside them",
    new: |out| Box::new(Github { out }),
};

/// How many annotations of a kind GitHub shows for a step.
const MOST: usize = 10;

struct Github<'a> {
    out: Out<'a>,
}

/// An annotation.
struct Annotation {
    place: Option<Place>,
    title: String,
    message: String,
}

impl Reporter for Github<'_> {
    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        let causes = account.causes();
        let first = |cause: &&Cause<'_>, is: fn(&Finding) -> bool| is(cause.findings[0].1);
        let failures = causes
            .iter()
            .filter(|cause| first(cause, Finding::is_failure))
            .map(of_cause);
        let notices = account.notices.iter().map(of_notice);
        let stopped = (account.answer() == Answer::Interrupted).then(|| Annotation {
            place: None,
            title: "proofmark".to_owned(),
            message: Answer::Interrupted.sentence().to_owned(),
        });
        let errors = stopped.into_iter().chain(failures).chain(notices);
        self.write("error", errors.collect())?;
        let reasons = by_reason(account);
        let troubles = reasons.iter().map(|reason| {
            let case = reason.cases[0];
            Annotation {
                place: account.case(case).map(|case| case.place(None)),
                title: format!("could not tell: {case}{}", reason.more()),
                message: reason.text.clone(),
            }
        });
        self.write("warning", troubles.collect())?;
        let advisories = causes
            .iter()
            .filter(|cause| first(cause, Finding::is_advisory))
            .map(of_cause);
        self.write("notice", advisories.collect())?;
        self.out.flush()
    }
}

impl Github<'_> {
    /// Writes annotations of a kind; where there are more than are shown, the last one says so.
    fn write(&mut self, kind: &str, mut all: Vec<Annotation>) -> io::Result<()> {
        if all.len() > MOST {
            let more = all.len() - (MOST - 1);
            all.truncate(MOST - 1);
            all.push(Annotation {
                place: None,
                title: "proofmark".to_owned(),
                message: format!("and {more} more: see the log or another report"),
            });
        }
        for annotation in all {
            let mut properties = Vec::new();
            if let Some(place) = &annotation.place
                && let Some(file) = place::file(place)
            {
                properties.push(format!("file={}", property(file)));
                properties.push(format!("line={}", place.line));
                properties.push(format!("col={}", place.column));
            }
            properties.push(format!("title={}", property(&one_line(&annotation.title))));
            writeln!(
                self.out,
                "::{kind} {}::{}",
                properties.join(","),
                message(&printable(&annotation.message))
            )?;
        }
        Ok(())
    }
}

fn of_cause(cause: &Cause<'_>) -> Annotation {
    let (shown_in, finding) = cause.findings[0];
    let more = match cause.findings.len() {
        1 => String::new(),
        many => format!("\nand {} more of this clause", many - 1),
    };
    let demanded = finding.demanded.as_ref();
    let demanded = demanded.map_or_else(
        || "demanded by the case".to_owned(),
        |place| format!("demanded by {place}"),
    );
    Annotation {
        place: Some(finding.asked.clone()),
        title: cause.clause.to_string(),
        message: format!(
            "{}\nexpected {}\nactual {}\n{shown_in}: {} → {}\n{demanded}: {}{more}",
            finding.title,
            finding.expected,
            finding.actual,
            finding.request.line,
            finding.request.status,
            finding.requirement,
        ),
    }
}

fn of_notice(notice: &Notice) -> Annotation {
    Annotation {
        place: notice.place.clone(),
        title: format!("{}: {}", notice.kind.as_str(), notice.subject),
        message: format!("{}\n{}", notice.message, notice.help),
    }
}

/// What stands behind `::`.
fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// What stands behind `=`.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Story;

    #[test]
    fn what_would_end_a_command_or_a_property_is_escaped() {
        assert_eq!(message("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(property("a,b:c\n%0A"), "a%2Cb%3Ac%0A%250A");
    }

    #[test]
    fn one_annotation_a_cause() {
        insta::assert_snapshot!(Story::new().told(&FORMAT), @r#"
        ::error file=cases/getItem/fail.yaml,line=3,col=5,title=getItem/200/header/date#required::the header Date is missing%0Aexpected a header Date%0Aactual <b>&"'`|]]> # %250A\u{1b}[31m\u{0}\u{202e}@all [x](http://y)\r%0A\u{3a}:error::oops ä%0AgetItem/fail: GET /items/k → 200%0Ademanded by api.yaml:11:5: the header Date of a 200 is there%0Aand 1 more of this clause
        ::error file=waivers.yaml,line=3,col=5,title=waiver-expired%3A getItem/200/**::the waiver of getItem/200/** expired on 2026-02-01%0Ahave the deviation mended
        ::warning file=cases/getItem/error.yaml,line=1,col=1,title=could not tell%3A getItem/error::the main request: no answer: <b>&"'`|]]> # %250A\u{1b}[31m\u{0}\u{202e}@all [x](http://y)\r%0A\u{3a}:error::oops ä
        "#);
    }

    #[test]
    fn no_more_than_are_shown_and_how_many_there_are() {
        let mut story = Story::new();
        for number in 0..20 {
            story.fail(&format!("x-{number}"), "nothing");
        }
        let told = story.told(&FORMAT);
        let errors: Vec<&str> = told
            .lines()
            .filter(|line| line.starts_with("::error "))
            .collect();
        assert_eq!(errors.len(), MOST);
        assert_eq!(
            errors[MOST - 1],
            "::error title=proofmark::and 13 more: see the log or another report"
        );
    }
}
