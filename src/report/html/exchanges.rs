//! The exchanges that a page shows: each written once, and referred to from wherever it proves something.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use super::escape::{anchor, visible};
use crate::case::{CaseId, Role};
use crate::clause::ClauseId;
use crate::http::{Exchange, Headers};
use crate::outcome::{Account, Cause, ClauseRecord, StepRecord, Trace};

/// How many exchanges are shown: a page of more is slow to open, and the record has them all.
const SHOWN: usize = 2_000;

/// How many exchanges of one cause are shown beside its first.
const FURTHER: usize = 20;

/// How many characters of a head, of a body and of a command line are shown.
const BOUND: usize = 4_096;

/// How many characters of a request line are shown where the exchange is spoken of.
const LINE: usize = 160;

/// Whether the command line is beside the messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Curl {
    /// It is.
    Shown,
    /// It stands elsewhere.
    Elsewhere,
}

/// The exchanges that a page shows.
pub(super) struct Exchanges<'a> {
    traces: HashMap<&'a CaseId, &'a Trace>,
    shown: HashSet<(CaseId, usize)>,
    /// Those that stand with a finding, and the clause of it.
    placed: HashMap<(CaseId, usize), ClauseId>,
    left_out: usize,
}

impl<'a> Exchanges<'a> {
    /// Those of findings, each cause's first ones before all others, and the witnesses of clauses.
    pub(super) fn of(
        account: &Account<'a>,
        causes: &[Cause<'a>],
        records: &[ClauseRecord<'_>],
    ) -> Self {
        let traces = account.traces.iter();
        let mut exchanges = Self {
            traces: traces.map(|trace| (&trace.case, trace)).collect(),
            shown: HashSet::new(),
            placed: HashMap::new(),
            left_out: 0,
        };
        for cause in causes {
            let (case, finding) = cause.findings[0];
            if exchanges.choose(case, finding.exchange) {
                let key = (case.clone(), finding.exchange);
                exchanges.placed.insert(key, cause.clause.clone());
            }
        }
        let witnesses = records.iter().filter_map(|record| record.verdict.witness());
        for witness in witnesses {
            exchanges.choose(&witness.case, witness.exchange);
        }
        for (case, finding) in causes
            .iter()
            .flat_map(|cause| cause.findings.iter().skip(1).take(FURTHER))
        {
            exchanges.choose(case, finding.exchange);
        }
        exchanges
    }

    /// Whether it was not chosen before, and could be.
    fn choose(&mut self, case: &CaseId, number: usize) -> bool {
        let key = (case.clone(), number);
        if self.shown.contains(&key) || self.step(case, number).is_none() {
            return false;
        }
        if self.shown.len() >= SHOWN {
            self.left_out += 1;
            return false;
        }
        self.shown.insert(key)
    }

    fn step(&self, case: &CaseId, number: usize) -> Option<(&'a StepRecord, &'a Exchange)> {
        let step = self.traces.get(case)?.steps.get(number)?;
        Some((step, step.result.as_ref().ok()?))
    }

    /// How many were left out.
    pub(super) fn left_out(&self) -> usize {
        self.left_out
    }

    /// Whether it stands with the finding of this clause: the first one that needed it.
    pub(super) fn stands_with(&self, case: &CaseId, number: usize, clause: &ClauseId) -> bool {
        self.placed.get(&(case.clone(), number)) == Some(clause)
    }

    /// Those that stand with no finding, in the order of the traces.
    pub(super) fn others(&self, account: &Account<'a>) -> Vec<(&'a CaseId, usize)> {
        let all = account
            .traces
            .iter()
            .flat_map(|trace| (0..trace.steps.len()).map(move |number| (&trace.case, number)));
        all.filter(|(case, number)| {
            let key = ((*case).clone(), *number);
            self.shown.contains(&key) && !self.placed.contains_key(&key)
        })
        .collect()
    }

    /// Writes the exchange's request line and status, as a link where the exchange is shown.
    pub(super) fn link(&self, out: &mut String, case: &CaseId, number: usize) {
        let Some((_, exchange)) = self.step(case, number) else {
            let _ = write!(out, "exchange {}", number + 1);
            return;
        };
        let line = line(exchange);
        if self.shown.contains(&(case.clone(), number)) {
            let _ = write!(
                out,
                "<a href=\"#{}\"><code>{line}</code></a>",
                name(case, number)
            );
        } else {
            let _ = write!(out, "<code>{line}</code>");
        }
    }

    /// Writes an exchange, closed.
    pub(super) fn write(&self, out: &mut String, case: &CaseId, number: usize, curl: Curl) {
        let Some((step, exchange)) = self.step(case, number) else {
            return;
        };
        let _ = writeln!(
            out,
            "<details class=\"exchange\" id=\"{}\"><summary><code>{}</code> <span>{} of {}</span></summary>",
            name(case, number),
            line(exchange),
            role(step.role),
            visible(case.as_str())
        );
        let request = &exchange.request;
        let first = format!("{} {} HTTP/1.1", request.method, request.shown_target());
        message(
            out,
            "Request",
            exchange,
            &first,
            &request.headers,
            &request.body,
        );
        let response = &exchange.response;
        let micros = exchange.elapsed.as_micros();
        let caption = format!("Answer after {}.{} ms", micros / 1000, micros % 1000 / 100);
        let first = format!("HTTP/1.1 {}", response.status);
        message(
            out,
            &caption,
            exchange,
            &first,
            &response.headers,
            &response.body,
        );
        if let Some(surplus) = response
            .surplus
            .as_deref()
            .filter(|bytes| !bytes.is_empty())
        {
            let (text, rest) = bounded(&text_of(exchange, surplus));
            let caption = format!("{} bytes behind the answer", surplus.len());
            figure(out, &caption, &text, rest);
        }
        if curl == Curl::Shown {
            let origin = self
                .traces
                .get(case)
                .map_or("", |trace| trace.origin.as_str());
            command(out, &exchange.masked(&request.curl(origin)));
        }
        out.push_str("</details>\n");
    }
}

/// Writes a command line, with a button that copies it.
pub(in crate::report) fn command(out: &mut String, line: &str) {
    let _ = writeln!(
        out,
        "<div class=\"command\"><pre tabindex=\"0\"><code>{}</code></pre><button type=\"button\" class=\"copy\">Copy<span class=\"unseen\"> the command line</span></button></div>",
        visible(line)
    );
}

/// The text in at most so many characters, and how many bytes are left out.
pub(super) fn bounded(text: &str) -> (String, usize) {
    match text.char_indices().nth(BOUND) {
        None => (text.to_owned(), 0),
        Some((at, _)) => (text[..at].to_owned(), text.len() - at),
    }
}

fn name(case: &CaseId, number: usize) -> String {
    anchor("exchange", &format!("{case}#{number}"))
}

/// Request line and status, in HTML.
fn line(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let line = exchange.masked(&format!("{} {}", request.method, request.shown_target()));
    let (line, cut) = match line.char_indices().nth(LINE) {
        None => (line.as_str(), ""),
        Some((at, _)) => (&line[..at], "…"),
    };
    format!("{}{cut} → {}", visible(line), exchange.response.status)
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Given => "set-up",
        Role::Main => "main request",
        Role::Then => "look at the result",
        Role::Control => "control",
        Role::Teardown => "removal",
    }
}

fn message(
    out: &mut String,
    caption: &str,
    exchange: &Exchange,
    first: &str,
    headers: &Headers,
    body: &[u8],
) {
    let mut head = first.to_owned();
    for (name, value) in headers.iter() {
        let _ = write!(head, "\n{name}: {}", value.shown());
    }
    let (mut text, mut rest) = bounded(&exchange.masked(&head));
    if !body.is_empty() {
        let (body, more) = bounded(&text_of(exchange, body));
        text.push_str("\n\n");
        text.push_str(&body);
        rest += more;
    }
    figure(out, caption, &text, rest);
}

/// A wide line is scrolled, which must work without a mouse too.
fn figure(out: &mut String, caption: &str, text: &str, rest: usize) {
    let more = match rest {
        0 => String::new(),
        rest => format!("<p class=\"note\">and {rest} more bytes</p>"),
    };
    let _ = writeln!(
        out,
        "<figure><figcaption>{caption}</figcaption><pre tabindex=\"0\"><code>{}</code></pre>{more}</figure>",
        visible(text)
    );
}

/// A body as text, credentials masked. Bytes that are no UTF-8 are shown by their number.
fn text_of(exchange: &Exchange, bytes: &[u8]) -> String {
    let mut bytes = bytes.to_vec();
    for secret in exchange.secrets() {
        secret.mask(&mut bytes);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}
