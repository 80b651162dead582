//! HEAD is answered as GET is, but for the content.

use super::{Answer, Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::openapi::Level;

pub(super) struct HeadAgrees;

static RULE: Rule = Rule {
    id: "head-agrees",
    title: "HEAD agrees with GET",
    requirement: "HEAD is answered with GET's status, and what its fields say of the content is what GET's say; a length must be",
    level: Level::Should,
    area: Area::Headers,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2",
};

/// Fields that speak of the content. A server may leave one out of an answer to HEAD that it only
/// knows when it makes the content; what it does say must be so.
const FIELDS: [&str; 5] = [
    "content-type",
    "content-encoding",
    "content-language",
    "etag",
    "last-modified",
];

impl Check for HeadAgrees {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        let answers = |method| {
            let answers = trace.answers.iter();
            answers.filter(move |a| a.exchange.request.method == method)
        };
        for head in answers("HEAD") {
            let http = &head.clauses.http;
            let Some((agrees, length)) = http.head_agrees.zip(http.head_length) else {
                continue;
            };
            // A server without HEAD refuses it; that it should have it, the case says.
            let refused = matches!(head.status(), 400..=499 | 501);
            let get = answers("GET").find(|get| same_resource(trace, head, get));
            let Some(get) =
                get.filter(|get| !refused && !head.is_throttled() && !get.is_throttled())
            else {
                verdicts.vacuous(head, agrees);
                verdicts.vacuous(head, length);
                continue;
            };
            match difference(head, get) {
                None => verdicts.held(head, agrees),
                Some(broken) => verdicts.broken(head, agrees, broken),
            }
            match field_differs(head, get, "content-length") {
                _ if head.status() != get.status() => verdicts.vacuous(head, length),
                None if head.exchange.response.headers.contains("content-length") => {
                    verdicts.held(head, length);
                }
                None => verdicts.vacuous(head, length),
                Some(broken) => verdicts.broken(head, length, broken),
            }
        }
    }
}

/// Whether two answers are of one resource in one state: asked with the same credential, and with no
/// write between them.
fn same_resource(trace: &TraceView<'_>, head: &Answer<'_>, get: &Answer<'_>) -> bool {
    let (first, last) = (head.number.min(get.number), head.number.max(get.number));
    let auth = |answer: &Answer<'_>| answer.step.map(|step| step.auth.clone());
    let mut between = trace
        .answers
        .iter()
        .filter(|a| a.number > first && a.number < last);
    head.exchange.request.target == get.exchange.request.target
        && auth(head) == auth(get)
        && between.all(|a| matches!(a.exchange.request.method.as_str(), "GET" | "HEAD"))
}

fn difference(head: &Answer<'_>, get: &Answer<'_>) -> Option<Broken> {
    if head.status() != get.status() {
        return Some(Broken {
            title: "HEAD and GET have different statuses".into(),
            expected: format!("{}, as GET was answered", get.status()),
            actual: head.status().to_string(),
            ..Broken::default()
        });
    }
    // A media type is compared as one: case and blanks mean nothing in it (RFC 9110, 8.3.1).
    if head.media.is_some() && head.media == get.media {
        let mut others = FIELDS.iter().filter(|name| **name != "content-type");
        return others.find_map(|name| field_differs(head, get, name));
    }
    FIELDS
        .iter()
        .find_map(|name| field_differs(head, get, name))
}

/// In what way a field of both answers differs.
fn field_differs(head: &Answer<'_>, get: &Answer<'_>, name: &str) -> Option<Broken> {
    let field = |answer: &Answer<'_>| {
        let value = answer.exchange.response.headers.get(name);
        value.map(crate::http::FieldValue::shown)
    };
    let (said, expected) = (field(head)?, field(get)?);
    (said != expected).then(|| Broken {
        title: format!("HEAD says another {name} than GET"),
        expected: format!("{name}: {expected}"),
        actual: format!("{name}: {said}"),
        ..Broken::default()
    })
}
