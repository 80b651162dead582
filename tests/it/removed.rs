//! An operation that the contract calls removed is a method that its path hasn't: who still answers it is
//! shown.

use std::sync::Arc;

use super::support::{Suite, answer, told, url_target};
use crate::case::load_cases;
use crate::clause::Clauses;
use crate::diag::{Source, Style, render_all};
use crate::openapi::load;
use crate::outcome::{Answer, ClauseVerdict};
use crate::profile::Profile;
use crate::run::{Options, Runner, plan};

const CASE: &str = "
description: The deletion is gone.
requirement: it was removed
operation: get
method: DELETE
expect: { status: 405 }
control: { method: null, expect: { status: 200 } }
";

/// What a run of the case says where the deletion is answered so, and the contract documents a refusal
/// or doesn't: its answer, how the clause stands, and which clauses are named.
async fn said(status: &'static str, is_documented: bool) -> (Answer, String, Vec<String>) {
    let refused = if is_documented {
        r#", "405": {"description": "no"}"#
    } else {
        ""
    };
    let document = format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "t", "version": "1"}}, "paths": {{"/a": {{
            "get": {{"operationId": "get", "responses": {{"200": {{"description": "d"}}{refused}}}}},
            "delete": {{"operationId": "gone", "x-conformance": "removed", "responses": {{"204": {{"description": "d"}}}}}}}}}}}}"#
    );
    let contract = load(Source::new("contract.json", document)).expect("a document");
    let cases = load_cases(
        &[Source::new("cases/get/gone.yaml", CASE)],
        "cases",
        &contract,
    );
    let suite = Suite {
        clauses: Arc::new(Clauses::of(&contract)),
        cases: cases.unwrap_or_else(|problems| panic!("{}", render_all(&problems, Style::Plain))),
        contract: Arc::new(contract),
    };
    let server = told(move |request| match request.method.as_str() {
        "DELETE" => answer(status, "1"),
        _ => answer("200 OK", "1"),
    })
    .await;
    let profile = Profile::default();
    let planned = plan(&suite.contract, &suite.clauses, &suite.cases, &profile).expect("a plan");
    let (contract, clauses) = (suite.contract.clone(), suite.clauses.clone());
    let target = url_target(&server.url);
    let runner = Runner::new(contract, clauses, target, profile, Options::default());
    let result = runner
        .run(&suite.cases, &planned, &|_| {})
        .await
        .expect("it runs");
    assert_eq!(
        server.seen.lock().expect("nobody panicked")[0].method,
        "DELETE",
        "what is removed is asked for"
    );
    let mut records = result.ledger.records(&suite.clauses);
    let record = records.find(|record| record.clause.id.to_string() == "~1a/methods#not-allowed");
    let verdict: ClauseVerdict = record.expect("the path has the clause").verdict;
    let findings = result.outcomes.iter().flat_map(|outcome| &outcome.findings);
    (
        result.summary.answer(),
        verdict.as_str().to_owned(),
        findings.map(|finding| finding.clause.to_string()).collect(),
    )
}

#[tokio::test]
async fn a_removed_operation_that_is_still_answered_is_shown() {
    let clause = vec!["~1a/methods#not-allowed".to_owned()];
    for status in ["200 OK", "404 Not Found"] {
        let expected = (Answer::DoesNotConform, "broken".to_owned(), clause.clone());
        assert_eq!(said(status, true).await, expected, "{status}");
        // What another method gets is not said by a contract without a 405: an advisory.
        let expected = (Answer::Conforms, "broken".to_owned(), clause.clone());
        assert_eq!(said(status, false).await, expected, "{status}");
    }
    let expected = (Answer::Conforms, "held".to_owned(), Vec::new());
    assert_eq!(said("405 Method Not Allowed", true).await, expected);
    assert_eq!(said("405 Method Not Allowed", false).await, expected);
}
