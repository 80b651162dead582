//! JSON with places. `serde_json` judges and reads the text; the places come from one further
//! pass over what is then known to be well-formed.

use std::sync::Arc;

use serde_json::Value;

use super::diagnostic::Diagnostic;
use super::document::{DEEPEST, Mark, Read};
use super::source::{Source, Span};

pub(super) fn read(source: &Arc<Source>) -> Result<Read, Vec<Diagnostic>> {
    let text = source.text();
    // A byte order mark is no JSON, but editors write it and readers may ignore it (RFC 8259, 8.1).
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let root: Value = serde_json::from_str(&text[start..]).map_err(|error| {
        let at = source.byte(error.line(), error.column());
        let at = at + if error.line() == 1 { start } else { 0 };
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        let problem = if message.starts_with("recursion limit") {
            let message = format!("this is nested more than {DEEPEST} levels deep");
            Diagnostic::error("too-deep", message)
        } else {
            Diagnostic::error("syntax", format!("not well-formed JSON: {message}"))
        };
        vec![problem.at(source, Span::new(at.saturating_sub(1), at), "")]
    })?;
    let mut scanner = Scanner {
        text: text.as_bytes(),
        at: start,
        duplicates: Vec::new(),
    };
    let marks = scanner.value();
    let problem = |(name, span, first): (String, Span, Span)| {
        Diagnostic::error(
            "duplicate-member",
            format!("the member `{name}` is there twice"),
        )
        .at(source, span, "the second")
        .at(source, first, "the first")
        .help("readers differ in which of the two they take; keep one")
    };
    Ok(Read {
        root,
        marks,
        slips: scanner.duplicates.into_iter().map(problem).collect(),
    })
}

/// Walks over well-formed JSON. Where the text were not well-formed it would stop early, never
/// run away: each step either moves on or ends.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    duplicates: Vec<(String, Span, Span)>,
}

impl Scanner<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(b']')
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Mark {
        self.blanks();
        let start = self.at;
        let mut children = Vec::new();
        match self.peek() {
            b'{' => self.members(&mut children),
            b'[' => self.elements(&mut children),
            b'"' => drop(self.string()),
            _ => {
                while !matches!(
                    self.peek(),
                    b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n'
                ) {
                    self.at += 1;
                }
            }
        }
        Mark {
            key: None,
            span: Span::new(start, self.at),
            children,
        }
    }

    fn members(&mut self, children: &mut Vec<Mark>) {
        let mut seen = std::collections::HashMap::new();
        loop {
            self.at += 1;
            self.blanks();
            if self.peek() != b'"' {
                break;
            }
            let key = self.string();
            self.blanks();
            self.at += 1;
            let mut mark = self.value();
            mark.key = Some(key);
            let name = serde_json::from_slice(&self.text[key.range()]).unwrap_or_default();
            if let Some(first) = seen.get(&name) {
                self.duplicates.push((name, key, *first));
            } else {
                seen.insert(name, key);
                children.push(mark);
            }
            self.blanks();
            if self.peek() != b',' {
                break;
            }
        }
        self.at += 1;
    }

    fn elements(&mut self, children: &mut Vec<Mark>) {
        self.at += 1;
        self.blanks();
        while self.at < self.text.len() && self.peek() != b']' {
            children.push(self.value());
            self.blanks();
            if self.peek() == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    fn string(&mut self) -> Span {
        let start = self.at;
        self.at += 1;
        while self.at < self.text.len() && self.peek() != b'"' {
            self.at += 1 + usize::from(self.peek() == b'\\');
        }
        self.at += 1;
        Span::new(start, self.at.min(self.text.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::diagnostic::{Style, render_all};
    use super::*;

    #[test]
    fn a_syntax_error_points_at_its_character() {
        let source = Source::new("a.json", "{\n  \"a\": tru\n}");
        let problems = read(&source).expect_err("it is malformed");
        insta::assert_snapshot!(render_all(&problems, Style::Plain), @r#"
        error[syntax]: not well-formed JSON: expected ident
         --> a.json:2:11
          |
        2 |   "a": tru
          |           ^
        "#);
    }

    #[test]
    fn every_duplicate_member_is_named_however_it_is_escaped() {
        let source = Source::new("a.json", r#"{"a": {"b": 1, "\u0062": 2}, "a": 3}"#);
        let problems = read(&source).expect("it is well-formed").slips;
        let names: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
        assert_eq!(
            names,
            [
                "the member `b` is there twice",
                "the member `a` is there twice"
            ]
        );
    }

    #[test]
    fn marks_have_the_shape_of_the_value() {
        fn same(value: &Value, mark: &Mark) -> bool {
            match value {
                Value::Object(o) => {
                    o.len() == mark.children.len()
                        && o.values().zip(&mark.children).all(|(v, m)| same(v, m))
                }
                Value::Array(a) => {
                    a.len() == mark.children.len()
                        && a.iter().zip(&mark.children).all(|(v, m)| same(v, m))
                }
                _ => mark.children.is_empty(),
            }
        }
        for text in ["[]", " { } ", "[[],{},\"\\\"\",1.5e3 ,null]", "\"x\"", "7"] {
            let read = read(&Source::new("a.json", text)).expect("well-formed");
            assert!(same(&read.root, &read.marks), "{text}");
        }
    }
}
