//! The time from a record of 10,000 exchanges on the disk to its verdicts, and what of it is spent on
//! keeping witnesses.
//!
//! `cargo bench --bench judge`. Each exchange is a case of its own, which is the dearest record there is.
//! The best of several rounds counts: others share the machine.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proofmark::case::{Case, CaseId, Role, load_cases};
use proofmark::check::Judge;
use proofmark::clause::Clauses;
use proofmark::diag::Source;
use proofmark::evidence::{Recorder, read_records};
use proofmark::http::{Exchange, Headers, Request};
use proofmark::openapi::{Contract, load};
use proofmark::outcome::{
    About, CaseOutcome, CaseVerdict, Event, Ledger, StepRecord, Summary, Trace,
};
use proofmark::reference::Server;
use proofmark::report::verdict_file;
use proofmark::target::{ServiceTarget, Target as _, Way};

/// As the program has it: judging allocates many small things on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXCHANGES: u32 = 10_000;
const ROUNDS: usize = 7;

fn main() {
    // `cargo test --all-targets` runs benches too, and nothing timed is a test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let text = proofmark::reference::contract_yaml();
    let contract = load(Source::new("openapi.yaml", text)).expect("a contract");
    let clauses = Clauses::of(&contract);
    let cases = cases(&contract);
    let folder = std::env::temp_dir().join(format!("proofmark-bench-{}", std::process::id()));
    let outcomes: Vec<CaseOutcome> = {
        let exchange = exchange();
        let judge = Judge::new(&contract, &clauses);
        let traces: Vec<Trace> = cases.iter().map(|case| trace(case, &exchange)).collect();
        let pairs: Vec<(&Case, &Trace)> = cases.iter().zip(&traces).collect();
        let outcomes = judge.all(&pairs);
        assert!(outcomes.iter().all(|o| o.verdict == CaseVerdict::Pass));
        show("written", best(|| record(&folder, &traces, &outcomes)));
        outcomes
    };
    let paths = [folder.clone()];
    show(
        "read",
        best(|| drop(read_records(&paths).expect("a record"))),
    );
    let record = read_records(&paths).expect("a record");
    let judge = Judge::new(&contract, &clauses);
    let pairs: Vec<(&Case, &Trace)> = cases.iter().zip(&record.traces).collect();
    show("judged, all cores", best(|| drop(judge.all(&pairs))));
    let one_by_one = best(|| {
        for (case, trace) in &pairs {
            std::hint::black_box(judge.case(case, trace));
        }
    });
    show("judged, one core", one_by_one);
    let ledger = best(|| {
        let mut ledger = Ledger::default();
        for outcome in &outcomes {
            ledger.add(outcome);
        }
        std::hint::black_box(ledger);
    });
    show("of it: the ledger", ledger);
    let exercised = exercised(&contract, &record.traces);
    show("of it: what bodies exercise", exercised);
    let whole = best(|| {
        let record = read_records(&paths).expect("a record");
        let judge = Judge::new(&contract, &clauses);
        let pairs: Vec<(&Case, &Trace)> = cases.iter().zip(&record.traces).collect();
        let outcomes = judge.all(&pairs);
        std::hint::black_box(verdict_file(&contract, &clauses, &outcomes));
    });
    show("from the disk to the verdict file", whole);
    let _ = std::fs::remove_dir_all(folder);
}

fn show(what: &str, time: Duration) {
    let each = time.as_secs_f64() * 1e6 / f64::from(EXCHANGES);
    println!(
        "{what:<36} {:>7.1} ms  {each:>6.2} µs an exchange",
        time.as_secs_f64() * 1e3
    );
}

fn best(mut round: impl FnMut()) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let begin = Instant::now();
        round();
        begin.elapsed()
    });
    times.min().unwrap_or_default()
}

/// How long it takes to find out which demands the answers' bodies put to the test.
fn exercised(contract: &Contract, traces: &[Trace]) -> Duration {
    let operation = contract
        .operation("setImageMetadataItem")
        .expect("it is there");
    let content = &operation.response(200).expect("it is there").content[0];
    let schema = content.compiled.get().expect("a schema");
    let bodies: Vec<serde_json::Value> = traces
        .iter()
        .filter_map(|trace| trace.steps[0].result.as_ref().ok())
        .filter_map(|exchange| serde_json::from_slice(&exchange.response.body).ok())
        .collect();
    best(|| {
        let mut count = 0;
        for body in &bodies {
            schema.exercised(body, |demand| count += demand);
        }
        std::hint::black_box(count);
    })
}

fn record(folder: &Path, traces: &[Trace], outcomes: &[CaseOutcome]) {
    let _ = std::fs::remove_dir_all(folder);
    let about = About {
        run: "bench".into(),
        ..About::default()
    };
    let mut recorder = Recorder::create(folder, &about, "http://h", "").expect("a folder");
    let mut tell = |event: &Event| recorder.event(event).expect("it is written");
    tell(&Event::Started {
        target: "t".into(),
        cases: traces.iter().map(|trace| trace.case.clone()).collect(),
    });
    for (trace, outcome) in traces.iter().zip(outcomes) {
        let case = trace.case.clone();
        tell(&Event::Exchanged {
            case: case.clone(),
            record: Arc::new(trace.steps[0].clone()),
        });
        tell(&Event::CaseSent {
            case,
            ending: Arc::new(trace.ending()),
        });
        tell(&Event::CaseFinished(Arc::new(outcome.clone())));
    }
    tell(&Event::Finished(Arc::new(Summary::default())));
}

fn trace(case: &Case, exchange: &Exchange) -> Trace {
    let mut trace = Trace::new(case.id.clone(), "http://h", "");
    trace.steps.push(StepRecord {
        step: Some(0),
        index: None,
        role: Role::Main,
        operation: "setImageMetadataItem".into(),
        result: Ok(exchange.clone()),
    });
    trace
}

/// One PUT, as the reference answers it.
fn exchange() -> Exchange {
    let body = br#"{"meta":{"label":"Replaced"}}"#;
    let length = body.len().to_string();
    let fields = [
        ("host", "h"),
        ("accept", "application/json"),
        ("x-auth-token", "f064c46a782c444cb4ba4b6434288f7c"),
        ("content-type", "application/json"),
        ("content-length", length.as_str()),
    ];
    let request = Request {
        method: "PUT".into(),
        target: "/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata/label".into(),
        headers: fields.into_iter().collect::<Headers>(),
        body: body.as_slice().into(),
        secrets: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let target = ServiceTarget::new(Server::new().router());
    let sent = runtime.block_on(target.send(&request, Way::Client));
    sent.expect("an answer")
}

/// As many cases of one PUT.
fn cases(contract: &Contract) -> Vec<Case> {
    let text = "description: one PUT\nrequirement: none\noperation: setImageMetadataItem\n\
                path: { key: label }\nbody: { meta: { label: Replaced } }\nexpect: { status: 200 }\n";
    let source = Source::new("cases/one.yaml", text);
    let cases = load_cases(&[source], "cases", contract).expect("a case");
    let numbered = |number| Case {
        id: CaseId::new(&format!("one/{number:05}")),
        ..cases[0].clone()
    };
    (0..EXCHANGES).map(numbered).collect()
}
