//! A body, in one of the media types the operation takes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::build::build;
use super::given::{Chosen, Source};
use super::judged::{breach, broken};
use super::parameter::{Missing, example_place};
use crate::case::{Payload, literal, literal_text};
use crate::diag::Diagnostic;
use crate::openapi::{Body, Contract, MediaTypeObject};

/// A body and how it is sent.
pub(super) struct Made {
    pub(super) payload: Payload,
    /// The media type, where it isn't the one a step's body has by itself.
    pub(super) content_type: Option<String>,
    pub(super) chosen: Chosen,
}

/// How bodies of a media type are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Json,
    /// A form, of fields by name.
    Fields,
    Text,
    Bytes,
    /// Only by an example that is written out.
    Opaque,
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
        match value(contract, media, notes).and_then(|chosen| made(number == 0, media, chosen)) {
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
    let essence = named.essence();
    if named.is_json() {
        Form::Json
    } else if ["application/x-www-form-urlencoded", "multipart/form-data"]
        .contains(&essence.as_str())
    {
        Form::Fields
    } else if essence.contains("xml") || essence.starts_with("multipart/") {
        Form::Opaque
    } else if essence.starts_with("text/") {
        Form::Text
    } else {
        Form::Bytes
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
    if form == Form::Opaque {
        return Err(missing(format!(
            "{} is written by example only",
            media.name
        )));
    }
    let Some(schema) = &media.schema else {
        let any = if form <= Form::Fields {
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

/// The value as a payload: JSON and forms as values, which are written when they are sent, and what has
/// another form as the text itself.
fn made(is_first: bool, media: &MediaTypeObject, chosen: Chosen) -> Result<Made, Missing> {
    let unwritable = |what: &str| Missing {
        reason: format!("{} is no {what}", chosen.value),
        at: media.at.clone(),
    };
    let payload = match form(media) {
        Form::Json => Payload::Value(literal(&chosen.value)),
        Form::Fields if chosen.value.is_object() => Payload::Value(literal(&chosen.value)),
        Form::Fields => return Err(unwritable("form")),
        Form::Text | Form::Bytes | Form::Opaque => {
            let text = chosen.value.as_str().ok_or_else(|| unwritable("text"))?;
            Payload::Raw(literal_text(text))
        }
    };
    let name = media
        .range
        .media_type()
        .map_or_else(|| "application/json".to_owned(), ToString::to_string);
    Ok(Made {
        payload,
        content_type: (!is_first).then_some(name),
        chosen,
    })
}
