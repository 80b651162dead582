//! What each fault is seen by: the same requests, and how a server answers them with and without it.

mod access;
mod body;
mod headers;
mod input;
mod limits;
mod protocol;
mod rare;
mod semantics;
mod status;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::reference::Server;
use crate::reference::fault::catalogue::Kind;
use crate::reference::fault::{Fault, fault, faults};
use crate::reference::fixtures::IMAGE;
use crate::reference::testing::{Answer, Ask, item, list};

/// An image nobody has.
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// What shows a fault.
struct Row {
    name: &'static str,
    asks: Vec<Ask>,
    /// The header that is looked at, and else status and body.
    header: &'static str,
    /// The last answers of a server without the fault, with ` | ` between them.
    good: &'static str,
    /// The last answers of one with it.
    bad: &'static str,
}

fn row(
    name: &'static str,
    asks: impl Into<Vec<Ask>>,
    good: &'static str,
    bad: &'static str,
) -> Row {
    head_row(name, asks, "", good, bad)
}

fn head_row(
    name: &'static str,
    asks: impl Into<Vec<Ask>>,
    header: &'static str,
    good: &'static str,
    bad: &'static str,
) -> Row {
    Row {
        name,
        asks: asks.into(),
        header,
        good,
        bad,
    }
}

/// A PUT of the item `label`, which is there.
fn set(value: &str) -> Ask {
    Ask::put(IMAGE, "label", value)
}

/// A PUT of the item `label` with this body.
fn body(text: &str) -> Ask {
    set("").json(text)
}

fn get(key: &str) -> Ask {
    Ask::new("GET", item(IMAGE, key))
}

fn head(key: &str) -> Ask {
    Ask::new("HEAD", item(IMAGE, key))
}

fn delete(key: &str) -> Ask {
    Ask::new("DELETE", item(IMAGE, key))
}

fn all(image: &str) -> Ask {
    Ask::new("GET", list(image))
}

fn post() -> Ask {
    Ask {
        method: "POST",
        ..set("Posted")
    }
}

fn token<'a>(ask: Ask, token: impl Into<Option<&'a str>>) -> Ask {
    ask.header("x-auth-token", token)
}

/// An answer in short: a refusal by its status, an item as `key=value`, a list in brackets; any other
/// by status and body, or by status and the header's values.
fn shown(answer: &Answer, header: &str) -> String {
    let status = answer.status.as_u16();
    if !header.is_empty() {
        let values = answer.headers.get_all(header).iter();
        let values = values.map(|value| match value.to_str().expect("the header is text") {
            id if id.starts_with("req-") && id.len() == 40 => "an id",
            id if id.len() == 36 => "a bare id",
            other => other,
        });
        let values = values.collect::<Vec<_>>().join(" & ");
        return format!("{status} {values}").trim_end().to_owned();
    }
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let text = in_short(status, &body).unwrap_or_else(|| {
        let whole = format!("{status} {}", answer.text);
        whole.trim_end().to_owned()
    });
    // Long keys and values.
    if text.len() > 190 {
        "long".to_owned()
    } else {
        text
    }
}

fn in_short(status: u16, body: &Value) -> Option<String> {
    let (name, inside) = body.as_object()?.iter().next()?;
    let inside = inside.as_object()?;
    if inside.get("code").and_then(Value::as_u64) == Some(status.into()) {
        let message = inside.get("message")?.as_str()?;
        return (!message.contains('\n')).then(|| status.to_string());
    }
    if name == "metadata" && inside.len() > 9 {
        return Some(format!("[{} items]", inside.len()));
    }
    let pairs = inside.iter().map(|(key, value)| {
        let value = value.as_str()?;
        Some(format!("{key}={value}"))
    });
    let pairs = pairs.collect::<Option<Vec<_>>>()?.join(" ");
    match (status, name.as_str()) {
        (200, "meta") if !pairs.is_empty() => Some(pairs),
        (200, "metadata") => Some(format!("[{pairs}]")),
        _ => None,
    }
}

/// As many of the last answers as are expected.
async fn answers(row: &Row, faults: &[&'static Fault], expected: &str) -> String {
    let router = Server::with_faults(faults).router();
    let mut all = Vec::new();
    for ask in row.asks.clone() {
        all.push(shown(&ask.of(&router).await, row.header));
    }
    let looked_at = expected.split(" | ").count();
    all.split_off(all.len() - looked_at).join(" | ")
}

#[tokio::test]
async fn each_fault_is_seen_by_the_answers_of_its_row() {
    for row in rows() {
        let known = fault(row.name).expect("the fault is known");
        let good = answers(&row, &[], row.good).await;
        assert_eq!(good, row.good, "without {}", row.name);
        let bad = answers(&row, &[known], row.bad).await;
        assert_eq!(bad, row.bad, "{}", row.name);
    }
}

/// Those of the bytes, of requests at the same time and of dates have tests of their own.
#[test]
fn every_fault_has_a_row() {
    let rows: BTreeSet<_> = rows().map(|row| row.name).collect();
    let missing: Vec<_> = faults()
        .filter(|fault| matches!(fault.kind, Kind::Service(_)))
        .map(|fault| fault.name)
        .filter(|name| !rows.contains(name) && *name != "lost-update" && *name != "date-two")
        .filter(|name| !super::PICTURED.contains(name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

fn rows() -> impl Iterator<Item = Row> {
    let tables = [
        status::rows(),
        body::rows(),
        headers::rows(),
        semantics::values(),
        semantics::items(),
        access::rows(),
        limits::rows(),
        input::bodies(),
        input::requests(),
        protocol::rows(),
        rare::rows(),
    ];
    tables.into_iter().flatten()
}

#[tokio::test]
async fn dates_are_dates_but_for_one_and_lengths_are_those_of_the_bodies() {
    for fault in faults() {
        let router = Server::with_faults(&[fault]).router();
        for ask in [set("v"), all(IMAGE), get("label"), delete("label")] {
            let answer = ask.clone().of(&router).await;
            let date = answer.header("date");
            let dates = if fault.name == "date-two" && ask.method == "PUT" {
                let (first, second) = date.split_at_checked(29).unwrap_or_default();
                assert_eq!(second.strip_prefix(", "), Some(first), "{date}");
                first
            } else {
                date
            };
            assert!(httpdate::parse_http_date(dates).is_ok(), "{}", fault.name);
            let declared = answer.headers.get("content-length");
            let right = declared.is_none_or(|length| *length == answer.size.to_string());
            assert!(right, "{}", fault.name);
        }
    }
}
