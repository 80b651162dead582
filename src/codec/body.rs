//! A value as a body of a media type.

use serde_json::Value;

use super::encode::{EncodeError, is_form};
use super::field::bytes;
use super::form::urlencoded_fields;
use super::multipart;
use super::sequence::Sequence;
use super::style::scalar;
use crate::http::MediaType;
use crate::openapi::{Contract, MediaTypeObject, Operation};

/// A body, and the media type it is sent as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenBody {
    /// The content.
    pub bytes: Vec<u8>,
    /// The media type, its boundary among the parameters.
    pub media: String,
}

/// Forms of bodies that are written and read.
pub(super) enum Form {
    Json,
    Urlencoded,
    Multipart,
    Sequence(Sequence),
    Xml,
    Text,
    Bytes,
}

impl Form {
    pub(super) fn of(media: &MediaType) -> Self {
        let essence = media.essence();
        if media.is_json() {
            return Self::Json;
        }
        if let Some(sequence) = Sequence::of(media) {
            return Self::Sequence(sequence);
        }
        match essence.split_once('/') {
            _ if is_form(&essence) => Self::Urlencoded,
            Some((_, subtype)) if subtype == "xml" || subtype.ends_with("+xml") => Self::Xml,
            Some(("multipart", _)) => Self::Multipart,
            Some(("text", _)) => Self::Text,
            _ => Self::Bytes,
        }
    }

    /// Whether a value is one that has this form. A text is its own, but for a multipart body's.
    fn suits(&self, value: &Value) -> bool {
        match self {
            Self::Json => true,
            Self::Multipart => value.is_object(),
            _ if value.is_string() => true,
            Self::Urlencoded => value.is_object(),
            Self::Sequence(_) => value.is_array(),
            Self::Xml => false,
            Self::Text => !value.is_object() && !value.is_array(),
            Self::Bytes => bytes(value).is_some(),
        }
    }
}

/// Writes a value as a body of an operation: as the media type that is asked for, if the operation
/// documents it, or else as the first of the documented ones that has a form for such a value. Where
/// none has, a text is its own form, and anything else is JSON under the first one's name.
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
        let form = Form::of(asked);
        if !form.suits(value) {
            return Err(EncodeError::Body(asked.to_string()));
        }
        return write(contract, object, asked, &form, value);
    }
    // A range that takes JSON is written as JSON.
    let json = "application/json".parse::<MediaType>().ok();
    let written = content().find_map(|object| {
        let any = json.as_ref();
        let any = any.filter(|json| object.range.covers(json).is_some());
        let media = object.range.media_type().or(any)?;
        let form = Form::of(media);
        form.suits(value)
            .then(|| write(contract, object, media, &form, value))
    });
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

fn write(
    contract: &Contract,
    object: &MediaTypeObject,
    media: &MediaType,
    form: &Form,
    value: &Value,
) -> Result<WrittenBody, EncodeError> {
    let unfit = || EncodeError::Body(media.to_string());
    let root = contract.document.root();
    let bytes = match form {
        _ if value.is_string() && !matches!(form, Form::Json) => scalar(value).into_bytes(),
        Form::Json => value.to_string().into_bytes(),
        Form::Urlencoded => {
            let fields = value.as_object().ok_or_else(unfit)?;
            urlencoded_fields(root, object.schema.as_ref(), &object.encoding, fields).into_bytes()
        }
        Form::Multipart => {
            let fields = value.as_object().ok_or_else(unfit)?;
            let parts = multipart::parts(root, object, fields).ok_or_else(unfit)?;
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
        Form::Sequence(sequence) => sequence.write(value.as_array().ok_or_else(unfit)?),
        Form::Xml | Form::Text => scalar(value).into_bytes(),
        Form::Bytes => bytes(value).ok_or_else(unfit)?,
    };
    Ok(WrittenBody {
        bytes,
        media: media.to_string(),
    })
}
