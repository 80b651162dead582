//! Demands that every request keeps, since one of the ways it may be read in keeps them.
//!
//! [`Decoded`](super::Decoded) lets a reader take what was sent for any of these; what no request can
//! break from outside can't be asked of a server either.

use serde_json::Value;

use super::encode::style_of;
use super::style::Style;
use crate::http::BodyForm;
use crate::openapi::{Location, MediaTypeObject, Parameter};

/// Whether a keyword at a path into a parameter's value is kept by whatever is sent: every text may be
/// read as the text it is, and a path's parameter has one character at least.
#[must_use]
pub fn every_parameter_keeps(
    parameter: &Parameter,
    path: &[String],
    (keyword, operand): (&str, &Value),
) -> bool {
    if parameter.content_type.is_some() || parameter.location == Location::QueryString {
        return false;
    }
    match (keyword, style_of(parameter)) {
        // Where names are part of what is sent, it may have to be read as an object.
        (_, None | Some(Style::DeepObject | Style::Matrix)) => false,
        ("type", Some(_)) => path.len() < 2 && names(operand, "string"),
        ("minLength", Some(Style::Simple)) => {
            parameter.location == Location::Path && path.is_empty() && operand.as_u64() == Some(1)
        }
        _ => false,
    }
}

/// The same of a body.
#[must_use]
pub fn every_body_keeps(
    media: &MediaTypeObject,
    path: &[String],
    (keyword, operand): (&str, &Value),
) -> bool {
    let Some(form) = media.range.media_type().map(BodyForm::of) else {
        return false;
    };
    if keyword != "type" {
        return false;
    }
    match (form, path) {
        (BodyForm::Urlencoded | BodyForm::Multipart, []) => names(operand, "object"),
        (BodyForm::Urlencoded, [field]) => {
            let mut encodings = media.encoding.iter();
            let own = encodings.find(|encoding| encoding.name == *field);
            let style = own.and_then(|encoding| encoding.style.as_deref());
            style != Some("deepObject") && names(operand, "string")
        }
        (BodyForm::Text, []) => names(operand, "string"),
        _ => false,
    }
}

/// Whether the operand of `type` has a type among those it names.
fn names(operand: &Value, kind: &str) -> bool {
    match operand {
        Value::String(own) => own == kind,
        Value::Array(all) => all.iter().any(|own| own == kind),
        _ => false,
    }
}
