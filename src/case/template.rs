//! Expressions in case files: `${name}`.

use serde_json::{Map, Value};

/// A name that has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`${{{0}}}` has no value")]
pub struct Unbound(pub String);

enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// `$${` is a literal `${`; a `${` that is never closed is text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let escaped = at > 0 && rest.as_bytes()[at - 1] == b'$';
        if escaped {
            parts.push(Part::Text(&rest[..at - 1]));
            parts.push(Part::Text("${"));
            rest = &rest[at + 2..];
            continue;
        }
        let Some(end) = rest[at..].find('}') else {
            break;
        };
        parts.push(Part::Text(&rest[..at]));
        parts.push(Part::Name(&rest[at + 2..at + end]));
        rest = &rest[at + end + 1..];
    }
    parts.push(Part::Text(rest));
    parts.retain(|part| !matches!(part, Part::Text("")));
    parts
}

/// Adds the names in a value's expressions, keys included, each once.
pub fn names(value: &Value, into: &mut Vec<String>) {
    let mut text = |text: &str| {
        for part in parts(text) {
            if let Part::Name(name) = part
                && !into.iter().any(|known| known == name)
            {
                into.push(name.to_owned());
            }
        }
    };
    match value {
        Value::String(string) => text(string),
        Value::Array(elements) => elements.iter().for_each(|element| names(element, into)),
        Value::Object(members) => {
            members.keys().for_each(|key| text(key));
            members.values().for_each(|member| names(member, into));
        }
        _ => {}
    }
}

/// The value with its expressions filled in. A string that is one expression becomes the value
/// itself, with its type; in longer strings and in keys values stand as text.
///
/// # Errors
/// The first name that has no value.
pub fn expand(value: &Value, bindings: &Map<String, Value>) -> Result<Value, Unbound> {
    Ok(match value {
        Value::String(text) => match parts(text).as_slice() {
            [Part::Name(name)] => lookup(name, bindings)?.clone(),
            _ => Value::String(expand_text(text, bindings)?),
        },
        Value::Array(elements) => {
            let elements: Result<_, _> = elements
                .iter()
                .map(|element| expand(element, bindings))
                .collect();
            Value::Array(elements?)
        }
        Value::Object(members) => {
            let members: Result<Map<_, _>, _> = members
                .iter()
                .map(|(key, member)| Ok((expand_text(key, bindings)?, expand(member, bindings)?)))
                .collect();
            Value::Object(members?)
        }
        other => other.clone(),
    })
}

/// The text with its expressions filled in.
///
/// # Errors
/// The first name that has no value.
pub fn expand_text(text: &str, bindings: &Map<String, Value>) -> Result<String, Unbound> {
    let mut expanded = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Text(text) => expanded.push_str(text),
            Part::Name(name) => match lookup(name, bindings)? {
                Value::String(value) => expanded.push_str(value),
                other => expanded.push_str(&other.to_string()),
            },
        }
    }
    Ok(expanded)
}

fn lookup<'b>(name: &str, bindings: &'b Map<String, Value>) -> Result<&'b Value, Unbound> {
    bindings.get(name).ok_or_else(|| Unbound(name.to_owned()))
}

/// The values of a case's `unique` expressions: the case's name and the run's nonce in letters,
/// digits and hyphens, so that any server takes them and their owner is seen.
#[must_use]
pub fn unique_names(case: &str, nonce: &str, expressions: &[String]) -> Map<String, Value> {
    let stem = case.rsplit('/').next().unwrap_or(case);
    let stem: String = stem
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(48)
        .collect();
    expressions
        .iter()
        .map(|expression| {
            let suffix = expression
                .strip_prefix("unique")
                .unwrap_or_default()
                .replace('.', "-");
            (
                expression.clone(),
                Value::from(format!("pm-{nonce}-{stem}{suffix}")),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bindings() -> Map<String, Value> {
        json!({"n": 7, "s": "x"})
            .as_object()
            .cloned()
            .expect("an object")
    }

    #[test]
    fn a_whole_expression_keeps_its_type_and_others_are_text() {
        let value = json!({"${s}": ["${n}", "${n}!", "$${n}", "a${s}b${n}", "${open"]});
        assert_eq!(
            expand(&value, &bindings()),
            Ok(json!({"x": [7, "7!", "${n}", "axb7", "${open"]}))
        );
    }

    #[test]
    fn a_name_without_a_value_is_named() {
        assert_eq!(
            expand(&json!("${none}"), &bindings()),
            Err(Unbound("none".into()))
        );
        assert_eq!(Unbound("none".into()).to_string(), "`${none}` has no value");
    }

    #[test]
    fn unique_values_name_their_case_and_differ() {
        let unique = unique_names(
            "op/add-new-key",
            "1a2b",
            &["unique".into(), "unique.a".into()],
        );
        assert_eq!(
            Value::Object(unique),
            json!({"unique": "pm-1a2b-add-new-key", "unique.a": "pm-1a2b-add-new-key-a"})
        );
    }
}
