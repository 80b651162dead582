//! Credentials in `proofmark.toml` are not shown with the mistakes beside them.

use serde_json::Value;

use crate::diag::Mark;

/// The tables of a profile that hold credentials.
const TABLES: [&str; 3] = ["token", "credentials", "headers"];

/// What stands in them and is none.
const PLAIN: [&str; 13] = [
    "env",
    "file",
    "command",
    "flow",
    "client-id",
    "client-auth",
    "scopes",
    "token-url",
    "auth-url",
    "username",
    "project",
    "user-domain",
    "project-domain",
];

/// The file's text and values with asterisks in the place of credentials; every place in it stays what
/// it was.
pub(super) fn unshown(text: &str, root: &Value, mark: &Mark) -> (String, Value) {
    let mut bytes = text.as_bytes().to_vec();
    let mut root = root.clone();
    for (_, profiles, mark) in members(&mut root, mark).filter(|(key, ..)| *key == "profile") {
        for (_, profile, mark) in members(profiles, mark) {
            for (key, table, mark) in members(profile, mark) {
                if TABLES.contains(&key) {
                    hide(table, mark, &mut bytes);
                }
            }
        }
    }
    (String::from_utf8(bytes).unwrap_or_default(), root)
}

/// A text that can't be read, with everything behind the first `=` of its lines blanked, and lines
/// without one as a whole unless they begin a table. Every byte keeps its place.
pub(super) fn values_unshown(text: &str) -> String {
    let line = |line: &str| {
        let is_table = line.trim_start().starts_with('[') && !line.contains('=');
        let shown = match line.find('=') {
            _ if is_table => line.len(),
            Some(at) => at + 1,
            None => 0,
        };
        let (before, behind) = line.split_at(shown);
        let blanked = behind.bytes().map(|byte| match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b'{' | b'}' | b'[' | b']' | b',' => {
                char::from(byte)
            }
            _ => '*',
        });
        before.chars().chain(blanked).collect::<String>()
    };
    text.split_inclusive('\n').map(line).collect()
}

fn hide(value: &mut Value, mark: &Mark, bytes: &mut [u8]) {
    if value.is_object() {
        for (key, member, mark) in members(value, mark) {
            if !PLAIN.contains(&key) || member.is_object() {
                hide(member, mark, bytes);
            }
        }
        return;
    }
    blank(value);
    let written = bytes.get_mut(mark.span.start..mark.span.end);
    for byte in written.into_iter().flatten() {
        if !matches!(byte, b'"' | b'\'' | b'\n' | b'\r') {
            *byte = b'*';
        }
    }
}

/// Its kind stays what it was.
fn blank(value: &mut Value) {
    match value {
        Value::String(text) => "***".clone_into(text),
        Value::Number(number) => *number = 0.into(),
        Value::Array(elements) => elements.iter_mut().for_each(blank),
        _ => {}
    }
}

fn members<'a>(
    value: &'a mut Value,
    mark: &'a Mark,
) -> impl Iterator<Item = (&'a str, &'a mut Value, &'a Mark)> {
    let members = value.as_object_mut().into_iter().flatten();
    members
        .zip(&mark.children)
        .map(|((key, value), mark)| (key.as_str(), value, mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::config;
    use crate::diag::{Source, Style, render_all};

    #[test]
    fn a_text_that_cannot_be_read_shows_no_value() {
        for text in [
            "[profile.x]\ntoken = \"geheim\n",
            "[profile.x.identities]\ndefault = geheim-ü = 1\n",
            "[profile.x]\ntoken = \"\"\"\ngeheim\n",
        ] {
            let shown = values_unshown(text);
            assert_eq!(shown.len(), text.len(), "{shown}");
            let problems = config::read(&Source::new("proofmark.toml", text));
            let problems = problems.map(|_| ()).expect_err("it can't be read");
            let said = render_all(&problems, Style::Plain);
            assert!(said.contains("proofmark.toml:"), "{said}");
            assert!(!said.contains("geheim"), "{said}");
        }
    }
}
