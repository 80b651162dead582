//! A field that holds one value stands in one line.

use super::{Answer, Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::openapi::Level;

pub(super) struct SingleValued;

static RULE: Rule = Rule {
    id: "single-valued",
    title: "single-valued headers single",
    requirement: "a header field that holds one value and no list is there once",
    level: Level::Must,
    area: Area::Headers,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-5.3",
};

/// Fields of RFC 9110 and RFC 9111 that hold one value. Of a Date that is there twice, as behind a proxy
/// that adds its own, `date-well-formed` speaks.
const SINGLE: [&str; 9] = [
    "age",
    "content-length",
    "content-location",
    "content-type",
    "etag",
    "expires",
    "last-modified",
    "location",
    "retry-after",
];

/// Whether the contract says of a field of its own, which no standard defines, that it holds one
/// value: its schema takes a text, a number or a boolean, and so one line.
fn is_documented_single(answer: &Answer<'_>, name: &str) -> bool {
    let mut headers = answer.response.iter().flat_map(|(_, r)| &r.headers);
    let documented = headers.find(|header| header.name == name);
    name.starts_with("x-")
        && documented
            .and_then(|header| header.compiled.get())
            .is_some_and(|schema| !schema.is_valid(&serde_json::json!([])))
}

impl Check for SingleValued {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let clause = answer.clauses.http.single_valued;
            let headers = &answer.exchange.response.headers;
            let single: Vec<&str> = headers
                .iter()
                .map(|(name, _)| name)
                .filter(|name| SINGLE.contains(name) || is_documented_single(answer, name))
                .collect();
            let several = single
                .iter()
                .find(|name| headers.all(name).count() > 1)
                .copied();
            match several {
                Some(name) => {
                    let values: Vec<String> = headers
                        .all(name)
                        .map(crate::http::FieldValue::shown)
                        .collect();
                    verdicts.broken(
                        answer,
                        clause,
                        Broken {
                            title: format!(
                                "the header {name} holds one value, and is there more than once"
                            ),
                            expected: format!("one line {name}"),
                            actual: values.join(" | "),
                            ..Broken::default()
                        },
                    );
                }
                None if single.is_empty() => verdicts.vacuous(answer, clause),
                None => verdicts.held(answer, clause),
            }
        }
    }
}
