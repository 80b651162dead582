//! The matrix as Markdown: what differs, and the holes. What is the same with all is a number.

use std::fmt::Write as _;

use super::escape::{markdown, markdown_code, pipes};
use crate::outcome::{ClauseVerdict, Difference, Matrix};
use crate::report::html::{count, counts, in_words, sign};

/// How many rows of a table are written, and how many cases of a hole are named.
const ROWS: usize = 500;
const CASES: usize = 5;

/// The matrix as Markdown.
#[must_use]
pub fn matrix_markdown(matrix: &Matrix<'_>) -> String {
    let mut out = String::from("# Implementations by one contract\n\n");
    let mut head = String::from("| clause |");
    let mut rule = String::from("| --- |");
    for one in &matrix.implementations {
        let account = &one.account;
        let records: Vec<_> = account.ledger.records(account.clauses).collect();
        let _ = writeln!(
            out,
            "- **{}**: {}; {}",
            markdown(one.name),
            account.answer().as_str(),
            in_words(counts(&records))
        );
        let _ = write!(head, " {} |", pipes(&markdown(one.name)));
        rule.push_str(" --- |");
    }
    holes(matrix, &mut out);
    for (difference, title) in [
        (Difference::Kept, "Some keep it, others break it"),
        (Difference::Tested, "Put to the test with some alone"),
    ] {
        let rows: Vec<_> = matrix.differing(difference).collect();
        let _ = write!(out, "\n## {title}\n\n");
        if rows.is_empty() {
            out.push_str("None.\n");
            continue;
        }
        let _ = writeln!(out, "{head}\n{rule}");
        for row in rows.iter().take(ROWS) {
            let verdict = |verdict: &ClauseVerdict| {
                format!(" {} {} |", markdown(sign(verdict)), verdict.as_str())
            };
            let cells: String = row.verdicts.iter().map(verdict).collect();
            let _ = writeln!(
                out,
                "| {} |{cells}",
                pipes(&markdown_code(&row.clause.id.to_string()))
            );
        }
        if rows.len() > ROWS {
            let _ = writeln!(out, "\nand {} more", rows.len() - ROWS);
        }
    }
    let same = matrix.differing(Difference::None).count();
    let _ = write!(
        out,
        "\n{} the same verdict with all.\n",
        if same == 1 {
            "1 clause has".to_owned()
        } else {
            format!("{} have", count(same, "clause", "clauses"))
        }
    );
    out
}

fn holes(matrix: &Matrix<'_>, out: &mut String) {
    out.push_str("\n## Holes in the contract\n\n");
    if matrix.holes.is_empty() {
        out.push_str("None was seen.\n");
        return;
    }
    out.push_str("One request, different answers, and the contract lets all of them.\n\n");
    for hole in &matrix.holes {
        let _ = writeln!(out, "- {}", markdown_code(&hole.operation));
        for (one, answer) in matrix.implementations.iter().zip(&hole.answers) {
            let answer = match answer {
                Some(answer) => markdown(&answer.to_string()),
                None => "no answer, or one that breaks a clause".to_owned(),
            };
            let _ = writeln!(out, "  - {}: {answer}", markdown(one.name));
        }
        let cases: Vec<String> = hole
            .cases
            .iter()
            .take(CASES)
            .map(|case| markdown_code(case.as_str()))
            .collect();
        let more = match hole.cases.len().saturating_sub(CASES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(out, "  - in {}{more}", cases.join(", "));
    }
}
