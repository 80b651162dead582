//! How one field of a form is written: by its encoding, or else by its schema.

use base64::Engine as _;
use serde_json::{Map, Value};

use super::declared::Declared;
use super::escape::Escape;
use super::style::{Style, Writing};
use crate::openapi::Encoding;

/// A field's form (OpenAPI 3.1.1, 4.8.15.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FieldForm {
    /// In a style, as a query parameter is.
    Styled(Style, bool, Escape),
    /// As this media type; each element of an array by itself.
    Content(String),
}

impl FieldForm {
    /// A field's form: style, explode or allowReserved are said, or else it is its media type's.
    pub(super) fn of(encoding: Option<&Encoding>, declared: Declared<'_>) -> Self {
        if let Some(encoding) = encoding
            && (encoding.style.is_some() || encoding.explode.is_some() || encoding.allow_reserved)
        {
            let style = encoding
                .style
                .as_deref()
                .and_then(|style| style.parse().ok());
            let style = style.unwrap_or(Style::Form);
            let escape = if encoding.allow_reserved {
                Escape::AllowReserved
            } else {
                Escape::Reserved
            };
            let explode = encoding.explode.unwrap_or(style == Style::Form);
            return Self::Styled(style, explode, escape);
        }
        let content = encoding.and_then(|encoding| encoding.content_type.as_deref());
        Self::Content(match content {
            Some(ranges) => first_type(ranges),
            None => default_type(declared).to_owned(),
        })
    }
}

/// The first of a comma-separated list of media types and ranges, a range as a type it covers.
pub(super) fn first_type(ranges: &str) -> String {
    let first = ranges.split(',').next().unwrap_or_default().trim();
    match first {
        "text/*" => "text/plain".to_owned(),
        "image/*" => "image/png".to_owned(),
        range if range.contains('*') || range.is_empty() => OCTETS.to_owned(),
        named => named.to_owned(),
    }
}

pub(super) const OCTETS: &str = "application/octet-stream";

/// The media type a schema's values have in a form, unless an encoding says another (OpenAPI 3.1.1,
/// 4.8.15.1.1; `format: binary` is how 3.0.3, 4.7.14.2 said it).
pub(super) fn default_type(declared: Declared<'_>) -> &'static str {
    if declared.is("object") || !declared.members().is_empty() {
        "application/json"
    } else if declared.is("array") || declared.keyword("items").is_some() {
        let items = declared.items();
        // Of arrays in arrays no text is defined but JSON's.
        if items.is("array") {
            "application/json"
        } else {
            default_type(items)
        }
    } else if is_binary(declared) {
        OCTETS
    } else {
        "text/plain"
    }
}

/// Whether a schema's values are bytes: by an encoding, or by having no type where there is a schema.
fn is_binary(declared: Declared<'_>) -> bool {
    let format = declared.keyword("format").and_then(Value::as_str);
    declared.keyword("contentEncoding").is_some()
        || matches!(format, Some("binary" | "byte"))
        || declared.says_nothing_of_types()
}

/// Bytes for a media type that is no text: a text's own, or those of `{ base64: … }`.
pub(super) fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Object(members) => from_base64(members),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string().into_bytes()),
        Value::Null | Value::Array(_) => None,
    }
}

fn from_base64(members: &Map<String, Value>) -> Option<Vec<u8>> {
    let text = members.get("base64").filter(|_| members.len() == 1)?;
    let engine = base64::engine::general_purpose::STANDARD;
    engine.decode(text.as_str()?).ok()
}

/// The pairs of a field in a style.
pub(super) fn styled(
    name: &str,
    (style, explode, escape): (Style, bool, Escape),
    value: &Value,
) -> Vec<(String, String)> {
    let writing = Writing {
        name,
        style,
        explode,
        escape,
    };
    writing.pairs(value)
}
