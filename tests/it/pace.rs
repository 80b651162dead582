//! Runs that are over before their last case, and cases that are sent again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::support::{Folder, Reply, Seen, Suite, answer, told, url_target};
use crate::case::CaseId;
use crate::check::judge;
use crate::evidence::{Recorder, read_records};
use crate::outcome::{About, Answer, CaseOutcome, CaseVerdict, Event};
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
    told_of(pace, allow_flaky, reply, &|_| {}).await
}

async fn told_of(
    pace: Pace,
    allow_flaky: bool,
    reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    emit: &(dyn Fn(Event) + Sync),
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
    let result = runner.run(&suite.cases, &planned, emit).await;
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
    let seen = Arc::new(Mutex::new(Vec::new()));
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

#[tokio::test]
async fn each_attempt_is_in_the_record() {
    let folder = Folder::new();
    let about = About {
        run: "0123456789".into(),
        ..About::default()
    };
    let recorder = Recorder::create(&folder.0, &about, "http://h", "").expect("a folder");
    let recorder = Mutex::new(recorder);
    let emit = |event: Event| {
        let mut recorder = recorder.lock().expect("nobody panicked");
        recorder.event(&event).expect("it is written");
    };
    let pace = Pace {
        retries: 2,
        ..Pace::default()
    };
    let sent = AtomicUsize::new(0);
    let reply = move |request: &Seen| match sent.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => wrong(request),
        _ => right(request),
    };
    let live = told_of(pace, true, reply, &emit).await;
    let verdicts = |outcomes: &[CaseOutcome]| -> Vec<CaseVerdict> {
        outcomes
            .iter()
            .map(|outcome| outcome.verdict.clone())
            .collect()
    };
    let expected = [CaseVerdict::Flaky(3), CaseVerdict::Pass, CaseVerdict::Pass];
    let of_live: Vec<CaseOutcome> = live.outcomes.iter().map(|o| (**o).clone()).collect();
    assert_eq!(verdicts(&of_live), expected);

    let suite = suite();
    let read = || read_records(std::slice::from_ref(&folder.0)).expect("it is read");
    let record = read();
    let judged = judge(&suite.contract, &suite.cases, &record.traces);
    assert_eq!(verdicts(&judged), expected);
    let exchanges = |outcomes: &[CaseOutcome]| outcomes.iter().map(|o| o.exchanges).sum::<usize>();
    assert_eq!(exchanges(&judged), exchanges(&of_live));

    // A run that died between two attempts left a case that is not over.
    let file = folder.0.join("0123456789.ndjson");
    let text = std::fs::read_to_string(&file).expect("the record");
    let second = text
        .match_indices("{\"closed\"")
        .nth(1)
        .expect("an attempt")
        .0;
    std::fs::write(&file, &text[..second]).expect("it is cut");
    let record = read();
    assert!(record.unfinished.contains(&suite.cases[0].id));
    assert_eq!(record.traces[0].retries.len(), 1);
}
