//! The contract's relations hold in every answer.

use super::answer::AnswerBody;
use super::attribution::violations;
use super::scopes::looks_back;
use super::{Answer, Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::http::excerpt;
use crate::openapi::{Level, RelationSide};

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
        for answer in &trace.answers {
            for (number, declared) in answer.operation.relations.iter().enumerate() {
                if declared.side != RelationSide::Response {
                    continue;
                }
                let clause = answer.clauses.relations[number];
                // A body that breaks its schema is one cause, and said already; so is a request that
                // should have been refused, of which an answer promises nothing.
                let is_said = (declared.rule.contains("response.body") && answer.breaks_schema())
                    || (declared.rule.contains("request.body")
                        && !violations(trace, answer).is_empty())
                    || (declared.rule.contains("request.body") && is_raced(answer));
                if is_said {
                    verdicts.vacuous(answer, clause);
                    continue;
                }
                // Of nothing earlier nothing can differ.
                if looks_back(&declared.rule)
                    && trace
                        .answers
                        .first()
                        .is_some_and(|a| a.number == answer.number)
                {
                    verdicts.vacuous(answer, clause);
                    continue;
                }
                match trace.holds(answer, number) {
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

/// Whether the answer is one of several to requests for one thing at the same time: it may tell of what
/// another of them stored.
fn is_raced(answer: &Answer<'_>) -> bool {
    answer.step.is_some_and(|step| step.parallel)
}

/// Whether something is wrong with an answer's body already: it can't be read, or breaks its schema or a
/// relation that speaks of it.
pub(super) fn is_flawed(trace: &TraceView<'_>, answer: &Answer<'_>) -> bool {
    let relations = answer.operation.relations.iter().enumerate();
    // An unreadable body, one of an undocumented type, or one that a false length cut short.
    let surplus = answer.exchange.response.surplus.as_ref();
    let unreadable = answer.response.is_some_and(|(_, r)| !r.content.is_empty())
        && (answer.content.is_none()
            || surplus.is_some_and(|surplus| !surplus.is_empty())
            || matches!(answer.body(), Some(AnswerBody::Malformed(_))));
    unreadable
        || answer.breaks_schema()
        || relations
            .filter(|(_, declared)| {
                declared.side == RelationSide::Response && declared.rule.contains("response.body")
            })
            .any(|(number, _)| trace.holds(answer, number) == Some(false))
}
