//! A Retry-After can be understood.

use super::wording::is_http_date;
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::openapi::Level;

pub(super) struct RetryAfterWellFormed;

static RULE: Rule = Rule {
    id: "retry-after-well-formed",
    title: "Retry-After well-formed",
    requirement: "a Retry-After is a number of seconds or an HTTP-date",
    level: Level::Must,
    area: Area::Headers,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3",
};

impl Check for RetryAfterWellFormed {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let clause = answer.clauses.http.retry_after;
            let Some(field) = answer.exchange.response.headers.get("retry-after") else {
                continue;
            };
            let text = field.shown();
            let seconds = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            if seconds || is_http_date(&text) {
                verdicts.held(answer, clause);
                continue;
            }
            verdicts.broken(
                answer,
                clause,
                Broken {
                    title: "the Retry-After can't be understood".into(),
                    expected:
                        "seconds such as 120, or a date such as Wed, 15 Jul 2015 16:46:44 GMT"
                            .into(),
                    actual: format!("{text:?}"),
                    ..Broken::default()
                },
            );
        }
    }
}
