//! The declared length of an answer is its true one.

use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::openapi::Level;

pub(super) struct ContentLength;

static RULE: Rule = Rule {
    id: "content-length",
    title: "Content-Length true",
    requirement: "a Content-Length is the number of bytes of content that follow",
    level: Level::Must,
    area: Area::Wire,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-8.6",
};

impl Check for ContentLength {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in trace.answers.iter().filter(|answer| answer.may_have_body()) {
            let Some((number, _)) = answer.response else {
                continue;
            };
            let Some(clause) = answer.clauses.responses[number].content_length else {
                continue;
            };
            let response = &answer.exchange.response;
            // A client library cuts the answer at the declared length: only a raw connection shows
            // what follows.
            let (Some(declared), Some(surplus)) =
                (response.headers.text("content-length"), &response.surplus)
            else {
                verdicts.vacuous(answer, clause);
                continue;
            };
            let length = response.body.len() + surplus.len();
            if declared.trim() == length.to_string() {
                verdicts.held(answer, clause);
                continue;
            }
            verdicts.broken(
                answer,
                clause,
                Broken {
                    title: "the Content-Length is not the number of bytes that follow".into(),
                    expected: format!("{length}, for so many bytes came"),
                    actual: declared.to_owned(),
                    ..Broken::default()
                },
            );
        }
    }
}
