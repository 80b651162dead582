//! The answer's media type is one the contract documents for its status.

use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::http::excerpt;
use crate::openapi::Level;

pub(super) struct MediaTypeDocumented;

static RULE: Rule = Rule {
    id: "media-type",
    title: "media type documented",
    requirement: "an answer with a body names a media type that the response's content documents",
    level: Level::Must,
    area: Area::Headers,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-8.3",
};

impl Check for MediaTypeDocumented {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let Some((number, response)) = answer.response else {
                continue;
            };
            let Some(clause) = answer.clauses.responses[number].content_type else {
                continue;
            };
            let field = answer.exchange.response.headers.get("content-type");
            let body = &answer.exchange.response.body;
            // Without a body nothing needs a name; that a body is missing, others say.
            if !answer.may_have_body() || (body.is_empty() && field.is_none()) {
                verdicts.vacuous(answer, clause);
                continue;
            }
            if answer.content.is_some() {
                verdicts.held(answer, clause);
                continue;
            }
            let names: Vec<&str> = response
                .content
                .iter()
                .map(|media| media.name.as_str())
                .collect();
            let (title, actual) = match (field, &answer.media) {
                (None, _) => (
                    "the answer has a body and no Content-Type",
                    excerpt(body, 80),
                ),
                (Some(field), None) => ("the Content-Type is no media type", field.shown()),
                (Some(field), Some(_)) => (
                    "the media type is not documented for this status",
                    field.shown(),
                ),
            };
            verdicts.broken(
                answer,
                clause,
                Broken {
                    title: title.into(),
                    expected: names.join(" or "),
                    actual,
                    ..Broken::default()
                },
            );
        }
    }
}
