//! Values as YAML that people go on writing in.

use serde_json::Value;

/// A value in block style below a key, with a line break at its end: ` scalar`, or members and
/// elements on lines of their own.
pub(super) fn below(value: &Value, indent: usize) -> String {
    match value {
        Value::Object(members) if !members.is_empty() => format!("\n{}", block(value, indent + 2)),
        Value::Array(elements) if !elements.is_empty() => format!("\n{}", block(value, indent + 2)),
        other => format!(" {}\n", scalar(other)),
    }
}

fn block(value: &Value, indent: usize) -> String {
    let space = " ".repeat(indent);
    match value {
        Value::Object(members) if !members.is_empty() => {
            let lines = members
                .iter()
                .map(|(key, member)| format!("{space}{}:{}", text(key), below(member, indent)));
            lines.collect::<Vec<_>>().concat()
        }
        Value::Array(elements) if !elements.is_empty() => {
            let lines = elements.iter().map(|element| {
                // The dash takes the place of the first member's indentation.
                let inner = block(element, indent + 2);
                format!("{space}- {}", inner.trim_start_matches(' '))
            });
            lines.collect::<Vec<_>>().concat()
        }
        other => format!("{space}{}\n", scalar(other)),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(string) => text(string),
        other => other.to_string(),
    }
}

/// A text, in quotes where it could be taken for anything else. JSON's quotes are YAML's too (YAML
/// 1.2.2, 1.2), but for characters that YAML doesn't print.
pub(super) fn text(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let quoted = Value::from(text).to_string();
    let mut printed = String::with_capacity(quoted.len());
    for c in quoted.chars() {
        let is_printed = !c.is_control()
            && !matches!(
                c,
                '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            );
        if is_printed {
            printed.push(c);
        } else {
            printed.extend(["\\u", &format!("{:04x}", u32::from(c))]);
        }
    }
    printed
}

fn is_plain(text: &str) -> bool {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " _-./".contains(c))
        && !words.contains(&text.to_ascii_lowercase().as_str())
}

/// A text on one line.
pub(super) fn line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Document, Source, Syntax};
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_back() {
        let value = json!({
            "plain": "a b", "quoted": ["yes", "12", "", "- x", "é\n\u{7f}\u{2028}", "a: b #"],
            "nested": [[1, [2.5, null]], {"a": {"b": [], "c": {}}, "d": true}, []],
            "a: key": 1e300, "": -1
        });
        let written = format!("root:{}", below(&value, 0));
        let read = Document::parse(Source::new("x.yaml", written.as_str()), Syntax::Yaml);
        let read = read.unwrap_or_else(|_| panic!("it is YAML:\n{written}"));
        assert_eq!(read.root()["root"], value, "{written}");
    }
}
