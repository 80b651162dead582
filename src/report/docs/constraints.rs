//! The keywords of a schema in words.

use serde_json::{Map, Value};

use super::page::{Inline, Line};

/// The types a schema object names, with the format.
pub(super) fn type_words(schema: &Map<String, Value>) -> Option<Line> {
    let types = match schema.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" or "),
        _ => String::new(),
    };
    let format = schema.get("format").and_then(Value::as_str);
    match (types.as_str(), format) {
        ("", None) => None,
        ("", Some(format)) => Some(Line::from("format ").text(format)),
        (types, None) => Some(Line::from(types)),
        (types, Some(format)) => Some(Line::from(types).text(format!(" ({format})"))),
    }
}

/// What a schema object demands of a value by itself: not what it demands of the value's parts.
/// `nested` says a schema inside it in words, where that is short.
pub(super) fn phrases(
    schema: &Map<String, Value>,
    nested: &dyn Fn(&str) -> Option<Line>,
) -> Vec<Line> {
    let mut phrases = Vec::new();
    if let Some(value) = schema.get("const") {
        phrases.push(Line::from("always ").value(value));
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        let values = values.iter().map(|value| Line::default().value(value));
        phrases.push(Line::from("one of ").then(Line::join(values, &Inline::Text(", ".into()))));
    }
    phrases.extend(count(
        schema,
        "minLength",
        "maxLength",
        ["character", "characters"],
    ));
    if let Some(Value::String(pattern)) = schema.get("pattern") {
        phrases.push(Line::from("matches ").code(pattern));
    }
    phrases.extend(bounds(schema));
    if let Some(step) = schema.get("multipleOf") {
        phrases.push(Line::from("a multiple of ").code(step.to_string()));
    }
    phrases.extend(count(
        schema,
        "minItems",
        "maxItems",
        ["element", "elements"],
    ));
    if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
        phrases.push("no element twice".into());
    }
    phrases.extend(contains(schema, nested));
    phrases.extend(count(
        schema,
        "minProperties",
        "maxProperties",
        ["member", "members"],
    ));
    if let Some(names) = schema.get("propertyNames") {
        phrases.push(said("names of members: ", "propertyNames", names, nested));
    }
    for (keyword, words) in CLOSED {
        match schema.get(keyword) {
            Some(Value::Bool(false)) => phrases.push(words.into()),
            Some(inner @ Value::Object(_)) if keyword.starts_with("unevaluated") => {
                phrases.push(said(
                    "what nothing else speaks of: ",
                    keyword,
                    inner,
                    nested,
                ));
            }
            _ => {}
        }
    }
    for (name, with) in schema
        .get("dependentRequired")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let with = with
            .as_array()
            .into_iter()
            .flatten()
            .map(|other| Line::default().value(other));
        let with = Line::join(with, &Inline::Text(", ".into()));
        phrases.push(Line::from("with ").code(name).text(" also ").then(with));
    }
    for (name, inner) in schema
        .get("dependentSchemas")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        phrases.push(
            Line::from("with ")
                .code(name)
                .text(" it matches ")
                .code(inner.to_string()),
        );
    }
    if let Some(inner) = schema.get("not") {
        phrases.push(said("not: ", "not", inner, nested));
    }
    phrases.extend(condition(schema, nested));
    if let Some(Value::String(encoding)) = schema.get("contentEncoding") {
        phrases.push(Line::from("encoded as ").code(encoding));
    }
    if let Some(Value::String(media)) = schema.get("contentMediaType") {
        phrases.push(Line::from("holds ").code(media));
    }
    phrases
}

/// What a schema object says of a value without demanding it.
pub(super) fn notes(schema: &Map<String, Value>) -> Vec<Line> {
    let mut notes = Vec::new();
    for (keyword, words) in [
        ("readOnly", "only in answers"),
        ("writeOnly", "only in requests"),
        ("deprecated", "deprecated"),
    ] {
        if schema.get(keyword) == Some(&Value::Bool(true)) {
            notes.push(words.into());
        }
    }
    if let Some(value) = schema.get("default") {
        notes.push(Line::from("default ").value(value));
    }
    let several = schema
        .get("examples")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let examples: Vec<Line> = several
        .chain(schema.get("example"))
        .map(|value| Line::default().value(value))
        .collect();
    if !examples.is_empty() {
        notes.push(
            Line::from("for example ").then(Line::join(examples, &Inline::Text(", ".into()))),
        );
    }
    notes
}

const CLOSED: [(&str, &str); 4] = [
    ("additionalProperties", "no other members"),
    ("unevaluatedProperties", "no members but these"),
    ("items", "no further elements"),
    ("unevaluatedItems", "no elements but these"),
];

fn count(
    schema: &Map<String, Value>,
    least: &str,
    most: &str,
    [one, many]: [&str; 2],
) -> Option<Line> {
    // OpenAPI documents write `1.0` for 1 at times.
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let noun = |n: f64| {
        if (n - 1.0).abs() < f64::EPSILON {
            one
        } else {
            many
        }
    };
    let text = match (number(least).filter(|n| *n > 0.0), number(most)) {
        (None, None) => return None,
        (Some(least), None) => format!("at least {least} {}", noun(least)),
        (None, Some(most)) => format!("at most {most} {}", noun(most)),
        (Some(least), Some(most)) if (least - most).abs() < f64::EPSILON => {
            format!("exactly {most} {}", noun(most))
        }
        (Some(least), Some(most)) => format!("{least} to {most} {many}"),
    };
    Some(Line::from(text.as_str()))
}

fn bounds(schema: &Map<String, Value>) -> Vec<Line> {
    let number = |key: &str| schema.get(key).filter(|value| value.is_number());
    let mut words = Vec::new();
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => words.push(format!("{least} to {most}")),
        (Some(least), None) => words.push(format!("at least {least}")),
        (None, Some(most)) => words.push(format!("at most {most}")),
        (None, None) => {}
    }
    words.extend(number("exclusiveMinimum").map(|bound| format!("more than {bound}")));
    words.extend(number("exclusiveMaximum").map(|bound| format!("less than {bound}")));
    words
        .iter()
        .map(|words| Line::from(words.as_str()))
        .collect()
}

fn contains(schema: &Map<String, Value>, nested: &dyn Fn(&str) -> Option<Line>) -> Option<Line> {
    let inner = schema.get("contains")?;
    let how_many = match (schema.get("minContains"), schema.get("maxContains")) {
        (None, None) => "at least one element: ".to_owned(),
        (Some(least), None) => format!("at least {least} elements: "),
        (None, Some(most)) => format!("1 to {most} elements: "),
        (Some(least), Some(most)) => format!("{least} to {most} elements: "),
    };
    Some(said(&how_many, "contains", inner, nested))
}

fn condition(schema: &Map<String, Value>, nested: &dyn Fn(&str) -> Option<Line>) -> Option<Line> {
    let mut words = said("if it is ", "if", schema.get("if")?, nested);
    for (keyword, before) in [("then", ", then also "), ("else", ", otherwise ")] {
        if let Some(inner) = schema.get(keyword) {
            words = words.then(said(before, keyword, inner, nested));
        }
    }
    Some(words)
}

fn said(before: &str, keyword: &str, inner: &Value, nested: &dyn Fn(&str) -> Option<Line>) -> Line {
    let words = nested(keyword).unwrap_or_else(|| Line::default().code(inner.to_string()));
    Line::from(before).then(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(schema: &Value) -> Vec<String> {
        let schema = schema.as_object().expect("an object");
        let plain = |line: Line| {
            line.0
                .into_iter()
                .map(|inline| match inline {
                    Inline::Text(text) => text,
                    Inline::Code(text) => format!("`{text}`"),
                    other => format!("{other:?}"),
                })
                .collect()
        };
        phrases(schema, &|_| None)
            .into_iter()
            .chain(notes(schema))
            .map(plain)
            .collect()
    }

    #[test]
    fn numbers_of_things_are_said_as_people_say_them() {
        assert_eq!(
            words(&json!({"minLength": 1, "maxLength": 255})),
            ["1 to 255 characters"]
        );
        assert_eq!(
            words(&json!({"minLength": 0, "maxLength": 1})),
            ["at most 1 character"]
        );
        assert_eq!(
            words(&json!({"minItems": 2.0, "maxItems": 2})),
            ["exactly 2 elements"]
        );
        assert_eq!(words(&json!({"minProperties": 1})), ["at least 1 member"]);
        assert_eq!(
            words(&json!({"minimum": 400, "exclusiveMaximum": 600})),
            ["at least 400", "less than 600"]
        );
    }

    #[test]
    fn keywords_that_hold_schemas_are_shown_as_they_are_where_words_are_wanting() {
        assert_eq!(
            words(&json!({"not": {"const": 1}})),
            ["not: `{\"const\":1}`"]
        );
        assert_eq!(
            words(&json!({"if": true, "then": false, "contains": {}, "maxContains": 3})),
            [
                "1 to 3 elements: `{}`",
                "if it is `true`, then also `false`"
            ]
        );
        assert_eq!(
            words(&json!({"dependentRequired": {"a": ["b", "c"]}})),
            ["with `a` also `b`, `c`"]
        );
    }

    #[test]
    fn what_is_no_demand_comes_last() {
        assert_eq!(
            words(
                &json!({"readOnly": true, "default": "", "examples": [1, "x"], "enum": ["x", null]})
            ),
            [
                "one of `x`, `null`",
                "only in answers",
                "default the empty string",
                "for example `1`, `x`"
            ]
        );
    }
}
