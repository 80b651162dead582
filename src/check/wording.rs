//! The sentences of schema findings.

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
