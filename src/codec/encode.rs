//! Values onto the wire.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::openapi::{Location, Operation, Parameter, PathTemplate, Piece};

/// RFC 3986, 2.3: what never needs an escape.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Why a value can't be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A path parameter has no value.
    #[error("the path parameter `{0}` has no value")]
    Missing(String),
    /// A style this version doesn't write.
    #[error("the parameter `{0}` has the style `{1}`, which is not written yet")]
    Style(String, String),
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
    path(&operation.path, values, raw, |name| {
        parameter(operation, Location::Path, name)
    })
}

fn path<'p>(
    template: &PathTemplate,
    values: &Map<String, Value>,
    raw: &Map<String, Value>,
    parameter: impl Fn(&str) -> Option<&'p Parameter>,
) -> Result<String, EncodeError> {
    let mut path = String::new();
    for piece in template.pieces() {
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
                if let Some(parameter) = parameter(name).filter(|p| p.style != "simple") {
                    return Err(EncodeError::Style(name.clone(), parameter.style.clone()));
                }
                path.push_str(&simple(value, &escape));
            }
        }
    }
    Ok(path)
}

/// The query with `?`, or nothing where no parameter has a value. Names the contract doesn't know
/// are written as they are given.
///
/// # Errors
/// When a value can't be written in its parameter's style.
pub fn encode_query(
    operation: &Operation,
    values: &Map<String, Value>,
) -> Result<String, EncodeError> {
    let mut query = String::new();
    let mut pair = |name: &str, value: &str| {
        let separator = if query.is_empty() { '?' } else { '&' };
        let _ = write!(query, "{separator}{}={value}", escape(name));
    };
    for (name, value) in values {
        let known = parameter(operation, Location::Query, name);
        if let Some(known) = known.filter(|p| p.style != "form") {
            return Err(EncodeError::Style(name.clone(), known.style.clone()));
        }
        let explode = known.is_none_or(|p| p.explode);
        match value {
            Value::Array(elements) if explode => {
                for element in elements {
                    pair(name, &escape(&scalar(element)));
                }
            }
            Value::Object(members) if explode => {
                for (name, value) in members {
                    pair(name, &escape(&scalar(value)));
                }
            }
            other => pair(name, &simple(other, &escape)),
        }
    }
    Ok(query)
}

/// A header's value in the simple style, which escapes nothing.
#[must_use]
pub fn header_value(value: &Value) -> String {
    simple(value, &str::to_owned)
}

fn parameter<'o>(
    operation: &'o Operation,
    location: Location,
    name: &str,
) -> Option<&'o Parameter> {
    let mut all = operation.parameters.iter();
    all.find(|parameter| parameter.location == location && parameter.name == name)
}

/// RFC 6570, 3.2.2, as OpenAPI 3.1.1, 4.8.12.3 has it for `style: simple`.
fn simple(value: &Value, escape: &dyn Fn(&str) -> String) -> String {
    match value {
        Value::Array(elements) => {
            let parts: Vec<String> = elements
                .iter()
                .map(|element| escape(&scalar(element)))
                .collect();
            parts.join(",")
        }
        Value::Object(members) => {
            let parts: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{},{}", escape(name), escape(&scalar(value))))
                .collect();
            parts.join(",")
        }
        other => escape(&scalar(other)),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn encoded(template: &str, values: &Value) -> Result<String, EncodeError> {
        let values = values.as_object().cloned().unwrap_or_default();
        let raw = json!({"raw": "%2e"}).as_object().cloned();
        path(
            &PathTemplate::new(template),
            &values,
            &raw.unwrap_or_default(),
            |_| None,
        )
    }

    #[test]
    fn values_are_escaped_and_the_template_is_not() {
        let written = encoded(
            "/images/{id}/metadata/{key}",
            &json!({"id": 7, "key": "a/b c%ä~"}),
        );
        assert_eq!(
            written.as_deref(),
            Ok("/images/7/metadata/a%2Fb%20c%25%C3%A4~")
        );
        assert_eq!(encoded("/x/{raw}", &json!({})).as_deref(), Ok("/x/%2e"));
        assert_eq!(
            encoded("/x/{list}", &json!({"list": ["a", "b,c"]})).as_deref(),
            Ok("/x/a,b%2Cc")
        );
    }

    #[test]
    fn a_missing_value_is_named() {
        assert_eq!(
            encoded("/x/{id}", &json!({})),
            Err(EncodeError::Missing("id".into()))
        );
    }
}
