//! The cases, and what is to be said of the run beside its findings.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::answer::count;
use super::escape::visible;
use super::page::{Content, Part};
use crate::outcome::{CaseOutcome, CaseVerdict};

/// How many cases are listed.
const LISTED: usize = 5_000;

pub(super) const NOTICES: Part = Part {
    anchor: "conditions",
    title: "Conditions of the run that are not met",
    has: |content| !content.account.notices.is_empty(),
    write: notices,
};

pub(super) const ERRORS: Part = Part {
    anchor: "errors",
    title: "What could not be judged",
    has: |content| errors(content).next().is_some(),
    write: |content, out| {
        out.push_str("<p>Nothing is said of the target here: something kept us from knowing.</p>\n<ul class=\"list\">\n");
        for outcome in errors(content) {
            let _ = write!(
                out,
                "<li><strong>{}</strong>",
                visible(outcome.case.as_str())
            );
            if let CaseVerdict::Flaky(attempt) = outcome.verdict {
                let _ = write!(out, " (flaky: it passed at attempt {attempt})");
            }
            for trouble in &outcome.troubles {
                let _ = write!(out, "<br>{}", visible(&trouble.to_string()));
            }
            out.push_str("</li>\n");
        }
        out.push_str("</ul>\n");
    },
};

pub(super) const LEFT_BEHIND: Part = Part {
    anchor: "left-behind",
    title: "Left behind on the target",
    has: |content| !content.left_behind.is_empty(),
    write: |content, out| {
        out.push_str("<ul class=\"list\">\n");
        for (case, what) in content.left_behind {
            let _ = writeln!(
                out,
                "<li><strong>{}</strong><br>{}</li>",
                visible(case.as_str()),
                visible(what)
            );
        }
        out.push_str("</ul>\n");
    },
};

pub(super) const SKIPPED: Part = Part {
    anchor: "skipped",
    title: "Skipped cases",
    has: |content| !skipped(content).is_empty(),
    write: |content, out| {
        for (reason, cases) in skipped(content) {
            let _ = write!(
                out,
                "<details><summary>{}: {}</summary>\n<ul class=\"list\">\n",
                count(cases.len(), "case", "cases"),
                visible(reason)
            );
            for case in cases.into_iter().take(LISTED) {
                let _ = writeln!(out, "<li>{}</li>", visible(case));
            }
            out.push_str("</ul>\n</details>\n");
        }
    },
};

pub(super) const CASES: Part = Part {
    anchor: "cases",
    title: "All cases",
    has: |content| !content.account.outcomes.is_empty(),
    write: cases,
};

fn errors<'c>(content: &'c Content<'_>) -> impl Iterator<Item = &'c CaseOutcome> {
    let outcomes = content.account.outcomes.iter();
    outcomes
        .map(AsRef::as_ref)
        .filter(|outcome| !outcome.troubles.is_empty())
}

/// The reasons for which cases were not run, in the order in which they come up.
fn skipped<'c>(content: &'c Content<'_>) -> Vec<(&'c str, Vec<&'c str>)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for outcome in content.account.outcomes {
        if let CaseVerdict::Skipped(reason) = &outcome.verdict {
            let case = outcome.case.as_str();
            match reasons.iter_mut().find(|(known, _)| known == reason) {
                Some((_, cases)) => cases.push(case),
                None => reasons.push((reason, vec![case])),
            }
        }
    }
    reasons
}

fn notices(content: &Content<'_>, out: &mut String) {
    out.push_str("<ul class=\"list\">\n");
    for notice in content.account.notices {
        let _ = write!(
            out,
            "<li><b class=\"verdict broken\">{}</b> <strong>{}</strong>",
            notice.kind.as_str(),
            visible(&notice.message)
        );
        if let Some(place) = &notice.place {
            let _ = write!(out, "<br><code>{}</code>", visible(&place.to_string()));
        }
        let _ = writeln!(out, "<br>{}</li>", visible(&notice.help));
    }
    out.push_str("</ul>\n");
}

fn cases(content: &Content<'_>, out: &mut String) {
    let outcomes = content.account.outcomes;
    let _ = write!(
        out,
        "<details><summary>{}</summary>\n<ul class=\"list\">\n",
        count(outcomes.len(), "case", "cases")
    );
    let known: HashMap<_, _> = content
        .account
        .cases
        .iter()
        .map(|case| (&case.id, case.description.as_str()))
        .collect();
    for outcome in outcomes.iter().take(LISTED) {
        let verdict = outcome.verdict.as_str();
        let description = known.get(&outcome.case).copied().unwrap_or_default();
        let _ = writeln!(
            out,
            "<li><b class=\"verdict {verdict}\">{verdict}</b> <code>{}</code> {}</li>",
            visible(outcome.case.as_str()),
            visible(description)
        );
    }
    out.push_str("</ul>\n");
    if outcomes.len() > LISTED {
        let more = outcomes.len() - LISTED;
        let _ = writeln!(out, "<p class=\"note\">and {more} more</p>");
    }
    out.push_str("</details>\n");
}
