//! What a page opens on: the answer, what it is about, and how much of the contract was tested.

use std::fmt::Write as _;

use super::escape::visible;
use super::page::{Content, Part};
use crate::openapi::Level;
use crate::outcome::{Account, Answer, CaseVerdict, ClauseRecord, ClauseVerdict, Finding};

pub(super) const TESTED: Part = Part {
    anchor: "tested",
    title: "What was tested",
    has: |_| true,
    write: tested,
};

/// The answer in two words, the sign beside it, and the name of its colours.
pub(in crate::report) fn words(answer: Answer) -> (&'static str, &'static str, &'static str) {
    match answer {
        Answer::Conforms => ("Conforms", "✓", "held"),
        Answer::DoesNotConform => ("Does not conform", "✗", "broken"),
        Answer::CouldNotTell => ("Could not tell", "?", "error"),
        Answer::NothingTested => ("Nothing was tested", "∅", "error"),
        Answer::Interrupted => ("Interrupted", "…", "error"),
    }
}

/// The page's title.
pub(super) fn title(account: &Account<'_>) -> String {
    let (answer, ..) = words(account.answer());
    format!("{answer}: {}", account.about.contract)
}

/// The number and the noun it counts.
pub(in crate::report) fn count(number: usize, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{number} {noun}")
}

/// Writes the answer and what it is about.
pub(super) fn header(content: &Content<'_>, out: &mut String) {
    let account = content.account;
    let about = account.about;
    let (answer, sign, kind) = words(account.answer());
    let _ = write!(
        out,
        "<header class=\"{kind}\">\n<p class=\"soft\">Conformance report</p>\n\
         <h1><span aria-hidden=\"true\">{sign}</span> {answer}</h1>\n<p>{}</p>\n<dl>\n",
        sentence(content)
    );
    let began = about.began.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let version = format!("proofmark {}", about.version);
    let facts = [
        ("Target", about.target.as_str()),
        ("Profile", about.profile.as_deref().unwrap_or_default()),
        ("Contract", about.contract.as_str()),
        ("Contract’s SHA-256", about.contract_hash.as_str()),
        ("Cases’ SHA-256", about.cases_hash.as_str()),
        ("Date", began.as_str()),
        ("Run", about.run.as_str()),
        ("Judged by", version.as_str()),
    ];
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", visible(value));
    }
    out.push_str("</dl>\n</header>\n");
}

/// What the answer means here.
fn sentence(content: &Content<'_>) -> String {
    let account = content.account;
    let failing = |cause: &&crate::outcome::Cause<'_>| cause.findings[0].1.is_failure();
    let broken = content.causes.iter().filter(failing).count();
    let waived = content.causes.iter().filter(|cause| {
        let (_, first) = cause.findings[0];
        first.waived.is_some()
    });
    match account.answer() {
        Answer::Conforms => {
            let mut sentence = "Everything that must hold and was put to the test held".to_owned();
            let flaky = account.summary.flaky;
            if flaky > 0 {
                let cases = count(flaky, "case", "cases");
                let _ = write!(sentence, ", in {cases} only when sent again");
            }
            match waived.count() {
                0 => sentence.push('.'),
                waived => {
                    let clauses = count(waived, "clause", "clauses");
                    let _ = write!(sentence, ", but for {clauses} whose deviation is accepted.");
                }
            }
            sentence
        }
        Answer::DoesNotConform => {
            let mut reasons = Vec::new();
            if broken > 0 {
                let verb = if broken == 1 { "is" } else { "are" };
                reasons.push(format!(
                    "{} {verb} broken, in {}",
                    count(broken, "clause", "clauses"),
                    cases_that_show_it(account)
                ));
            }
            if !account.notices.is_empty() {
                let notices = account.notices.len();
                let verb = if notices == 1 { "is" } else { "are" };
                reasons.push(format!(
                    "{} of the run {verb} not met",
                    count(notices, "condition", "conditions")
                ));
            }
            format!("{}.", reasons.join("; "))
        }
        Answer::CouldNotTell => "Nothing was found, but not every case could be judged.".to_owned(),
        Answer::NothingTested => "No case was run.".to_owned(),
        Answer::Interrupted => "This is what was done until the run was cut short.".to_owned(),
    }
}

/// In how many cases something is broken: a flaky case's first attempt shows it too, if it had an answer.
fn cases_that_show_it(account: &Account<'_>) -> String {
    let flaky = account.outcomes.iter().filter(|outcome| {
        matches!(outcome.verdict, CaseVerdict::Flaky(_))
            && outcome.findings.iter().any(Finding::is_failure)
    });
    let flaky = flaky.count();
    let failed = count(account.summary.failed, "case", "cases");
    match (account.summary.failed, flaky) {
        (_, 0) => failed,
        (0, _) => count(flaky, "flaky case", "flaky cases"),
        _ => format!("{failed} and {}", count(flaky, "flaky one", "flaky ones")),
    }
}

/// The verdicts of clauses, and what those mean that don't say it themselves.
const VERDICTS: [(&str, &str); 5] = [
    ("held", ""),
    ("broken", ""),
    ("waived", ""),
    ("vacuous", " (reached, but not put to the test)"),
    ("untested", " (not reached)"),
];

/// How many clauses have each verdict, in the order of [`VERDICTS`].
pub(in crate::report) fn counts<'r>(
    records: impl IntoIterator<Item = &'r ClauseRecord<'r>>,
) -> [usize; 5] {
    let mut counts = [0; 5];
    for record in records {
        counts[match record.verdict {
            ClauseVerdict::Held(_) => 0,
            ClauseVerdict::Broken(_) => 1,
            ClauseVerdict::Waived(_) => 2,
            ClauseVerdict::Vacuous => 3,
            ClauseVerdict::Untested => 4,
        }] += 1;
    }
    counts
}

/// The numbers in words, those of what there is.
pub(in crate::report) fn in_words(counts: [usize; 5]) -> String {
    let some = VERDICTS.iter().zip(counts).filter(|(_, count)| *count > 0);
    let words: Vec<String> = some
        .map(|((word, _), count)| format!("{count} {word}"))
        .collect();
    words.join(", ")
}

/// Writes a bar of the shares.
pub(in crate::report) fn bar(counts: [usize; 5], out: &mut String) {
    let all = counts.iter().sum::<usize>().max(1);
    out.push_str("<svg class=\"bar\" viewBox=\"0 0 10000 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">");
    let mut sum = 0;
    for ((word, _), count) in VERDICTS.iter().zip(counts) {
        let at = sum * 10_000 / all;
        sum += count;
        let width = sum * 10_000 / all - at;
        if width > 0 {
            let _ = write!(
                out,
                "<rect class=\"{word}\" x=\"{at}\" width=\"{width}\" height=\"100\"/>"
            );
        }
    }
    out.push_str("</svg>\n");
}

fn tested(content: &Content<'_>, out: &mut String) {
    let account = content.account;
    let counts = counts(&content.records);
    let _ = writeln!(
        out,
        "<p>The contract has {}:</p>",
        count(content.records.len(), "clause", "clauses")
    );
    bar(counts, out);
    let advised = content.records.iter().filter(|record| {
        matches!(record.verdict, ClauseVerdict::Broken(_)) && record.clause.level != Level::Must
    });
    let advised = match advised.count() {
        0 => String::new(),
        advised => format!(" ({advised} of them only an advisory)"),
    };
    out.push_str("<ul class=\"counts\">\n");
    for ((word, meaning), count) in VERDICTS.iter().zip(counts) {
        let meaning = if *word == "broken" {
            advised.as_str()
        } else {
            meaning
        };
        let _ = writeln!(
            out,
            "<li class=\"{word}\"><a href=\"#clauses\" data-filter=\"{word}\"><strong>{count}</strong> {word}{meaning}</a></li>"
        );
    }
    let summary = account.summary;
    let _ = writeln!(
        out,
        "</ul>\n<p>{}: {} passed, {} failed, {} waived, {} flaky, {} could not be judged, {} skipped. {}, {}.</p>",
        count(summary.cases(), "case", "cases"),
        summary.passed,
        summary.failed,
        summary.waived,
        summary.flaky,
        summary.errors,
        summary.skipped,
        count(summary.exchanges, "exchange", "exchanges"),
        count(summary.advisories, "advisory", "advisories"),
    );
}
