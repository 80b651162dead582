//! A body keeps its schema, and each item of a sequence its own.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::{Answer, AnswerBody};
use super::wording::{body_subject, title};
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::clause::ClauseIndex;
use crate::diag::Pointer;
use crate::openapi::Level;
use crate::schema::{Mismatch, Schema};

pub(super) struct BodySchema;

static RULE: Rule = Rule {
    id: "body-schema",
    title: "body keeps its schema",
    requirement: "a body keeps the schema of its media type, and each item of a sequence the one for items",
    level: Level::Must,
    area: Area::Body,
    reference: "https://spec.openapis.org/oas/v3.1.1#media-type-object",
};

impl Check for BodySchema {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let Some(body) = answer.body() else { continue };
            let Some(((response, _), (content, media))) = answer.response.zip(answer.content)
            else {
                continue;
            };
            let clauses = &answer.clauses.responses[response].content[content];
            let (whole, items) = (&clauses.value.demands, &clauses.items.demands);
            let AnswerBody::Value(value) = body else {
                // What can't be read exercises nothing; that it can't be read, others say.
                for clause in whole.iter().chain(items) {
                    verdicts.vacuous(answer, *clause);
                }
                continue;
            };
            if let Some(schema) = media.compiled.get() {
                judge(answer, verdicts, (schema, whole), &[(String::new(), value)]);
            }
            if let (Some(schema), Some(elements)) = (media.item_compiled.get(), value.as_array()) {
                let places = elements.iter().enumerate();
                let places: Vec<(String, &Value)> = places
                    .map(|(number, element)| (format!("/{number}"), element))
                    .collect();
                judge(answer, verdicts, (schema, items), &places);
            }
        }
    }
}

/// Judges values, each with its place in the body, by the clauses of one schema.
fn judge(
    answer: &Answer<'_>,
    verdicts: &mut Verdicts<'_>,
    (schema, clauses): (&Schema, &[ClauseIndex]),
    values: &[(String, &Value)],
) {
    let mut exercised = vec![false; clauses.len()];
    let mut broken: BTreeMap<ClauseIndex, Vec<Mismatch>> = BTreeMap::new();
    let mut is_unclear = false;
    for (place, value) in values {
        schema.exercised(value, |demand| exercised[demand] = true);
        if schema.is_valid(value) {
            continue;
        }
        let mut is_said = false;
        for mut mismatch in schema.mismatches(value) {
            if let Some(demand) = schema.demand_of(&mismatch) {
                if !place.is_empty() {
                    mismatch.instance = Pointer::from_text(format!("{place}{}", mismatch.instance));
                }
                broken.entry(clauses[demand]).or_default().push(mismatch);
                is_said = true;
            }
        }
        // It breaks something of which nothing can be said, such as a pattern that takes too long.
        is_unclear |= !is_said;
    }
    for (clause, exercised) in clauses.iter().zip(exercised) {
        match broken.remove(clause) {
            Some(mismatches) => verdicts.broken(answer, *clause, describe(&mismatches)),
            None if exercised && !is_unclear => verdicts.held(answer, *clause),
            None => verdicts.vacuous(answer, *clause),
        }
    }
}

/// All mismatches of one clause are one finding: the first in full, the others by their places.
pub(super) fn describe(mismatches: &[Mismatch]) -> Broken {
    let first = &mismatches[0];
    let others: Vec<String> = mismatches[1..]
        .iter()
        .map(|m| m.instance.to_string())
        .collect();
    let actual = format!("{}{}", first.actual, also(&others));
    Broken {
        title: title(&body_subject(first.instance.as_str()), first),
        expected: first.expected.clone(),
        actual,
        instance: first.instance.to_string(),
    }
}

/// The places of all that is not told of in full.
pub(super) fn also(places: &[String]) -> String {
    let more = if places.len() > 5 { ", …" } else { "" };
    match places {
        [] => String::new(),
        places => format!(
            "  (also {}{more})",
            places[..places.len().min(5)].join(", ")
        ),
    }
}
