//! The same verdict file, byte for byte: in process and over a socket, whatever the concurrency, run
//! after run, and from the record.

use std::sync::Arc;

use super::support::{Folder, Suite};
use crate::check::judge;
use crate::evidence::read_records;
use crate::reference::Server;
use crate::report::verdict_file;
use crate::run::RunResult;
use crate::target::{Limits, ServiceTarget, Target, TlsOptions, UrlTarget};

async fn run(suite: &Suite, target: Arc<dyn Target>, concurrency: usize) -> (String, RunResult) {
    let result = suite
        .run(target, concurrency, &|_| {})
        .await
        .expect("it runs");
    let outcomes = result.outcomes.iter().map(AsRef::as_ref);
    (
        verdict_file(&suite.contract, &suite.clauses, outcomes),
        result,
    )
}

fn over_a_pipe() -> Arc<dyn Target> {
    let server = Server::new();
    Arc::new(ServiceTarget::connecting(move |stream| {
        let server = server.clone();
        async move { server.connection(stream).await }
    }))
}

async fn over_a_socket() -> Arc<dyn Target> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { Server::new().serve(listener, std::future::pending()).await });
    let base = url.parse().expect("a base URL");
    Arc::new(UrlTarget::new(base, Limits::default(), &TlsOptions::default()).expect("a target"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verdicts_do_not_depend_on_the_way_the_order_or_the_run() {
    let suite = Suite::built_in();
    let (expected, result) = run(&suite, over_a_pipe(), 1).await;
    assert_eq!(Suite::said(&result.outcomes), Vec::<String>::new());
    assert_eq!(result.summary.passed, suite.cases.len());
    assert_eq!(result.summary.advisories, 0);
    let router: Arc<dyn Target> = Arc::new(ServiceTarget::new(Server::new().router()));
    assert_eq!(run(&suite, router, 8).await.0, expected);
    for _ in 0..10 {
        assert_eq!(run(&suite, over_a_pipe(), 8).await.0, expected);
        assert_eq!(run(&suite, over_a_socket().await, 8).await.0, expected);
    }
}

#[tokio::test]
async fn a_record_is_judged_to_the_same_verdicts() {
    let suite = Suite::built_in();
    let folder = Folder::new();
    let result = suite.recorded(over_a_pipe(), &folder.0).await;
    let live = result.outcomes.iter().map(AsRef::as_ref);
    let expected = verdict_file(&suite.contract, &suite.clauses, live);
    let record = read_records(std::slice::from_ref(&folder.0)).expect("it is read back");
    assert!(record.notes.is_empty(), "{:?}", record.notes);
    let outcomes = judge(&suite.contract, &suite.cases, &record.traces);
    let again = verdict_file(&suite.contract, &suite.clauses, &outcomes);
    assert_eq!(again, expected);
}

#[tokio::test]
async fn what_is_written_is_taken_away_again() {
    let suite = Suite::built_in();
    let server = Server::new();
    let target: Arc<dyn Target> = Arc::new(ServiceTarget::new(server.router()));
    let before = crate::target::Target::send(&*target, &list(), crate::target::Way::Client).await;
    run(&suite, target.clone(), 8).await;
    let after = target.send(&list(), crate::target::Way::Client).await;
    let body = |exchange: Result<crate::http::Exchange, _>| {
        exchange.ok().map(|exchange| exchange.response.body)
    };
    let after = body(after);
    assert!(after.is_some());
    assert_eq!(after, body(before));
}

fn list() -> crate::http::Request {
    let fields = [
        ("host", "in-process"),
        ("accept", "application/json"),
        ("x-auth-token", "f064c46a782c444cb4ba4b6434288f7c"),
    ];
    crate::http::Request {
        method: "GET".into(),
        target: "/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata".into(),
        headers: fields.into_iter().collect(),
        body: bytes::Bytes::new(),
        secrets: Vec::new(),
    }
}
