//! The matrix as JSON.
//!
//! ```json
//! {
//!   "contract": "… 1.0.0",
//!   "implementations": [{ "name": "ours", "target": "http://…", "began": "…", "answer": "conforms" }],
//!   "clauses": [{ "clause": "op/200#content-type", "verdicts": { "ours": "held" }, "differ": false }],
//!   "holes": [{ "operation": "op", "answers": { "ours": "200 application/json, members id" }, "cases": ["op/name"] }]
//! }
//! ```

use serde_json::{Map, Value, json};

use crate::outcome::{Difference, Matrix};

/// The matrix as a JSON document, with a line break at its end.
#[must_use]
pub fn matrix_json(matrix: &Matrix<'_>) -> String {
    let names: Vec<&str> = matrix.implementations.iter().map(|one| one.name).collect();
    let by_name = |values: Vec<Value>| -> Map<String, Value> {
        names.iter().map(ToString::to_string).zip(values).collect()
    };
    let implementations: Vec<Value> = matrix
        .implementations
        .iter()
        .map(|one| {
            json!({
                "name": one.name,
                "target": one.account.about.target,
                "began": one.account.about.began,
                "answer": one.account.answer(),
            })
        })
        .collect();
    let clauses: Vec<Value> = matrix
        .rows
        .iter()
        .map(|row| {
            let verdicts = row.verdicts.iter().map(|verdict| verdict.as_str().into());
            json!({
                "clause": row.clause.id,
                "verdicts": by_name(verdicts.collect()),
                "differ": row.difference() != Difference::None,
            })
        })
        .collect();
    let holes: Vec<Value> = matrix
        .holes
        .iter()
        .map(|hole| {
            let answers = hole.answers.iter().map(|answer| match answer {
                Some(answer) => answer.to_string().into(),
                None => Value::Null,
            });
            json!({
                "operation": hole.operation,
                "answers": by_name(answers.collect()),
                "cases": hole.cases,
            })
        })
        .collect();
    let contract = matrix.implementations.first();
    let whole = json!({
        "contract": contract.map(|one| one.account.about.contract.as_str()),
        "implementations": implementations,
        "clauses": clauses,
        "holes": holes,
    });
    format!("{whole:#}\n")
}
