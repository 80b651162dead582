//! Writes YAML.
//!
//! ```yaml
//! x-conformance:
//!   relations:
//!   - id: key-agrees
//!     'on': request
//! ```

use serde_json::{Map, Value};

/// Begins what stands for a text that has to be quoted; letters and digits only, so that it never is.
const MARK: &str = "QuotedScalar";

/// A value as YAML text that readers of YAML 1.1 and 1.2 read as the same value.
///
/// `yaml_serde` quotes what YAML 1.2 would misread, such as a status that is a key. YAML 1.1, which
/// much software still reads, misreads more: the key `on` of a relation would be `true`. Such texts
/// are left out of what it writes and then put in their places, quoted.
pub(super) fn yaml(value: &Value) -> String {
    let mut texts = Vec::new();
    let marked = marked(value, &mut texts);
    let written = yaml_serde::to_string(&marked).unwrap_or_default();
    let mut parts = written.split(MARK);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    // The marks are numbered in the order in which they are written.
    for (part, (number, text)) in parts.zip(texts.iter().enumerate()) {
        whole.push('\'');
        whole.push_str(&text.replace('\'', "''"));
        whole.push('\'');
        whole.push_str(part.strip_prefix(&number.to_string()).unwrap_or(part));
    }
    whole
}

/// The value with a mark in the place of each text that YAML 1.1 misreads.
fn marked(value: &Value, texts: &mut Vec<String>) -> Value {
    match value {
        Value::String(text) => Value::String(mark(text, texts)),
        Value::Array(values) => values.iter().map(|value| marked(value, texts)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let name = mark(name, texts);
                (name, marked(value, texts))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn mark(text: &str, texts: &mut Vec<String>) -> String {
    if !is_misread(text) {
        return text.to_owned();
    }
    texts.push(text.to_owned());
    format!("{MARK}{}", texts.len() - 1)
}

/// Whether a reader of YAML 1.1 may take a plain text for something else: a boolean, a merge or a
/// default key, or a number or date, of which it knows more forms than need be told apart here.
fn is_misread(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ".inf", ".nan",
    ];
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let word = |word: &str| word.eq_ignore_ascii_case(text) || word.eq_ignore_ascii_case(unsigned);
    // Decimal, octal and sexagesimal numbers, floats, dates and times.
    let decimal = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned
            .chars()
            .all(|c| c.is_ascii_digit() || "._:+-eETtZz ".contains(c));
    let radix = ["0x", "0b", "0o"].iter().any(|prefix| {
        unsigned
            .strip_prefix(prefix)
            .is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit() || c == '_'))
    });
    decimal || radix || WORDS.iter().any(|known| word(known))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_yaml_1_1_misreads_is_quoted() {
        let value = json!({
            "on": "no",
            "200": ["1:30", "1_000", "017", "2015-07-15", "=", "<<", "Off", "1.0", "0x1F", ".5"],
            "plain": ["label", "70a599e0-31e7-49b7-b260-868f441e862b", "application/json"],
            "true": true,
            "quote": "it's",
            "number": 31,
        });
        let expected = "'on': 'no'\n'200':\n- '1:30'\n- '1_000'\n- '017'\n- '2015-07-15'\n- '='\n- '<<'\n- 'Off'\n\
            - '1.0'\n- '0x1F'\n- '.5'\nplain:\n- label\n- 70a599e0-31e7-49b7-b260-868f441e862b\n- application/json\n'true': true\nquote: it's\nnumber: 31\n";
        assert_eq!(yaml(&value), expected);
    }

    #[test]
    fn more_than_ten_marks_are_told_apart() {
        let values: Vec<String> = (0..25).map(|n| format!("{n}")).collect();
        let read: Vec<String> = yaml_serde::from_str(&yaml(&json!(values))).expect("it is YAML");
        assert_eq!(read, values);
    }
}
