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

/// How deep a text may be nested. It is `serde_json`'s own limit.
pub(crate) const DEEPEST: usize = 128;

/// A text that was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) root: Value,
    pub(super) marks: Mark,
    /// What readers differ in: members that are there twice, keys that are no strings.
    pub(super) slips: Vec<Diagnostic>,
}

/// The places of a node: of its key, if it is a member, of itself, and of what is in it, in
/// the order of the value's own members or elements.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mark {
    pub(crate) key: Option<Span>,
    pub(crate) span: Span,
    pub(crate) children: Vec<Mark>,
}

impl Mark {
    /// The mark of the child of this number, made where there is none.
    fn child(&mut self, index: usize) -> &mut Self {
        let (span, missing) = (self.span, index + 1);
        if self.children.len() < missing {
            let made = || Self {
                span,
                ..Self::default()
            };
            self.children.resize_with(missing, made);
        }
        &mut self.children[index]
    }

    fn shift(&mut self, by: usize) {
        let spans = std::iter::once(&mut self.span).chain(&mut self.key);
        for span in spans {
            *span = Span::new(span.start + by, span.end + by);
        }
        for child in &mut self.children {
            child.shift(by);
        }
    }
}

/// A text, read: the value, and the place of each of its nodes. Other texts may be taken in.
#[derive(Debug)]
pub struct Document {
    /// The texts it was read from, each with the number its first byte has in spans.
    parts: Vec<(usize, Arc<Source>)>,
    root: Arc<Value>,
    marks: Mark,
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// Every problem found: a syntax error, members that are there twice, keys that are no strings.
    pub fn parse(source: Arc<Source>, syntax: Syntax) -> Result<Self, Vec<Diagnostic>> {
        let (document, slips) = Self::parse_leniently(source, syntax)?;
        if slips.is_empty() {
            Ok(document)
        } else {
            Err(slips)
        }
    }

    /// Reads a text in which members may be there twice, of which the last counts. Those slips are
    /// beside the document.
    ///
    /// # Errors
    /// When it isn't well-formed.
    pub fn parse_leniently(
        source: Arc<Source>,
        syntax: Syntax,
    ) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let read = match syntax {
            Syntax::Json => json::read(&source)?,
            Syntax::Yaml => yaml::read(&source)?,
        };
        let document = Self::from_parts(source, read.root, read.marks);
        Ok((document, read.slips))
    }

    /// Puts together a document that was read by another reader, such as TOML's.
    pub(crate) fn from_parts(source: Arc<Source>, root: Value, marks: Mark) -> Self {
        Self {
            parts: vec![(0, source)],
            root: Arc::new(root),
            marks,
        }
    }

    /// Takes another document in as the member `name` of the object at `holder`, which is made where
    /// there is none. Its nodes keep their places in their own text.
    pub(crate) fn take_in(&mut self, holder: &str, name: &str, mut other: Self) {
        let base = self.end();
        other.marks.shift(base);
        for (start, source) in other.parts {
            self.parts.push((base + start, source));
        }
        self.hold(holder, name, Arc::unwrap_or_clone(other.root), other.marks);
    }

    /// Counts a text among those it was read from, though no node stands there.
    pub(crate) fn read_from(&mut self, source: Arc<Source>) {
        self.parts.push((self.end(), source));
    }

    /// A document that is nothing but the place of a node: what is said of it points there.
    pub(crate) fn spot(&self, pointer: &Pointer) -> Self {
        let (source, span) = self.locate(pointer);
        let mark = Mark {
            span,
            ..Mark::default()
        };
        Self::from_parts(source.clone(), Value::Null, mark)
    }

    /// One past the last number a span of it can have.
    fn end(&self) -> usize {
        let (start, source) = &self.parts[self.parts.len() - 1];
        start + source.text().len() + 1
    }

    /// The text it was read from, the first where it was put together from several.
    #[must_use]
    pub fn source(&self) -> &Arc<Source> {
        &self.parts[0].1
    }

    /// The texts it was read from.
    pub fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.parts.iter().map(|(_, source)| source)
    }

    /// The text a span is in, and the span there.
    fn within(&self, span: Span) -> (&Arc<Source>, Span) {
        let index = self
            .parts
            .partition_point(|(start, _)| *start <= span.start);
        let (start, source) = &self.parts[index.saturating_sub(1)];
        (source, Span::new(span.start - start, span.end - start))
    }

    /// The text the node stands in, and its place there.
    #[must_use]
    pub fn locate(&self, pointer: &Pointer) -> (&Arc<Source>, Span) {
        self.within(self.span(pointer))
    }

    /// The text the node's key stands in, and its place there; the node's own if it has none.
    #[must_use]
    pub fn locate_key(&self, pointer: &Pointer) -> (&Arc<Source>, Span) {
        self.within(self.key_span(pointer))
    }

    /// Changes the value of a node. Members may be added at its end and values exchanged: then every
    /// node keeps its place, and a new one has that of what holds it.
    pub(crate) fn edit<T>(
        &mut self,
        pointer: &Pointer,
        change: impl FnOnce(&mut Value) -> T,
    ) -> Option<T> {
        pointer.of_mut(Arc::make_mut(&mut self.root)).map(change)
    }

    /// Gives a member of an object another name; what had that name is gone.
    pub(crate) fn rename(&mut self, pointer: &Pointer, from: &str, to: &str) {
        let has = |name| self.get(&pointer.child(name)).is_some();
        if !has(from) {
            return;
        }
        if has(to) {
            self.remove(pointer, to);
        }
        self.edit(pointer, |value| {
            let Value::Object(members) = value else {
                return;
            };
            let index = members.keys().position(|known| known == from);
            let value = members.shift_remove(from);
            if let (Some(index), Some(value)) = (index, value) {
                members.shift_insert(index, to.to_owned(), value);
            }
        });
    }

    /// Copies a node to be the member `name` of the root's member `holder`, which is made where there is
    /// none. The copy's nodes have the places of the node's own.
    pub(crate) fn copy(&mut self, pointer: &Pointer, holder: &str, name: &str) {
        let Some(value) = self.get(pointer).cloned() else {
            return;
        };
        let marks = self.mark(pointer).clone();
        self.hold(holder, name, value, marks);
    }

    fn hold(&mut self, holder: &str, name: &str, value: Value, marks: Mark) {
        let Value::Object(members) = Arc::make_mut(&mut self.root) else {
            return;
        };
        if !members.contains_key(holder) {
            members.insert(holder.to_owned(), Value::Object(serde_json::Map::new()));
        }
        let index = members.keys().position(|known| known == holder);
        if let (Some(index), Some(Value::Object(held))) = (index, members.get_mut(holder)) {
            let mark = self.marks.child(index);
            // What was added by an edit has no mark of its own yet.
            let inner = mark.child(held.len());
            *inner = marks;
            held.insert(name.to_owned(), value);
        }
    }

    /// Takes a member or an element of a node away.
    pub(crate) fn remove(&mut self, pointer: &Pointer, name: &str) -> Option<Value> {
        let (index, removed) = match pointer.of_mut(Arc::make_mut(&mut self.root))? {
            Value::Object(members) => {
                let index = members.keys().position(|known| known == name)?;
                (index, members.shift_remove(name))
            }
            Value::Array(elements) => {
                let index = name.parse().ok().filter(|index| *index < elements.len())?;
                (index, Some(elements.remove(index)))
            }
            _ => return None,
        };
        if let Some(mark) = self.mark_mut(pointer)
            && index < mark.children.len()
        {
            mark.children.remove(index);
        }
        removed
    }

    fn mark_mut(&mut self, pointer: &Pointer) -> Option<&mut Mark> {
        let mut mark = &mut self.marks;
        let mut value = &*self.root;
        for token in pointer.tokens() {
            let index = match value {
                Value::Object(members) => members.keys().position(|key| **key == *token)?,
                _ => token.parse().ok()?,
            };
            value = match value {
                Value::Object(members) => members.get(token.as_ref())?,
                other => other.get(index)?,
            };
            mark = mark.children.get_mut(index)?;
        }
        Some(mark)
    }

    /// The value as a whole.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The value as a whole, to be kept beside the document.
    pub(crate) fn shared_root(&self) -> &Arc<Value> {
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
        let (source, span) = self.locate_key(pointer);
        source.place(span.start)
    }

    fn mark(&self, pointer: &Pointer) -> &Mark {
        let mut mark = &self.marks;
        let mut value = &*self.root;
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
    fn nodes_of_a_text_that_was_taken_in_keep_their_places() {
        let mut whole = document("a.yaml", "a: 1\nb:\n  c: 2\n");
        whole.take_in("files", "1", document("b.json", "{\n \"x\": [7]\n}"));
        whole.take_in("files", "2", document("c.yaml", "y:\n  z: 1\n"));
        let place = |text: &str| whole.place(&Pointer::from_text(text)).to_string();
        assert_eq!(place("/b/c"), "a.yaml:3:3");
        assert_eq!(place("/files/1/x/0"), "b.json:2:8");
        assert_eq!(place("/files/2/y/z"), "c.yaml:2:3");
        let (source, span) = whole.locate(&Pointer::from_text("/files/1/x"));
        assert_eq!(&source.text()[span.range()], "[7]");
        whole.remove(&Pointer::from_text("/files/2"), "y");
        whole.edit(&Pointer::root(), |root| root["new"] = 1.into());
        let place = |text: &str| whole.place(&Pointer::from_text(text)).to_string();
        assert_eq!(place("/new"), "a.yaml:1:1");
        assert_eq!(place("/b"), "a.yaml:2:1");
    }

    #[test]
    fn a_node_that_is_not_there_stands_where_its_holder_does() {
        let yaml = document("a.yaml", "a:\n  b: 1\n");
        let missing = Pointer::from_text("/a/nothing/here");
        assert_eq!(yaml.place(&missing).to_string(), "a.yaml:1:1");
    }
}
