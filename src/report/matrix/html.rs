//! The matrix as a page.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::escape::{anchor, visible};
use super::frame::{self, Frame};
use crate::clause::ClauseId;
use crate::http::excerpt;
use crate::outcome::{Cause, ClauseRecord, Difference, Hole, Implementation, Matrix, Row};
use crate::report::html::{Look, answer_words, bar, command, count, counts, fact, in_words, sign};

const STYLE: &str = concat!(
    include_str!("../verdicts.css"),
    include_str!("../html/style.css"),
    include_str!("style.css")
);

/// How many rows of a kind, and how many findings of an implementation, are shown.
const ROWS: usize = 20_000;
const FINDINGS: usize = 300;

/// How many cases of a hole are named.
const CASES: usize = 20;

/// How many characters of a body are shown.
const BODY: usize = 400;

/// A part of the page: its anchor, its title, and what writes it.
type Part = (&'static str, &'static str, fn(&Matrix<'_>, &mut String));

/// The matrix as an HTML page that needs no other file.
#[must_use]
pub fn matrix_html(matrix: &Matrix<'_>) -> String {
    let contract = matrix
        .implementations
        .first()
        .map(|one| one.account.about.contract.as_str());
    let contract = contract.unwrap_or_default();
    let title = format!(
        "{} of {contract}",
        count(
            matrix.implementations.len(),
            "implementation",
            "implementations"
        )
    );
    let frame = Frame {
        title: &title,
        style: STYLE,
        script: None,
    };
    let mut out = String::new();
    frame::open(&mut out, &frame);
    let _ = write!(
        out,
        "<header>\n<p class=\"soft\">Judged by one contract</p>\n<h1>{}</h1>\n",
        visible(&title)
    );
    let differing = matrix.differing(Difference::Kept).count();
    let _ = write!(
        out,
        "<p>{} that some keep and others break; {}.</p>\n</header>\n",
        count(differing, "clause", "clauses"),
        count(
            matrix.holes.len(),
            "hole in the contract",
            "holes in the contract"
        )
    );
    let parts: [Part; 6] = [
        ("implementations", "Implementations", implementations),
        ("holes", "Holes in the contract", holes),
        ("differ", "Some keep it, others break it", |matrix, out| {
            rows(matrix, Difference::Kept, out);
        }),
        (
            "tested",
            "Put to the test with some alone",
            |matrix, out| {
                rows(matrix, Difference::Tested, out);
            },
        ),
        ("same", "The same with all", |matrix, out| {
            rows(matrix, Difference::None, out);
        }),
        ("findings", "What was found", findings),
    ];
    out.push_str("<nav aria-label=\"Parts\">\n<ul>\n");
    for (name, title, _) in &parts {
        let _ = writeln!(out, "<li><a href=\"#{name}\">{title}</a></li>");
    }
    out.push_str("</ul>\n</nav>\n<main id=\"main\" tabindex=\"-1\">\n");
    for (name, title, write) in parts {
        let _ = write!(
            out,
            "<section id=\"{name}\" aria-labelledby=\"{name}-title\">\n<h2 id=\"{name}-title\">{title}</h2>\n"
        );
        write(matrix, &mut out);
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n");
    frame::close(&mut out, &frame);
    out
}

fn implementations(matrix: &Matrix<'_>, out: &mut String) {
    for one in &matrix.implementations {
        let account = &one.account;
        let (words, mark, kind) = answer_words(account.answer());
        let records: Vec<ClauseRecord<'_>> = account.ledger.records(account.clauses).collect();
        let numbers = counts(&records);
        let _ = write!(
            out,
            "<article>\n<h3>{} <b class=\"verdict {kind}\">{mark} {words}</b></h3>\n<p>{}</p>\n",
            visible(one.name),
            in_words(numbers)
        );
        bar(numbers, out);
        out.push_str("<dl>\n");
        fact(out, "Target", &account.about.target, Look::Text);
        let began = account.about.began.strftime("%Y-%m-%d %H:%M:%S UTC");
        fact(out, "Date", &began.to_string(), Look::Text);
        out.push_str("</dl>\n</article>\n");
    }
}

fn holes(matrix: &Matrix<'_>, out: &mut String) {
    if matrix.holes.is_empty() {
        out.push_str("<p>None was seen: wherever the answers differ, one of them breaks a clause, or the case allows both.</p>\n");
        return;
    }
    out.push_str("<p>One request, different answers, and the contract lets all of them: a client has to be ready for each.</p>\n");
    for hole in &matrix.holes {
        one_hole(matrix, hole, out);
    }
}

fn one_hole(matrix: &Matrix<'_>, hole: &Hole<'_>, out: &mut String) {
    let requests = hole.first.iter().flatten();
    let request = requests.map(|exchange| {
        let request = &exchange.request;
        exchange.masked(&format!("{} {}", request.method, request.shown_target()))
    });
    let _ = write!(
        out,
        "<article class=\"hole\">\n<h3>{}</h3>\n<p><code>{}</code></p>\n<dl>\n",
        visible(&hole.operation),
        visible(&request.into_iter().next().unwrap_or_default())
    );
    for ((one, answer), exchange) in matrix
        .implementations
        .iter()
        .zip(&hole.answers)
        .zip(&hole.first)
    {
        let (Some(answer), Some(exchange)) = (answer, exchange) else {
            fact(
                out,
                one.name,
                "gave no answer, or one that breaks a clause",
                Look::Text,
            );
            continue;
        };
        let body = exchange.masked(&excerpt(&exchange.response.body, usize::MAX));
        let body = excerpt(body.as_bytes(), BODY);
        let _ = writeln!(
            out,
            "<div><dt>{}</dt><dd>{}<br><code>{}</code></dd></div>",
            visible(one.name),
            visible(&answer.to_string()),
            visible(&body)
        );
    }
    let cases: Vec<&str> = hole
        .cases
        .iter()
        .take(CASES)
        .map(|case| case.as_str())
        .collect();
    let more = match hole.cases.len().saturating_sub(CASES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    fact(
        out,
        if hole.cases.len() == 1 {
            "Case"
        } else {
            "Cases"
        },
        &format!("{}{more}", cases.join(", ")),
        Look::Text,
    );
    out.push_str("</dl>\n</article>\n");
}

/// The clauses that differ in this, as a table. On a narrow screen each row is shown as a block, and a
/// table that isn't displayed as one loses its meaning for screen readers in some browsers: so the
/// roles are named.
fn rows(matrix: &Matrix<'_>, difference: Difference, out: &mut String) {
    let rows: Vec<&Row<'_>> = matrix.differing(difference).collect();
    if rows.is_empty() {
        out.push_str("<p>None.</p>\n");
        return;
    }
    let shown: Vec<HashSet<&ClauseId>> = matrix.implementations.iter().map(with_finding).collect();
    // What is the same with all is the most and tells the least.
    let open = if difference == Difference::Kept {
        " open"
    } else {
        ""
    };
    let _ = write!(
        out,
        "<details{open}><summary>{}</summary>\n<table role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">Clause</th>",
        count(rows.len(), "clause", "clauses")
    );
    for one in &matrix.implementations {
        let _ = write!(
            out,
            "<th scope=\"col\" role=\"columnheader\">{}</th>",
            visible(one.name)
        );
    }
    out.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for row in rows.iter().take(ROWS) {
        let text = row.clause.id.to_string();
        let _ = write!(
            out,
            "<tr role=\"row\" id=\"{}\"><th scope=\"row\" role=\"rowheader\"><code>{}</code><br>{}</th>",
            anchor("clause", &text),
            visible(&text),
            visible(&row.clause.requirement)
        );
        for ((verdict, one), shown) in row.verdicts.iter().zip(&matrix.implementations).zip(&shown)
        {
            let word = verdict.as_str();
            let cell = format!("<b class=\"verdict {word}\">{} {word}</b>", sign(verdict));
            let cell = if shown.contains(&row.clause.id) {
                format!("<a href=\"#{}\">{cell}</a>", finding_name(one.name, &text))
            } else {
                cell
            };
            let _ = write!(
                out,
                "<td role=\"cell\" data-label=\"{}\">{cell}</td>",
                visible(one.name)
            );
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
    if rows.len() > ROWS {
        let _ = writeln!(out, "<p class=\"note\">and {} more</p>", rows.len() - ROWS);
    }
    out.push_str("</details>\n");
}

fn finding_name(implementation: &str, clause: &str) -> String {
    anchor("finding", &format!("{implementation}/{clause}"))
}

fn with_finding<'a>(one: &Implementation<'a>) -> HashSet<&'a ClauseId> {
    let causes = one.account.causes();
    causes
        .iter()
        .take(FINDINGS)
        .map(|cause| cause.clause)
        .collect()
}

fn findings(matrix: &Matrix<'_>, out: &mut String) {
    for one in &matrix.implementations {
        let causes = one.account.causes();
        let _ = writeln!(out, "<h3>{}</h3>", visible(one.name));
        if causes.is_empty() {
            out.push_str("<p>Nothing.</p>\n");
        }
        for cause in causes.iter().take(FINDINGS) {
            finding(one.name, cause, out);
        }
        if causes.len() > FINDINGS {
            let _ = writeln!(
                out,
                "<p class=\"note\">and {} more</p>",
                causes.len() - FINDINGS
            );
        }
    }
}

fn finding(name: &str, found: &Cause<'_>, out: &mut String) {
    let id = found.clause.to_string();
    let (case, finding) = found.findings[0];
    let _ = write!(
        out,
        "<article id=\"{}\">\n<h4><b class=\"verdict broken\">✗ broken</b> <code>{}</code></h4>\n<p class=\"title\">{}</p>\n<dl>\n",
        finding_name(name, &id),
        visible(&id),
        visible(&finding.title)
    );
    fact(out, "Expected", &finding.expected, Look::Code);
    fact(out, "Actual", &finding.actual, Look::Code);
    fact(out, "Demanded", &finding.requirement, Look::Text);
    fact(out, "Case", case.as_str(), Look::Text);
    let request = &finding.request;
    let line = format!("{} → {}", request.line, request.status);
    fact(out, "Exchange", &line, Look::Code);
    if found.findings.len() > 1 {
        let more = found.findings.len() - 1;
        let more = count(more, "more exchange", "more exchanges");
        fact(out, "Also in", &more, Look::Text);
    }
    out.push_str("</dl>\n");
    command(out, &request.curl);
    out.push_str("</article>\n");
}
