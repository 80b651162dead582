//! The demands of schemas in words.

use serde_json::Value;

use crate::schema::Demand;

/// What a demand asks of `subject`, such as "the response body".
pub(super) fn sentence(subject: &str, demand: &Demand) -> String {
    let path: Vec<String> = demand.path.iter().map(ToString::to_string).collect();
    let what = if path.is_empty() {
        subject.to_owned()
    } else {
        format!("`{}` of {subject}", path.join("/"))
    };
    let operand = &demand.operand;
    let shown = plain(operand);
    let s = if shown == "1" { "" } else { "s" };
    match demand.keyword.as_str() {
        "type" => format!("{what} is of type {shown}"),
        "required" => format!("{what} is there"),
        "enum" => format!("{what} is one of {shown}"),
        "const" => format!("{what} is {shown}"),
        "format" => format!("{what} has the format {shown}"),
        "pattern" => format!("{what} matches {shown}"),
        "minLength" => format!("{what} has at least {shown} character{s}"),
        "maxLength" => format!("{what} has at most {shown} character{s}"),
        "minimum" => format!("{what} is at least {shown}"),
        "maximum" => format!("{what} is at most {shown}"),
        "exclusiveMinimum" => format!("{what} is more than {shown}"),
        "exclusiveMaximum" => format!("{what} is less than {shown}"),
        "multipleOf" => format!("{what} is a multiple of {shown}"),
        "minItems" => format!("{what} has at least {shown} element{s}"),
        "maxItems" => format!("{what} has at most {shown} element{s}"),
        "uniqueItems" => format!("the elements of {what} differ"),
        "minProperties" => format!("{what} has at least {shown} member{s}"),
        "maxProperties" => format!("{what} has at most {shown} member{s}"),
        "additionalProperties" | "unevaluatedProperties" => {
            format!("{what} has no member beside those the schema names")
        }
        other => format!("{what} keeps `{other}`"),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().map(plain).collect();
            texts.join(" or ")
        }
        other => other.to_string(),
    }
}
