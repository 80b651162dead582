//! A value as a body of a media type.

use serde_json::Value;

use super::encode::EncodeError;
use super::field::bytes;
use super::form::urlencoded_fields;
use super::multipart;
use super::sequence;
use super::style::scalar;
use super::write_xml;
use super::xml::Mapped;
use crate::http::{BodyForm, MediaType};
use crate::openapi::{Contract, MediaTypeObject, Operation};

/// A body, and the media type it is sent as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenBody {
    /// The content.
    pub bytes: Vec<u8>,
    /// The media type, its boundary among the parameters.
    pub media: String,
}

/// Whether a value is one that bodies of a form are written of. A text is its own, but for a multipart body's.
fn suits(root: &Value, object: &MediaTypeObject, form: BodyForm, value: &Value) -> bool {
    match form {
        BodyForm::Json => true,
        BodyForm::Multipart if value.is_array() => multipart::is_positional(root, object),
        BodyForm::Multipart => value.is_object(),
        _ if value.is_string() => true,
        BodyForm::Urlencoded => value.is_object(),
        BodyForm::JsonLines | BodyForm::JsonRecords => value.is_array(),
        BodyForm::EventStream => false,
        BodyForm::Xml => true,
        BodyForm::Text => !value.is_object() && !value.is_array(),
        BodyForm::Bytes => bytes(value).is_some(),
    }
}

/// Writes a value as a body of an operation: as the media type that is asked for, if the operation
/// documents it, or else as the first of the documented ones that has a form for such a value, XML after
/// all others, since it has names and types only by its schema. Where none has, a text is its own form, and anything else is JSON under the first one's name.
///
/// # Errors
/// When what is asked for has no form for such a value.
pub fn encode_body(
    contract: &Contract,
    operation: &Operation,
    asked: Option<&str>,
    value: &Value,
) -> Result<WrittenBody, EncodeError> {
    let content = || operation.request_body.iter().flat_map(|body| &body.content);
    let asked: Option<MediaType> = asked.and_then(|asked| asked.parse().ok());
    let found = asked.as_ref().and_then(|asked| {
        let covering = content().filter_map(|object| Some((object.range.covers(asked)?, object)));
        covering.max_by_key(|(covered, _)| *covered)
    });
    if let (Some(asked), Some((_, object))) = (&asked, found) {
        return write_body(contract, object, asked, value);
    }
    // A range that takes JSON is written as JSON.
    let json = "application/json".parse::<MediaType>().ok();
    let root = contract.document.root();
    let first = |is_xml: bool| {
        content().find_map(|object| {
            let any = json.as_ref();
            let any = any.filter(|json| object.range.covers(json).is_some());
            let media = object.range.media_type().or(any)?;
            let form = BodyForm::of(media);
            let is_fit = suits(root, object, form, value) && (form == BodyForm::Xml) == is_xml;
            is_fit.then(|| write(contract, object, media, form, value))
        })
    };
    let written = first(false).or_else(|| first(true));
    written.unwrap_or_else(|| {
        let first = content().find_map(|object| object.range.media_type());
        let json = "application/json".to_owned();
        let name = first.map_or(json, ToString::to_string);
        // A text has no form of its own here only if it would be a multipart body.
        let is_text = value.is_string() && first.is_some();
        let text = if is_text {
            scalar(value)
        } else {
            value.to_string()
        };
        Ok(WrittenBody {
            bytes: text.into_bytes(),
            media: name,
        })
    })
}

/// Writes a value as a body of a media type that an operation documents.
///
/// # Errors
/// When the media type has no form for such a value.
pub fn write_body(
    contract: &Contract,
    object: &MediaTypeObject,
    media: &MediaType,
    value: &Value,
) -> Result<WrittenBody, EncodeError> {
    let form = BodyForm::of(media);
    if suits(contract.document.root(), object, form, value) {
        write(contract, object, media, form, value)
    } else {
        Err(EncodeError::Body(media.to_string()))
    }
}

fn write(
    contract: &Contract,
    object: &MediaTypeObject,
    media: &MediaType,
    form: BodyForm,
    value: &Value,
) -> Result<WrittenBody, EncodeError> {
    let unfit = || EncodeError::Body(media.to_string());
    let root = contract.document.root();
    let bytes = match form {
        _ if value.is_string() && form != BodyForm::Json => scalar(value).into_bytes(),
        BodyForm::Json => value.to_string().into_bytes(),
        BodyForm::Urlencoded => {
            let fields = value.as_object().ok_or_else(unfit)?;
            urlencoded_fields(root, object.schema.as_ref(), &object.encoding, fields).into_bytes()
        }
        BodyForm::Multipart => {
            let parts = match value {
                Value::Object(fields) => multipart::parts(root, object, fields),
                Value::Array(elements) => multipart::parts_by_place(root, object, elements),
                _ => None,
            };
            let parts = parts.ok_or_else(unfit)?;
            let own = media.parameter("boundary").map(str::to_owned);
            let boundary = own.clone().unwrap_or_else(|| multipart::boundary(&parts));
            let name = match own {
                Some(_) => media.to_string(),
                None => format!("{media}; boundary={boundary}"),
            };
            return Ok(WrittenBody {
                bytes: multipart::write(&parts, &boundary),
                media: name,
            });
        }
        BodyForm::JsonLines | BodyForm::JsonRecords => {
            let items = value.as_array().ok_or_else(unfit)?;
            sequence::write(form == BodyForm::JsonRecords, items)
        }
        BodyForm::Xml => write_xml::write(&Mapped::of(root, object.schema.as_ref()), value)
            .map_err(|reason| EncodeError::Xml(media.to_string(), reason))?,
        BodyForm::Text | BodyForm::EventStream => scalar(value).into_bytes(),
        BodyForm::Bytes => bytes(value).ok_or_else(unfit)?,
    };
    Ok(WrittenBody {
        bytes,
        media: media.to_string(),
    })
}
