//! Expressions in case files: `${name}`.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A name that has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`${{{0}}}` has no value")]
pub struct Unbound(pub String);

/// The longest value a `unique` expression may ask for.
const LONGEST: usize = 100_000;

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

/// The value as a case writes it, so that nothing in it is taken for an expression.
#[must_use]
pub fn literal(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(literal_text(text)),
        Value::Array(elements) => elements.iter().map(literal).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| (literal_text(key), literal(member)))
            .collect(),
        other => other.clone(),
    }
}

/// The text as a case writes it, so that nothing in it is taken for an expression.
#[must_use]
pub fn literal_text(text: &str) -> String {
    text.replace("${", "$${")
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

/// The bytes with their expressions filled in; they need be no text.
///
/// # Errors
/// The first name that has no value.
pub fn expand_bytes(bytes: &[u8], bindings: &Map<String, Value>) -> Result<Vec<u8>, Unbound> {
    let text = latin1(bytes);
    let mut expanded = Vec::with_capacity(bytes.len());
    for part in parts(&text) {
        match part {
            // Each character is one byte of those that came in.
            Part::Text(text) => {
                expanded.extend(text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()));
            }
            Part::Name(name) => match lookup(name, bindings)? {
                Value::String(value) => expanded.extend_from_slice(value.as_bytes()),
                other => expanded.extend_from_slice(other.to_string().as_bytes()),
            },
        }
    }
    Ok(expanded)
}

/// Bytes as a text of as many characters, so that expressions are found in them.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn lookup<'b>(name: &str, bindings: &'b Map<String, Value>) -> Result<&'b Value, Unbound> {
    bindings.get(name).ok_or_else(|| Unbound(name.to_owned()))
}

/// The variables of one of a step's repetitions: those of the case, and its index.
#[must_use]
pub fn with_index(
    bindings: &Map<String, Value>,
    index: Option<usize>,
) -> Cow<'_, Map<String, Value>> {
    let Some(index) = index else {
        return Cow::Borrowed(bindings);
    };
    let mut bindings = bindings.clone();
    bindings.insert(super::model::INDEX.to_owned(), index.into());
    Cow::Owned(bindings)
}

/// What every name begins with that the cases of a run give to what they make.
#[must_use]
pub fn unique_prefix(nonce: &str) -> String {
    format!("pm-{nonce}-")
}

/// The values of a case's `unique` expressions: the case's name and the run's nonce in letters,
/// digits and hyphens, so that any server takes them and their owner is seen. `unique.a` is a second
/// one, and `unique:255` is as many characters long.
#[must_use]
pub fn unique_names(case: &str, nonce: &str, expressions: &[String]) -> Map<String, Value> {
    let stem: String = case
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(96)
        .collect();
    expressions
        .iter()
        .map(|expression| {
            let rest = expression.strip_prefix("unique").unwrap_or_default();
            let (suffix, length) = rest.split_once(':').unwrap_or((rest, "0"));
            let suffix = suffix.replace('.', "-");
            let mut value = format!("{}{stem}{suffix}", unique_prefix(nonce));
            let length = length.parse().unwrap_or(0).min(LONGEST);
            value.extend(std::iter::repeat_n('x', length.saturating_sub(value.len())));
            (expression.clone(), Value::from(value))
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
    fn a_literal_is_itself_again() {
        let value = json!({"${s}": ["${n}", "$${n}", "$", 7, null]});
        assert_eq!(expand(&literal(&value), &bindings()), Ok(value));
    }

    #[test]
    fn bytes_that_are_no_text_keep_what_they_are() {
        assert_eq!(
            expand_bytes(b"{\"${s}\": \"\xff\xc3\"}", &bindings()),
            Ok(b"{\"x\": \"\xff\xc3\"}".to_vec())
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
            &["unique".into(), "unique.a".into(), "unique.b:24".into()],
        );
        assert_eq!(
            Value::Object(unique),
            json!({
                "unique": "pm-1a2b-op-add-new-key",
                "unique.a": "pm-1a2b-op-add-new-key-a",
                "unique.b:24": "pm-1a2b-op-add-new-key-b"
            })
        );
        let row = unique_names("op/wrong-type/a.b", "n", &["unique".into()]);
        assert_eq!(row["unique"], "pm-n-op-wrong-type-a-b");
        let padded = unique_names("op/a", "n", &["unique:12".into()]);
        assert_eq!(padded["unique:12"], "pm-n-op-axxx");
    }
}
