//! File formats of our own, judged by their JSON Schema, each problem shown on its line.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::compiled::{Schema, Schemas};
use super::mismatch::Mismatch;
use crate::diag::{Diagnostic, Document, Pointer, closest};

/// A file format: its JSON Schema, and what one such file is called.
#[derive(Debug)]
pub struct Format {
    source: Arc<Value>,
    schema: Arc<Schema>,
    name: &'static str,
}

impl Format {
    /// A format by its schema; `name` is what one such file is called, such as "a case".
    ///
    /// # Panics
    /// When the schema is none: formats are our own, and a test reads one of each.
    #[must_use]
    pub fn new(schema: Value, name: &'static str) -> Self {
        let source = Arc::new(schema);
        let schemas = Schemas::new(source.clone());
        let schema = schemas
            .get(&Pointer::root())
            .expect("a format's schema compiles");
        Self {
            source,
            schema,
            name,
        }
    }

    /// Every way in which a document isn't of the format.
    #[must_use]
    pub fn problems(&self, document: &Document) -> Vec<Diagnostic> {
        self.judge(document).0
    }

    /// The same, and the nodes at fault: without them the rest is of the format, but for what is missing.
    #[must_use]
    pub fn judge(&self, document: &Document) -> (Vec<Diagnostic>, Vec<Pointer>) {
        if !document.root().is_object() {
            let message = format!("{} holds keys and values, and this file doesn't", self.name);
            let problem = Diagnostic::error("shape", message)
                .at(document.source(), document.span(&Pointer::root()), "")
                .help(format!(
                    "its keys are {}",
                    self.known_keys(&Pointer::root().child("x")).join(", ")
                ));
            return (vec![problem], vec![Pointer::root()]);
        }
        let mut problems = Vec::new();
        let mut at_fault = Vec::new();
        for mismatch in self.schema.mismatches(document.root()) {
            problems.extend(self.problem(document, &mismatch));
            let at = &mismatch.instance;
            if mismatch.keyword == "additionalProperties" {
                let unknown = self.unknown(document, &mismatch);
                at_fault.extend(unknown.into_iter().map(|key| at.child(key)));
            } else if mismatch.missing.is_none() {
                at_fault.push(at.clone());
            }
        }
        (problems, at_fault)
    }

    fn problem(&self, document: &Document, mismatch: &Mismatch) -> Vec<Diagnostic> {
        let at = &mismatch.instance;
        if mismatch.keyword == "additionalProperties" {
            return self.unknown_keys(document, mismatch);
        }
        let name = match (at.parent().last(), at.last()) {
            (Some(array), Some(number)) if number.parse::<usize>().is_ok() => {
                format!("an element of `{array}`")
            }
            (_, Some(name)) => format!("`{name}`"),
            (_, None) => self.name.to_owned(),
        };
        let holder = mismatch.schema.parent();
        if let Some(missing) = &mismatch.missing {
            let described = self.description(&holder.child("properties").child(missing));
            let problem = Diagnostic::error("missing-key", format!("{name} has no `{missing}`"))
                .at(document.source(), document.key_span(at), "");
            return vec![problem.help(
                described.map_or(format!("add `{missing}`"), |d| format!("{missing}: {d}")),
            )];
        }
        let message = format!(
            "{name} must be {}, and is {}",
            mismatch.expected, mismatch.actual
        );
        let problem =
            Diagnostic::error("wrong-value", message).at(document.source(), document.span(at), "");
        vec![match self.description(&holder) {
            Some(described) => problem.help(format!("{name}: {described}")),
            None => problem,
        }]
    }

    fn unknown_keys(&self, document: &Document, mismatch: &Mismatch) -> Vec<Diagnostic> {
        let at = &mismatch.instance;
        let known = self.known_keys(&mismatch.schema);
        let unknown = self.unknown(document, mismatch).into_iter();
        unknown
            .map(|key| {
                let help = match closest(key, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys here are {}", known.join(", ")),
                };
                Diagnostic::error(
                    "unknown-key",
                    format!("`{key}` is not a key that is known here"),
                )
                .at(document.source(), document.key_span(&at.child(key)), "")
                .help(help)
            })
            .collect()
    }

    /// The keys of an object that are none of those known there.
    fn unknown<'d>(&self, document: &'d Document, mismatch: &Mismatch) -> Vec<&'d String> {
        let known = self.known_keys(&mismatch.schema);
        let found = document.get(&mismatch.instance).and_then(Value::as_object);
        let keys = found.into_iter().flat_map(Map::keys);
        keys.filter(|key| !known.contains(key)).collect()
    }

    fn known_keys(&self, keyword: &Pointer) -> Vec<String> {
        let properties = keyword.parent().child("properties").of(&self.source);
        let properties = properties.and_then(Value::as_object);
        properties
            .into_iter()
            .flat_map(Map::keys)
            .cloned()
            .collect()
    }

    fn description(&self, at: &Pointer) -> Option<String> {
        let text = at.child("description").of(&self.source)?.as_str()?;
        Some(text.replace('\n', " "))
    }
}
