//! What checks say and read alike: the sentences of schema findings, the forms of header fields.

use std::time::SystemTime;

use crate::http::Headers;
use crate::schema::Mismatch;

/// What is wrong with `subject`, in a line.
pub(super) fn title(subject: &str, mismatch: &Mismatch) -> String {
    let what = match mismatch.keyword.as_str() {
        "type" => "is of another type",
        "required" => {
            let name = mismatch.missing.as_deref().unwrap_or_default();
            return format!("{subject} has no member `{name}`");
        }
        "pattern" => "does not match its pattern",
        "format" => "does not have its format",
        "enum" => "is none of the values allowed",
        "const" => "is not the value demanded",
        "minLength" | "minItems" | "minProperties" => "holds too little",
        "maxLength" | "maxItems" | "maxProperties" => "holds too much",
        "minimum" | "exclusiveMinimum" => "is too small",
        "maximum" | "exclusiveMaximum" => "is too large",
        "multipleOf" => "is no multiple",
        "uniqueItems" => "holds an element twice",
        "additionalProperties" | "unevaluatedProperties" => "has members the schema does not name",
        keyword => return format!("{subject} breaks `{keyword}`"),
    };
    format!("{subject} {what}")
}

/// A value of the answer's body, named by its JSON pointer.
pub(super) fn body_subject(instance: &str) -> String {
    if instance.is_empty() {
        "the body".to_owned()
    } else {
        format!("`{instance}` of the body")
    }
}

/// The elements of a list field over all its lines (RFC 9110, 5.6.1).
pub(super) fn list(headers: &Headers, name: &str) -> Vec<String> {
    let lines = headers.all(name).map(crate::http::FieldValue::shown);
    let mut elements = Vec::new();
    for line in lines {
        let parts = line
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        elements.extend(parts.map(str::to_owned));
    }
    elements
}

/// Whether a text is an HTTP-date in the one form that is to be sent (RFC 9110, 5.6.7).
pub(super) fn is_http_date(text: &str) -> bool {
    httpdate::parse_http_date(text)
        .is_ok_and(|time: SystemTime| httpdate::fmt_http_date(time) == text)
}
