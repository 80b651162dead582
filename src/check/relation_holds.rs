//! The contract's relations hold in every answer.

use super::{Answer, Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::http::excerpt;
use crate::openapi::{Level, RelationSide};
use crate::relation::Scope;

pub(super) struct RelationHolds;

static RULE: Rule = Rule {
    id: "relation-holds",
    title: "relations hold",
    requirement: "what the contract says under x-conformance of the parts of an answer holds",
    level: Level::Must,
    area: Area::Semantics,
    reference: "https://github.com/google/cel-spec/blob/master/doc/langdef.md",
};

impl Check for RelationHolds {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for (position, answer) in trace.answers.iter().enumerate() {
            for (number, declared) in answer.operation.relations.iter().enumerate() {
                if declared.side != RelationSide::Response {
                    continue;
                }
                let Some(relation) = trace.judge.relation(answer.operation, number) else {
                    continue;
                };
                // Every earlier exchange is handed over only to rules that look back.
                let previous = if declared.rule.contains("previous") {
                    trace.answers[..position]
                        .iter()
                        .map(|earlier| earlier.scope().clone())
                        .collect()
                } else {
                    Vec::new()
                };
                let looks_back = declared.rule.contains("previous");
                let nothing_earlier = looks_back && previous.is_empty();
                let (request, response) = answer.scope();
                let scope = Scope::new(request.clone(), Some(response.clone()), previous);
                let clause = answer.clauses.relations[number];
                // A body that breaks its schema is one cause, and said already.
                if declared.rule.contains("response.body") && breaks_schema(trace, answer) {
                    verdicts.vacuous(answer, clause);
                    continue;
                }
                match relation.holds(&scope) {
                    Some(true) if nothing_earlier => verdicts.vacuous(answer, clause),
                    Some(true) => verdicts.held(answer, clause),
                    None => verdicts.vacuous(answer, clause),
                    Some(false) => verdicts.broken(
                        answer,
                        clause,
                        Broken {
                            title: format!("not so: {}", declared.text),
                            expected: declared.rule.clone(),
                            actual: format!(
                                "{} {}",
                                answer.status(),
                                excerpt(&answer.exchange.response.body, 160)
                            ),
                            ..Broken::default()
                        },
                    ),
                }
            }
        }
    }
}

fn breaks_schema(trace: &TraceView<'_>, answer: &Answer<'_>) -> bool {
    let schema = answer.content.and_then(|(_, media)| media.schema.as_ref());
    let schema = schema.and_then(|at| trace.judge.contract().schema(at).ok());
    let body = answer.json().ok();
    schema
        .zip(body)
        .is_some_and(|(schema, body)| !schema.is_valid(body))
}
