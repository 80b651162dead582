//! What an implementation was seen to do, where the documentation speaks of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::page::{Block, Inline, Line, Row, Section, Table};
use crate::case::Role;
use crate::clause::Clause;
use crate::http::{Exchange, Headers, excerpt};
use crate::openapi::Operation;
use crate::outcome::{Account, CaseOutcome, CaseVerdict, ClauseVerdict, Finding};

/// How much of a body is shown, in characters.
const MOST_SHOWN: usize = 2000;

/// Header fields that say nothing of the API.
const UNSPOKEN: [&str; 5] = [
    "accept-encoding",
    "connection",
    "host",
    "user-agent",
    "x-proofmark",
];

/// Where in an operation's chapter something belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// To the operation as a whole.
    Operation,
    /// To its parameters.
    Parameters,
    /// To its request body.
    RequestBody,
    /// To the response of a status, as the contract writes it.
    Response(String),
    /// To its relations.
    Relations,
    /// To its laws.
    Laws,
}

impl Spot {
    fn of(clause: &Clause, operation: &Operation) -> Self {
        let place: Vec<&str> = clause.id.place.iter().map(String::as_str).collect();
        match place.as_slice() {
            ["relation", ..] => Self::Relations,
            ["law", ..] => Self::Laws,
            ["request", "path" | "query" | "header" | "cookie", ..] => Self::Parameters,
            ["request", _, ..] => Self::RequestBody,
            [status, ..]
                if operation
                    .responses
                    .iter()
                    .any(|response| response.status.to_string() == *status) =>
            {
                Self::Response((*status).to_owned())
            }
            _ => Self::Operation,
        }
    }
}

/// What was seen of one operation.
#[derive(Default)]
pub(super) struct Observed {
    deviations: BTreeMap<Spot, Vec<Block>>,
    examples: BTreeMap<String, Block>,
}

impl Observed {
    /// What a run says of an operation; nothing without a run.
    pub(super) fn of(account: Option<&Account<'_>>, operation: &Operation) -> Self {
        let Some(account) = account else {
            return Self::default();
        };
        let mut rows: BTreeMap<Spot, Vec<Row>> = BTreeMap::new();
        for record in account.ledger.records(account.clauses) {
            let subject = &record.clause.id.subject;
            let is_own = *subject == operation.name || *subject == operation.path.to_string();
            let waived = matches!(record.verdict, ClauseVerdict::Waived(_));
            if is_own && (waived || matches!(record.verdict, ClauseVerdict::Broken(_))) {
                let spot = Spot::of(record.clause, operation);
                rows.entry(spot)
                    .or_default()
                    .push(deviation(account, record.clause));
            }
        }
        let table = |rows| {
            let caption = Line::from("Not kept by ").code(&account.about.target);
            let head = ["Demand", "Level", "What it does", "Accepted"];
            vec![Block::Table(Table::new(caption, &head, rows))]
        };
        Self {
            deviations: rows
                .into_iter()
                .map(|(spot, rows)| (spot, table(rows)))
                .collect(),
            examples: examples(account, operation),
        }
    }

    /// What is said at a spot, once.
    pub(super) fn take(&mut self, spot: &Spot) -> Vec<Block> {
        self.deviations.remove(spot).unwrap_or_default()
    }

    /// The exchange that shows a response of a status, as the contract writes it.
    pub(super) fn example(&mut self, status: &str) -> Option<Block> {
        self.examples.remove(status)
    }

    /// What belongs to parts that the chapter doesn't have.
    pub(super) fn rest(&mut self) -> Vec<Block> {
        std::mem::take(&mut self.deviations)
            .into_values()
            .flatten()
            .collect()
    }

    /// Adds what is said at a spot to its section.
    pub(super) fn onto(&mut self, section: Option<Section>, spot: &Spot) -> Option<Section> {
        let mut section = section?;
        section.blocks.extend(self.take(spot));
        Some(section)
    }
}

/// A clause that is broken or waived, as a row.
fn deviation(account: &Account<'_>, clause: &Clause) -> Row {
    let outcomes = account.outcomes.iter();
    let findings = outcomes.flat_map(|outcome| &outcome.findings);
    // A demand that several operations inherit is one finding, of the first of them.
    let of_clause = findings.filter(|finding| {
        finding.clause.place == clause.id.place && finding.clause.demand == clause.id.demand
    });
    let found: Option<&Finding> = of_clause.min_by_key(|finding| {
        let own = finding.clause.subject == clause.id.subject;
        (!own, !finding.is_failure(), finding.waived.is_none())
    });
    let seen = found.map(|finding| {
        Line::from(finding.title.as_str())
            .text(": ")
            .code(excerpt(finding.actual.as_bytes(), 160))
    });
    let accepted = found
        .and_then(|finding| finding.waived.as_ref())
        .map(|waived| {
            let ticket = waived.ticket.as_ref();
            let ticket = ticket
                .map(|ticket| format!(", {ticket}"))
                .unwrap_or_default();
            Line::from(
                format!(
                    "until {} by {}{ticket}: {}",
                    waived.expires, waived.owner, waived.reason
                )
                .as_str(),
            )
        });
    Row {
        depth: 0,
        cells: vec![
            Line::default()
                .code(clause.id.within_operation())
                .push(Inline::Break)
                .text(&clause.requirement),
            Line::default().level(clause.level),
            seen.unwrap_or_default(),
            accepted.unwrap_or_default(),
        ],
    }
}

/// For each documented status the first exchange that shows it, of a case that passed and without a
/// finding of its own.
fn examples(account: &Account<'_>, operation: &Operation) -> BTreeMap<String, Block> {
    let mut examples = BTreeMap::new();
    let about = account.about;
    let day = about.began.strftime("%Y-%m-%d").to_string();
    let hash: String = about.contract_hash.chars().take(12).collect();
    let clean = |outcome: &CaseOutcome, number: usize| {
        matches!(outcome.verdict, CaseVerdict::Pass | CaseVerdict::Waived)
            && !outcome
                .findings
                .iter()
                .any(|finding| finding.exchange == number)
    };
    // A case's own request shows more than what is done around it.
    for own in [true, false] {
        for trace in account.traces {
            let outcome = account
                .outcomes
                .iter()
                .find(|outcome| outcome.case == trace.case);
            for (number, step) in trace.steps.iter().enumerate() {
                let Ok(exchange) = &step.result else { continue };
                let fits = step.operation == operation.name
                    && exchange.request.method == operation.method
                    && (step.role == Role::Main) == own
                    && outcome.is_some_and(|outcome| clean(outcome, number));
                let Some(response) = fits
                    .then(|| operation.response(exchange.response.status))
                    .flatten()
                else {
                    continue;
                };
                let status = response.status.to_string();
                if examples.contains_key(&status) {
                    continue;
                }
                let mut caption = Line::from("As ")
                    .code(&about.target)
                    .text(" answered on ")
                    .text(&day);
                if !hash.is_empty() {
                    caption = caption
                        .text(", by the contract with the SHA-256 ")
                        .code(format!("{hash}…"));
                }
                let text = exchange_text(exchange);
                examples.insert(status, Block::Code { caption, text });
            }
        }
    }
    examples
}

/// An exchange as it is written, credentials masked, long bodies cut.
fn exchange_text(exchange: &Exchange) -> String {
    let (request, response) = (&exchange.request, &exchange.response);
    let mut text = format!("{} {} HTTP/1.1\n", request.method, request.shown_target());
    message(&mut text, &request.headers, &request.body);
    let _ = write!(text, "\nHTTP/1.1 {}\n", response.status);
    message(&mut text, &response.headers, &response.body);
    exchange.masked(&text)
}

fn message(text: &mut String, headers: &Headers, body: &[u8]) {
    for (name, value) in headers.iter() {
        if !UNSPOKEN.contains(&name) {
            let _ = writeln!(text, "{name}: {}", value.shown());
        }
    }
    if !body.is_empty() {
        let _ = writeln!(text, "\n{}", body_text(body));
    }
}

/// JSON as people lay it out, anything else as an excerpt.
fn body_text(body: &[u8]) -> String {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    match pretty {
        Some(text) if text.len() <= MOST_SHOWN => text,
        _ => excerpt(body, MOST_SHOWN),
    }
}
