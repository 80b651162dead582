//! What relations are evaluated over: the parts of exchanges that their rules speak of, and no more.
//!
//! Handing values to CEL costs far more than evaluating a rule, so a condition on the status sees no
//! body, and only a rule that looks back sees earlier exchanges.

use std::cell::OnceCell;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::answer::{Answer, TraceView};
use crate::codec::Decoded;
use crate::http::Headers;
use crate::openapi::{Location, Operation, RelationDecl};
use crate::relation::{Earlier, Relation, Scope, ScopePart};

/// What an expression speaks of beside methods, statuses and header fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Needs {
    /// Bodies, or the values of a request's parameters.
    content: bool,
    /// Earlier exchanges of the case.
    previous: bool,
}

impl Needs {
    fn of(expression: &str) -> Self {
        let speaks_of = |part: &str| expression.contains(part);
        Self {
            content: ["body", "path", "query"].into_iter().any(speaks_of),
            previous: looks_back(expression),
        }
    }
}

/// Whether a rule speaks of earlier exchanges.
pub(super) fn looks_back(rule: &str) -> bool {
    rule.contains("previous")
}

/// An operation's relations, made ready: parallel to those it declares.
#[derive(Debug, Default)]
pub(super) struct Relations {
    all: Vec<Ready>,
    /// The header fields that may be spoken of; none where any may be.
    headers: Option<String>,
    /// Whether a rule that looks back speaks of content.
    previous_content: bool,
}

/// One relation; one that can't be compiled is none.
#[derive(Debug)]
struct Ready {
    relation: Option<Arc<Relation>>,
    when: Needs,
    rule: Needs,
}

impl Relations {
    /// `compiled` gives each declared relation, if it can be compiled.
    pub(super) fn of<'c>(
        operation: &'c Operation,
        mut compiled: impl FnMut(&'c RelationDecl) -> Option<Arc<Relation>>,
    ) -> Self {
        let ready = |declared: &'c RelationDecl| Ready {
            relation: compiled(declared),
            when: Needs::of(declared.when.as_deref().unwrap_or_default()),
            rule: Needs::of(&declared.rule),
        };
        let all: Vec<Ready> = operation.relations.iter().map(ready).collect();
        let expressions = operation
            .relations
            .iter()
            .flat_map(|declared| [Some(&declared.rule), declared.when.as_ref()])
            .flatten();
        let texts: Vec<&str> = expressions.map(String::as_str).collect();
        Self {
            headers: texts
                .iter()
                .all(|text| names_its_headers(text))
                .then(|| texts.join("\n")),
            previous_content: all.iter().any(|r| r.rule.previous && r.rule.content),
            all,
        }
    }

    fn speaks_of_header(&self, name: &str) -> bool {
        self.headers
            .as_ref()
            .is_none_or(|texts| texts.contains(name))
    }
}

/// Whether an expression speaks of header fields by their names alone: `headers["date"]`,
/// `headers.date`, `"date" in response.headers`. One that goes through all of them needs all.
fn names_its_headers(expression: &str) -> bool {
    expression.match_indices("headers").all(|(at, word)| {
        let (before, behind) = (&expression[..at], &expression[at + word.len()..]);
        let member = behind.strip_prefix('.').is_some_and(|rest| {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            end > 0 && !rest[end..].starts_with('(')
        });
        let holder = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '.' || c == '_');
        let looked_up = holder
            .trim_end()
            .strip_suffix(" in")
            .is_some_and(|name| name.ends_with(['"', '\'']));
        behind.starts_with("[\"") || behind.starts_with("['") || member || looked_up
    })
}

/// A request and its response as relations see them.
type Parts = (ScopePart, ScopePart);

/// What was put together for one answer so far.
#[derive(Default)]
pub(super) struct Scopes {
    light_parts: OnceCell<Parts>,
    whole_parts: OnceCell<Parts>,
    light: OnceCell<Scope>,
    whole: OnceCell<Scope>,
    back: OnceCell<Scope>,
    earlier: OnceCell<Earlier>,
}

impl<'a> TraceView<'a> {
    /// Whether a relation of the answer's operation holds; none where it isn't asked for or can't be
    /// evaluated.
    pub(super) fn holds(&self, answer: &Answer<'_>, number: usize) -> Option<bool> {
        let relations = self.judge.relations(answer.operation)?;
        let ready = relations.all.get(number)?;
        let relation = ready.relation.as_ref()?;
        if !relation.is_asked(self.scope(relations, answer, ready.when)) {
            return None;
        }
        relation.holds(self.scope(relations, answer, ready.rule))
    }

    fn scope<'v>(&self, relations: &Relations, answer: &'v Answer<'a>, needs: Needs) -> &'v Scope {
        let parts = |content| parts(relations, answer, content).clone();
        let now = |content| {
            let (request, response) = parts(content);
            Scope::new(request, response, [])
        };
        let scopes = &answer.scopes;
        match needs {
            Needs { previous: true, .. } => scopes.back.get_or_init(|| {
                let content = relations.previous_content;
                let earlier = self.answers.iter().filter(|e| e.number < answer.number);
                let (request, response) = parts(content);
                Scope::new(
                    request,
                    response,
                    earlier.map(|earlier| as_earlier(relations, earlier, content)),
                )
            }),
            Needs { content: true, .. } => scopes.whole.get_or_init(|| now(true)),
            // What is there already serves as well: putting a second one together costs more.
            Needs { content: false, .. } => match scopes.whole.get() {
                Some(whole) => whole,
                None => scopes.light.get_or_init(|| now(false)),
            },
        }
    }
}

/// An answer as a later one's rules see it.
fn as_earlier(relations: &Relations, answer: &Answer<'_>, content: bool) -> Earlier {
    let earlier = answer.scopes.earlier.get_or_init(|| {
        let (request, response) = parts(relations, answer, content).clone();
        Earlier::new(request, response)
    });
    earlier.clone()
}

/// An exchange's parts: method, status and the header fields that rules speak of; with `content` the
/// values of parameters and the bodies as well.
fn parts<'v>(relations: &Relations, answer: &'v Answer<'_>, content: bool) -> &'v Parts {
    let scopes = &answer.scopes;
    let cell = if content {
        &scopes.whole_parts
    } else {
        &scopes.light_parts
    };
    cell.get_or_init(|| {
        (
            request(relations, answer, content),
            response(relations, answer, content),
        )
    })
}

fn request(relations: &Relations, answer: &Answer<'_>, content: bool) -> ScopePart {
    let method = Value::from(answer.exchange.request.method.as_str());
    let headers = headers(relations, &answer.exchange.request.headers);
    let mut parts: Vec<(&str, &Value)> = vec![("method", &method), ("headers", &headers)];
    let decoded = answer.decoded().filter(|_| content);
    let map = |location| decoded.map(|d| Value::Object(d.map(answer.operation, location)));
    let (path, query) = (map(Location::Path), map(Location::Query));
    parts.extend(path.as_ref().map(|value| ("path", value)));
    parts.extend(query.as_ref().map(|value| ("query", value)));
    parts.extend(
        decoded
            .and_then(Decoded::value)
            .map(|value| ("body", value)),
    );
    ScopePart::new(parts)
}

fn response(relations: &Relations, answer: &Answer<'_>, content: bool) -> ScopePart {
    let status = Value::from(answer.status());
    let headers = headers(relations, &answer.exchange.response.headers);
    let mut parts: Vec<(&str, &Value)> = vec![("status", &status), ("headers", &headers)];
    if content {
        parts.extend(answer.value().map(|value| ("body", value)));
    }
    ScopePart::new(parts)
}

/// Header fields by name, credentials masked, values of one name joined (RFC 9110, 5.3).
fn headers(relations: &Relations, all: &Headers) -> Value {
    let mut map = Map::new();
    for (name, value) in all
        .iter()
        .filter(|(name, _)| relations.speaks_of_header(name))
    {
        let joined = match map.get(name).and_then(Value::as_str) {
            Some(known) => format!("{known}, {}", value.shown()),
            None => value.shown(),
        };
        map.insert(name.to_owned(), joined.into());
    }
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_go_through_all_headers_are_told_from_those_that_name_theirs() {
        for named in [
            "response.status == 200",
            "response.headers.allow.matches(\"PUT\")",
            "response.headers[\"x-id\"] == request.headers['x-id']",
            "\"x-id\" in response.headers && !previous.exists(p, \"x-id\" in p.response.headers)",
        ] {
            assert!(names_its_headers(named), "{named}");
        }
        for all in [
            "response.headers.all(h, h != \"server\")",
            "size(response.headers) < 20",
            "response.headers[name] == \"a\"",
            "name in response.headers",
        ] {
            assert!(!names_its_headers(all), "{all}");
        }
    }

    #[test]
    fn what_an_expression_needs_is_read_from_it() {
        let needs = |content, previous| Needs { content, previous };
        assert_eq!(Needs::of("response.status >= 400"), needs(false, false));
        assert_eq!(
            Needs::of("request.path.key in response.body.meta"),
            needs(true, false)
        );
        assert_eq!(
            Needs::of("!previous.exists(p, p.response.status == 1)"),
            needs(false, true)
        );
    }
}
