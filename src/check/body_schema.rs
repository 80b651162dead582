//! A JSON body keeps its schema.

use std::collections::BTreeMap;

use super::wording::{body_subject, title};
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::clause::ClauseIndex;
use crate::openapi::Level;
use crate::schema::Mismatch;

pub(super) struct BodySchema;

static RULE: Rule = Rule {
    id: "body-schema",
    title: "body keeps its schema",
    requirement: "a JSON body keeps the schema of its media type",
    level: Level::Must,
    area: Area::Body,
    reference: "https://spec.openapis.org/oas/v3.1.1#media-type-object",
};

impl Check for BodySchema {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in trace
            .answers
            .iter()
            .filter(|answer| answer.may_have_body() && answer.is_json())
        {
            let Some(((response, _), (content, media))) = answer.response.zip(answer.content)
            else {
                continue;
            };
            let Some(schema) = media.compiled.get() else {
                continue;
            };
            let clauses = &answer.clauses.responses[response].content[content]
                .value
                .demands;
            // What can't be read exercises nothing; that it can't be read, another check says.
            let Ok(body) = answer.json() else {
                for clause in clauses {
                    verdicts.vacuous(answer, *clause);
                }
                continue;
            };
            let mut exercised = vec![false; clauses.len()];
            schema.exercised(body, |demand| exercised[demand] = true);
            let mut broken: BTreeMap<ClauseIndex, Vec<Mismatch>> = BTreeMap::new();
            let is_valid = schema.is_valid(body);
            if !is_valid {
                for mismatch in schema.mismatches(body) {
                    if let Some(demand) = schema.demand_of(&mismatch) {
                        broken.entry(clauses[demand]).or_default().push(mismatch);
                    }
                }
            }
            // It breaks something of which nothing can be said, such as a pattern that takes too long.
            let is_unclear = !is_valid && broken.is_empty();
            for (clause, exercised) in clauses.iter().zip(exercised) {
                match broken.remove(clause) {
                    Some(mismatches) => verdicts.broken(answer, *clause, describe(&mismatches)),
                    None if exercised && !is_unclear => verdicts.held(answer, *clause),
                    None => verdicts.vacuous(answer, *clause),
                }
            }
        }
    }
}

/// All mismatches of one clause are one finding: the first in full, the others by their places.
fn describe(mismatches: &[Mismatch]) -> Broken {
    let first = &mismatches[0];
    let mut actual = first.actual.clone();
    if mismatches.len() > 1 {
        let others: Vec<String> = mismatches[1..]
            .iter()
            .take(5)
            .map(|m| m.instance.to_string())
            .collect();
        let more = if mismatches.len() > 6 { ", …" } else { "" };
        actual = format!("{actual}  (also {}{more})", others.join(", "));
    }
    Broken {
        title: title(&body_subject(first.instance.as_str()), first),
        expected: first.expected.clone(),
        actual,
        instance: first.instance.to_string(),
    }
}
