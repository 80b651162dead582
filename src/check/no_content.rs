//! What can have no content has none: 204, 304, and answers to HEAD.

use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::http::excerpt;
use crate::openapi::Level;

pub(super) struct NoContent;

static RULE: Rule = Rule {
    id: "no-content",
    title: "no content where there can be none",
    requirement: "no byte follows the head of a 204, of a 304, or of an answer to HEAD",
    level: Level::Must,
    area: Area::Wire,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1",
};

impl Check for NoContent {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in trace.answers.iter().filter(|a| !a.may_have_body()) {
            let Some(clause) = answer.clauses.http.no_content else {
                continue;
            };
            let response = &answer.exchange.response;
            // RFC 9110, 8.6: a 204 has no Content-Length, and what a length above zero announces is
            // content. Of the answer to HEAD, and of a 304, the field tells what GET's would be.
            let announced = response.headers.text("content-length").filter(|length| {
                answer.status() == 204 && length.trim().parse().is_ok_and(|length: u64| length > 0)
            });
            let (title, actual) = match (&response.surplus, announced) {
                (Some(surplus), _) if !surplus.is_empty() => (
                    "bytes follow an answer that has no content",
                    format!("{} bytes: {}", surplus.len(), excerpt(surplus, 120)),
                ),
                (_, Some(length)) => (
                    "an answer that has no content announces some",
                    format!("content-length: {length}"),
                ),
                (Some(_), None) => {
                    verdicts.held(answer, clause);
                    continue;
                }
                // A client library passes over what follows: only a raw connection shows it.
                (None, None) => {
                    verdicts.vacuous(answer, clause);
                    continue;
                }
            };
            verdicts.broken(
                answer,
                clause,
                Broken {
                    title: title.into(),
                    expected: "nothing behind the head".into(),
                    actual,
                    ..Broken::default()
                },
            );
        }
    }
}
