//! Exchanges that no case was made for: each is judged for its shape, by the operation that its method
//! and path lead to.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Map;

use super::credentials;
use super::recording::{Entry, Recording};
use crate::case::{Case, CaseId, Origin, Role};
use crate::diag::{Diagnostic, Document, Pointer, Source, Syntax};
use crate::http::Exchange;
use crate::openapi::{Contract, Level, Operation, Server};
use crate::outcome::{StepRecord, Trace};

/// How many names a note has.
const NAMED: usize = 10;

/// Exchanges as cases of their own, and what became of the others.
#[derive(Debug, Default)]
pub struct Routed {
    /// The cases: nothing is expected of them but the contract.
    pub cases: Vec<Case>,
    /// Their traces, of one exchange each.
    pub traces: Vec<Trace>,
    /// What is to be known: what was not judged, and why.
    pub notes: Vec<Diagnostic>,
}

/// The operation a request is for: its method, and its path below `prefix`. HEAD goes with GET (RFC 9110,
/// 9.3.2).
fn operation<'c>(
    contract: &'c Contract,
    method: &str,
    target: &str,
    prefix: &str,
) -> Option<&'c Operation> {
    let path = target.split('?').next().unwrap_or_default();
    let below = path.strip_prefix(prefix)?;
    if !prefix.is_empty() && !below.starts_with('/') {
        return None;
    }
    contract.route(method, below).or_else(|| {
        let head = method == "HEAD";
        head.then(|| contract.route("GET", below)).flatten()
    })
}

/// A case and a trace of one exchange. `place` is where the exchange stands.
fn alone(
    id: CaseId,
    description: String,
    place: Arc<Document>,
    (operation, exchange): (&Operation, Exchange),
    (origin, prefix): (&str, &str),
) -> (Case, Trace) {
    let case = Case {
        id: id.clone(),
        description,
        requirement: String::new(),
        level: Level::Must,
        row: Map::new(),
        needs: Vec::new(),
        serial: false,
        origin: Origin::Recording,
        steps: Vec::new(),
        document: place,
    };
    let mut trace = Trace::new(id, origin, prefix);
    trace.steps.push(StepRecord {
        step: None,
        index: None,
        role: Role::Main,
        operation: operation.name.clone(),
        result: Ok(exchange),
    });
    (case, trace)
}

/// A single exchange as a case of its own; `stem` is its file's name.
///
/// # Errors
/// When its method and path lead to no operation.
pub fn route_exchange(
    contract: &Contract,
    document: Arc<Document>,
    mut exchange: Exchange,
    stem: &str,
    prefix: &str,
) -> Result<(Case, Trace), Diagnostic> {
    let prefix = prefix.trim_end_matches('/');
    let request = &exchange.request;
    let target = request.target.as_str();
    let found = operation(contract, &request.method, target, prefix)
        .or_else(|| operation(contract, &request.method, target, ""));
    let Some(operation) = found else {
        let message = format!(
            "the contract has no operation for {} {}",
            request.method,
            request.shown_target()
        );
        return Err(Diagnostic::error("exchange", message)
            .at(
                document.source(),
                document.span(&Pointer::from_text("/request/target")),
                "",
            )
            .help("if the targets begin with a base path, give it with --base-path"));
    };
    if exchange.request.secrets.is_empty() {
        credentials::mark(contract, &mut exchange);
    }
    let host = exchange.request.headers.text("host").unwrap_or("host");
    let origin = format!("http://{host}");
    let description = format!("the exchange in {}", document.source().name());
    Ok(alone(
        CaseId::new(&format!("{}/{stem}", operation.name)),
        description,
        document,
        (operation, exchange),
        (&origin, prefix),
    ))
}

/// The exchanges of another tool's recording, each as a case of its own, `OPERATION/STEM/NUMBER`. Without
/// a base path, those of the contract's servers are tried, and then the one below which the recording has
/// operations, if there is only one.
#[must_use]
pub fn route_entries(
    contract: &Contract,
    recording: Recording,
    stem: &str,
    base_path: Option<&str>,
) -> Routed {
    let mut routed = Routed::default();
    let Recording {
        document, entries, ..
    } = recording;
    let prefixes = match base_path {
        Some(path) => vec![path.trim_end_matches('/').to_owned()],
        None => prefixes(contract, &entries, &document, &mut routed.notes),
    };
    let lead = |entry: &Entry| -> Option<(&Operation, &String)> {
        let request = &entry.exchange.as_ref().ok()?.request;
        let mut prefixes = prefixes.iter();
        prefixes.find_map(|prefix| {
            let found = operation(contract, &request.method, &request.target, prefix)?;
            Some((found, prefix))
        })
    };
    // A browser records whatever a page asks for: where the contract says on which hosts it is served and
    // these are there, other hosts' answers are not this API's.
    let hosts = hosts(contract);
    let is_served = |entry: &Entry| hosts.contains(&entry.authority);
    let only_served = entries
        .iter()
        .any(|entry| is_served(entry) && lead(entry).is_some());
    let width = entries.len().to_string().len();
    let mut unrouted: BTreeMap<String, usize> = BTreeMap::new();
    let mut unusable: BTreeMap<String, usize> = BTreeMap::new();
    let mut bodiless: BTreeMap<String, usize> = BTreeMap::new();
    for (number, entry) in entries.iter().enumerate() {
        if let Err(reason) = &entry.exchange {
            *unusable
                .entry(format!("{}: {reason}", entry.asked))
                .or_default() += 1;
            continue;
        }
        let found = lead(entry).filter(|_| !only_served || is_served(entry));
        let (Some((operation, prefix)), Ok(exchange)) = (found, &entry.exchange) else {
            *unrouted.entry(entry.asked.clone()).or_default() += 1;
            continue;
        };
        let mut exchange = exchange.clone();
        credentials::mark(contract, &mut exchange);
        let id = format!("{}/{stem}/{:0width$}", operation.name, number + 1);
        let description = format!("exchange {} of {}", number + 1, document.source().name());
        let origin = format!("{}://{}", entry.scheme, entry.authority);
        let (case, mut trace) = alone(
            CaseId::new(&id),
            description,
            Arc::new(document.spot(&entry.at)),
            (operation, exchange),
            (&origin, prefix),
        );
        if let Some(reason) = &entry.bodiless {
            trace.bodiless.push(0);
            *bodiless
                .entry(format!("{}: {reason}", entry.asked))
                .or_default() += 1;
        }
        routed.cases.push(case);
        routed.traces.push(trace);
    }
    let name = document.source().name();
    let total = entries.len();
    let mut say = |counted: &BTreeMap<String, usize>, what: &str| {
        routed.notes.extend(note(counted, |count| {
            format!("{name}: {count} of {total} exchanges {what}")
        }));
    };
    say(
        &unrouted,
        "are for no operation of the contract, and not judged",
    );
    say(&unusable, "can't be judged");
    say(&bodiless, "are judged without their answers' bodies");
    routed
}

/// The exchanges of traces that no case is there for, each as a case of its own, `CASE/exchange-NUMBER`.
/// `of_trace` says of a trace which of its exchanges are meant.
#[must_use]
pub fn route_traces<'t>(
    contract: &Contract,
    traces: impl IntoIterator<Item = &'t Trace>,
    of_trace: impl Fn(&Trace, &StepRecord) -> bool,
) -> Routed {
    let mut routed = Routed::default();
    let mut unrouted: BTreeMap<String, usize> = BTreeMap::new();
    let place = Document::parse(Source::new("the record", "{}"), Syntax::Json);
    let Ok(place) = place.map(Arc::new) else {
        return routed;
    };
    let mut total = 0;
    for trace in traces {
        let steps = trace.steps.iter().enumerate();
        for (number, record) in steps.filter(|(_, record)| of_trace(trace, record)) {
            let Ok(exchange) = &record.result else {
                continue;
            };
            total += 1;
            let request = &exchange.request;
            let target = request.target.as_str();
            let Some(operation) = operation(contract, &request.method, target, &trace.prefix)
            else {
                let path = target.split('?').next().unwrap_or_default();
                *unrouted
                    .entry(format!("{} {path}", request.method))
                    .or_default() += 1;
                continue;
            };
            let number = number + 1;
            let (case, alone) = alone(
                CaseId::new(&format!("{}/exchange-{number:02}", trace.case)),
                format!("exchange {number} of the case {}", trace.case),
                place.clone(),
                (operation, exchange.clone()),
                (&trace.origin, &trace.prefix),
            );
            routed.cases.push(case);
            routed.traces.push(alone);
        }
    }
    routed.notes.extend(note(&unrouted, |count| {
        format!("{count} of these {total} exchanges are for no operation of the contract, and not judged")
    }));
    routed
}

/// What was counted, with the first names.
fn note(
    counted: &BTreeMap<String, usize>,
    message: impl FnOnce(usize) -> String,
) -> Option<Diagnostic> {
    let count: usize = counted.values().sum();
    if count == 0 {
        return None;
    }
    let mut note = Diagnostic::warning("not-judged", message(count));
    for (name, times) in counted.iter().take(NAMED) {
        note = note.note(match times {
            1 => name.clone(),
            times => format!("{name} ({times} times)"),
        });
    }
    if counted.len() > NAMED {
        note = note.note(format!("and {} more", counted.len() - NAMED));
    }
    Some(note)
}

/// The hosts the contract says it is served on.
fn hosts(contract: &Contract) -> Vec<String> {
    let servers = contract.operations.iter().flat_map(|o| &o.servers);
    let urls = contract.servers.iter().chain(servers).map(Server::expanded);
    urls.filter_map(|url| {
        let (_, authority, _) = super::recording::parts_of(&url)?;
        Some(authority.to_ascii_lowercase())
    })
    .collect()
}

/// The base paths below which a recording's requests are looked for.
fn prefixes(
    contract: &Contract,
    entries: &[Entry],
    document: &Document,
    notes: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let requests: Vec<(&str, &str)> = entries
        .iter()
        .filter_map(|entry| entry.exchange.as_ref().ok())
        .map(|exchange| {
            let request = &exchange.request;
            let path = request.target.split('?').next().unwrap_or_default();
            (request.method.as_str(), path)
        })
        .collect();
    let leads = |prefix: &str| {
        let mut requests = requests.iter();
        requests.any(|(method, path)| operation(contract, method, path, prefix).is_some())
    };
    let operations = contract.operations.iter().flat_map(|o| &o.servers);
    let mut declared: Vec<String> = Vec::new();
    for server in contract.servers.iter().chain(operations) {
        let url = server.expanded();
        let path = super::recording::parts_of(&url).map_or(url.as_str(), |(_, _, path)| path);
        let path = path.trim_end_matches('/').to_owned();
        if !declared.contains(&path) && (path.is_empty() || path.starts_with('/')) {
            declared.push(path);
        }
    }
    if declared.is_empty() {
        declared.push(String::new());
    }
    // The longest first: it says the most of a path.
    declared.sort_by_key(|path| std::cmp::Reverse(path.len()));
    if declared.iter().any(|prefix| leads(prefix)) {
        return declared;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (method, path) in &requests {
        let ends = path.match_indices('/').map(|(at, _)| at);
        for prefix in ends.map(|at| &path[..at]) {
            if operation(contract, method, path, prefix).is_some() {
                *counts.entry(prefix).or_default() += 1;
            }
        }
    }
    let most = counts.values().max().copied().unwrap_or_default();
    let best: Vec<&str> = counts
        .iter()
        .filter(|(_, count)| **count == most)
        .map(|(prefix, _)| *prefix)
        .collect();
    let name = document.source().name();
    match best.as_slice() {
        [] => Vec::new(),
        [prefix] => {
            let shown = if prefix.is_empty() {
                "no base path"
            } else {
                prefix
            };
            notes.push(
                Diagnostic::warning(
                    "base-path",
                    format!(
                        "{name}: none of the contract's servers' base paths fits; read with {shown}, below which {most} of {} requests are for its operations",
                        requests.len()
                    ),
                )
                .help("give it with --base-path"),
            );
            vec![(*prefix).to_owned()]
        }
        several => {
            notes.push(
                Diagnostic::warning(
                    "base-path",
                    format!(
                        "{name}: several base paths fit as well as each other: {}",
                        several.join(", ")
                    ),
                )
                .help("give the right one with --base-path; nothing of it was judged"),
            );
            Vec::new()
        }
    }
}
