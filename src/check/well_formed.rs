//! A body is well-formed by its media type: JSON in UTF-8 that has no member twice, alone or in a sequence,
//! and XML.

use super::answer::AnswerBody;
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::http::{BodyForm, excerpt};
use crate::openapi::Level;

pub(super) struct WellFormed;

static RULE: Rule = Rule {
    id: "well-formed",
    title: "well-formed body",
    requirement: "a body is well-formed by its media type; of JSON, it is in UTF-8, and no object in it has a member twice",
    level: Level::Must,
    area: Area::Body,
    reference: "https://www.rfc-editor.org/rfc/rfc8259",
};

impl Check for WellFormed {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let Some(body) = answer.body() else { continue };
            let Some(((response, _), (content, _))) = answer.response.zip(answer.content) else {
                continue;
            };
            let Some(clause) = answer.clauses.responses[response].content[content].well_formed
            else {
                continue;
            };
            let problem = match body {
                AnswerBody::Value(_) => {
                    verdicts.held(answer, clause);
                    continue;
                }
                AnswerBody::Unread(_) => {
                    verdicts.vacuous(answer, clause);
                    continue;
                }
                AnswerBody::Malformed(problem) => problem,
            };
            let form = answer.media.as_ref().map(BodyForm::of);
            let (name, expected) = match form {
                Some(BodyForm::Json) | None => ("JSON", "JSON in UTF-8 without duplicate members"),
                Some(form) => (form.name(), form.well_formed().unwrap_or_default()),
            };
            verdicts.broken(
                answer,
                clause,
                Broken {
                    title: format!("the body is no well-formed {name}"),
                    expected: expected.to_owned(),
                    actual: format!(
                        "{problem}: {}",
                        excerpt(&answer.exchange.response.body, 120)
                    ),
                    ..Broken::default()
                },
            );
        }
    }
}
