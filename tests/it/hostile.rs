//! Servers that refuse everything, take everything, hang, close, never end or speak something else:
//! each ends in bounded time with verdicts that say what is known, and no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::support::{Reply, Seen, Suite, answer, patient_target, told, url_target};
use crate::outcome::{CaseOutcome, CaseVerdict, ClauseVerdict};
use crate::run::{RunError, RunResult};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Reads as the preflight and set-up need them: an image without items.
fn read(request: &Seen) -> Option<Reply> {
    let item = request.path.matches('/').count() > 3;
    (request.method == "GET").then(|| {
        if item {
            answer(
                "404 Not Found",
                r#"{"itemNotFound":{"code":404,"message":"no"}}"#,
            )
        } else {
            answer("200 OK", r#"{"metadata":{}}"#)
        }
    })
}

async fn run(suite: &Suite, reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> RunResult {
    run_within(suite, Duration::from_secs(5), reply).await
}

/// Runs with so much patience for each exchange.
async fn run_within(
    suite: &Suite,
    patience: Duration,
    reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> RunResult {
    let server = told(reply).await;
    let target = patient_target(&server.url, patience);
    let result = suite.run(target, 8, &|_| {}).await;
    result.expect("the preflight passes")
}

fn held(suite: &Suite, result: &RunResult, name: &str) -> bool {
    let mut records = result.ledger.records(&suite.clauses);
    records.any(|record| {
        record.clause.id.to_string() == name && matches!(record.verdict, ClauseVerdict::Held(_))
    })
}

#[tokio::test]
async fn a_server_that_refuses_everything_keeps_nothing() {
    let suite = Suite::first_five();
    let result = run(&suite, |request| {
        read(request).unwrap_or_else(|| {
            answer(
                "400 Bad Request",
                r#"{"badRequest":{"code":400,"message":"no"}}"#,
            )
        })
    })
    .await;
    // Only the case without set-up gets as far as its own request; it knows that it should have
    // been accepted.
    assert_eq!(
        Suite::said(&result.outcomes),
        [
            "add-new-key request#accepted",
            "mismatched-key ERROR",
            "missing-token ERROR",
            "oversize-body ERROR",
            "valid-upsert ERROR",
        ]
    );
    for clause in [
        "relation#key-agrees",
        "security/tokenAuth#enforced",
        "law#body-limit",
    ] {
        assert!(
            !held(&suite, &result, &format!("setImageMetadataItem/{clause}")),
            "{clause}"
        );
    }
}

#[tokio::test]
async fn a_server_that_takes_everything_is_found_out() {
    let suite = Suite::first_five();
    let result = run(&suite, |request| {
        read(request)
            .filter(|_| !request.path.contains("pm-"))
            .unwrap_or_else(|| answer("200 OK", r#"{"meta":{}}"#))
    })
    .await;
    assert!(
        result
            .outcomes
            .iter()
            .all(|outcome| outcome.verdict == CaseVerdict::Fail)
    );
    assert!(!held(&suite, &result, "setImageMetadataItem/law#stored"));
    assert!(!held(
        &suite,
        &result,
        "setImageMetadataItem/200/application~1json/meta#minProperties"
    ));
}

async fn only_errors(patience: Duration, reply: fn() -> Reply) -> Vec<String> {
    let suite = Suite::first_five();
    let result = run_within(&suite, patience, move |request| {
        read(request).unwrap_or_else(reply)
    })
    .await;
    for outcome in &result.outcomes {
        assert_eq!(outcome.verdict, CaseVerdict::Error, "{}", outcome.case);
        assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    }
    let reasons = result.outcomes.iter().flat_map(|outcome| &outcome.troubles);
    let mut reasons: Vec<String> = reasons.map(|trouble| trouble.reason.clone()).collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

#[tokio::test]
async fn a_server_that_hangs_is_an_error_with_its_reason() {
    let reasons = only_errors(Duration::from_millis(500), || Reply::Silence).await;
    assert!(
        reasons
            .iter()
            .all(|reason| reason.contains("500 ms") || reason.contains("ran out of time")),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn a_server_that_closes_is_an_error_with_its_reason() {
    let reasons = only_errors(Duration::from_secs(5), || Reply::Bytes(Vec::new())).await;
    assert!(
        reasons.iter().all(|reason| reason.contains("closed")),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn a_server_that_never_ends_is_an_error_with_its_reason() {
    let reasons = only_errors(Duration::from_secs(5), || Reply::Endless).await;
    assert!(
        reasons.iter().all(|reason| reason.contains("65536")),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn a_server_that_speaks_something_else_is_an_error_with_its_reason() {
    let reasons = only_errors(Duration::from_secs(5), || {
        Reply::Bytes(b"220 smtp.example.com ESMTP\r\n\r\n".to_vec())
    })
    .await;
    assert!(!reasons.is_empty());
}

#[tokio::test]
async fn a_limit_in_front_of_the_api_says_nothing_of_it() {
    let reasons = only_errors(Duration::from_secs(5), || {
        answer(
            "429 Too Many Requests",
            r#"{"overLimit":{"code":429,"message":"slow"}}"#,
        )
    })
    .await;
    assert!(
        reasons.iter().all(|reason| reason.contains("429")),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn a_server_that_lies_about_its_length_is_an_error_with_its_reason() {
    let reasons = only_errors(Duration::from_secs(5), || {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n";
        Reply::Bytes(format!("{head}{{}}").into_bytes())
    })
    .await;
    assert!(
        reasons
            .iter()
            .all(|reason| reason.contains("after 2 of the answer's 4000 body bytes")),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn a_coded_body_is_neither_unpacked_nor_judged() {
    // Ten bytes of gzip may stand for gigabytes; who doesn't unpack them needs no limit.
    let suite = Suite::first_five();
    let result = run(&suite, |request| {
        if request.method == "DELETE" {
            return answer("404 Not Found", r#"{"itemNotFound":{"code":404,"message":"no"}}"#);
        }
        read(request).unwrap_or_else(|| {
            let body = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\
                 content-length: {}\r\nx-compute-request-id: req-00000000-0000-4001-8000-{:012x}\r\n\
                 date: Tue, 24 Nov 2026 00:00:00 GMT\r\nconnection: close\r\n\r\n",
                body.len(),
                NUMBER.fetch_add(1, Ordering::Relaxed)
            );
            Reply::Bytes([head.as_bytes(), body].concat())
        })
    })
    .await;
    // That what was answered 200 isn't there afterwards is all that is known.
    let stored = "setImageMetadataItem/law#stored";
    for outcome in &result.outcomes {
        let reasons = outcome.troubles.iter().map(|trouble| &trouble.reason);
        assert!(
            reasons
                .clone()
                .any(|reason| reason.contains("coded as gzip")),
            "{}: {:?}",
            outcome.case,
            reasons.collect::<Vec<_>>()
        );
        let findings = outcome.findings.iter();
        let others: Vec<String> = findings
            .map(|finding| finding.clause.to_string())
            .filter(|clause| clause != stored)
            .collect();
        assert!(others.is_empty(), "{}: {others:?}", outcome.case);
    }
}

#[tokio::test]
async fn an_overloaded_server_says_nothing_of_the_api() {
    let reasons = only_errors(Duration::from_secs(5), || {
        let body = r#"{"serviceUnavailable":{"code":503,"message":"later"}}"#;
        let Reply::Bytes(bytes) = answer("503 Service Unavailable\r\nretry-after: 1", body) else {
            return Reply::Silence;
        };
        Reply::Bytes(bytes)
    })
    .await;
    assert!(
        reasons.iter().all(|reason| reason.contains("answered 503")),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn a_server_that_dies_half_way_ends_the_rest_as_errors() {
    let suite = Suite::first_five();
    let left = AtomicU32::new(12);
    let result = run(&suite, move |request| {
        let alive = left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok();
        match read(request) {
            _ if !alive => Reply::Bytes(Vec::new()),
            Some(reply) => reply,
            None if request.method == "PUT" => {
                let key = request.path.rsplit('/').next().unwrap_or_default();
                answer("200 OK", &format!(r#"{{"meta":{{"{key}":"Added"}}}}"#))
            }
            None => answer(
                "404 Not Found",
                r#"{"itemNotFound":{"code":404,"message":"no"}}"#,
            ),
        }
    })
    .await;
    let errors = |outcome: &&Arc<CaseOutcome>| outcome.verdict == CaseVerdict::Error;
    // Whatever the order, those that came after its death are errors, and all cases have an end.
    assert_eq!(result.outcomes.len(), 5);
    assert!(result.outcomes.iter().filter(errors).count() >= 2);
    assert!(
        result
            .outcomes
            .iter()
            .flat_map(|outcome| &outcome.troubles)
            .any(|trouble| trouble.reason.contains("closed")),
    );
}

#[tokio::test]
async fn a_server_that_hangs_on_one_operation_is_soon_asked_no_more() {
    let suite = Suite::built_in();
    let hung = Arc::new(AtomicU32::new(0));
    let count = hung.clone();
    let result = run_within(&suite, Duration::from_millis(100), move |request| {
        if request.method == "PUT" {
            count.fetch_add(1, Ordering::Relaxed);
            return Reply::Silence;
        }
        read(request).unwrap_or_else(|| {
            answer(
                "404 Not Found",
                r#"{"itemNotFound":{"code":404,"message":"no"}}"#,
            )
        })
    })
    .await;
    assert_eq!(result.outcomes.len(), suite.cases.len());
    // Three, then one in sixteen; what is sent side by side goes out before the first runs out of time.
    let most = 3 + u32::try_from(suite.cases.len()).expect("few") / 16 + 20 + 8;
    assert!(hung.load(Ordering::Relaxed) <= most, "{hung:?}");
    assert!(
        result
            .outcomes
            .iter()
            .flat_map(|outcome| &outcome.troubles)
            .any(|trouble| trouble.reason.contains("not sent: 3 requests in a row")),
    );
}

#[tokio::test]
async fn nobody_there_is_no_verdict() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let result = Suite::first_five().run(url_target(&url), 8, &|_| {}).await;
    assert!(matches!(result, Err(RunError::Unreachable { target, .. }) if target == url));
}

#[tokio::test]
async fn without_its_fixtures_nothing_is_written() {
    let server = told(|_| {
        answer(
            "404 Not Found",
            r#"{"itemNotFound":{"code":404,"message":"no"}}"#,
        )
    })
    .await;
    let result = Suite::first_five()
        .run(url_target(&server.url), 8, &|_| {})
        .await;
    let Err(RunError::Fixtures(missing)) = result else {
        panic!("it is not ready: {result:?}");
    };
    assert!(missing[0].contains("--var image_id="), "{missing:?}");
    let seen = server.seen.lock().expect("nobody panicked");
    assert!(
        seen.iter().all(|request| request.method == "GET"),
        "{seen:?}"
    );
}

#[tokio::test]
async fn an_interrupted_run_takes_back_what_it_made() {
    let suite = Suite::first_five();
    let plan = crate::run::plan(
        &suite.contract,
        &suite.clauses,
        &suite.cases,
        &crate::profile::Profile::default().with_examples(&suite.contract),
    );
    let plan = plan.expect("clauses exist");
    let (arrived, mut has_arrived) = tokio::sync::mpsc::unbounded_channel();
    let server = told(move |request| {
        if request.method == "PUT" {
            let _ = arrived.send(());
            return Reply::Silence;
        }
        read(request).unwrap_or_else(|| {
            answer(
                "404 Not Found",
                r#"{"itemNotFound":{"code":404,"message":"no"}}"#,
            )
        })
    })
    .await;
    let runner = suite.runner(url_target(&server.url), 1);
    let cancel = runner.canceller();
    tokio::spawn(async move {
        has_arrived.recv().await;
        cancel.send_replace(true);
    });
    let result = runner
        .run(&suite.cases, &plan, &|_| {})
        .await
        .expect("it begins");
    assert!(result.summary.interrupted);
    let seen = server.seen.lock().expect("nobody panicked").clone();
    let written: Vec<&str> = seen
        .iter()
        .filter(|r| r.method == "PUT")
        .map(|r| r.path.as_str())
        .collect();
    let deleted: Vec<&str> = seen
        .iter()
        .filter(|r| r.method == "DELETE")
        .map(|r| r.path.as_str())
        .collect();
    assert_eq!(written.len(), 1, "{seen:?}");
    assert!(deleted.contains(&written[0]), "{seen:?}");
}
