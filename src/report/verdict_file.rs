//! The verdict file: what was found out, and nothing that differs between two runs that found out
//! the same. A case with bodies that were not looked into lists them under `unjudged`, each with its
//! exchange, media type and reason.
//!
//! ```json
//! {
//!   "contract": "… 1.0.0",
//!   "cases": [{ "case": "op/name", "verdict": "pass", "findings": [] }],
//!   "clauses": [{ "clause": "op/200#content-type", "level": "must", "verdict": "held", "witness": { "case": "op/name", "exchange": 0 } }]
//! }
//! ```

use serde_json::{Value, json};

use crate::clause::Clauses;
use crate::openapi::Contract;
use crate::outcome::{CaseOutcome, CaseVerdict, Ledger};

/// The verdict file's text. Cases are in plan order, clauses in the contract's.
#[must_use]
pub fn verdict_file<'o>(
    contract: &Contract,
    clauses: &Clauses,
    outcomes: impl IntoIterator<Item = &'o CaseOutcome>,
) -> String {
    let mut ledger = Ledger::default();
    let mut cases = Vec::new();
    for outcome in outcomes {
        ledger.add(outcome);
        let findings: Vec<Value> = outcome
            .findings
            .iter()
            .map(|finding| {
                let mut line = json!({
                    "clause": finding.clause,
                    "level": finding.level,
                    "check": finding.check,
                    "exchange": finding.exchange,
                });
                if let Some(waived) = &finding.waived {
                    line["waived"] = waived.reason.as_str().into();
                }
                line
            })
            .collect();
        let mut case = json!({
            "case": outcome.case,
            "verdict": outcome.verdict.as_str(),
            "findings": findings,
        });
        if let CaseVerdict::Skipped(reason) = &outcome.verdict {
            case["reason"] = reason.as_str().into();
        }
        if !outcome.unjudged.is_empty() {
            case["unjudged"] = json!(outcome.unjudged);
        }
        cases.push(case);
    }
    let clauses: Vec<Value> = ledger
        .records(clauses)
        .map(|record| {
            let mut line = json!({
                "clause": record.clause.id,
                "level": record.clause.level,
                "verdict": record.verdict.as_str(),
            });
            if let Some(witness) = record.verdict.witness() {
                line["witness"] = json!(witness);
            }
            line
        })
        .collect();
    let whole = json!({
        "contract": contract.title(),
        "cases": cases,
        "clauses": clauses,
    });
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}
