//! An operation's parameters onto the wire.

use serde_json::{Map, Value};

use super::escape::{Escape, escape};
use super::form::urlencoded_fields;
use super::style::{Style, Writing, scalar};
use crate::http::MediaType;
use crate::openapi::{Contract, Location, Operation, Parameter, Piece};

/// Why a value can't be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A path parameter has no value.
    #[error("the path parameter `{0}` has no value")]
    Missing(String),
    /// A style that isn't one of the parameter's location.
    #[error("the parameter `{0}` has the style `{1}`, which is none for where it stands")]
    Style(String, String),
    /// A body of a form that its media type has no room for.
    #[error("this body can't be written as `{0}`")]
    Body(String),
    /// A body that has no form in XML, and why.
    #[error("this body can't be written as `{0}`: {1}")]
    Xml(String, String),
}

/// The path with its parameters' values in place, escaped; values in `raw` are put in as they stand.
///
/// # Errors
/// When a value is missing or can't be written in the parameter's style.
pub fn encode_path(
    operation: &Operation,
    values: &Map<String, Value>,
    raw: &Map<String, Value>,
) -> Result<String, EncodeError> {
    let mut path = String::new();
    for piece in operation.path.pieces() {
        match piece {
            Piece::Text(text) => path.push_str(text),
            Piece::Parameter(name) => {
                if let Some(raw) = raw.get(name) {
                    path.push_str(&scalar(raw));
                    continue;
                }
                let value = values
                    .get(name)
                    .ok_or_else(|| EncodeError::Missing(name.clone()))?;
                let declared = parameter(operation, Location::Path, name);
                if let Some(text) = declared.and_then(|p| content_text(p, value)) {
                    path.push_str(&escape(&text));
                    continue;
                }
                let writing = writing(declared, name, Style::Simple, Escape::Reserved)?;
                path.push_str(&writing.text(value));
            }
        }
    }
    Ok(path)
}

/// The query with `?`, or nothing where no parameter has a value. Names the contract doesn't know
/// are written as they are given. A parameter that is the query as a whole (OpenAPI 3.2.0, 4.12.1)
/// leaves no room for others.
///
/// # Errors
/// When a value can't be written in its parameter's style.
pub fn encode_query(
    contract: &Contract,
    operation: &Operation,
    values: &Map<String, Value>,
) -> Result<String, EncodeError> {
    let whole = values.iter().find_map(|(name, value)| {
        Some((parameter(operation, Location::QueryString, name)?, value))
    });
    if let Some((parameter, value)) = whole {
        return Ok(format!("?{}", query_string(contract, parameter, value)));
    }
    let mut pairs = Vec::new();
    for (name, value) in values {
        let declared = parameter(operation, Location::Query, name);
        if let Some(text) = declared.and_then(|p| content_text(p, value)) {
            pairs.push((escape(name), escape(&text)));
            continue;
        }
        let allow = declared.is_some_and(|parameter| parameter.allow_reserved);
        let escape = if allow {
            Escape::AllowReserved
        } else {
            Escape::Reserved
        };
        pairs.extend(writing(declared, name, Style::Form, escape)?.pairs(value));
    }
    let query = joined(pairs, "&");
    Ok(if query.is_empty() {
        query
    } else {
        format!("?{query}")
    })
}

/// The value of a header field. One the contract knows as a parameter is written in its style, any
/// other in the style `simple`; nothing is escaped (OpenAPI 3.1.1, 4.8.12.2.2).
#[must_use]
pub fn encode_header(operation: &Operation, name: &str, value: &Value) -> String {
    let mut all = operation.parameters.iter();
    let declared = all.find(|parameter| {
        parameter.location == Location::Header && parameter.name.eq_ignore_ascii_case(name)
    });
    declared
        .and_then(|parameter| content_text(parameter, value))
        .unwrap_or_else(|| header_text(value, declared.is_some_and(|p| p.explode)))
}

/// A header's value in the simple style, which escapes nothing.
#[must_use]
pub fn header_value(value: &Value) -> String {
    header_text(value, false)
}

fn header_text(value: &Value, explode: bool) -> String {
    let writing = Writing {
        name: "",
        style: Style::Simple,
        explode,
        escape: Escape::Nothing,
    };
    writing.text(value)
}

/// The value of the `Cookie` field (RFC 6265, 4.2.1), or nothing where there is no cookie. Cookies of
/// the style `form` are escaped; what it would put between several, no cookie can hold, so that they
/// stand side by side (OpenAPI 3.1.1, appendix D).
///
/// # Errors
/// When a value can't be written in its parameter's style.
pub fn encode_cookies(
    operation: &Operation,
    values: &Map<String, Value>,
) -> Result<String, EncodeError> {
    let mut pairs = Vec::new();
    for (name, value) in values {
        let declared = parameter(operation, Location::Cookie, name);
        if let Some(text) = declared.and_then(|p| content_text(p, value)) {
            pairs.push((name.clone(), text));
            continue;
        }
        let mut writing = writing(declared, name, Style::Cookie, Escape::Reserved)?;
        if writing.style == Style::Cookie {
            writing.escape = Escape::Nothing;
        }
        pairs.extend(writing.pairs(value));
    }
    Ok(joined(pairs, "; "))
}

pub(super) fn joined(pairs: Vec<(String, String)>, between: &str) -> String {
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join(between)
}

pub(super) fn parameter<'o>(
    operation: &'o Operation,
    location: Location,
    name: &str,
) -> Option<&'o Parameter> {
    let mut all = operation.parameters.iter();
    all.find(|parameter| parameter.location == location && parameter.name == name)
}

/// A parameter's style, if it is one of its location (OpenAPI 3.1.1, 4.8.12.3).
pub(super) fn style_of(parameter: &Parameter) -> Option<Style> {
    let style: Style = parameter.style.parse().ok()?;
    let fits = match parameter.location {
        Location::Path => matches!(style, Style::Simple | Style::Label | Style::Matrix),
        Location::Query | Location::QueryString => matches!(
            style,
            Style::Form
                | Style::SpaceDelimited
                | Style::PipeDelimited
                | Style::TabDelimited
                | Style::DeepObject
        ),
        Location::Header => style == Style::Simple,
        Location::Cookie => matches!(style, Style::Form | Style::Cookie),
    };
    fits.then_some(style)
}

fn writing<'a>(
    declared: Option<&Parameter>,
    name: &'a str,
    fallback: Style,
    escape: Escape,
) -> Result<Writing<'a>, EncodeError> {
    let style = match declared {
        Some(parameter) => style_of(parameter)
            .ok_or_else(|| EncodeError::Style(name.to_owned(), parameter.style.clone()))?,
        None => fallback,
    };
    let explode = declared.map_or(fallback != Style::Simple, |parameter| parameter.explode);
    Ok(Writing {
        name,
        style,
        explode,
        escape,
    })
}

/// The text of a parameter that is written as a media type (OpenAPI 3.1.1, 4.8.12.2.3).
fn content_text(parameter: &Parameter, value: &Value) -> Option<String> {
    let content = parameter.content_type.as_ref()?;
    Some(text_as(content, value))
}

/// A value as a text of a media type: JSON, or else the text itself.
pub(super) fn text_as(media: &str, value: &Value) -> String {
    match media.parse::<MediaType>() {
        Ok(media) if media.is_json() => value.to_string(),
        _ => scalar(value),
    }
}

fn query_string(contract: &Contract, parameter: &Parameter, value: &Value) -> String {
    let media = parameter.content_type.as_deref().unwrap_or_default();
    match value {
        Value::Object(fields) if is_form(media) => urlencoded_fields(
            contract.document.root(),
            parameter.schema.as_ref(),
            &[],
            fields,
        ),
        value => escape(&text_as(media, value)),
    }
}

/// Whether a media type is that of urlencoded forms.
pub(super) fn is_form(media: &str) -> bool {
    let media = media.parse::<MediaType>();
    media.is_ok_and(|media| media.essence() == "application/x-www-form-urlencoded")
}
