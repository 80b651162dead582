//! The pages that are written of runs: what they hold, and that they are sound HTML whatever the target
//! and the contract say.

mod holes;
mod matrix;
mod report;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::case::{Case, CaseId, Origin, Role, load_cases};
use crate::check::judge;
use crate::clause::Clauses;
use crate::diag::Source;
use crate::http::{Exchange, Headers, Request, Response};
use crate::openapi::{Contract, load};
use crate::outcome::{About, Account, CaseOutcome, StepRecord, Trace};
use crate::run::{Acceptance, Conclusion};
use crate::waiver::Waivers;

/// A run put together by hand, judged.
struct Run {
    about: About,
    contract: Contract,
    clauses: Clauses,
    cases: Vec<Case>,
    traces: Vec<Trace>,
    outcomes: Vec<Arc<CaseOutcome>>,
    concluded: Conclusion,
}

impl Run {
    /// The traces of a contract's cases, each file's name its id.
    fn of(contract: &str, cases: &[(&str, &str)], traces: Vec<Trace>, waivers: &str) -> Self {
        Self::with_origin(contract, cases, traces, waivers, Origin::File)
    }

    /// The same of cases that come from elsewhere.
    fn with_origin(
        contract: &str,
        cases: &[(&str, &str)],
        traces: Vec<Trace>,
        waivers: &str,
        origin: Origin,
    ) -> Self {
        let contract = load(Source::new("api.yaml", contract)).expect("the contract can be read");
        let clauses = Clauses::of(&contract);
        let sources: Vec<_> = cases
            .iter()
            .map(|(name, text)| Source::new(format!("cases/{name}.yaml"), *text))
            .collect();
        let mut cases = load_cases(&sources, "cases", &contract).expect("the cases can be read");
        for case in &mut cases {
            case.origin = origin;
        }
        let acceptance = Acceptance {
            waivers: (!waivers.is_empty()).then(|| {
                Waivers::read(&Source::new("waivers.yaml", waivers)).expect("waivers are read")
            }),
            today: "2026-01-02".parse().expect("a day"),
            known: cases.clone(),
            ..Acceptance::default()
        };
        let outcomes: Vec<Arc<CaseOutcome>> = judge(&contract, &cases, &traces)
            .into_iter()
            .map(|mut outcome| {
                acceptance.apply(&clauses, &mut outcome);
                Arc::new(outcome)
            })
            .collect();
        let concluded = acceptance.conclude(&contract, &clauses, &cases, &outcomes, false);
        Self {
            about: About {
                contract: contract.title(),
                target: "http://h".into(),
                began: Timestamp::UNIX_EPOCH,
                version: "0".into(),
                ..About::default()
            },
            contract,
            clauses,
            cases,
            traces,
            outcomes,
            concluded,
        }
    }

    fn account(&self) -> Account<'_> {
        Account {
            about: &self.about,
            contract: &self.contract,
            clauses: &self.clauses,
            cases: &self.cases,
            traces: &self.traces,
            outcomes: &self.outcomes,
            ledger: &self.concluded.ledger,
            notices: &self.concluded.notices,
            summary: &self.concluded.summary,
        }
    }
}

/// A trace of one request after the other, each with its number among the case's steps.
fn trace(case: &str, operation: &str, exchanges: Vec<Exchange>) -> Trace {
    let mut trace = Trace::new(CaseId::new(case), "http://h", "");
    trace.steps = exchanges
        .into_iter()
        .enumerate()
        .map(|(number, exchange)| StepRecord {
            step: Some(number),
            index: None,
            role: if number == 0 { Role::Main } else { Role::Then },
            operation: operation.to_owned(),
            result: Ok(exchange),
        })
        .collect();
    trace
}

/// A GET and its answer, in JSON.
fn get(target: &str, status: u16, body: &str) -> Exchange {
    let fields = |fields: &[(&str, &str)]| {
        let mut headers = Headers::new();
        for (name, value) in fields {
            headers.push(name, *value);
        }
        headers
    };
    Exchange {
        request: Request {
            method: "GET".into(),
            target: target.into(),
            headers: fields(&[("host", "h")]),
            body: bytes::Bytes::new(),
            secrets: Vec::new(),
        },
        response: Response {
            status,
            headers: fields(&[
                ("content-type", "application/json"),
                ("content-length", &body.len().to_string()),
            ]),
            body: body.to_owned().into(),
            surplus: None,
            raw: None,
        },
        elapsed: std::time::Duration::from_micros(1500),
    }
}

/// What of HTML has no end.
const VOID: [&str; 6] = ["meta", "input", "br", "link", "img", "rect"];

/// Reads a page as strictly as it is written: every element is ended in its order, every id is there
/// once, every link within the page leads somewhere, nothing is fetched, and one script is there at
/// most. Gives the ids.
fn ids(page: &str) -> BTreeSet<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut ids = BTreeSet::new();
    let mut links = Vec::new();
    let mut scripts = 0;
    let mut rest = page
        .strip_prefix("<!DOCTYPE html>")
        .expect("it says what it is");
    while let Some(at) = rest.find('<') {
        let tag_end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..tag_end];
        rest = &rest[tag_end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        for (attribute, value) in attributes(tag) {
            match attribute {
                "id" => assert!(ids.insert(value.to_owned()), "{value} is there twice"),
                "href" => links.push(value.to_owned()),
                "src" | "style" => panic!("{tag}"),
                other => assert!(!other.starts_with("on"), "{tag}"),
            }
        }
        if VOID.contains(&name) {
            continue;
        }
        open.push(name);
        if name == "script" || name == "style" {
            scripts += usize::from(name == "script");
            let end = rest.find(&format!("</{name}")).expect("it ends");
            rest = &rest[end..];
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(scripts <= 1);
    for link in links {
        let target = link.strip_prefix('#').expect("it stays on the page");
        assert!(ids.contains(target), "{link} leads nowhere");
    }
    ids
}

/// The attributes of a tag; one without a value has an empty one.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut attributes = Vec::new();
    let mut rest = tag.split_once(' ').map_or("", |(_, rest)| rest);
    while !rest.trim().is_empty() {
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let name = &rest[..end];
        if rest[end..].starts_with("=\"") {
            let value = &rest[end + 2..];
            let close = value.find('"').expect("a value ends");
            attributes.push((name, &value[..close]));
            rest = value[close + 1..].trim_start();
        } else {
            attributes.push((name, ""));
            rest = rest[end..].trim_start();
        }
    }
    attributes
}

/// The part of a text from one mark to the next.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from}"));
    let end = text[start..].find(to).unwrap_or_else(|| panic!("no {to}"));
    &text[start..start + end]
}
