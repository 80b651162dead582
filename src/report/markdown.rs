//! A summary in Markdown, for a pull request or the summary of a step: the answer first.
//!
//! GitHub takes at most 1 MiB of it and a comment 64 Ki characters, so every part has a budget and ends
//! with how many more there are.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use super::finding_text::finding_text;
use super::printable::{clipped, printable};
use super::tally::Tally;
use super::troubles::by_reason;
use super::{Format, Out, Reporter};
use crate::outcome::{Account, CaseVerdict, Cause, Finding};

pub(super) const FORMAT: Format = Format {
    name: "markdown",
    about: "a summary for a pull request or a wiki, never above 60 kB",
    new: |out| Box::new(Markdown { out }),
};

/// Bytes for each table, and for all of it.
const TABLE: usize = 8_000;
const WHOLE: usize = 56_000;

/// Characters of a cell, and bytes of a story.
const CELL: usize = 160;
const STORY: usize = 4_000;

struct Markdown<'a> {
    out: Out<'a>,
}

impl Reporter for Markdown<'_> {
    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        self.out.write_all(text(account).as_bytes())?;
        self.out.flush()
    }
}

fn text(account: &Account<'_>) -> String {
    let mut text = head(account);
    let causes = account.causes();
    let of = |is: fn(&Finding) -> bool| -> Vec<&Cause<'_>> {
        let all = causes.iter();
        all.filter(|cause| is(cause.findings[0].1)).collect()
    };
    let broken = of(Finding::is_failure);
    causes_table(&mut text, "Broken clauses", &broken);
    let reasons = by_reason(account);
    table(
        &mut text,
        "Errors: what could not be told",
        &["case", "why"],
        reasons.iter().map(|reason| {
            let first = code(reason.cases[0].as_str());
            vec![format!("{first}{}", reason.more()), code(&reason.text)]
        }),
    );
    table(
        &mut text,
        "Notices: what the run itself owes",
        &["notice", "about", "what is wrong", "where"],
        account.notices.iter().map(|notice| {
            let place = notice.place.as_ref();
            vec![
                notice.kind.as_str().to_owned(),
                code(&notice.subject),
                code(&format!("{}; {}", notice.message, notice.help)),
                place
                    .map(|place| code(&place.to_string()))
                    .unwrap_or_default(),
            ]
        }),
    );
    let waived = causes.iter().flat_map(|cause| {
        let findings = cause.findings.iter();
        let mut reasons: Vec<Vec<String>> = Vec::new();
        for waived in findings.filter_map(|(_, finding)| finding.waived.as_ref()) {
            let ticket = waived.ticket.as_deref();
            let row = vec![
                code(&cause.clause.to_string()),
                code(&waived.reason),
                code(&waived.owner),
                ticket.map(code).unwrap_or_default(),
                waived.expires.to_string(),
            ];
            if !reasons.contains(&row) {
                reasons.push(row);
            }
        }
        reasons
    });
    let heading = ["clause", "reason", "owner", "ticket", "until"];
    table(&mut text, "Waived", &heading, waived);
    causes_table(&mut text, "Advisories", &of(Finding::is_advisory));
    let skipped = account.outcomes.iter().filter_map(|outcome| {
        let CaseVerdict::Skipped(reason) = &outcome.verdict else {
            return None;
        };
        Some(vec![code(outcome.case.as_str()), code(reason)])
    });
    table(&mut text, "Skipped", &["case", "why"], skipped);
    stories(&mut text, &broken);
    text
}

/// The answer, and the run in numbers.
fn head(account: &Account<'_>) -> String {
    let (about, summary) = (account.about, account.summary);
    let tally = Tally::of(account);
    let mut text = format!("## proofmark: {}\n\n", account.answer().sentence());
    let _ = writeln!(
        text,
        "{} at {}, {}\n",
        code(&about.contract),
        code(&about.target),
        about.began
    );
    let _ = writeln!(
        text,
        "| cases | passed | failed | waived | flaky | errors | skipped | advisories | exchanges |\n\
         | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n\
         | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        summary.cases(),
        summary.passed,
        summary.failed,
        summary.waived,
        summary.flaky,
        summary.errors,
        summary.skipped,
        summary.advisories,
        summary.exchanges
    );
    let _ = writeln!(
        text,
        "| clauses | held | broken | not kept that should be | waived | reached but not put to the test | untested |\n\
         | --: | --: | --: | --: | --: | --: | --: |\n\
         | {} | {} | {} | {} | {} | {} | {} |",
        tally.total,
        tally.held,
        tally.broken,
        tally.advised,
        tally.waived,
        tally.vacuous,
        tally.untested
    );
    text
}

fn causes_table(text: &mut String, title: &str, causes: &[&Cause<'_>]) {
    let rows = causes.iter().map(|cause| {
        let (case, finding) = cause.findings[0];
        vec![
            code(&cause.clause.to_string()),
            finding.level.as_str().to_owned(),
            cause.findings.len().to_string(),
            code(&finding.title),
            format!(
                "{} → {}",
                code(&finding.request.line),
                finding.request.status
            ),
            code(case.as_str()),
        ]
    });
    let heading = [
        "clause",
        "level",
        "findings",
        "what is wrong",
        "smallest witness",
        "case",
    ];
    table(text, title, &heading, rows);
}

/// A table under its title; nothing where there is no row.
fn table(
    text: &mut String,
    title: &str,
    heading: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) {
    let mut kept = String::new();
    let (mut count, mut left) = (0, 0);
    for row in rows {
        count += 1;
        let row = format!("| {} |\n", row.join(" | "));
        // What comes behind one that has no room has none either: the order stays.
        if left > 0 || kept.len() + row.len() > TABLE {
            left += 1;
        } else {
            kept.push_str(&row);
        }
    }
    if count == 0 {
        return;
    }
    let rule = vec!["---"; heading.len()].join(" | ");
    let _ = writeln!(
        text,
        "\n### {title} ({count})\n\n| {} |\n| {rule} |",
        heading.join(" | ")
    );
    text.push_str(&kept);
    if left > 0 {
        let _ = writeln!(text, "\nand {left} more");
    }
}

/// The whole story of each broken clause, folded.
fn stories(text: &mut String, causes: &[&Cause<'_>]) {
    for (number, cause) in causes.iter().enumerate() {
        let (case, finding) = cause.findings[0];
        let whole = finding_text(case.as_str(), finding);
        let mut at = whole.len().min(STORY);
        while !whole.is_char_boundary(at) {
            at -= 1;
        }
        let cut = if at < whole.len() { "\n  …" } else { "" };
        let fence = fence(&whole);
        let story = format!(
            "\n<details><summary>{}</summary>\n\n{fence}text\n{}{cut}\n{fence}\n\n</details>\n",
            inert(&clipped(&cause.clause.to_string(), CELL)),
            &whole[..at],
        );
        if text.len() + story.len() > WHOLE {
            let _ = writeln!(text, "\nand {} more broken clauses", causes.len() - number);
            return;
        }
        text.push_str(&story);
    }
}

/// A fence that nothing in the text ends.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max();
    "`".repeat(longest.unwrap_or_default().max(2) + 1)
}

/// A text as code in a table's cell: no link, no mention, no markup comes of it.
fn code(text: &str) -> String {
    let line = clipped(text, CELL);
    if line.is_empty() {
        return String::new();
    }
    // A bar ends the cell even in code, unless it is escaped, and what stands before it may undo that.
    if line.contains(['|', '`', '\\']) {
        inert(&line)
    } else {
        format!("`{line}`")
    }
}

/// A text as code in HTML, every sign that Markdown or HTML know written as a number.
fn inert(text: &str) -> String {
    let mut html = String::from("<code>");
    for c in printable(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '-' | ',' | '/' | '.') {
            let _ = write!(html, "&#{};", u32::from(c));
        } else {
            html.push(c);
        }
    }
    html.push_str("</code>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Story;

    #[test]
    fn what_a_target_says_is_code_and_nothing_else() {
        assert_eq!(code("@all see http://x #1"), "`@all see http://x #1`");
        assert_eq!(code("a|b`\\"), "<code>a&#124;b&#96;&#92;</code>");
        assert_eq!(fence("a ```` b"), "`````");
        assert_eq!(fence("a"), "```");
    }

    #[test]
    fn however_much_there_is_the_summary_stays_small() {
        let mut story = Story::new();
        for number in 0..400 {
            story.fail(&format!("x-{number}"), &"|<&`\n".repeat(3_000));
        }
        let text = story.told(&FORMAT);
        assert!(text.len() < 60_000, "{}", text.len());
        let rows = text
            .lines()
            .filter(|line| line.starts_with("| `getItem/200/header/x-"))
            .count();
        assert!(rows > 5, "{rows}");
        assert!(
            text.contains("### Broken clauses (401)"),
            "{}",
            &text[..2_000]
        );
        assert!(text.contains("\nand 3"), "{text}");
        assert!(text.contains(" more broken clauses\n"), "{text}");
    }

    #[test]
    fn the_answer_comes_first() {
        insta::assert_snapshot!(Story::new().told(&FORMAT), @r#"
        ## proofmark: DOES NOT CONFORM

        `Items 1.0` at `http://127.0.0.1:8080`, 2026-03-01T12:00:00Z

        | cases | passed | failed | waived | flaky | errors | skipped | advisories | exchanges |
        | --: | --: | --: | --: | --: | --: | --: | --: | --: |
        | 6 | 2 | 1 | 1 | 0 | 1 | 1 | 1 | 5 |

        | clauses | held | broken | not kept that should be | waived | reached but not put to the test | untested |
        | --: | --: | --: | --: | --: | --: | --: |
        | 19 | 1 | 1 | 0 | 1 | 0 | 16 |

        ### Broken clauses (1)

        | clause | level | findings | what is wrong | smallest witness | case |
        | --- | --- | --- | --- | --- | --- |
        | `getItem/200/header/date#required` | must | 2 | `the header Date is missing` | `GET /items/k` → 200 | `getItem/fail` |

        ### Errors: what could not be told (1)

        | case | why |
        | --- | --- |
        | `getItem/error` | <code>the main request&#58; no answer&#58; &#60;b&#62;&#38;&#34;&#39;&#96;&#124;&#93;&#93;&#62; &#35; &#37;0A&#92;u&#123;1b&#125;&#91;31m&#92;u&#123;0&#125;&#92;u&#123;202e&#125;&#64;all &#91;x&#93;&#40;http&#58;//y&#41; &#58;&#58;error&#58;&#58;oops ä</code> |

        ### Notices: what the run itself owes (1)

        | notice | about | what is wrong | where |
        | --- | --- | --- | --- |
        | waiver-expired | `getItem/200/**` | `the waiver of getItem/200/** expired on 2026-02-01; have the deviation mended` | `waivers.yaml:3:5` |

        ### Waived (1)

        | clause | reason | owner | ticket | until |
        | --- | --- | --- | --- | --- |
        | `getItem/200#content-type` | <code>old clients &#124; need it</code> | `me` | `API-7` | 2026-12-31 |

        ### Skipped (1)

        | case | why |
        | --- | --- |
        | `getItem/skipped` | `needs the variable item_limit # and more` |

        <details><summary><code>getItem/200/header/date&#35;required</code></summary>

        ```text
        FAIL getItem/fail  200/header/date#required
          the header Date is missing
            expected  a header Date
            actual    <b>&"'`|]]> # %0A\u{1b}[31m\u{0}\u{202e}@all [x](http://y)\r
                      \u{3a}:error::oops ä
          --> cases/getItem/fail.yaml:3:5   GET /items/k → 200 in 3.0 ms
          demanded by api.yaml:11:5: the header Date of a 200 is there
          curl -i -X GET 'http://127.0.0.1:8080/items/k'
        ```

        </details>
        "#);
    }
}
