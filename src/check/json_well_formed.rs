//! A JSON body is well-formed, in UTF-8, and has no member twice.

use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::http::excerpt;
use crate::openapi::Level;

pub(super) struct JsonWellFormed;

static RULE: Rule = Rule {
    id: "json-well-formed",
    title: "well-formed JSON",
    requirement: "a JSON body is well-formed, in UTF-8, and no object in it has a member twice",
    level: Level::Must,
    area: Area::Body,
    reference: "https://www.rfc-editor.org/rfc/rfc8259",
};

impl Check for JsonWellFormed {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in trace
            .answers
            .iter()
            .filter(|answer| answer.may_have_body() && answer.is_json())
        {
            let Some(((response, _), (content, _))) = answer.response.zip(answer.content) else {
                continue;
            };
            let Some(clause) = answer.clauses.responses[response].content[content].well_formed
            else {
                continue;
            };
            match answer.json() {
                Ok(_) => verdicts.held(answer, clause),
                Err(problem) => verdicts.broken(
                    answer,
                    clause,
                    Broken {
                        title: "the body is no well-formed JSON".into(),
                        expected: "JSON in UTF-8 without duplicate members".into(),
                        actual: format!(
                            "{problem}: {}",
                            excerpt(&answer.exchange.response.body, 120)
                        ),
                        ..Broken::default()
                    },
                ),
            }
        }
    }
}
