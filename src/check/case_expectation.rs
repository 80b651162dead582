//! The answer holds what its case alone can know: values in the body, header fields.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::attribution::named;
use super::relation_holds::is_flawed;
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::case::{Expect, Role};
use crate::codec::{header_value, read_json};
use crate::diag::Pointer;
use crate::http::{Exchange, Response, excerpt};
use crate::openapi::Level;
use crate::schema::Schemas;

pub(super) struct CaseExpectation;

static RULE: Rule = Rule {
    id: "case-expectation",
    title: "answer as the case expects",
    requirement: "body and header fields hold what the case expects of them",
    level: Level::Must,
    area: Area::Semantics,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-9.3",
};

impl Check for CaseExpectation {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let Some(expect) = &answer.expect else {
                continue;
            };
            // A limit in front of the API answers in its place.
            if answer.is_throttled() {
                continue;
            }
            let statuses = answer.expected_statuses().unwrap_or_default();
            // Of an answer of another status, what is in it is no further cause.
            if !statuses.is_empty() && !statuses.iter().any(|s| s.covers(answer.status())) {
                continue;
            }
            // What set-up doesn't find as it expects is an error of the case, said by the judge,
            // unless it asks for a clause by name.
            if answer.record.role == Role::Given && answer.step.is_none_or(|s| s.clause.is_none()) {
                continue;
            }
            let clause = named(trace, answer);
            // Nor is there anything to say of a body that isn't read.
            if speaks_of_body(expect) && answer.coding().is_some() {
                continue;
            }
            // What is in a body that something is wrong with already is no further cause, and shows
            // nothing.
            if speaks_of_body(expect) && is_flawed(trace, answer) {
                if let Some(clause) = clause {
                    verdicts.vacuous(answer, clause);
                }
                continue;
            }
            let wrong = unmet(expect, answer.exchange, || answer.value().cloned());
            let asks = asks(expect);
            let role = answer.record.role;
            match (wrong, clause) {
                (Some((_, broken)), Some(clause)) => verdicts.broken(answer, clause, broken),
                (Some((demand, broken)), None) => {
                    verdicts.broken_expectation(answer, demand, broken);
                }
                // A clause that a look at the result speaks for held; one that a refusal speaks
                // for needs its control, and `request-refused` says so.
                (None, Some(clause)) if asks == Asks::Nothing => verdicts.vacuous(answer, clause),
                (None, Some(clause)) if role == Role::Then || asks == Asks::Content => {
                    verdicts.held(answer, clause);
                }
                (None, _) => {}
            }
        }
    }
}

/// What a step's expectations put to the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    /// Values, header fields or a time.
    Content,
    /// The status alone.
    Status,
    /// A part of the body that any body has, as where what was captured turned out empty.
    Nothing,
}

fn speaks_of_body(expect: &Expect) -> bool {
    expect.body.is_some() || expect.body_exactly.is_some() || expect.schema.is_some()
}

/// Whether a step expects nothing of its answer beyond a status.
pub(super) fn asks_status_alone(expect: &Expect) -> bool {
    !speaks_of_body(expect) && expect.headers.is_empty()
}

fn asks(expect: &Expect) -> Asks {
    let empty = |value: &Value| {
        value
            .as_object()
            .is_some_and(|members| !members.values().any(holds))
    };
    if expect.body_exactly.is_some() || expect.schema.is_some() || !expect.headers.is_empty() {
        return Asks::Content;
    }
    match &expect.body {
        Some(body) if empty(body) => Asks::Nothing,
        Some(_) => Asks::Content,
        None if expect.status.is_empty() && expect.time.is_none() => Asks::Nothing,
        None if expect.status.is_empty() => Asks::Content,
        None => Asks::Status,
    }
}

/// Whether a part of an expected body excludes any body at all.
fn holds(value: &Value) -> bool {
    value
        .as_object()
        .is_none_or(|members| members.values().any(holds))
}

/// What of an answer isn't as a step expects it, beside the status: the demand's name, and how. `value` is
/// the body's value by its media type, which is asked for where the body is no JSON.
pub(super) fn unmet(
    expect: &Expect,
    exchange: &Exchange,
    value: impl Fn() -> Option<Value>,
) -> Option<(&'static str, Broken)> {
    let response = &exchange.response;
    let read = || read_json(&response.body).ok().or_else(&value);
    for (expected, exactly) in [(&expect.body, false), (&expect.body_exactly, true)] {
        let Some(expected) = expected else { continue };
        let found = match read() {
            Some(body) => difference(expected, &body, exactly, &Pointer::root()),
            None => Some(Broken {
                title: "the body has no value that could be read, and the case expects one".into(),
                expected: expected.to_string(),
                actual: excerpt(&response.body, 160),
                ..Broken::default()
            }),
        };
        if let Some(broken) = found {
            return Some(("body", broken));
        }
    }
    if let Some(broken) = expect
        .schema
        .as_ref()
        .and_then(|schema| breaks(schema, response, read()))
    {
        return Some(("schema", broken));
    }
    let mut headers = expect.headers.iter();
    let wrong = headers.find_map(|(name, value)| Some(("headers", header(response, name, value)?)));
    wrong.or_else(|| Some(("time", late(expect.time?, exchange.elapsed)?)))
}

fn late(most: Duration, elapsed: Duration) -> Option<Broken> {
    (elapsed > most).then(|| Broken {
        title: "the answer took longer than the case allows".into(),
        expected: format!("at most {most:?}"),
        actual: format!("{elapsed:.1?}"),
        ..Broken::default()
    })
}

/// In what way a body isn't of the schema a case gives for it.
fn breaks(schema: &Value, response: &Response, body: Option<Value>) -> Option<Broken> {
    // A schema that is none was refused when the case was read.
    let schemas = Schemas::new(Arc::new(schema.clone()));
    let schema = schemas.get(&Pointer::root()).ok()?;
    let Some(body) = body else {
        return Some(Broken {
            title: "the body has no value that could be read, and the case expects one".into(),
            expected: "a body of the case's schema".into(),
            actual: excerpt(&response.body, 160),
            ..Broken::default()
        });
    };
    let mismatches = schema.mismatches(&body);
    let first = mismatches.first()?;
    Some(Broken {
        title: super::wording::title(
            &super::wording::body_subject(first.instance.as_str()),
            first,
        ),
        expected: first.expected.clone(),
        actual: first.actual.clone(),
        instance: first.instance.to_string(),
    })
}

fn header(response: &Response, name: &str, value: &Value) -> Option<Broken> {
    let found = response
        .headers
        .get(name)
        .map(crate::http::FieldValue::shown);
    let (title, expected) = match (value, &found) {
        (Value::Null, None) => return None,
        (Value::Null, Some(_)) => (
            format!("the header {name} is there"),
            "no such header".to_owned(),
        ),
        (value, Some(found)) if !value.is_null() && header_value(value) == *found => return None,
        (value, _) => (
            format!("the header {name} is not what the case expects"),
            value.to_string(),
        ),
    };
    Some(Broken {
        title,
        expected,
        actual: found.map_or("nothing".into(), |found| format!("{found:?}")),
        ..Broken::default()
    })
}

/// The first place in which a body isn't what is expected: objects as subsets unless `exactly`.
fn difference(expected: &Value, actual: &Value, exactly: bool, at: &Pointer) -> Option<Broken> {
    if let (Value::Object(expected), Value::Object(actual)) = (expected, actual) {
        for (name, value) in expected {
            let at = at.child(name);
            match actual.get(name) {
                Some(found) => {
                    if let Some(broken) = difference(value, found, exactly, &at) {
                        return Some(broken);
                    }
                }
                None => return Some(broken(&at, value, None)),
            }
        }
        let extra = actual
            .iter()
            .find(|(name, _)| exactly && !expected.contains_key(*name));
        return extra.map(|(name, value)| Broken {
            expected: "nothing here".into(),
            ..broken(&at.child(name), &Value::Null, Some(value))
        });
    }
    (expected != actual).then(|| broken(at, expected, Some(actual)))
}

fn broken(at: &Pointer, expected: &Value, actual: Option<&Value>) -> Broken {
    let subject = super::wording::body_subject(at.as_str());
    let shown = |value: &Value| excerpt(value.to_string().as_bytes(), 160);
    Broken {
        title: match actual {
            Some(_) => format!("{subject} is not what the case expects"),
            None => format!("{subject} is missing"),
        },
        expected: shown(expected),
        actual: actual.map_or("nothing".into(), shown),
        instance: at.to_string(),
    }
}
