//! What the tests of the whole share: the built-in contract and cases, runs, and servers that
//! answer as they are told.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::case::{Case, discover, load_cases};
use crate::clause::Clauses;
use crate::diag::{Source, Style, render_all};
use crate::evidence::Recorder;
use crate::openapi::{Contract, load};
use crate::outcome::{About, CaseOutcome, Event};
use crate::profile::Profile;
use crate::run::{Options, RunError, RunResult, Runner, plan};
use crate::target::{Limits, Target, TlsOptions, UrlTarget};

/// The built-in contract and its cases.
pub(super) struct Suite {
    pub(super) contract: Arc<Contract>,
    pub(super) clauses: Arc<Clauses>,
    pub(super) cases: Vec<Case>,
}

impl Suite {
    pub(super) fn built_in() -> Self {
        let text = crate::reference::contract_yaml();
        let contract = load(Source::new("spec/openapi.yaml", text)).expect("the contract loads");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
        let sources = discover(&folder, "cases").expect("the cases can be read");
        let cases = load_cases(&sources, "cases", &contract)
            .unwrap_or_else(|problems| panic!("{}", render_all(&problems, Style::Plain)));
        Self {
            clauses: Arc::new(Clauses::of(&contract)),
            contract: Arc::new(contract),
            cases,
        }
    }

    /// A contract and the cases generated from it.
    pub(super) fn generated(document: &str) -> Self {
        let contract = load(Source::new("contract.json", document)).expect("the contract loads");
        let generation = crate::generate::first_requests(&contract, &Profile::default());
        let cases = generation.requests.into_iter().map(|request| request.case);
        Self {
            clauses: Arc::new(Clauses::of(&contract)),
            cases: cases.collect(),
            contract: Arc::new(contract),
        }
    }

    /// The built-in contract and the five cases its user named.
    pub(super) fn first_five() -> Self {
        let mut suite = Self::built_in();
        let names = [
            "add-new-key",
            "mismatched-key",
            "missing-token",
            "oversize-body",
            "valid-upsert",
        ];
        suite.cases.retain(|case| {
            let name = case.id.as_str().strip_prefix("setImageMetadataItem/");
            name.is_some_and(|name| names.contains(&name))
        });
        assert_eq!(suite.cases.len(), names.len());
        suite
    }

    /// A runner of all cases; the variables are those of the reference.
    pub(super) fn runner(&self, target: Arc<dyn Target>, concurrency: usize) -> Runner {
        Runner::new(
            self.contract.clone(),
            self.clauses.clone(),
            target,
            self.profile(),
            Options {
                concurrency,
                nonce: "0123456789".into(),
                locks: None,
                ..Options::default()
            },
        )
    }

    pub(super) fn profile(&self) -> Profile {
        let mut profile = Profile::default();
        let fixtures = crate::reference::Server::new().fixtures();
        let variables = fixtures["variables"].as_object().cloned();
        profile.variables = variables.unwrap_or_default();
        profile.with_examples(&self.contract)
    }

    pub(super) async fn run(
        &self,
        target: Arc<dyn Target>,
        concurrency: usize,
        emit: &(dyn Fn(Event) + Sync),
    ) -> Result<RunResult, RunError> {
        let plan = plan(&self.contract, &self.clauses, &self.cases, &self.profile())
            .expect("clauses exist");
        self.runner(target, concurrency)
            .run(&self.cases, &plan, emit)
            .await
    }

    /// A run of which a record is kept.
    pub(super) async fn recorded(&self, target: Arc<dyn Target>, folder: &Path) -> RunResult {
        let about = About {
            contract: self.contract.title(),
            run: "0123456789".into(),
            began: "2026-11-26T04:44:23Z".parse().expect("a time"),
            ..About::default()
        };
        let (origin, prefix) = (target.origin(), target.prefix().to_owned());
        let recorder = Recorder::create(folder, &about, &origin, &prefix);
        let recorder = Mutex::new(recorder.expect("the folder can be written"));
        let emit = |event: Event| {
            let mut recorder = recorder.lock().expect("nobody panicked");
            recorder.event(&event).expect("it is written");
        };
        self.run(target, 8, &emit).await.expect("it runs")
    }

    /// The outcomes of a run by a profile of its own.
    pub(super) async fn run_with(
        &self,
        target: Arc<dyn Target>,
        profile: Profile,
    ) -> Vec<Arc<CaseOutcome>> {
        let plan =
            plan(&self.contract, &self.clauses, &self.cases, &profile).expect("clauses exist");
        let options = Options {
            concurrency: 4,
            nonce: "0123456789".into(),
            locks: None,
            ..Options::default()
        };
        let (contract, clauses) = (self.contract.clone(), self.clauses.clone());
        let runner = Runner::new(contract, clauses, target, profile, options);
        let result = runner.run(&self.cases, &plan, &|_| ()).await;
        result.expect("the target is there").outcomes
    }

    /// The clauses that fail, each with its case, and the cases that could not be judged.
    pub(super) fn said(outcomes: &[Arc<CaseOutcome>]) -> Vec<String> {
        let mut said = Vec::new();
        for outcome in outcomes {
            let case = outcome.case.as_str().rsplit('/').next().unwrap_or_default();
            said.extend(
                outcome
                    .failures()
                    .map(|finding| format!("{case} {}", finding.clause.within_operation())),
            );
            if !outcome.troubles.is_empty() {
                said.push(format!("{case} ERROR"));
            }
        }
        said
    }
}

/// The record that a run would have left.
pub(super) fn record_of(folder: &Path, result: &RunResult) {
    let about = About {
        run: "0123456789".into(),
        ..About::default()
    };
    let mut recorder = Recorder::create(folder, &about, "http://h", "").expect("a folder");
    let mut events = vec![Event::Started {
        target: "t".into(),
        cases: result
            .traces
            .iter()
            .map(|trace| trace.case.clone())
            .collect(),
    }];
    for (trace, outcome) in result.traces.iter().zip(&result.outcomes) {
        events.extend(trace.steps.iter().map(|record| Event::Exchanged {
            case: trace.case.clone(),
            record: Arc::new(record.clone()),
        }));
        events.push(Event::CaseSent {
            case: trace.case.clone(),
            ending: Arc::new(trace.ending()),
        });
        events.push(Event::CaseFinished(outcome.clone()));
    }
    events.push(Event::Finished(result.summary.clone()));
    for event in events {
        recorder.event(&event).expect("it is written");
    }
}

/// A folder of a test's own, which goes with it.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("proofmark-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// A path below it, as an argument.
    pub(super) fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A URL as a target.
pub(super) fn url_target(url: &str) -> Arc<dyn Target> {
    patient_target(url, Duration::from_secs(5))
}

/// A URL as a target that is waited for so long and no longer.
pub(super) fn patient_target(url: &str, total: Duration) -> Arc<dyn Target> {
    let limits = Limits {
        connect: total,
        total,
        body: 64 * 1024,
        head: 16 * 1024,
    };
    let base = url.parse().expect("a base URL");
    Arc::new(UrlTarget::new(base, limits, &TlsOptions::default()).expect("a target"))
}

/// A request as a server saw it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) path: String,
    /// The head as it came, request line included.
    pub(super) head: String,
    pub(super) body: String,
}

impl Seen {
    /// The values of a header field.
    pub(super) fn fields(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1);
        lines
            .filter_map(|line| line.split_once(": "))
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }
}

/// What a server does with a request.
pub(super) enum Reply {
    /// These bytes, and the connection is closed.
    Bytes(Vec<u8>),
    /// Nothing, and the connection stays open.
    Silence,
    /// Bytes without end.
    Endless,
}

/// A server on a port of its own, and the requests it has seen.
pub(super) struct Told {
    pub(super) url: String,
    pub(super) seen: Arc<Mutex<Vec<Seen>>>,
}

/// Serves every connection by `reply`, one request each.
pub(super) async fn told(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Told {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (all, reply) = (seen.clone(), Arc::new(reply));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(one(stream, all.clone(), reply.clone()));
        }
    });
    Told { url, seen }
}

async fn one(
    mut stream: TcpStream,
    all: Arc<Mutex<Vec<Seen>>>,
    reply: Arc<impl Fn(&Seen) -> Reply>,
) {
    let mut read = Vec::new();
    let head = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if !matches!(stream.read_buf(&mut read).await, Ok(1..)) {
            return;
        }
    };
    let text = String::from_utf8_lossy(&read[..head]).into_owned();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    while read.len() < head + length.unwrap_or(0) {
        if !matches!(stream.read_buf(&mut read).await, Ok(1..)) {
            return;
        }
    }
    let words: Vec<String> = text.split(' ').take(2).map(str::to_owned).collect();
    let mut words = words.into_iter();
    let request = Seen {
        method: words.next().unwrap_or_default(),
        path: words.next().unwrap_or_default(),
        body: String::from_utf8_lossy(&read[head..]).into_owned(),
        head: text,
    };
    all.lock().expect("nobody panicked").push(request.clone());
    match reply(&request) {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Silence => {
            let _ = stream.read_to_end(&mut read).await;
        }
        Reply::Endless => {
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
            let _ = stream.write_all(head).await;
            while stream.write_all(&[b' '; 4096]).await.is_ok() {}
        }
    }
}

/// An answer with everything a success must carry.
pub(super) fn answer(status: &str, body: &str) -> Reply {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Reply::Bytes(
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             x-compute-request-id: req-00000000-0000-4000-8000-{number:012x}\r\n\
             date: Tue, 24 Nov 2026 00:00:00 GMT\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    )
}
