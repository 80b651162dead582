//! From an operation to one request that keeps the contract.
//!
//! Required parameters are given, others are left out. A body is given where the method has a meaning
//! for one and a valid one can be made, required or not: documents forget to say that it is, and with
//! it the request keeps the contract just as well.
//!
//! A generated case expects nothing but that the contract holds in the answer: a documented 404 is as
//! good an answer as a 200. What its values rest on goes with it as its [`Grounds`], by which the
//! checks know what an answer outside the document says of the target.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::body;
use super::given::{Chosen, Source};
use super::names::names;
use super::parameter::{self, Missing};
use crate::case::{Case, CaseId, Grounds, Origin, Payload, Role, Step, literal};
use crate::codec::{encode_cookies, encode_path, encode_query};
use crate::diag::Diagnostic;
use crate::openapi::{Contract, Level, Location, Operation, Parameter, SecurityKind, Server};
use crate::profile::Profile;

/// What was made of a contract.
#[derive(Clone, Debug, Default)]
pub struct Generation {
    /// A request for each operation that has one: those that change nothing first, deletions last, so
    /// that what is written or gone spoils none of the others.
    pub requests: Vec<FirstRequest>,
    /// The operations that have none.
    pub uncallable: Vec<Uncallable>,
    /// What is wrong with the contract's examples, each once.
    pub notes: Vec<Diagnostic>,
}

/// A request that keeps the contract, and where its values come from.
#[derive(Clone, Debug)]
pub struct FirstRequest {
    /// The case that sends it.
    pub case: Case,
    /// Its values.
    pub values: Vec<Chosen>,
}

/// An operation that no valid request can be made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncallable {
    /// The operation's name.
    pub operation: String,
    /// Why.
    pub reason: String,
    /// What would help.
    pub help: String,
}

/// A case for each operation: one request that keeps the contract. What the profile gives is sent by
/// the run itself; nothing else of the target is known here.
#[must_use]
pub fn first_requests(contract: &Contract, profile: &Profile) -> Generation {
    let mut generation = Generation::default();
    let mut notes = Vec::new();
    for (number, name) in names(contract).into_iter().enumerate() {
        match request(contract, number, profile, &mut notes) {
            Ok(request) => generation
                .requests
                .push(request.case(contract, number, &name)),
            Err((reason, help)) => generation.uncallable.push(Uncallable {
                operation: contract.operations[number].name.clone(),
                reason,
                help,
            }),
        }
    }
    let operation = |request: &FirstRequest| &contract.operations[request.case.steps[0].operation];
    generation
        .requests
        .sort_by_key(|request| rank(operation(request)));
    spend(contract, &mut generation.requests);
    for note in notes {
        let known =
            |other: &Diagnostic| other.place() == note.place() && other.message == note.message;
        if !generation.notes.iter().any(known) {
            generation.notes.push(note);
        }
    }
    generation
}

/// Where a request stands among the others. Of deletions those of parts come before those of the whole,
/// which take them away with it.
fn rank(operation: &Operation) -> (u8, Reverse<usize>) {
    let of_method = match operation.method.as_str() {
        _ if operation.is_safe() => 0,
        "POST" => 1,
        "PUT" => 2,
        "PATCH" => 3,
        "DELETE" => {
            let path = operation.path.to_string();
            return (5, Reverse(path.trim_end_matches('/').matches('/').count()));
        }
        _ => 4,
    };
    (of_method, Reverse(0))
}

/// What the target's owner named is there until the run itself writes to it: of two requests that change
/// something by the same variable the second finds what the first has left, and after a deletion nothing is
/// certain, since it takes away what hangs on the deleted as well.
fn spend(contract: &Contract, requests: &mut [FirstRequest]) {
    let mut written: BTreeSet<String> = BTreeSet::new();
    let mut is_deleted = false;
    for request in requests {
        let operation = &contract.operations[request.case.steps[0].operation];
        if operation.is_safe() {
            continue;
        }
        let names = request
            .values
            .iter()
            .filter_map(|chosen| match &chosen.source {
                Source::Variable(name) => Some(name.clone()),
                _ => None,
            });
        let names: Vec<String> = names.collect();
        let is_touched = is_deleted || names.iter().any(|name| written.contains(name));
        let is_spent = is_touched && !names.is_empty();
        if is_spent && request.case.origin == Origin::Generated(Grounds::Target) {
            request.case.origin = Origin::Generated(Grounds::Spent);
        }
        written.extend(names);
        is_deleted |= operation.method == "DELETE";
    }
}

/// A request's values.
pub(super) struct Request {
    pub(super) step: Step,
    pub(super) values: Vec<Chosen>,
}

/// A request for an operation.
///
/// # Errors
/// Why there is none, and what would help.
pub(super) fn request(
    contract: &Contract,
    number: usize,
    profile: &Profile,
    notes: &mut Vec<Diagnostic>,
) -> Result<Request, (String, String)> {
    let operation = &contract.operations[number];
    served_here(contract, operation)?;
    let mut step = Step::plain(Role::Main, number, Map::new());
    step.at = operation.at.clone();
    let mut values: Vec<Chosen> = Vec::new();
    let mut cookies = Map::new();
    let (mut path, mut query) = (Map::new(), Map::new());
    for parameter in operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required)
    {
        // One that the path doesn't name stands nowhere.
        let stands = |name| operation.path.parameters().any(|known| known == name);
        if parameter.location == Location::Path && !stands(parameter.name.as_str()) {
            continue;
        }
        if is_sent_anyway(contract, operation, parameter, profile) {
            continue;
        }
        let chosen = parameter::choose(contract, parameter, &profile.variables, notes);
        let chosen = chosen.map_err(|missing| {
            let what = format!(
                "{} parameter `{}`",
                parameter.location.as_str(),
                parameter.name
            );
            uncallable(contract, &what, &missing, Some(&parameter.name))
        })?;
        let name = parameter.name.clone();
        let value = written(&chosen);
        match parameter.location {
            Location::Path => {
                path.insert(name.clone(), chosen.value.clone());
                // As a case does that leaves a path parameter to the target's variables.
                if !matches!(chosen.source, Source::Variable(_)) {
                    step.path.insert(name, value);
                }
            }
            Location::Query | Location::QueryString => {
                query.insert(name.clone(), chosen.value.clone());
                step.query.insert(name, value);
            }
            Location::Header => {
                // In a case null says that the field isn't sent.
                let value = if value.is_null() { "".into() } else { value };
                step.headers.insert(name, value);
            }
            Location::Cookie => {
                cookies.insert(name.clone(), chosen.value.clone());
                step.cookies.insert(name, value);
            }
        }
        values.push(chosen);
    }
    for name in operation.path.parameters() {
        if !path.contains_key(name) {
            let Some(value) = profile.variables.get(name) else {
                let reason = format!("the path names `{name}`, and no parameter describes it");
                return Err((
                    reason,
                    format!("describe it in the contract, or give --var {name}=…"),
                ));
            };
            path.insert(name.to_owned(), value.clone());
        }
    }
    let encoded = encode_path(operation, &path, &Map::new())
        .and_then(|_| encode_query(contract, operation, &query))
        .and_then(|_| encode_cookies(operation, &cookies));
    encoded.map_err(|error| {
        (
            error.to_string(),
            "write a case for it, with `target`".to_owned(),
        )
    })?;
    if let Some(body) = &operation.request_body {
        let has_meaning = matches!(
            operation.method.as_str(),
            "POST" | "PUT" | "PATCH" | "QUERY"
        );
        if body.required || has_meaning {
            match body::choose(contract, body, notes) {
                Ok(made) => {
                    step.payload = made.payload;
                    if let Some(name) = made.content_type {
                        step.headers.insert("content-type".to_owned(), name.into());
                    }
                    values.push(made.chosen);
                }
                Err(missing) if body.required => {
                    return Err(uncallable(contract, "body", &missing, None));
                }
                Err(_) => step.payload = Payload::None,
            }
        }
    }
    Ok(Request { step, values })
}

/// Whether the run sends a parameter by itself: as a header field of the profile's, or as the
/// credential that the operation needs, which some documents describe once more as a parameter.
fn is_sent_anyway(
    contract: &Contract,
    operation: &Operation,
    parameter: &Parameter,
    profile: &Profile,
) -> bool {
    let is_header = parameter.location == Location::Header;
    let mut headers = profile.headers.iter();
    if is_header && headers.any(|(name, _)| name.eq_ignore_ascii_case(&parameter.name)) {
        return true;
    }
    let needed = operation.security.first();
    let mut schemes = needed.iter().flat_map(|requirement| &requirement.schemes);
    schemes.any(|name| {
        let scheme = contract.security_scheme(name);
        scheme.is_some_and(|scheme| match &scheme.kind {
            SecurityKind::ApiKey(location, name) => {
                let same = name == &parameter.name
                    || (is_header && name.eq_ignore_ascii_case(&parameter.name));
                *location == parameter.location && same
            }
            _ => false,
        })
    })
}

/// An operation may name servers of its own (OpenAPI 3.1.1, 4.8.10): the target is another then.
fn served_here(contract: &Contract, operation: &Operation) -> Result<(), (String, String)> {
    let Some(first) = operation.servers.first() else {
        return Ok(());
    };
    // Where the document as a whole names none, the first operation's stand for it.
    let mut all = contract.operations.iter().map(|other| &other.servers);
    let whole = Some(&contract.servers).filter(|servers| !servers.is_empty());
    let whole = whole.or_else(|| all.find(|servers| !servers.is_empty()));
    let here: Vec<String> = whole.into_iter().flatten().map(address).collect();
    let mut own = operation.servers.iter();
    if own.any(|server| here.contains(&address(server))) {
        return Ok(());
    }
    let url = first.expanded();
    Err((
        format!("it is served elsewhere, at {url}"),
        "write a case for it, and run that with the other URL as the target".to_owned(),
    ))
}

/// A server's URL without its scheme, which does not make it another one.
fn address(server: &Server) -> String {
    let url = server.expanded();
    let address = url.split_once("//").map_or(url.as_str(), |(_, rest)| rest);
    address.trim_end_matches('/').to_owned()
}

/// A value as a case writes it: the target's variables by name.
fn written(chosen: &Chosen) -> Value {
    match &chosen.source {
        Source::Variable(name) if !name.contains(['{', '}']) => Value::from(format!("${{{name}}}")),
        _ => literal(&chosen.value),
    }
}

fn uncallable(
    contract: &Contract,
    what: &str,
    missing: &Missing,
    variable: Option<&str>,
) -> (String, String) {
    let reason = format!("no valid value for the {what}: {}", missing.reason);
    let mut help = format!("add an `example` at {}", contract.place(&missing.at));
    if let Some(name) = variable {
        help = format!("{help}, or give --var {name}=…");
    }
    (reason, help)
}

impl Request {
    /// What the values rest on.
    pub(super) fn grounds(&self) -> Grounds {
        let of = |chosen: &Chosen| match &chosen.source {
            Source::Variable(_) => Grounds::Target,
            _ if chosen.is_invented => Grounds::Invented,
            _ => Grounds::Contract,
        };
        self.values.iter().map(of).max().unwrap_or(Grounds::Target)
    }

    fn case(self, contract: &Contract, number: usize, name: &str) -> FirstRequest {
        let operation = &contract.operations[number];
        let case = Case {
            id: CaseId::new(&format!("{name}/first")),
            description: format!(
                "One valid request to {} {}, generated.",
                operation.method, operation.path
            ),
            requirement: "the contract holds in the answer to a request that keeps it".to_owned(),
            level: Level::Must,
            needs: Vec::new(),
            row: Map::new(),
            // Alone, behind all that only read, and in the order they stand in.
            serial: !operation.is_safe(),
            origin: Origin::Generated(self.grounds()),
            steps: vec![self.step],
            document: Arc::clone(&contract.document),
        };
        FirstRequest {
            case,
            values: self.values,
        }
    }
}
