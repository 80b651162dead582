//! Mistakes in the keywords of schemas: what no validator can use is said and taken out, so that the
//! rest of the schema is still judged by.

use serde_json::{Map, Value};

use crate::diag::{Diagnostic, Document, Pointer};
use crate::schema::pattern_problem;

/// The types of JSON Schema 2020-12, 6.1.1.
const TYPES: [&str; 7] = [
    "null", "boolean", "object", "array", "number", "string", "integer",
];

/// Bounds that belong together, the lower first.
const BOUNDS: [(&str, &str); 4] = [
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
];

fn number(schema: &Map<String, Value>, keyword: &str) -> Option<f64> {
    schema.get(keyword)?.as_f64()
}

/// Whether there is anything to say of a schema's keywords.
pub(super) fn has_mistake(schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else {
        return false;
    };
    schema
        .iter()
        .any(|(keyword, operand)| problem(keyword, operand).is_some())
        || crossed(schema).next().is_some()
}

/// Bounds between which there is nothing.
fn crossed(
    schema: &Map<String, Value>,
) -> impl Iterator<Item = (&'static str, f64, &'static str, f64)> {
    BOUNDS.into_iter().filter_map(|(least, most)| {
        let (low, high) = (number(schema, least)?, number(schema, most)?);
        (low > high).then_some((least, low, most, high))
    })
}

/// Takes unusable keywords out of the schema at `at`, each with a warning.
pub(super) fn check(document: &mut Document, at: &Pointer, problems: &mut Vec<Diagnostic>) {
    let Some(Value::Object(schema)) = document.get(at) else {
        return;
    };
    let mut unusable: Vec<(String, String, &'static str)> = schema
        .iter()
        .filter_map(|(keyword, operand)| {
            let (why, help) = problem(keyword, operand)?;
            Some((keyword.clone(), why, help))
        })
        .collect();
    if let Some(why) = schema
        .get("required")
        .and_then(|r| misplaced_required(schema, r))
    {
        unusable.retain(|(keyword, ..)| keyword != "required");
        unusable.push((
            "required".to_owned(),
            why,
            "list the names of required members in the schema that holds them",
        ));
    }
    for (least, low, most, high) in crossed(schema) {
        let why = format!("no value keeps both: {least} is {low}, and {most} is {high}");
        problems.push(
            Diagnostic::warning("unsatisfiable", why)
                .at_key(document, &at.child(least), "")
                .at_key(document, &at.child(most), "")
                .help("exchange the two bounds, or mend one"),
        );
    }
    for (keyword, why, help) in unusable {
        let code = if keyword == "pattern" {
            "bad-pattern"
        } else {
            "bad-keyword"
        };
        problems.push(
            Diagnostic::warning(code, why)
                .at_key(document, &at.child(&keyword), "this demands nothing")
                .help(help),
        );
        document.remove(at, &keyword);
    }
}

fn misplaced_required(schema: &Map<String, Value>, required: &Value) -> Option<String> {
    // Draft 3 had it at the member, and so many documents still do.
    (required.is_boolean() && !schema.contains_key("in"))
        .then(|| "`required` is a list of names, and not said of a member itself".to_owned())
}

fn problem(keyword: &str, operand: &Value) -> Option<(String, &'static str)> {
    let is_schema = |value: &Value| value.is_object() || value.is_boolean();
    let (usable, what, help) = match keyword {
        "type" => return types(operand),
        "required" => (
            is_names(operand),
            "a list of names, each once",
            "list each required member's name once",
        ),
        "enum" => (
            operand.as_array().is_some_and(|all| !all.is_empty()),
            "a list of values",
            "list the allowed values",
        ),
        "properties" | "patternProperties" | "$defs" | "dependentSchemas" => (
            operand.as_object().is_some(),
            "an object of schemas",
            "give each name a schema",
        ),
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => (
            operand.as_array().is_some_and(|all| !all.is_empty()),
            "a list of schemas",
            "list one schema or more",
        ),
        "not"
        | "contains"
        | "additionalProperties"
        | "propertyNames"
        | "items"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "if"
        | "then"
        | "else" => (
            is_schema(operand),
            "a schema",
            "write a schema, or true or false",
        ),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
            (operand.is_number(), "a number", "write a number")
        }
        "multipleOf" => (
            operand.as_f64().is_some_and(|number| number > 0.0),
            "a number above zero",
            "write a number above zero",
        ),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
        | "minContains" | "maxContains" => (
            operand
                .as_f64()
                .is_some_and(|n| n >= 0.0 && n.fract() == 0.0),
            "a whole number of zero or more",
            "write a whole number",
        ),
        "uniqueItems" => (operand.is_boolean(), "true or false", "write true or false"),
        "format" | "$comment" | "contentEncoding" | "contentMediaType" => {
            (operand.is_string(), "a text", "write a text")
        }
        "pattern" => return pattern(operand),
        _ => return None,
    };
    (!usable).then(|| {
        let shown = shorten(&operand.to_string());
        (format!("`{keyword}` must be {what}, and is {shown}"), help)
    })
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    let start: String = text.chars().take(57).collect();
    format!("{start}…")
}

fn types(operand: &Value) -> Option<(String, &'static str)> {
    let names: Vec<&Value> = match operand {
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    };
    let unknown = names
        .iter()
        .find(|name| !name.as_str().is_some_and(|name| TYPES.contains(&name)));
    match unknown {
        Some(unknown) => Some((
            format!("{} is no type", shorten(&unknown.to_string())),
            "the types are null, boolean, object, array, number, string and integer",
        )),
        None if names.is_empty() => Some((
            "`type` lists no type".to_owned(),
            "name a type, or leave `type` out",
        )),
        None => None,
    }
}

fn is_names(operand: &Value) -> bool {
    let Some(all) = operand.as_array() else {
        return false;
    };
    let mut seen = std::collections::HashSet::new();
    all.iter()
        .all(|name| name.as_str().is_some_and(|name| seen.insert(name)))
}

fn pattern(operand: &Value) -> Option<(String, &'static str)> {
    let Some(pattern) = operand.as_str() else {
        return Some((
            "`pattern` must be a text".to_owned(),
            "write a regular expression",
        ));
    };
    let why = pattern_problem(pattern)?;
    Some((
        format!("the pattern {pattern:?} is no regular expression: {why}"),
        "write it as ECMA-262 has it",
    ))
}
