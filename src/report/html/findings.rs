//! What is broken, each cause once: the whole finding, its exchange, and where else it shows.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::answer::count;
use super::clauses;
use super::escape::{anchor, visible};
use super::exchanges::{Curl, bounded, command};
use super::page::{Content, Part};
use crate::clause::ClauseId;
use crate::outcome::{Cause, Waived};

/// How many causes are shown in whole, and of each how many further exchanges.
const CAUSES: usize = 500;
const FURTHER: usize = 100;

pub(super) const BROKEN: Part = Part {
    anchor: "broken",
    title: "What is broken",
    has: |content| of(content, Kind::Broken).next().is_some(),
    write: |content, out| all(content, Kind::Broken, out),
};

pub(super) const WAIVED: Part = Part {
    anchor: "waived",
    title: "What is waived",
    has: |content| of(content, Kind::Waived).next().is_some(),
    write: |content, out| all(content, Kind::Waived, out),
};

pub(super) const ADVISORIES: Part = Part {
    anchor: "advisories",
    title: "Advisories",
    has: |content| of(content, Kind::Advisory).next().is_some(),
    write: |content, out| all(content, Kind::Advisory, out),
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Broken,
    Waived,
    Advisory,
}

impl Kind {
    fn of(cause: &Cause<'_>) -> Self {
        match cause.findings[0].1 {
            finding if finding.is_failure() => Self::Broken,
            finding if finding.waived.is_some() => Self::Waived,
            _ => Self::Advisory,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Broken => "<b class=\"verdict broken\">✗ broken</b>",
            Self::Waived => "<b class=\"verdict waived\">~ waived</b>",
            Self::Advisory => "<b class=\"verdict advisory\">! advisory</b>",
        }
    }
}

fn of<'c, 'a>(content: &'c Content<'a>, kind: Kind) -> impl Iterator<Item = &'c Cause<'a>> {
    let causes = content.causes.iter();
    causes.filter(move |cause| Kind::of(cause) == kind)
}

/// The anchor of a clause's finding.
pub(super) fn name(clause: &str) -> String {
    anchor("finding", clause)
}

fn all(content: &Content<'_>, kind: Kind, out: &mut String) {
    if kind == Kind::Advisory {
        out.push_str("<p>What should hold and doesn’t. It fails nothing.</p>\n");
    }
    for cause in of(content, kind).take(CAUSES) {
        one(content, cause, kind, out);
    }
    let more = of(content, kind).count().saturating_sub(CAUSES);
    if more > 0 {
        let _ = writeln!(
            out,
            "<p class=\"note\">{}, which stand below with their verdict.</p>",
            count(more, "more clause", "more clauses")
        );
    }
}

fn one(content: &Content<'_>, found: &Cause<'_>, kind: Kind, out: &mut String) {
    let id = found.clause.to_string();
    let (case, finding) = found.findings[0];
    let _ = write!(out, "<article id=\"{}\">\n<h3>{} ", name(&id), kind.sign());
    clauses::link(content, found.clause, out);
    let _ = write!(
        out,
        "</h3>\n<p class=\"title\">{}</p>\n<dl class=\"facts\">\n",
        visible(&finding.title)
    );
    fact(out, "Expected", &finding.expected, Look::Code);
    fact(out, "Actual", &finding.actual, Look::Code);
    fact(out, "Demanded", &finding.requirement, Look::Text);
    let demanded = finding.demanded.as_ref();
    let demanded = demanded.map_or("by the case alone".to_owned(), ToString::to_string);
    fact(out, "Stands at", &demanded, Look::Code);
    let case_text = match content.account.case(case) {
        Some(known) => format!("{case}: {}", known.description),
        None => case.to_string(),
    };
    fact(out, "Case", &case_text, Look::Text);
    fact(out, "Asked at", &finding.asked.to_string(), Look::Code);
    let level = finding.level.as_str();
    fact(out, "Level", level, Look::Text);
    fact(out, "Check", &finding.check, Look::Code);
    if let Some(waived) = &finding.waived {
        waiver(waived, out);
    }
    out.push_str("</dl>\n");
    command(out, &finding.request.curl);
    let exchanges = &content.exchanges;
    if exchanges.stands_with(case, finding.exchange, found.clause) {
        exchanges.write(out, case, finding.exchange, Curl::Elsewhere);
    } else {
        out.push_str("<p>Exchange: ");
        exchanges.link(out, case, finding.exchange);
        out.push_str("</p>\n");
    }
    further(content, found, out);
    out.push_str("</article>\n");
}

fn waiver(waived: &Waived, out: &mut String) {
    fact(out, "Accepted because", &waived.reason, Look::Text);
    fact(out, "Accepted by", &waived.owner, Look::Text);
    fact(out, "Until", &waived.expires.to_string(), Look::Text);
    if let Some(ticket) = &waived.ticket {
        fact(out, "Ticket", ticket, Look::Text);
    }
    fact(out, "Waiver", &waived.place.to_string(), Look::Code);
}

/// Where else the clause is broken.
fn further(content: &Content<'_>, cause: &Cause<'_>, out: &mut String) {
    let rest = &cause.findings[1..];
    if rest.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "<details><summary>and in {}</summary>\n<ul class=\"list\">\n",
        count(rest.len(), "more exchange", "more exchanges")
    );
    for (case, finding) in rest.iter().take(FURTHER) {
        let _ = write!(out, "<li>{}: ", visible(case.as_str()));
        content.exchanges.link(out, case, finding.exchange);
        let (actual, _) = bounded(&finding.actual);
        let waived = if finding.waived.is_some() {
            " (waived)"
        } else {
            ""
        };
        let _ = writeln!(out, "<br><code>{}</code>{waived}</li>", visible(&actual));
    }
    out.push_str("</ul>\n");
    if rest.len() > FURTHER {
        let _ = writeln!(
            out,
            "<p class=\"note\">and {} more</p>",
            rest.len() - FURTHER
        );
    }
    out.push_str("</details>\n");
}

/// How a value is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Look {
    /// As a text.
    Text,
    /// As code.
    Code,
}

/// Writes a name and a value, bounded.
pub(in crate::report) fn fact(out: &mut String, name: &str, value: &str, look: Look) {
    let (value, rest) = bounded(value);
    let cut = match rest {
        0 => String::new(),
        rest => format!(" … and {rest} more bytes"),
    };
    let value = visible(&value);
    let value = match look {
        Look::Text => value,
        Look::Code => format!("<code>{value}</code>"),
    };
    let _ = writeln!(out, "<div><dt>{name}</dt><dd>{value}{cut}</dd></div>");
}

/// The clauses that have a finding on the page.
pub(super) fn shown<'c>(content: &'c Content<'_>) -> HashSet<&'c ClauseId> {
    let kinds = [Kind::Broken, Kind::Waived, Kind::Advisory];
    let causes = kinds.map(|kind| of(content, kind).take(CAUSES));
    causes
        .into_iter()
        .flatten()
        .map(|cause| cause.clause)
        .collect()
}
