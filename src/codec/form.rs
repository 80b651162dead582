//! `application/x-www-form-urlencoded` (RFC 1866, 8.2.1; OpenAPI 3.1.1, 4.8.15.2).

use serde_json::{Map, Value};
use url::form_urlencoded::byte_serialize;

use super::declared::Declared;
use super::encode::{joined, text_as};
use super::field::{FieldForm, styled};
use crate::diag::Pointer;
use crate::openapi::Encoding;

/// A form's text. Null members are left out: a form has no text for nothing (OpenAPI 3.1.1, appendix B).
pub(super) fn urlencoded_fields(
    root: &Value,
    schema: Option<&Pointer>,
    encodings: &[Encoding],
    fields: &Map<String, Value>,
) -> String {
    let declared = Declared::of(root, schema);
    let mut pairs = Vec::new();
    for (name, value) in fields {
        let encoding = encodings.iter().find(|encoding| encoding.name == *name);
        match (FieldForm::of(encoding, declared.member(name)), value) {
            (_, Value::Null) => {}
            (FieldForm::Styled(style, explode, escape), value) => {
                pairs.extend(styled(name, (style, explode, escape), value));
            }
            (FieldForm::Content(media), Value::Array(elements)) => {
                let all = elements.iter();
                pairs.extend(all.map(|element| pair(name, &field_text(&media, element))));
            }
            (FieldForm::Content(media), value) => {
                pairs.push(pair(name, &field_text(&media, value)));
            }
        }
    }
    joined(pairs, "&")
}

/// The text of a field's value: objects and arrays have none but JSON's, whatever the type is called.
pub(super) fn field_text(media: &str, value: &Value) -> String {
    match value {
        Value::Object(_) | Value::Array(_) => value.to_string(),
        other => text_as(media, other),
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    let written = |text: &str| byte_serialize(text.as_bytes()).collect();
    (written(name), written(value))
}
