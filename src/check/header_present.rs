//! Required header fields are there.

use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::openapi::Level;

pub(super) struct HeaderPresent;

static RULE: Rule = Rule {
    id: "header-present",
    title: "required headers there",
    requirement: "every header field that the response documents as required is there",
    level: Level::Must,
    area: Area::Headers,
    reference: "https://spec.openapis.org/oas/v3.1.1#header-object",
};

impl Check for HeaderPresent {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let Some((number, response)) = answer.response else {
                continue;
            };
            for (header, clauses) in response
                .headers
                .iter()
                .zip(&answer.clauses.responses[number].headers)
            {
                let is_there = answer.exchange.response.headers.contains(&header.name);
                if let Some(clause) = clauses.removed {
                    if is_there {
                        let broken = Broken {
                            title: format!("the header {} was removed, and is there", header.title),
                            expected: format!("no header {}", header.title),
                            actual: "it is there".to_owned(),
                            ..Broken::default()
                        };
                        verdicts.broken(answer, clause, broken);
                    } else {
                        verdicts.held(answer, clause);
                    }
                }
                let Some(clause) = clauses.required else {
                    continue;
                };
                if is_there {
                    verdicts.held(answer, clause);
                    continue;
                }
                let there: Vec<&str> = answer
                    .exchange
                    .response
                    .headers
                    .iter()
                    .map(|(name, _)| name)
                    .collect();
                verdicts.broken(
                    answer,
                    clause,
                    Broken {
                        title: format!("the header {} is missing", header.title),
                        expected: format!("a header {}", header.title),
                        actual: format!("only {}", there.join(", ")),
                        ..Broken::default()
                    },
                );
            }
        }
    }
}
