//! Every clause with its verdict, by operation, and the exchanges that show the verdicts.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use super::answer::{bar, count, counts, in_words};
use super::escape::{anchor, visible};
use super::exchanges::Curl;
use super::findings;
use super::page::{Content, Part};
use crate::clause::{Clause, ClauseId, Side};
use crate::outcome::{Account, CaseOutcome, ClauseRecord, ClauseVerdict, reason};

pub(super) const CLAUSES: Part = Part {
    anchor: "clauses",
    title: "All clauses",
    has: |content| !content.records.is_empty(),
    write: clauses,
};

pub(super) const EXCHANGES: Part = Part {
    anchor: "exchanges",
    title: "Exchanges",
    has: |content| !content.exchanges.others(content.account).is_empty(),
    write: exchanges,
};

/// How many clauses are listed: a page of more is too large to be opened.
const LISTED: usize = 20_000;

/// A control for each verdict, behind the one for all of them.
const FILTERS: [&str; 5] = ["broken", "waived", "held", "vacuous", "untested"];

/// Writes a clause's name, as a link where the contract has it.
pub(super) fn link(content: &Content<'_>, clause: &ClauseId, out: &mut String) {
    let text = clause.to_string();
    let shown = visible(&text);
    match content.account.clauses.find(clause) {
        Some(index) if (index.0 as usize) < LISTED => {
            let _ = write!(
                out,
                "<a href=\"#{}\"><code>{shown}</code></a>",
                anchor("clause", &text)
            );
        }
        _ => {
            let _ = write!(out, "<code>{shown}</code>");
        }
    }
}

fn clauses(content: &Content<'_>, out: &mut String) {
    filter(out);
    let listed = &content.records[..content.records.len().min(LISTED)];
    let with_finding = findings::shown(content);
    for (subject, records) in by_subject(listed) {
        operation(content, subject, &records, &with_finding, out);
    }
    let more = content.records.len() - listed.len();
    if more > 0 {
        let _ = writeln!(
            out,
            "<p class=\"note\">And {}, which are more than a page can hold; the verdict file has them all.</p>",
            count(more, "more clause", "more clauses")
        );
    }
}

fn filter(out: &mut String) {
    out.push_str("<form id=\"filter\">\n<fieldset><legend>Verdict</legend>\n");
    out.push_str("<label><input type=\"radio\" name=\"verdict\" value=\"\" checked> all</label>\n");
    for word in FILTERS {
        let _ = writeln!(
            out,
            "<label><input type=\"radio\" name=\"verdict\" value=\"{word}\"> {word}</label>"
        );
    }
    out.push_str(
        "</fieldset>\n<p><label for=\"search\">Search</label> \
         <input type=\"search\" id=\"search\" autocomplete=\"off\" spellcheck=\"false\"> <output id=\"found\" for=\"search\"></output></p>\n</form>\n",
    );
}

/// The clauses by what they are about, in the document's order.
fn by_subject<'r, 'a>(
    records: &'r [ClauseRecord<'a>],
) -> Vec<(&'a str, Vec<&'r ClauseRecord<'a>>)> {
    let mut groups: Vec<(&'a str, Vec<&'r ClauseRecord<'a>>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for record in records {
        let subject = record.clause.id.subject.as_str();
        let group = *known.entry(subject).or_insert_with(|| {
            groups.push((subject, Vec::new()));
            groups.len() - 1
        });
        groups[group].1.push(record);
    }
    groups
}

fn operation(
    content: &Content<'_>,
    subject: &str,
    records: &[&ClauseRecord<'_>],
    with_finding: &HashSet<&ClauseId>,
    out: &mut String,
) {
    let counts = counts(records.iter().copied());
    let _ = write!(
        out,
        "<details class=\"operation\" id=\"{}\"><summary><h3>",
        anchor("operation", subject)
    );
    match content.account.contract.operation(subject) {
        Some(operation) => {
            let call = format!("{} {}", operation.method, operation.path);
            let _ = write!(out, "<code>{}</code>", visible(&call));
            if operation.name != call {
                let _ = write!(out, " {}", visible(subject));
            }
        }
        None => {
            let _ = write!(out, "<code>{}</code> any method", visible(subject));
        }
    }
    let _ = write!(out, "</h3> <span>{}</span>", in_words(counts));
    bar(counts, out);
    out.push_str("</summary>\n");
    for record in records {
        clause(content, record, with_finding, out);
    }
    out.push_str("</details>\n");
}

fn clause(
    content: &Content<'_>,
    record: &ClauseRecord<'_>,
    with_finding: &HashSet<&ClauseId>,
    out: &mut String,
) {
    let Clause {
        id,
        requirement,
        level,
        side,
        at,
    } = record.clause;
    let text = id.to_string();
    let verdict = record.verdict.as_str();
    let name = anchor("clause", &text);
    let _ = write!(
        out,
        "<details class=\"clause\" id=\"{name}\" data-verdict=\"{verdict}\"><summary><b class=\"verdict {verdict}\">{} {verdict}</b> <code>{}</code> <span>{}</span></summary>\n\
         <p>{}, {}. Stands at <code>{}</code>. <a href=\"#{name}\">Link to this clause</a></p>\n<p>",
        sign(&record.verdict),
        visible(&id.within_operation()),
        visible(requirement),
        level.as_str(),
        match side {
            Side::Request => "kept by refusing requests that break it",
            Side::Response => "kept by answers",
            Side::Law => "kept across exchanges",
        },
        visible(&content.account.contract.place(at).to_string()),
    );
    match &record.verdict {
        ClauseVerdict::Held(witness) => {
            let _ = write!(out, "Held, as {} shows: ", visible(witness.case.as_str()));
            content.exchanges.link(out, &witness.case, witness.exchange);
        }
        ClauseVerdict::Broken(witness) | ClauseVerdict::Waived(witness) => {
            if with_finding.contains(id) {
                let _ = write!(
                    out,
                    "<a href=\"#{}\">What was found</a>, first in ",
                    findings::name(&text)
                );
            } else {
                out.push_str("Broken, first in ");
            }
            let _ = write!(out, "{}: ", visible(witness.case.as_str()));
            content.exchanges.link(out, &witness.case, witness.exchange);
        }
        ClauseVerdict::Vacuous | ClauseVerdict::Untested => {
            out.push_str(&visible(&unproved(content.account, record)));
        }
    }
    out.push_str("</p></details>\n");
}

/// Why a clause has no exchange that shows it, and what would give it one.
fn unproved(account: &Account<'_>, record: &ClauseRecord<'_>) -> String {
    let is_vacuous = record.verdict == ClauseVerdict::Vacuous;
    let outcomes: Vec<&CaseOutcome> = account.outcomes.iter().map(AsRef::as_ref).collect();
    let (contract, cases) = (account.contract, account.cases);
    let why = reason(contract, record.clause, is_vacuous, cases, &outcomes);
    let what = if is_vacuous {
        "Its place was reached, but nothing there put it to the test"
    } else {
        "No exchange put it to the test"
    };
    format!("{what}: {why}. To test it, {}.", why.help())
}

/// The sign beside a verdict's word.
pub(in crate::report) fn sign(verdict: &ClauseVerdict) -> &'static str {
    match verdict {
        ClauseVerdict::Held(_) => "✓",
        ClauseVerdict::Broken(_) => "✗",
        ClauseVerdict::Waived(_) => "~",
        ClauseVerdict::Vacuous => "○",
        ClauseVerdict::Untested => "–",
    }
}

fn exchanges(content: &Content<'_>, out: &mut String) {
    out.push_str(
        "<p>Those that show a verdict and stand with no finding. Credentials are masked.</p>\n",
    );
    for (case, number) in content.exchanges.others(content.account) {
        content.exchanges.write(out, case, number, Curl::Shown);
    }
    let left_out = content.exchanges.left_out();
    if left_out > 0 {
        let _ = writeln!(
            out,
            "<p class=\"note\">And {}, which are more than a page can hold; the record of the run has them all.</p>",
            count(left_out, "more exchange", "more exchanges")
        );
    }
}
