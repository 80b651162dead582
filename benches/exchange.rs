//! Judged exchanges a second, in process and over loopback, and the CPU of a judged exchange as a
//! ratio to the same request by bare reqwest.
//!
//! `cargo bench --bench exchange`. The server over loopback is a process of its own, so that the
//! CPU counted is the client's. Rounds alternate, so that a machine that is slow for a while is slow
//! for all of them.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proofmark::case::{Case, CaseId, Role, load_cases};
use proofmark::check::Judge;
use proofmark::clause::Clauses;
use proofmark::diag::Source;
use proofmark::http::{Headers, Request};
use proofmark::openapi::{Contract, load};
use proofmark::outcome::{CaseVerdict, StepRecord, Trace};
use proofmark::reference::Server;
use proofmark::target::{Limits, ServiceTarget, Target, TlsOptions, UrlTarget, Way};

const EXCHANGES: usize = 20_000;
const SIDE_BY_SIDE: usize = 16;
const ROUNDS: usize = 3;

fn main() {
    // `cargo test --all-targets` runs benches too, and nothing timed is a test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure());
}

struct Bench {
    contract: Contract,
    clauses: Clauses,
    case: Case,
}

async fn measure() {
    let contract = load(Source::new(
        "openapi.yaml",
        proofmark::reference::contract_yaml(),
    ))
    .expect("a contract");
    let bench = Bench {
        case: case(&contract),
        clauses: Clauses::of(&contract),
        contract,
    };
    let (mut child, url) = serve();
    let over_loopback: Arc<dyn Target> = Arc::new(
        UrlTarget::new(
            url.parse().expect("a URL"),
            Limits::default(),
            &TlsOptions::default(),
        )
        .expect("a target"),
    );
    let in_process: Arc<dyn Target> = Arc::new(ServiceTarget::new(Server::new().router()));
    // reqwest is built without a default provider, and asks for one even where it needs none.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let bare = reqwest::Client::builder()
        .no_proxy()
        .http1_only()
        .build()
        .expect("a client");
    println!("{EXCHANGES} PUTs a round, {SIDE_BY_SIDE} under way, one client thread");
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let reqwest = timed(|| bare_round(&bare, &url)).await;
        let judged = timed(|| judged_round(&bench, &over_loopback)).await;
        let inside = timed(|| judged_round(&bench, &in_process)).await;
        let ratio = judged.1 / reqwest.1;
        ratios.push(ratio);
        println!("round {round}");
        show("bare reqwest, loopback", reqwest);
        show("judged, loopback", judged);
        show("judged, in process (server's work included)", inside);
        println!("  CPU of a judged exchange / bare reqwest: {ratio:.2}");
    }
    let judging = judging(&bench, &in_process).await;
    println!("judging alone: {judging:.2} µs an exchange");
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}", ratios[ROUNDS / 2]);
    let _ = child.kill();
    let _ = child.wait();
}

fn show(what: &str, (wall, cpu): (Duration, f64)) {
    let rate = f64::from(u32::try_from(EXCHANGES).unwrap_or(u32::MAX)) / wall.as_secs_f64();
    println!("  {what:<44} {rate:>8.0}/s  {cpu:>6.1} µs CPU");
}

async fn timed<F: Future<Output = ()>>(round: impl FnOnce() -> F) -> (Duration, f64) {
    let (start, before) = (Instant::now(), cpu());
    round().await;
    let spent = cpu().saturating_sub(before);
    let each = spent.as_secs_f64() * 1e6 / f64::from(u32::try_from(EXCHANGES).unwrap_or(u32::MAX));
    (start.elapsed(), each)
}

/// This process' CPU time, as the kernel's scheduler counts it in nanoseconds, over all threads.
fn cpu() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux tells of its tasks");
    let spent = tasks.flatten().filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(spent.sum())
}

async fn bare_round(client: &reqwest::Client, url: &str) {
    let request = request("x");
    let tasks = (0..SIDE_BY_SIDE).map(|_| {
        let (client, url, request) = (
            client.clone(),
            format!("{url}{}", request.target),
            request.clone(),
        );
        tokio::spawn(async move {
            for _ in 0..EXCHANGES / SIDE_BY_SIDE {
                let mut sent = client.put(&url).body(request.body.clone());
                for (name, value) in request.headers.iter().filter(|(name, _)| *name != "host") {
                    sent = sent.header(name, value.reveal());
                }
                let answer = sent.send().await.expect("an answer");
                assert_eq!(answer.status(), 200);
                answer.bytes().await.expect("a body");
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("a task ends");
    }
}

async fn judged_round(bench: &Bench, target: &Arc<dyn Target>) {
    let (sender, mut traces) = tokio::sync::mpsc::channel(SIDE_BY_SIDE);
    for _ in 0..SIDE_BY_SIDE {
        let (target, sender, id) = (target.clone(), sender.clone(), bench.case.id.clone());
        tokio::spawn(async move {
            let request = request(&target.authority());
            for _ in 0..EXCHANGES / SIDE_BY_SIDE {
                let exchange = target.send(&request, Way::Client).await.expect("an answer");
                let trace = trace(&id, target.as_ref(), exchange);
                sender.send(trace).await.expect("somebody judges");
            }
        });
    }
    drop(sender);
    let judge = Judge::new(&bench.contract, &bench.clauses);
    while let Some(trace) = traces.recv().await {
        let outcome = judge.case(&bench.case, &trace);
        assert_eq!(outcome.verdict, CaseVerdict::Pass, "{:?}", outcome.findings);
    }
}

async fn judging(bench: &Bench, target: &Arc<dyn Target>) -> f64 {
    let exchange = target
        .send(&request(&target.authority()), Way::Client)
        .await
        .expect("an answer");
    let trace = trace(&bench.case.id, target.as_ref(), exchange);
    let judge = Judge::new(&bench.contract, &bench.clauses);
    let start = cpu();
    for _ in 0..EXCHANGES {
        std::hint::black_box(judge.case(&bench.case, &trace));
    }
    cpu().saturating_sub(start).as_secs_f64() * 1e6
        / f64::from(u32::try_from(EXCHANGES).unwrap_or(u32::MAX))
}

fn trace(id: &CaseId, target: &dyn Target, exchange: proofmark::http::Exchange) -> Trace {
    let mut trace = Trace::new(id.clone(), &target.origin(), target.prefix());
    trace.steps.push(StepRecord {
        step: Some(0),
        index: None,
        role: Role::Main,
        operation: "setImageMetadataItem".into(),
        result: Ok(exchange),
    });
    trace
}

fn request(authority: &str) -> Request {
    let body = br#"{"meta":{"label":"Replaced"}}"#;
    let length = body.len().to_string();
    let fields = [
        ("host", authority),
        ("accept", "application/json"),
        ("x-auth-token", "f064c46a782c444cb4ba4b6434288f7c"),
        ("content-type", "application/json"),
        ("content-length", length.as_str()),
    ];
    Request {
        method: "PUT".into(),
        target: "/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata/label".into(),
        headers: fields.into_iter().collect::<Headers>(),
        body: body.as_slice().into(),
        secrets: Vec::new(),
    }
}

/// A case of one PUT.
fn case(contract: &Contract) -> Case {
    let text = "description: one PUT\nrequirement: none\noperation: setImageMetadataItem\n\
                path: { key: label }\nbody: { meta: { label: Replaced } }\nexpect: { status: 200 }\n";
    let mut cases =
        load_cases(&[Source::new("cases/one.yaml", text)], "cases", contract).expect("a case");
    cases.remove(0)
}

fn serve() -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_proofmark"))
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut out = BufReader::new(child.stdout.take().expect("it has an output"));
    let mut text = String::new();
    while !text.trim_end().ends_with("\n}") {
        assert!(
            out.read_line(&mut text).expect("it prints") > 0,
            "the server ended"
        );
    }
    // The rest of its output is nobody's business, but its pipe must not fill.
    std::thread::spawn(move || out.read_to_end(&mut Vec::new()));
    let ready: serde_json::Value = serde_json::from_str(&text).expect("it prints JSON");
    (child, ready["url"].as_str().expect("a URL").to_owned())
}
