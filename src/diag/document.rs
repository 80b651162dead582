//! A JSON or YAML text as a value whose every node knows its place.

use std::sync::Arc;

use serde_json::Value;

use super::diagnostic::Diagnostic;
use super::pointer::Pointer;
use super::source::{Place, Source, Span};
use super::{json, yaml};

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// RFC 8259.
    Json,
    /// YAML 1.2 with the core schema.
    Yaml,
}

impl Syntax {
    /// By the file's name, or else by its first character: JSON documents start with a bracket.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Self {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("json") => Self::Json,
            Some("yaml" | "yml") => Self::Yaml,
            _ if text.trim_start().starts_with(['{', '[']) => Self::Json,
            _ => Self::Yaml,
        }
    }
}

/// The places of a node: of its key, if it is a member, of itself, and of what is in it, in
/// the order of the value's own members or elements.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mark {
    pub(crate) key: Option<Span>,
    pub(crate) span: Span,
    pub(crate) children: Vec<Mark>,
}

/// A text, read: the value, and the place of each of its nodes.
#[derive(Debug)]
pub struct Document {
    source: Arc<Source>,
    root: Value,
    marks: Mark,
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// Every problem found: a syntax error, members that are there twice, keys that are no strings.
    pub fn parse(source: Arc<Source>, syntax: Syntax) -> Result<Self, Vec<Diagnostic>> {
        let (root, marks) = match syntax {
            Syntax::Json => json::read(&source)?,
            Syntax::Yaml => yaml::read(&source)?,
        };
        Ok(Self {
            source,
            root,
            marks,
        })
    }

    /// Puts together a document that was read by another reader, such as TOML's.
    #[cfg_attr(
        not(feature = "cli"),
        expect(dead_code, reason = "profiles are the cli's")
    )]
    pub(crate) fn from_parts(source: Arc<Source>, root: Value, marks: Mark) -> Self {
        Self {
            source,
            root,
            marks,
        }
    }

    /// The text it was read from.
    #[must_use]
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The value as a whole.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The value at a pointer.
    #[must_use]
    pub fn get(&self, pointer: &Pointer) -> Option<&Value> {
        pointer.of(&self.root)
    }

    /// Where the node stands; of a node that isn't there, the nearest one that is and holds it.
    #[must_use]
    pub fn span(&self, pointer: &Pointer) -> Span {
        self.mark(pointer).span
    }

    /// Where the node's key stands, or the node itself if it has none.
    #[must_use]
    pub fn key_span(&self, pointer: &Pointer) -> Span {
        let mark = self.mark(pointer);
        mark.key.unwrap_or(mark.span)
    }

    /// File, line and column of the node's key, or of the node itself if it has none.
    #[must_use]
    pub fn place(&self, pointer: &Pointer) -> Place {
        self.source.place(self.key_span(pointer).start)
    }

    fn mark(&self, pointer: &Pointer) -> &Mark {
        let mut mark = &self.marks;
        let mut value = &self.root;
        for token in pointer.tokens() {
            let index = match value {
                Value::Object(members) => members.keys().position(|key| **key == *token),
                Value::Array(_) => token.parse().ok(),
                _ => None,
            };
            let child = index.and_then(|index| mark.children.get(index));
            let inner = match value {
                Value::Object(members) => members.get(token.as_ref()),
                Value::Array(elements) => index.and_then(|index| elements.get(index)),
                _ => None,
            };
            let (Some(child), Some(inner)) = (child, inner) else {
                break;
            };
            mark = child;
            value = inner;
        }
        mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(name: &str, text: &str) -> Document {
        let source = Source::new(name, text);
        let syntax = Syntax::of(name, text);
        Document::parse(source, syntax).expect("the text is well-formed")
    }

    #[test]
    fn json_and_yaml_of_the_same_value_know_their_places() {
        let json = document("a.json", "{\n  \"a\": [1, {\"b\": \"x\"}]\n}");
        let yaml = document("a.yaml", "a:\n  - 1\n  - b: x\n");
        assert_eq!(json.root(), yaml.root());
        let pointer = Pointer::from_text("/a/1/b");
        assert_eq!(json.place(&pointer).to_string(), "a.json:2:13");
        assert_eq!(yaml.place(&pointer).to_string(), "a.yaml:3:5");
        let text = |d: &Document| d.source().text()[d.span(&pointer).range()].to_owned();
        assert_eq!((text(&json).as_str(), text(&yaml).as_str()), ("\"x\"", "x"));
    }

    #[test]
    fn a_node_that_is_not_there_stands_where_its_holder_does() {
        let yaml = document("a.yaml", "a:\n  b: 1\n");
        let missing = Pointer::from_text("/a/nothing/here");
        assert_eq!(yaml.place(&missing).to_string(), "a.yaml:1:1");
    }
}
