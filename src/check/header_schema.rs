//! Header fields keep their schemas.

use serde_json::Value;

use super::wording::title;
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::http::FieldValue;
use crate::openapi::Level;

pub(super) struct HeaderSchema;

static RULE: Rule = Rule {
    id: "header-schema",
    title: "headers keep their schemas",
    requirement: "a header field that is there keeps the schema the response documents for it",
    level: Level::Must,
    area: Area::Headers,
    reference: "https://spec.openapis.org/oas/v3.1.1#header-object",
};

impl Check for HeaderSchema {
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
                let Some(schema) = header.compiled.get() else {
                    continue;
                };
                let clauses = &clauses.value.demands;
                let Some(text) = answer
                    .exchange
                    .response
                    .headers
                    .get(&header.name)
                    // Of what a recording hides nothing can be said.
                    .filter(|value| matches!(value, FieldValue::Plain(_)))
                    .map(FieldValue::shown)
                else {
                    for clause in clauses {
                        verdicts.vacuous(answer, *clause);
                    }
                    continue;
                };
                let readings = readings(&text);
                let value = readings
                    .iter()
                    .find(|value| schema.is_valid(value))
                    .unwrap_or(&readings[0]);
                let mut exercised = vec![false; clauses.len()];
                schema.exercised(value, |demand| exercised[demand] = true);
                let valid = schema.is_valid(value);
                let mismatches = if valid {
                    Vec::new()
                } else {
                    schema.mismatches(value)
                };
                for (demand, clause) in clauses.iter().enumerate() {
                    let mismatch = mismatches
                        .iter()
                        .find(|m| schema.demand_of(m) == Some(demand));
                    match mismatch {
                        Some(mismatch) => verdicts.broken(
                            answer,
                            *clause,
                            Broken {
                                title: title(&format!("the header {}", header.title), mismatch),
                                expected: mismatch.expected.clone(),
                                actual: format!("{text:?}"),
                                ..Broken::default()
                            },
                        ),
                        None if exercised[demand] => verdicts.held(answer, *clause),
                        None => verdicts.vacuous(answer, *clause),
                    }
                }
            }
        }
    }
}

/// What a field's text may be read as: itself, or the number or boolean it spells.
fn readings(text: &str) -> Vec<Value> {
    let mut readings = vec![Value::from(text)];
    readings.extend(text.parse::<i64>().ok().map(Value::from));
    readings.extend(
        text.parse::<f64>()
            .ok()
            .filter(|n| n.is_finite())
            .map(Value::from),
    );
    readings.extend(text.parse::<bool>().ok().map(Value::from));
    readings
}
