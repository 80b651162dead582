//! What the server made under a name of its own, and how the contract takes it away again.
//!
//! The name is read from the answer to a request of ours and from nowhere else: from `Location`, by a
//! link of the contract's, or from the member of the body that the sibling operation's parameter is
//! called by. What the answer names without being certain to have made it stays where it is, and is told of.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::teardown::says_gone;
use crate::case::{Auth, Case, Role, Step, literal_text, unique_prefix};
use crate::codec::{encode_path, read_json, unescape};
use crate::diag::Pointer;
use crate::http::Exchange;
use crate::openapi::{Contract, Link, Operation, Piece};
use crate::outcome::Trace;

/// Something that a request of the case's made.
#[derive(Debug)]
pub(super) struct Made {
    /// What it is called, for people.
    pub(super) name: String,
    /// The target of a request for it; empty where the contract has none.
    target: String,
    /// The request that deletes it.
    pub(super) deletion: Option<Step>,
    /// Why it is not deleted.
    pub(super) kept: Option<&'static str>,
}

const NO_DELETION: &str = "the contract has no operation that deletes it";
const NOT_CERTAIN: &str =
    "it is not deleted, for the request chose its name, and it may have been there before";
const UNSAID: &str = "it is not deleted, for only a 201 says that the request made it";
const UNNAMED: &str = "if there is anything, the answer gives no name by which it could be deleted";

/// What the run as a whole says of who made a thing.
pub(super) struct Known<'a> {
    pub(super) contract: &'a Contract,
    /// The variables of the target, which its owner made.
    pub(super) variables: &'a Map<String, Value>,
    pub(super) nonce: &'a str,
    /// The path in front of every operation's.
    pub(super) prefix: &'a str,
}

/// Everything the answers of a trace say to have been made and the case didn't delete itself, the newest
/// first: what was made in something goes before it.
pub(super) fn made(known: &Known<'_>, case: &Case, trace: &Trace) -> Vec<Made> {
    let mut all = Vec::new();
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    for record in trace.steps.iter().rev() {
        let step = record.step.and_then(|number| case.steps.get(number));
        let (Some(step), Ok(exchange)) = (step, &record.result) else {
            continue;
        };
        let (request, status) = (&exchange.request, exchange.response.status);
        if request.method == "DELETE" && says_gone(status) {
            gone.extend(request.target.split('?').next());
        }
        let creation = Creation::of(known, step, exchange);
        let made = creation.and_then(|creation| creation.made(&gone));
        let is_told = |made: &Made| {
            let mut others = all.iter();
            made.target.is_empty() && others.any(|other: &Made| other.name == made.name)
        };
        let made = made.filter(|made| !gone.contains(made.target.as_str()) && !is_told(made));
        all.extend(made);
    }
    all
}

/// An answer to a request that may have made something.
struct Creation<'a> {
    /// Whether the answer says that it has.
    is_said: bool,
    known: &'a Known<'a>,
    step: &'a Step,
    operation: &'a Operation,
    exchange: &'a Exchange,
    /// The request's path below the prefix.
    path: &'a str,
    body: Value,
}

/// What an answer names: an operation that deletes it, and its path below the prefix.
struct Named<'a> {
    operation: &'a Operation,
    path: String,
}

impl<'a> Named<'a> {
    /// By the values of the operation's path, or those of them that are escaped already.
    fn by(
        operation: &'a Operation,
        values: &Map<String, Value>,
        raw: &Map<String, Value>,
    ) -> Option<Self> {
        let path = encode_path(operation, values, raw).ok()?;
        Some(Self { operation, path })
    }
}

impl<'a> Creation<'a> {
    fn of(known: &'a Known<'a>, step: &'a Step, exchange: &'a Exchange) -> Option<Self> {
        let operation = &known.contract.operations[step.operation];
        let method = exchange.request.method.as_str();
        if operation.is_safe() || method != operation.method || method == "DELETE" {
            return None;
        }
        let status = exchange.response.status;
        // RFC 9110, 15.3.2. Another success is none of creation, unless what is answered holds a
        // name that nobody but this run has: many servers say 200 of everything.
        let marker = unique_prefix(known.nonce);
        let holds_marker = || String::from_utf8_lossy(&exchange.response.body).contains(&marker);
        let may_make = method == "POST" && (200..300).contains(&status);
        let is_said = status == 201 || (may_make && holds_marker());
        let target = exchange.request.target.split(['?', '#']).next();
        (is_said || may_make).then_some(Self {
            is_said,
            known,
            step,
            operation,
            exchange,
            path: target?.strip_prefix(known.prefix)?,
            body: read_json(&exchange.response.body).unwrap_or_default(),
        })
    }

    /// What was made, and whether it is to be deleted. `gone` are the targets of later deletions.
    fn made(&self, gone: &BTreeSet<&str>) -> Option<Made> {
        if !self.is_said {
            return self.perhaps_made(gone);
        }
        let is_created = self.exchange.response.status == 201;
        let by_location = || self.location().filter(|_| is_created);
        let by_link = || self.link().filter(|_| is_created);
        let named = by_location().or_else(by_link).or_else(|| self.member());
        let Some(named) = named else {
            let is_created = is_created && self.exchange.request.method == "POST";
            return match self.name() {
                _ if !is_created => None,
                Some(name) => Some(Made {
                    name,
                    target: String::new(),
                    deletion: None,
                    kept: Some(NO_DELETION),
                }),
                None => self.nameless(gone),
            };
        };
        let deletion = self.deletion(&named)?;
        Some(Made {
            kept: (!self.is_own(&named)?).then_some(NOT_CERTAIN),
            name: self.exchange.masked(&named.path),
            target: format!("{}{}", self.known.prefix, named.path),
            deletion: Some(deletion),
        })
    }

    /// What a success may have made that doesn't say so, if the contract deletes such things: many servers
    /// answer a creation with 200.
    fn perhaps_made(&self, gone: &BTreeSet<&str>) -> Option<Made> {
        let Some(named) = self.member() else {
            return self.nameless(gone);
        };
        let is_own = self.is_own(&named)?;
        Some(Made {
            name: self.exchange.masked(&named.path),
            target: format!("{}{}", self.known.prefix, named.path),
            deletion: None,
            kept: Some(if is_own { UNSAID } else { NOT_CERTAIN }),
        })
    }

    /// What was made without a name, if the contract deletes such things. None where there can't be anything,
    /// or the case itself deleted something of the kind since.
    fn nameless(&self, gone: &BTreeSet<&str>) -> Option<Made> {
        let is_deleted = |target: &&str| {
            let path = target.strip_prefix(self.known.prefix);
            let mut deletions = self.deletions();
            path.is_some_and(|path| deletions.any(|other| other.path.matches(path).is_some()))
        };
        let is_left = self.exchange.response.status != 204
            && self.deletions().next().is_some()
            && !gone.iter().any(is_deleted);
        is_left.then(|| Made {
            name: format!(
                "what {} {} made",
                self.operation.method, self.operation.path
            ),
            target: String::new(),
            deletion: None,
            kept: Some(UNNAMED),
        })
    }

    /// The operations that delete a member of the collection that the request's path is.
    fn deletions(&self) -> impl Iterator<Item = &'a Operation> {
        let own = self.operation.path.pieces();
        let operations = self.known.contract.operations.iter();
        operations.filter(move |other| {
            let pieces = other.path.pieces().split_last();
            other.method == "DELETE"
                && pieces.is_some_and(|(last, before)| {
                    matches!(last, Piece::Parameter(_)) && is_below(own, before)
                })
        })
    }

    /// What the answer calls what it made, where nothing deletes it.
    fn name(&self) -> Option<String> {
        let location = self.exchange.response.headers.text("location");
        let by_id = || {
            let id = scalar(self.body.get("id")?)?;
            Some(format!(
                "{id}, which {} {} made",
                self.operation.method, self.operation.path
            ))
        };
        let name = location.map(str::to_owned).or_else(by_id)?;
        Some(self.exchange.masked(&name))
    }

    /// By `Location` (RFC 9110, 10.2.2), which may be relative to the request's URL.
    fn location(&self) -> Option<Named<'a>> {
        let location = self.exchange.response.headers.text("location")?;
        let authority = self.exchange.request.headers.text("host")?;
        let asked = Url::parse(&format!(
            "http://{authority}{}",
            self.exchange.request.target
        ));
        let asked = asked.ok()?;
        let url = asked.join(location).ok()?;
        if url.host_str() != asked.host_str() || url.port() != asked.port() {
            return None;
        }
        let path = url.path().strip_prefix(self.known.prefix)?;
        Some(Named {
            operation: self.known.contract.route("DELETE", path)?,
            path: path.to_owned(),
        })
    }

    /// By a link to a deletion (OpenAPI 3.1.1, 4.8.20) whose parameters come from the answer.
    fn link(&self) -> Option<Named<'a>> {
        let response = self.operation.response(self.exchange.response.status)?;
        response.links.iter().find_map(|link| {
            let operation = linked(self.known.contract, link)?;
            if operation.method != "DELETE" {
                return None;
            }
            let values = operation.path.parameters().map(|name| {
                let mut given = link.parameters.iter();
                let (_, value) = given
                    .find(|(key, _)| key == name || key.strip_prefix("path.") == Some(name))?;
                Some((name.to_owned(), self.evaluated(value)?.into()))
            });
            Named::by(operation, &values.collect::<Option<_>>()?, &Map::new())
        })
    }

    /// A constant or runtime expression of a link's (OpenAPI 3.1.1, 4.8.20.3).
    fn evaluated(&self, value: &Value) -> Option<String> {
        let Some(expression) = value.as_str().and_then(|text| text.strip_prefix('$')) else {
            return scalar(value);
        };
        let body = |body: &Value, rest: &str| {
            scalar(Pointer::from_text(rest.strip_prefix('#')?).of(body)?)
        };
        if let Some(rest) = expression.strip_prefix("response.body") {
            return body(&self.body, rest);
        }
        if let Some(name) = expression.strip_prefix("response.header.") {
            return self.exchange.response.headers.text(name).map(str::to_owned);
        }
        if let Some(rest) = expression.strip_prefix("request.body") {
            return body(&read_json(&self.exchange.request.body).ok()?, rest);
        }
        let name = expression.strip_prefix("request.path.")?;
        let values = self.operation.path.matches(self.path)?;
        let (_, raw) = values.into_iter().find(|(known, _)| *known == name)?;
        Some(unescape(raw))
    }

    /// By the body's member for the parameter that the path of a deletion has beyond the request's.
    fn member(&self) -> Option<Named<'a>> {
        self.deletions().find_map(|other| {
            let Some(Piece::Parameter(name)) = other.path.pieces().last() else {
                return None;
            };
            let id = self.body.get(name).or_else(|| self.body.get("id"))?;
            scalar(id).filter(|id| !id.is_empty())?;
            let values = Map::from_iter([(name.clone(), id.clone())]);
            // The parameters in front may have other names, and have the same values.
            let raw = self.operation.path.matches(self.path)?.into_iter();
            let raw = other.path.parameters().zip(raw);
            let raw = raw.map(|(name, (_, raw))| (name.to_owned(), raw.into()));
            Named::by(other, &values, &raw.collect())
        })
    }

    /// Whether the name is the server's own, so that nothing had it before. A name of the run's own is as
    /// good; one that the request chose may be that of something older, and so may one that is named from
    /// elsewhere and known from elsewhere. None where nothing is named that the request's path or the target's
    /// owner, by the variable of that parameter, doesn't name: then it was known before.
    fn is_own(&self, named: &Named<'_>) -> Option<bool> {
        let raw = self.operation.path.matches(self.path).unwrap_or_default();
        let values = named.operation.path.matches(&named.path);
        let mut fresh = values.unwrap_or_default();
        fresh.retain(|(name, value)| {
            let variable = self.known.variables.get(*name).and_then(scalar);
            let is_given = raw.iter().any(|(_, given)| given == value);
            !is_given && variable.is_none_or(|known| known != unescape(value))
        });
        let below = named.path.strip_prefix(self.path.trim_end_matches('/'));
        let rest = below.and_then(|rest| rest.strip_prefix('/'));
        let is_below = rest.is_some_and(|rest| !rest.contains('/'));
        let marker = unique_prefix(self.known.nonce);
        let is_own = fresh.iter().all(|(name, value)| {
            let value = unescape(value);
            let is_name = |key: &str| !is_below || key == *name || key == "id";
            let is_variable = |known: &Value| scalar(known).as_ref() == Some(&value);
            value.contains(&marker)
                || (!self.sends(&value, &is_name)
                    && (is_below || !self.known.variables.values().any(is_variable)))
        });
        (!fresh.is_empty()).then_some(is_own)
    }

    /// Whether the request holds the value under a name of this kind.
    fn sends(&self, value: &str, is_name: &dyn Fn(&str) -> bool) -> bool {
        let request = &self.exchange.request;
        let query = request
            .target
            .split_once('?')
            .map_or("", |(_, query)| query);
        let json = read_json(&request.body);
        let form = if json.is_ok() { &[] } else { &request.body[..] };
        let pairs = form_urlencoded::parse(query.as_bytes());
        let mut pairs = pairs.chain(form_urlencoded::parse(form));
        pairs.any(|(name, known)| is_name(&name) && known == value)
            || json.is_ok_and(|body| holds(&body, "", value, is_name))
    }

    fn deletion(&self, named: &Named<'_>) -> Option<Step> {
        let mut operations = self.known.contract.operations.iter();
        let operation = operations.position(|other| std::ptr::eq(other, named.operation))?;
        let mut step = Step::plain(Role::Teardown, operation, Map::new());
        let values = named.operation.path.matches(&named.path)?.into_iter();
        step.path_raw = values
            .map(|(name, raw)| (name.to_owned(), literal_text(raw).into()))
            .collect();
        // Who made it may delete it.
        if let Auth::Identity(_) = self.step.auth {
            step.auth = self.step.auth.clone();
        }
        Some(step)
    }
}

/// The operation a link leads to, by name or by reference within the document.
fn linked<'c>(contract: &'c Contract, link: &Link) -> Option<&'c Operation> {
    if let Some(name) = &link.operation {
        return contract.operation(name);
    }
    let reference = contract.document.get(&link.at.child("operationRef"))?;
    let pointer = unescape(reference.as_str()?.strip_prefix('#')?);
    let mut operations = contract.operations.iter();
    operations.find(|operation| operation.at.as_str() == pointer)
}

/// Whether pieces are those of a collection, and a slash behind them; or of its singular, for some have
/// `/pets` and `/pet/{id}`. The names of parameters don't count.
fn is_below(collection: &[Piece], before: &[Piece]) -> bool {
    let shape = |pieces: &[Piece]| -> String {
        let texts = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Parameter(_) => "{}",
        });
        texts.collect()
    };
    let (collection, before) = (shape(collection), shape(before));
    let (collection, before) = (collection.trim_end_matches('/'), before.strip_suffix('/'));
    before == Some(collection)
        || before.is_some_and(|one| collection.strip_suffix('s') == Some(one))
}

/// A text or number as it stands in a path.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a value is somewhere in another, under a name of this kind.
fn holds(within: &Value, name: &str, value: &str, is_name: &dyn Fn(&str) -> bool) -> bool {
    match within {
        Value::Object(members) => members
            .iter()
            .any(|(name, member)| holds(member, name, value, is_name)),
        Value::Array(elements) => elements
            .iter()
            .any(|element| holds(element, name, value, is_name)),
        other => is_name(name) && scalar(other).as_deref() == Some(value),
    }
}
