//! The page as a whole: what is on it, in which order.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::exchanges::Exchanges;
use super::frame::{self, Frame};
use super::{answer, cases, clauses, findings};
use crate::case::CaseId;
use crate::outcome::{Account, Cause, ClauseRecord, Event};
use crate::report::{Format, Out, Reporter};

const STYLE: &str = concat!(include_str!("../verdicts.css"), include_str!("style.css"));
const SCRIPT: &str = include_str!("script.js");

pub(in crate::report) const FORMAT: Format = Format {
    name: "html",
    about: "one page for people, offline: the answer, what is broken, every clause with its exchange",
    new: |out| {
        Box::new(Html {
            out,
            left_behind: Vec::new(),
        })
    },
};

/// Writes the page when the run is over.
struct Html<'a> {
    out: Out<'a>,
    left_behind: Vec<(CaseId, String)>,
}

impl Reporter for Html<'_> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        if let Event::LeftBehind { case, what } = event {
            self.left_behind.push((case.clone(), what.clone()));
        }
        Ok(())
    }

    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        let page = page(account, &self.left_behind);
        self.out.write_all(page.as_bytes())?;
        self.out.flush()
    }
}

/// What the parts of a page are made of.
pub(super) struct Content<'a> {
    pub(super) account: &'a Account<'a>,
    pub(super) causes: Vec<Cause<'a>>,
    pub(super) records: Vec<ClauseRecord<'a>>,
    pub(super) exchanges: Exchanges<'a>,
    pub(super) left_behind: &'a [(CaseId, String)],
}

/// A part of the page: its anchor, its name, and what writes it. One that has nothing to say is left out.
pub(super) struct Part {
    pub(super) anchor: &'static str,
    pub(super) title: &'static str,
    pub(super) has: fn(&Content<'_>) -> bool,
    pub(super) write: fn(&Content<'_>, &mut String),
}

const PARTS: &[Part] = &[
    answer::TESTED,
    findings::BROKEN,
    cases::NOTICES,
    cases::ERRORS,
    cases::LEFT_BEHIND,
    findings::WAIVED,
    findings::ADVISORIES,
    clauses::CLAUSES,
    cases::SKIPPED,
    cases::CASES,
    clauses::EXCHANGES,
];

/// The page of a run that is over.
pub(super) fn page(account: &Account<'_>, left_behind: &[(CaseId, String)]) -> String {
    let causes = account.causes();
    let records: Vec<ClauseRecord<'_>> = account.ledger.records(account.clauses).collect();
    let exchanges = Exchanges::of(account, &causes, &records);
    let content = Content {
        account,
        causes,
        records,
        exchanges,
        left_behind,
    };
    let title = answer::title(account);
    let frame = Frame {
        title: &title,
        style: STYLE,
        script: Some(SCRIPT),
    };
    let mut out = String::new();
    frame::open(&mut out, &frame);
    answer::header(&content, &mut out);
    let parts: Vec<&Part> = PARTS.iter().filter(|part| (part.has)(&content)).collect();
    out.push_str("<nav aria-label=\"Parts\">\n<ul>\n");
    for part in &parts {
        let _ = writeln!(
            out,
            "<li><a href=\"#{}\">{}</a></li>",
            part.anchor, part.title
        );
    }
    out.push_str("</ul>\n</nav>\n<main id=\"main\" tabindex=\"-1\">\n");
    for part in parts {
        let Part { anchor, title, .. } = part;
        let _ = write!(
            out,
            "<section id=\"{anchor}\" aria-labelledby=\"{anchor}-title\">\n<h2 id=\"{anchor}-title\">{title}</h2>\n"
        );
        (part.write)(&content, &mut out);
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n<p id=\"said\" class=\"unseen\" role=\"status\"></p>\n");
    frame::close(&mut out, &frame);
    out
}
