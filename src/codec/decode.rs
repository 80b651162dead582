//! A request as it was sent, taken apart by the contract.

use serde_json::{Map, Value};

use super::escape::unescape;
use super::json::JsonProblem;
use super::parameter::{self, Sent};
use super::read_body;
use super::reading::{Judged, Reading, judge};
use crate::http::Request;
use crate::openapi::{Contract, Location, Operation};
use crate::schema::Schema;

/// One parameter of a sent request.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedParameter {
    /// Its number among the operation's parameters.
    pub number: usize,
    /// The texts under its name, unescaped. An object that is spread over the request has none.
    pub texts: Vec<Value>,
    readings: Vec<Reading>,
    /// Whether it is a credential, of which nothing is known here but that it is there.
    is_secret: bool,
}

impl DecodedParameter {
    /// Whether it is there in any reading.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !self.readings.is_empty()
    }

    /// What a schema says of it: whether it takes one of the values a reader may take it for.
    #[must_use]
    pub fn judged(&self, schema: &Schema) -> Judged {
        if self.is_secret {
            return Judged::Unclear;
        }
        judge(&self.readings, schema)
    }

    /// Whether a reader may take it for this value.
    #[cfg(test)]
    pub(super) fn admits(&self, value: &Value) -> bool {
        self.readings.iter().any(|reading| reading.admits(value))
    }
}

/// The body of a sent request.
#[derive(Clone, Debug, PartialEq)]
pub enum DecodedBody {
    /// There is none.
    Absent,
    /// Its media type is none the contract documents.
    OtherType,
    /// Of this number among the documented media types, and not looked into: its type isn't read,
    /// or it can be read in more ways than can be tried.
    Opaque(usize),
    /// Of this number among the documented media types, and not well-formed.
    Malformed(usize),
    /// Of this number among the documented media types, read as JSON.
    Json(usize, Result<Value, JsonProblem>),
    /// Of this number among the documented media types, and of another type that is read, such as a
    /// form: the reading its schema takes, or else the one that comes nearest.
    Read(usize, Value),
}

/// A request as it was sent, taken apart by the contract.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// One for each of the operation's parameters.
    pub parameters: Vec<DecodedParameter>,
    /// The body.
    pub body: DecodedBody,
}

impl Decoded {
    /// Takes a request for an operation apart; `prefix` is the target's base path. None where the
    /// request isn't one for the operation.
    #[must_use]
    pub fn of(
        contract: &Contract,
        operation: &Operation,
        prefix: &str,
        request: &Request,
    ) -> Option<Self> {
        // HEAD asks for what GET asks for (RFC 9110, 9.3.2).
        let head_of_get = request.method == "HEAD" && operation.method == "GET";
        if request.method != operation.method && !head_of_get {
            return None;
        }
        let target = request.target.strip_prefix(prefix)?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = operation.path.matches(path)?;
        let sent = Sent {
            root: contract.document.root(),
            operation,
            path: &path,
            query,
            headers: &request.headers,
        };
        let parameters = operation.parameters.iter().enumerate();
        let parameters = parameters.map(|(number, parameter)| {
            let (texts, readings) = parameter::read(&sent, parameter);
            DecodedParameter {
                number,
                is_secret: texts.iter().any(|text| is_secret(request, text)),
                texts: texts.into_iter().map(Value::from).collect(),
                readings,
            }
        });
        Some(Self {
            parameters: parameters.collect(),
            body: read_body::body(sent.root, operation, request),
        })
    }

    /// The parameters of a location as a map, each by its text, or by its plainest reading where it is
    /// spread over the request.
    #[must_use]
    pub fn map(&self, operation: &Operation, location: Location) -> Map<String, Value> {
        self.parameters
            .iter()
            .filter(|decoded| operation.parameters[decoded.number].location == location)
            .filter_map(|decoded| {
                let name = operation.parameters[decoded.number].name.clone();
                let spread = || decoded.readings.first().map(Reading::plainest);
                Some((name, decoded.texts.first().cloned().or_else(spread)?))
            })
            .collect()
    }

    /// The body as a value, if it is one.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match &self.body {
            DecodedBody::Json(_, Ok(value)) | DecodedBody::Read(_, value) => Some(value),
            _ => None,
        }
    }
}

/// Whether a text of the request is a credential: masked already, or one that stands in its target.
fn is_secret(request: &Request, text: &str) -> bool {
    let mut targets = request.secrets.iter().map(|part| part.secret.reveal());
    let is_masked = text.contains("***") && request.secrets().next().is_some();
    is_masked || targets.any(|secret| unescape(secret) == text)
}
