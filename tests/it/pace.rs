//! Runs that are over before their last case, and cases that are sent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::support::{Reply, Seen, Suite, answer, told, url_target};
use crate::case::CaseId;
use crate::outcome::{Answer, CaseVerdict};
use crate::profile::Profile;
use crate::run::{Acceptance, Options, Pace, RunResult, Runner, plan};

const OPERATIONS: [&str; 3] = ["a", "b", "c"];

/// Three operations that answer a number, each called once.
fn suite() -> Suite {
    let paths: Vec<String> = OPERATIONS
        .iter()
        .map(|name| {
            format!(
                r#""/{name}": {{"get": {{"operationId": "{name}", "responses": {{"200": {{"description": "a number",
                "content": {{"application/json": {{"schema": {{"type": "integer"}}}}}}}}}}}}}}"#
            )
        })
        .collect();
    let document = format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "t", "version": "1"}}, "paths": {{{}}}}}"#,
        paths.join(",")
    );
    Suite::generated(&document)
}

async fn run(
    pace: Pace,
    allow_flaky: bool,
    reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> RunResult {
    let suite = suite();
    let server = told(reply).await;
    let options = Options {
        concurrency: 1,
        nonce: "0123456789".into(),
        pace,
        ..Options::default()
    };
    let profile = Profile::default();
    let planned = plan(&suite.contract, &suite.clauses, &suite.cases, &profile).expect("a plan");
    let (contract, clauses) = (suite.contract.clone(), suite.clauses.clone());
    let acceptance = Acceptance {
        allow_flaky,
        ..Acceptance::default()
    };
    let runner = Runner::new(contract, clauses, url_target(&server.url), profile, options)
        .with_acceptance(acceptance);
    let result = runner.run(&suite.cases, &planned, &|_| {}).await;
    result.expect("the target is there")
}

fn right(_: &Seen) -> Reply {
    answer("200 OK", "1")
}

fn wrong(_: &Seen) -> Reply {
    answer("200 OK", "\"one\"")
}

fn verdicts(result: &RunResult) -> Vec<String> {
    let outcomes = result.outcomes.iter();
    outcomes
        .map(|outcome| match &outcome.verdict {
            CaseVerdict::Skipped(reason) => format!("{}: {reason}", outcome.case),
            other => format!("{}: {}", outcome.case, other.as_str()),
        })
        .collect()
}

#[tokio::test]
async fn nothing_is_begun_behind_a_failure_or_a_budget() {
    let pace = |fail_fast, budget| Pace {
        fail_fast,
        budget,
        ..Pace::default()
    };
    let result = run(pace(true, None), false, wrong).await;
    insta::assert_snapshot!(verdicts(&result).join("\n"), @r#"
    a/first: fail
    b/first: the run ended with a/first (--fail-fast)
    c/first: the run ended with a/first (--fail-fast)
    "#);
    assert_eq!(result.summary.answer(), Answer::DoesNotConform);

    let result = run(pace(true, None), false, right).await;
    assert_eq!(result.summary.answer(), Answer::Conforms);

    let result = run(pace(false, Some(Duration::ZERO)), false, right).await;
    insta::assert_snapshot!(verdicts(&result).join("\n"), @r#"
    a/first: not reached within the budget of 0ns
    b/first: not reached within the budget of 0ns
    c/first: not reached within the budget of 0ns
    "#);
    assert_eq!(result.summary.answer(), Answer::NothingTested);
}

#[tokio::test]
async fn what_is_to_come_first_is_sent_first() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = seen.clone();
    let first = suite()
        .cases
        .iter()
        .rev()
        .map(|case| case.id.clone())
        .collect::<Vec<CaseId>>();
    let pace = Pace {
        first: first[..2].to_vec(),
        ..Pace::default()
    };
    run(pace, false, move |request| {
        log.lock()
            .expect("nobody panicked")
            .push(request.path.clone());
        right(request)
    })
    .await;
    assert_eq!(*seen.lock().expect("nobody panicked"), ["/c", "/b", "/a"]);
}

#[tokio::test]
async fn a_case_that_passes_when_it_is_sent_again_is_flaky_and_fails_the_gate() {
    let once = |allow_flaky| {
        let sent = AtomicUsize::new(0);
        let pace = Pace {
            retries: 2,
            ..Pace::default()
        };
        run(pace, allow_flaky, move |request| {
            match sent.fetch_add(1, Ordering::SeqCst) {
                0 => wrong(request),
                _ => right(request),
            }
        })
    };
    let result = once(false).await;
    assert_eq!(result.outcomes[0].verdict, CaseVerdict::Flaky(2));
    assert_eq!(result.outcomes[0].findings.len(), 1, "what was found stays");
    assert_eq!(result.traces[0].retries.len(), 1);
    assert_eq!(result.summary.answer(), Answer::DoesNotConform);
    insta::assert_snapshot!(crate::report::notice_text(&result.notices[0]), @r#"
    FAIL case-flaky  a/first did not pass, and passed when it was sent again (attempt 2): the target keeps its contract only now and then
      read what the first attempt found; --allow-flaky lets the gate pass all the same
    "#);
    let result = once(true).await;
    assert_eq!(result.summary.answer(), Answer::Conforms);

    let pace = Pace {
        retries: 2,
        ..Pace::default()
    };
    let result = run(pace, true, wrong).await;
    assert!(
        result
            .outcomes
            .iter()
            .all(|outcome| outcome.verdict == CaseVerdict::Fail)
    );
    assert_eq!(result.traces[0].retries.len(), 2);
}
