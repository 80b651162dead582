//! Bodies as values, by their media type: what was sent, and what was answered.

use std::fmt;

use serde_json::{Map, Value};

use super::declared::Declared;
use super::decode::DecodedBody;
use super::event_stream;
use super::json::{JsonProblem, read_json};
use super::read_form::form_readings;
use super::read_parts;
use super::read_xml::{self, NoValue};
use super::reading::{Judged, Reading, judge, scalars};
use super::sequence;
use super::xml::Mapped;
use crate::http::{BodyForm, MediaType, Request, Response};
use crate::openapi::{Contract, MediaTypeObject, Operation};

/// What a body is found to be.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyRead {
    /// This value: of all that it may be read as, the one its schema takes, or else the one that comes
    /// nearest. A sequence is the array of its items.
    Value(Value),
    /// No body of its media type at all.
    Malformed(BodyProblem),
    /// It isn't looked into, and why. What an answer holds isn't in it.
    Unread(String),
}

/// Why bytes are no body of their media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyProblem {
    /// What is wrong with JSON, or with one of several JSON texts.
    Json(JsonProblem),
    /// What is wrong with XML.
    Xml(String),
}

impl fmt::Display for BodyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(problem) => problem.fmt(f),
            Self::Xml(problem) => f.write_str(problem),
        }
    }
}

pub(super) fn body(root: &Value, operation: &Operation, request: &Request) -> DecodedBody {
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
            .filter_map(|(number, object)| Some((object.range.covers(media)?, number, object)))
            .max_by_key(|(covered, ..)| *covered)
    });
    let (Some((_, number, object)), Some(media)) = (best, media) else {
        return DecodedBody::OtherType;
    };
    if media.is_json() {
        return DecodedBody::Json(number, read_json(&request.body));
    }
    match read_body(root, object, &media, &request.body) {
        BodyRead::Value(value) => DecodedBody::Read(number, value),
        // A lenient reader takes one of two equal members.
        BodyRead::Malformed(BodyProblem::Json(JsonProblem::Duplicate(_))) | BodyRead::Unread(_) => {
            DecodedBody::Opaque(number)
        }
        BodyRead::Malformed(_) => DecodedBody::Malformed(number),
    }
}

/// Reads a body as the contract has it for its media type.
#[must_use]
pub fn read_body(
    root: &Value,
    object: &MediaTypeObject,
    media: &MediaType,
    body: &[u8],
) -> BodyRead {
    let schema = object.schema.as_ref();
    let declared = Declared::of(root, schema);
    let mapped = || schema.map(|at| Mapped::of(root, Some(at)));
    let json = |problem| BodyRead::Malformed(BodyProblem::Json(problem));
    let form = BodyForm::of(media);
    match form {
        BodyForm::Json => match read_json(body) {
            Ok(value) => BodyRead::Value(value),
            Err(problem) => json(problem),
        },
        BodyForm::JsonLines | BodyForm::JsonRecords => {
            let items = sequence::read(form == BodyForm::JsonRecords, body);
            match items {
                Err(problem) => json(problem),
                Ok(_) if !takes_array(declared) => one_for_all(),
                Ok(items) => BodyRead::Value(items),
            }
        }
        BodyForm::EventStream => match text(media, body) {
            Err(unread) => unread,
            Ok(_) if !takes_array(declared) => one_for_all(),
            Ok(text) => BodyRead::Value(events(root, object, event_stream::read(text))),
        },
        BodyForm::Xml => match read_xml::read(mapped().as_ref(), media, body) {
            Ok(read) => {
                let is_ambiguous = read.is_ambiguous;
                chosen(object, &[Reading::whole(read.ways)], is_ambiguous)
            }
            Err(NoValue::Malformed(problem)) => BodyRead::Malformed(BodyProblem::Xml(problem)),
            Err(NoValue::Unread(reason)) => BodyRead::Unread(reason),
        },
        BodyForm::Urlencoded => match text(media, body) {
            Err(unread) => unread,
            Ok(text) => {
                let readings = form_readings(root, schema, &object.encoding, text);
                chosen(object, &readings, false)
            }
        },
        BodyForm::Multipart => match read_parts::read(root, object, media, body) {
            Ok(read) => chosen(object, &[read.reading], read.is_ambiguous),
            Err(reason) => BodyRead::Unread(reason),
        },
        BodyForm::Text => match text(media, body) {
            Err(unread) => unread,
            Ok(_) if !takes_text(declared) => unread("its schema is not that of a text"),
            Ok(text) => {
                let mut ways = scalars(text);
                ways.extend(scalars(text.trim()));
                ways.dedup();
                chosen(object, &[Reading::whole(ways)], false)
            }
        },
        BodyForm::Bytes => unread("media types like this are not looked into"),
    }
}

/// The end of a stream by convention: an event that no schema speaks of, since OpenAPI describes none of
/// what goes on above the media type.
const END: &str = "[DONE]";

/// Events by what the contract says of them. Their `data` are texts (OpenAPI 3.2.0, 4.14.4), but many
/// documents give it the schema of the JSON in the text, and mean that.
fn events(root: &Value, object: &MediaTypeObject, mut events: Vec<Map<String, Value>>) -> Value {
    let event = match &object.item_schema {
        Some(item) => Declared::of(root, Some(item)),
        None => Declared::of(root, object.schema.as_ref()).items(),
    };
    let schema = object.item_compiled.get();
    let is_taken = |event: &Map<String, Value>| {
        let event = Value::Object(event.clone());
        schema.is_none_or(|schema| schema.is_valid(&event) && schema.contents(&event).is_empty())
    };
    if events
        .last()
        .is_some_and(|last| last.get("data") == Some(&END.into()) && !is_taken(last))
    {
        events.pop();
    }
    let takes_text = event.all("data").any(takes_text) || event.all("data").next().is_none();
    let events = events.into_iter().map(|event| {
        let text = event.get("data").and_then(Value::as_str);
        let Some(data) = text.and_then(|text| read_json(text.as_bytes()).ok()) else {
            return Value::Object(event);
        };
        let mut parsed = event.clone();
        parsed.insert("data".to_owned(), data);
        let (event, parsed) = (Value::Object(event), Value::Object(parsed));
        let keeps = |event: &Value| schema.is_some_and(|schema| schema.is_valid(event));
        let is_parsed = !keeps(&event) && (keeps(&parsed) || !takes_text);
        if is_parsed { parsed } else { event }
    });
    events.collect()
}

/// The value of an answer's body, as the operation documents it for its status and media type.
#[must_use]
pub fn answered_value(
    contract: &Contract,
    operation: &Operation,
    response: &Response,
) -> Option<Value> {
    let media: MediaType = response.headers.text("content-type")?.parse().ok()?;
    let object = operation.response(response.status)?.media(&media)?;
    match read_body(contract.document.root(), object, &media, &response.body) {
        BodyRead::Value(value) => Some(value),
        BodyRead::Malformed(_) | BodyRead::Unread(_) => None,
    }
}

fn unread(reason: &str) -> BodyRead {
    BodyRead::Unread(reason.to_owned())
}

/// Until OpenAPI 3.2 there was no other place than `schema` for what each item of a sequence keeps.
fn one_for_all() -> BodyRead {
    unread("it is a sequence, and its schema is not that of an array")
}

/// A text in UTF-8.
fn text<'b>(media: &MediaType, body: &'b [u8]) -> Result<&'b str, BodyRead> {
    let other = || unread("it is in another encoding than UTF-8");
    let charset = media.parameter("charset").map(str::to_ascii_lowercase);
    let is_other = charset.is_some_and(|name| name != "utf-8" && name != "us-ascii");
    if is_other && !body.is_ascii() {
        return Err(other());
    }
    std::str::from_utf8(body).map_err(|_| other())
}

/// Whether arrays may be among a schema's values.
fn takes_array(declared: Declared<'_>) -> bool {
    let is_typed = ["type", "enum", "const"]
        .iter()
        .any(|keyword| declared.keyword(keyword).is_some());
    declared.is("array") || (!is_typed && declared.members().is_empty())
}

/// Whether a text, or what a text spells, may be among a schema's values.
fn takes_text(declared: Declared<'_>) -> bool {
    let kinds = ["string", "number", "integer", "boolean", "null"];
    let is_typed = declared.keyword("type").is_some();
    let is_listed = !declared.members().is_empty() || declared.keyword("items").is_some();
    kinds.iter().any(|kind| declared.is(kind)) || (!is_typed && !is_listed)
}

/// The value a body is taken for, of those it may be.
fn chosen(object: &MediaTypeObject, readings: &[Reading], is_ambiguous: bool) -> BodyRead {
    let unclear = || unread(read_parts::UNCLEAR);
    let Some(schema) = object.compiled.get() else {
        let plainest = readings.first().map(Reading::plainest);
        return plainest.map_or_else(unclear, BodyRead::Value);
    };
    match judge(readings, schema) {
        Judged::Accepted(value) => BodyRead::Value(value),
        Judged::Refused(value) if !is_ambiguous => BodyRead::Value(value),
        Judged::Refused(_) | Judged::Unclear => unclear(),
    }
}
