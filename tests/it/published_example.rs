//! The published document's example exchange, judged alone, conforms with one advisory.

use std::path::Path;

use super::support::Suite;
use crate::case::{CaseId, Role};
use crate::check::Judge;
use crate::evidence::read_exchange;
use crate::outcome::{CaseVerdict, StepRecord, Trace};

#[test]
fn the_published_example_conforms_with_one_advisory() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/published-example.yaml");
    let (_, exchange) = read_exchange(&path).expect("it is an exchange");
    assert_eq!(exchange.response.body.len(), 31);
    let suite = Suite::built_in();
    // A case to stand for it, without a step of its own.
    let mut case = suite.cases[0].clone();
    case.id = CaseId::new("setImageMetadataItem/published-example");
    case.steps.clear();
    let mut trace = Trace::new(case.id.clone(), "http://example.com", "");
    trace.steps.push(StepRecord {
        step: None,
        index: None,
        role: Role::Main,
        operation: "setImageMetadataItem".into(),
        result: Ok(exchange),
    });
    let outcome = Judge::new(&suite.contract, &suite.clauses).case(&case, &trace);
    let said: Vec<String> = outcome
        .findings
        .iter()
        .map(|f| format!("{} {}", f.level.as_str(), f.clause))
        .collect();
    assert_eq!(said, ["should setImageMetadataItem/http#date"]);
    assert_eq!(outcome.verdict, CaseVerdict::Pass);
}
