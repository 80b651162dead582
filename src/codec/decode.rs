//! A request as it was sent, taken apart by the contract.

use serde_json::{Map, Value};

use super::escape::unescape;
use super::json::{JsonProblem, read_json};
use crate::http::{FieldValue, MediaType, Request};
use crate::openapi::{Location, Operation, Parameter};

/// One parameter of a sent request.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedParameter {
    /// Its number among the operation's parameters.
    pub number: usize,
    /// Its texts, unescaped. Empty: it isn't there.
    pub texts: Vec<Value>,
    /// Whether it can be told what was sent: a value that may be an object is spread over the request
    /// in ways that are not read back, so that nothing is said of it.
    pub is_told: bool,
    /// What stands between elements of a list within one text.
    between: char,
}

impl DecodedParameter {
    /// Every value a reader may take it for, the texts themselves first.
    pub fn readings(&self) -> impl Iterator<Item = Value> + '_ {
        let others = self
            .texts
            .iter()
            .filter_map(Value::as_str)
            .flat_map(other_readings);
        let whole = typed(&self.texts);
        let parts = self
            .texts
            .iter()
            .filter_map(Value::as_str)
            .flat_map(|text| {
                let parts: Vec<Value> = text.split(self.between).map(Value::from).collect();
                [typed(&parts), Value::Array(parts)]
            });
        self.texts
            .iter()
            .cloned()
            .chain(others)
            .chain([Value::Array(self.texts.clone()), whole])
            .chain(parts)
    }
}

/// The body of a sent request.
#[derive(Clone, Debug, PartialEq)]
pub enum DecodedBody {
    /// There is none.
    Absent,
    /// Its media type is none the contract documents.
    OtherType,
    /// Of this number among the documented media types, and no JSON one: not looked into.
    Opaque(usize),
    /// Of this number among the documented media types, read.
    Json(usize, Result<Value, JsonProblem>),
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
    pub fn of(operation: &Operation, prefix: &str, request: &Request) -> Option<Self> {
        // HEAD asks for what GET asks for (RFC 9110, 9.3.2).
        let head_of_get = request.method == "HEAD" && operation.method == "GET";
        if request.method != operation.method && !head_of_get {
            return None;
        }
        let target = request.target.strip_prefix(prefix)?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path_values = operation.path.matches(path)?;
        let parameters = operation
            .parameters
            .iter()
            .enumerate()
            .map(|(number, parameter)| {
                let texts: Vec<String> = match parameter.location {
                    Location::Path => path_values
                        .iter()
                        .filter(|(name, _)| *name == parameter.name)
                        .map(|(_, raw)| unescape(raw))
                        .collect(),
                    Location::Query => query
                        .split('&')
                        .filter_map(|pair| pair.split_once('='))
                        .filter(|(name, _)| unescape(name) == parameter.name)
                        .map(|(_, raw)| unescape(raw))
                        .collect(),
                    Location::Header => {
                        let values = request.headers.all(&parameter.name);
                        values.map(crate::http::FieldValue::shown).collect()
                    }
                    Location::Cookie => {
                        let fields = request.headers.all("cookie");
                        let fields: Vec<String> = fields.map(FieldValue::shown).collect();
                        let pairs = fields.iter().flat_map(|field| field.split(';'));
                        pairs
                            .filter_map(|pair| pair.trim().split_once('='))
                            .filter(|(name, _)| *name == parameter.name)
                            .map(|(_, raw)| unescape(raw))
                            .collect()
                    }
                    Location::QueryString => Vec::new(),
                };
                DecodedParameter {
                    number,
                    texts: texts.into_iter().map(Value::from).collect(),
                    is_told: is_told(parameter),
                    between: between(parameter),
                }
            });
        Some(Self {
            parameters: parameters.collect(),
            body: body(operation, request),
        })
    }

    /// The parameters of a location as a map, each by its text.
    #[must_use]
    pub fn map(&self, operation: &Operation, location: Location) -> Map<String, Value> {
        self.parameters
            .iter()
            .filter(|decoded| operation.parameters[decoded.number].location == location)
            .filter_map(|decoded| {
                let name = operation.parameters[decoded.number].name.clone();
                Some((name, decoded.texts.first()?.clone()))
            })
            .collect()
    }

    /// The body as a JSON value, if it is one.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        match &self.body {
            DecodedBody::Json(_, Ok(value)) => Some(value),
            _ => None,
        }
    }
}

fn body(operation: &Operation, request: &Request) -> DecodedBody {
    if request.body.is_empty() {
        return DecodedBody::Absent;
    }
    let content = operation.request_body.iter().flat_map(|body| &body.content);
    let media: Option<MediaType> = request
        .headers
        .text("content-type")
        .and_then(|text| text.parse().ok());
    let best = media.as_ref().and_then(|media| {
        content
            .enumerate()
            .filter_map(|(number, object)| Some((object.range.covers(media)?, number)))
            .max_by_key(|(covered, _)| *covered)
    });
    match (best, media) {
        (Some((_, number)), Some(media)) if media.is_json() => {
            DecodedBody::Json(number, read_json(&request.body))
        }
        (Some((_, number)), _) => DecodedBody::Opaque(number),
        _ => DecodedBody::OtherType,
    }
}

/// Texts as the numbers and booleans they spell, where each spells one.
fn typed(texts: &[Value]) -> Value {
    let one = |text: &Value| {
        let other = text
            .as_str()
            .and_then(|text| other_readings(text).into_iter().next_back());
        other
            .filter(|other| !other.is_array())
            .unwrap_or_else(|| text.clone())
    };
    texts.iter().map(one).collect()
}

/// Whether a parameter's value is written in one place, and not as an object or a whole body is.
fn is_told(parameter: &Parameter) -> bool {
    if parameter.content_type.is_some() || parameter.location == Location::QueryString {
        return false;
    }
    let plain = match parameter.location {
        Location::Path | Location::Header => parameter.style == "simple",
        _ => parameter.style != "deepObject",
    };
    let Some(shape) = parameter.compiled.shape().filter(|_| plain) else {
        return plain;
    };
    let kinds = shape
        .demands()
        .iter()
        .find(|demand| demand.path.is_empty() && demand.keyword == "type")
        .map(|demand| &demand.operand);
    match kinds {
        Some(Value::String(kind)) => kind != "object",
        Some(Value::Array(kinds)) => !kinds.iter().any(|kind| kind == "object"),
        // Without a type anything may be sent, objects among it.
        _ => false,
    }
}

fn between(parameter: &Parameter) -> char {
    match parameter.style.as_str() {
        "spaceDelimited" => ' ',
        "pipeDelimited" => '|',
        "tabDelimited" => '\t',
        _ => ',',
    }
}

/// What a reader may take a text for beside the text: a number or a boolean it spells, a list.
fn other_readings(text: &str) -> Vec<Value> {
    let mut readings = Vec::new();
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => readings.push(Value::Bool(true)),
        "false" | "0" => readings.push(Value::Bool(false)),
        _ => {}
    }
    if let Ok(number) = text.trim().parse::<i64>() {
        readings.push(number.into());
    } else if let Some(number) = text
        .trim()
        .parse()
        .ok()
        .and_then(serde_json::Number::from_f64)
    {
        readings.push(number.into());
    }
    if text.contains(',') {
        readings.push(text.split(',').map(Value::from).collect());
    }
    readings
}
