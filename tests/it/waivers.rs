//! Waived findings fail nothing and stay visible; waivers that are no longer true fail the gate.

use std::sync::Arc;

use jiff::civil::{Date, date};

use super::support::Suite;
use crate::case::Case;
use crate::diag::Source;
use crate::outcome::{Answer, ClauseVerdict};
use crate::reference::{Server, faults};
use crate::report::notice_text;
use crate::run::{Acceptance, RunResult, plan};
use crate::target::ServiceTarget;
use crate::waiver::Waivers;

const TODAY: Date = date(2026, 11, 26);

/// The clause that the fault below breaks.
const BROKEN: &str = "setImageMetadataItem/200/header/x-compute-request-id#pattern";

/// The first five cases at the reference with a fault on, or without one, held to a file of waivers.
async fn run(fault: Option<&str>, waivers: &str, selected: &[&str]) -> (Suite, RunResult) {
    let mut suite = Suite::first_five();
    let known: Vec<Case> = suite.cases.clone();
    let is_selected = |case: &Case| {
        selected.is_empty() || selected.iter().any(|name| case.id.as_str().ends_with(name))
    };
    suite.cases.retain(is_selected);
    let fault: Vec<_> = faults().filter(|known| Some(known.name) == fault).collect();
    let server = Server::with_faults(&fault);
    let target = Arc::new(ServiceTarget::connecting(move |stream| {
        let server = server.clone();
        async move { server.connection(stream).await }
    }));
    let text = format!("waivers:\n{waivers}");
    let waivers = Waivers::read(&Source::new("waivers.yaml", text)).expect("waivers");
    let acceptance = Acceptance {
        waivers: Some(waivers),
        today: TODAY,
        known,
        ..Acceptance::default()
    };
    let runner = suite.runner(target, 4).with_acceptance(acceptance);
    let planned = plan(
        &suite.contract,
        &suite.clauses,
        &suite.cases,
        &suite.profile(),
    );
    let planned = planned.expect("clauses exist");
    let result = runner.run(&suite.cases, &planned, &|_| {}).await;
    (suite, result.expect("the target is there"))
}

fn waiver(keys: &str, expires: &str) -> String {
    format!("  - {{ {keys}, reason: 'by the proxy', owner: us, expires: {expires} }}\n")
}

async fn answer(fault: Option<&str>, keys: &str, expires: &str) -> (Answer, Vec<String>) {
    let (_, result) = run(fault, &waiver(keys, expires), &[]).await;
    let notices = result.notices.iter().map(notice_text).collect();
    (result.summary.answer(), notices)
}

const FAULT: Option<&str> = Some("request-id-malformed");

#[tokio::test]
async fn what_is_waived_fails_nothing_and_stays_visible() {
    let keys = format!("clause: '{BROKEN}'");
    let (suite, result) = run(FAULT, &waiver(&keys, "2026-11-26"), &[]).await;
    assert_eq!(result.summary.answer(), Answer::Conforms);
    assert!(result.summary.waived > 0);
    assert_eq!(result.notices, []);
    let mut records = result.ledger.records(&suite.clauses);
    let record = records.find(|record| record.clause.id.to_string() == BROKEN);
    let verdict = record.expect("the clause is there").verdict;
    assert!(matches!(verdict, ClauseVerdict::Waived(_)), "{verdict:?}");
    let outcome = result.outcomes.iter().find(|o| !o.findings.is_empty());
    let finding = &outcome.expect("it is still found").findings[0];
    assert_eq!(
        finding.waived.as_ref().map(|w| w.owner.as_str()),
        Some("us")
    );
}

#[tokio::test]
async fn a_waiver_reaches_no_further_than_it_says() {
    let only = |scope: &str| format!("clause: '{BROKEN}', {scope}");
    let one = only("case: setImageMetadataItem/valid-upsert");
    let expected = Answer::DoesNotConform;
    assert_eq!(answer(FAULT, &one, "2027-01-01").await.0, expected);
    let all = only("case: 'setImageMetadataItem/*', operation: setImageMetadataItem");
    assert_eq!(answer(FAULT, &all, "2027-01-01").await.0, Answer::Conforms);
    let other = only("operation: getImageMetadataItem");
    assert_eq!(answer(FAULT, &other, "2027-01-01").await.0, expected);
}

#[tokio::test]
async fn a_waiver_that_is_no_longer_true_fails_the_gate() {
    let keys = format!("clause: '{BROKEN}'");
    let mut texts = Vec::new();
    let wrong = [
        (FAULT, keys.as_str(), "2026-11-25"),
        (None, &keys, "2026-11-25"),
        (None, &keys, "2027-01-01"),
        (None, "clause: 'setImageMetadataItem/299/**'", "2027-01-01"),
        (
            None,
            "clause: '**', case: setImageMetadataItem/valid-upsrt",
            "2027-01-01",
        ),
        (None, "clause: '**', operation: setImage", "2027-01-01"),
    ];
    for (fault, keys, expires) in wrong {
        let (answer, notices) = answer(fault, keys, expires).await;
        assert_eq!(answer, Answer::DoesNotConform, "{keys}");
        texts.extend(notices);
    }
    insta::assert_snapshot!(texts.join("\n\n"), @r#"
    FAIL waiver-expired  the waiver of setImageMetadataItem/200/header/x-compute-request-id#pattern expired on 2026-11-25; us accepted it: by the proxy
      --> waivers.yaml:2:5
      have the deviation mended, or have it accepted again until another day

    FAIL waiver-expired  the waiver of setImageMetadataItem/200/header/x-compute-request-id#pattern expired on 2026-11-25; us accepted it: by the proxy
      --> waivers.yaml:2:5
      have the deviation mended, or have it accepted again until another day

    FAIL waiver-unused  the waiver of setImageMetadataItem/200/header/x-compute-request-id#pattern matched nothing, though what it names was put to the test and held
      --> waivers.yaml:2:5
      remove it (`proofmark waive --prune` does), or say `intermittent: true` where the deviation doesn't show in every run

    FAIL waiver-dangling  the waiver of setImageMetadataItem/299/** is about nothing that is there: the contract has no such clause
      --> waivers.yaml:2:5
      mend its names, or remove it

    FAIL waiver-dangling  the waiver of ** is about nothing that is there: there is no case setImageMetadataItem/valid-upsrt
      --> waivers.yaml:2:5
      mend its names, or remove it

    FAIL waiver-dangling  the waiver of ** is about nothing that is there: the contract has no operation setImage
      --> waivers.yaml:2:5
      mend its names, or remove it
    "#);
}

#[tokio::test]
async fn what_could_not_show_is_not_held_against_a_waiver() {
    // Of an answer that only a case that was not selected waits for, nothing is known.
    let late = waiver("clause: 'setImageMetadataItem/413/**'", "2027-01-01");
    let (_, result) = run(None, &late, &["valid-upsert"]).await;
    assert_eq!(result.notices, []);
    // Nor of one that doesn't show in every run.
    let keys = format!("clause: '{BROKEN}', intermittent: true");
    assert_eq!(
        answer(None, &keys, "2027-01-01").await,
        (Answer::Conforms, vec![])
    );
    // A case's own expectation, of a case that passed.
    let own = "clause: 'setImageMetadataItem/case/valid-upsert#*'";
    let (said, notices) = answer(None, own, "2027-01-01").await;
    assert_eq!((said, notices.len()), (Answer::DoesNotConform, 1));
}

#[tokio::test]
async fn a_case_that_failed_for_another_reason_speaks_against_no_waiver_it_did_not_come_to() {
    // The header is missing altogether, which is what fails. Elsewhere its pattern held.
    let all = "clause: '**/header/x-compute-request-id#pattern'";
    assert_eq!(answer(None, all, "2027-01-01").await.1.len(), 1);
    let missing = Some("request-id-missing");
    let expected = (Answer::DoesNotConform, vec![]);
    assert_eq!(answer(missing, all, "2027-01-01").await, expected);
    // Another thing is wrong with the same answers, and what was waived held in each of them.
    let one = format!("clause: '{BROKEN}'");
    let other = Some("meta-missing");
    let (said, notices) = answer(other, &one, "2027-01-01").await;
    assert_eq!((said, notices.len()), (Answer::DoesNotConform, 1));
    // Of several clauses nobody knows which one would have been broken.
    assert_eq!(answer(other, all, "2027-01-01").await, expected);
}
