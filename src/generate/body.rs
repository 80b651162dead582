//! A body, in one of the media types the operation takes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::build::build;
use super::given::{Chosen, Source};
use super::judged::{breach, broken};
use super::parameter::{Missing, example_place};
use crate::case::{Payload, literal, literal_text};
use crate::codec::write_body;
use crate::diag::{Diagnostic, Pointer};
use crate::http::BodyForm;
use crate::openapi::{Body, Contract, MediaTypeObject};

/// A body and how it is sent.
pub(super) struct Made {
    pub(super) payload: Payload,
    /// The media type, where it isn't the one a step's body has by itself.
    pub(super) content_type: Option<String>,
    pub(super) chosen: Chosen,
}

/// How bodies of a media type are written, the ones that are chosen first in front.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Json,
    /// A form, of fields by name.
    Fields,
    /// JSON texts one after the other, as an array.
    Sequence,
    /// XML, of a value by its schema, or as it is written out.
    Xml,
    Text,
    Bytes,
    /// Parts by their places, as an array.
    Parts,
}

/// A body that keeps the contract: JSON where that is taken, or else the first that can be written.
///
/// # Errors
/// When none of the media types gives one.
pub(super) fn choose(
    contract: &Contract,
    body: &Body,
    notes: &mut Vec<Diagnostic>,
) -> Result<Made, Missing> {
    let mut all: Vec<(usize, &MediaTypeObject)> = body.content.iter().enumerate().collect();
    all.sort_by_key(|(number, media)| (form(media), *number));
    let mut first: Option<Missing> = None;
    for (number, media) in all {
        let chosen = value(contract, media, notes);
        match chosen.and_then(|chosen| made(contract, number == 0, media, chosen)) {
            Ok(made) => return Ok(made),
            Err(missing) => {
                first.get_or_insert(missing);
            }
        }
    }
    Err(first.unwrap_or_else(|| Missing {
        reason: "no media type is named for it".to_owned(),
        at: body.at.clone(),
    }))
}

fn form(media: &MediaTypeObject) -> Form {
    let Some(named) = media.range.media_type() else {
        // A range such as `*/*` takes JSON too.
        return if media.name.starts_with("text/") {
            Form::Text
        } else {
            Form::Json
        };
    };
    match BodyForm::of(named) {
        BodyForm::Json => Form::Json,
        BodyForm::JsonLines | BodyForm::JsonRecords => Form::Sequence,
        BodyForm::Xml => Form::Xml,
        BodyForm::Urlencoded => Form::Fields,
        BodyForm::Multipart if named.essence() == "multipart/form-data" => Form::Fields,
        BodyForm::Multipart => Form::Parts,
        BodyForm::Text | BodyForm::EventStream => Form::Text,
        BodyForm::Bytes => Form::Bytes,
    }
}

fn value(
    contract: &Contract,
    media: &MediaTypeObject,
    notes: &mut Vec<Diagnostic>,
) -> Result<Chosen, Missing> {
    let form = form(media);
    let chosen = |value, source, is_invented| Chosen {
        name: format!("body {}", media.name),
        value,
        source,
        is_invented,
    };
    let missing = |reason: String| Missing {
        reason,
        at: media.at.clone(),
    };
    for example in &media.examples {
        let at = example_place(contract, &media.at, example);
        // What is written out in another form than JSON is taken as it stands.
        let is_written = form > Form::Fields && example.value.is_string();
        let breach = media
            .compiled
            .get()
            .filter(|_| !is_written)
            .and_then(|schema| breach(contract, schema, &example.value, &BTreeSet::new()));
        match breach {
            None => return Ok(chosen(example.value.clone(), Source::Example(at), false)),
            Some(reason) => notes.push(broken(contract, "example", &at, &reason)),
        }
    }
    if form == Form::Parts && media.schema.is_none() && media.item_schema.is_none() {
        return Err(missing(format!("{} has no schema", media.name)));
    }
    if matches!(form, Form::Sequence | Form::Parts)
        && media.schema.is_none()
        && let Some(item) = &media.item_schema
    {
        return item_alone(contract, media, item, notes);
    }
    let Some(schema) = &media.schema else {
        if form == Form::Xml {
            return Err(missing(format!("{} has no schema", media.name)));
        }
        let any = if form == Form::Sequence {
            Value::Array(Vec::new())
        } else if form <= Form::Fields {
            Value::Object(serde_json::Map::new())
        } else {
            "example".into()
        };
        return Ok(chosen(any, Source::Schema(media.at.clone()), true));
    };
    match build(contract, schema, 0) {
        Ok(mut built) => {
            notes.append(&mut built.notes);
            Ok(chosen(built.value, built.source, built.is_invented))
        }
        Err(error) => Err(missing(format!(
            "{} ({})",
            error.reason,
            contract.place(&error.at)
        ))),
    }
}

/// A sequence of one item.
fn item_alone(
    contract: &Contract,
    media: &MediaTypeObject,
    item: &Pointer,
    notes: &mut Vec<Diagnostic>,
) -> Result<Chosen, Missing> {
    let mut built = build(contract, item, 0).map_err(|error| Missing {
        reason: format!("{} ({})", error.reason, contract.place(&error.at)),
        at: media.at.clone(),
    })?;
    notes.append(&mut built.notes);
    Ok(Chosen {
        name: format!("body {}", media.name),
        value: Value::Array(vec![built.value]),
        source: built.source,
        is_invented: built.is_invented,
    })
}

/// The value as a payload: what has a form as a value is written when it is sent, and what has another form
/// is the text itself.
fn made(
    contract: &Contract,
    is_first: bool,
    media: &MediaTypeObject,
    chosen: Chosen,
) -> Result<Made, Missing> {
    let unwritable = |what: &str| Missing {
        reason: format!("{} is no {what}", chosen.value),
        at: media.at.clone(),
    };
    let form = form(media);
    let payload = match (form, &chosen.value) {
        (Form::Json, value) => Payload::Value(literal(value)),
        (Form::Fields, value) if value.is_object() => Payload::Value(literal(value)),
        (Form::Fields, _) => return Err(unwritable("form")),
        (Form::Sequence | Form::Parts, value) if value.is_array() => Payload::Value(literal(value)),
        // Of parts without names an object says no order.
        (Form::Parts, value) if value.is_object() => {
            return Err(Missing {
                reason: format!("{} of an object is written by example only", media.name),
                at: media.at.clone(),
            });
        }
        (Form::Xml, value) if !value.is_string() => {
            let named = media.range.media_type();
            let written = named.map(|named| write_body(contract, media, named, value));
            if let Some(Err(error)) = written {
                let (reason, at) = (error.to_string(), media.at.clone());
                return Err(Missing { reason, at });
            }
            Payload::Value(literal(value))
        }
        // A text is sent as it stands, and only one that is written out is a document.
        (Form::Xml, _) if !matches!(chosen.source, Source::Example(_)) => {
            return Err(unwritable("XML document"));
        }
        (_, value) => {
            let text = value.as_str().ok_or_else(|| unwritable("text"))?;
            Payload::Raw(literal_text(text))
        }
    };
    let name = media
        .range
        .media_type()
        .map_or_else(|| "application/json".to_owned(), ToString::to_string);
    // XML is what a value becomes only where it is asked for.
    let is_asked = !is_first || form == Form::Xml;
    Ok(Made {
        payload,
        content_type: is_asked.then_some(name),
        chosen,
    })
}
