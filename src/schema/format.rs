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
        if !document.root().is_object() {
            let message = format!("{} holds keys and values, and this file doesn't", self.name);
            return vec![
                Diagnostic::error("shape", message)
                    .at(document.source(), document.span(&Pointer::root()), "")
                    .help(format!(
                        "its keys are {}",
                        self.known_keys(&Pointer::root().child("x")).join(", ")
                    )),
            ];
        }
        let mismatches = self.schema.mismatches(document.root());
        mismatches
            .iter()
            .flat_map(|mismatch| self.problem(document, mismatch))
            .collect()
    }

    fn problem(&self, document: &Document, mismatch: &Mismatch) -> Vec<Diagnostic> {
        let at = &mismatch.instance;
        if mismatch.keyword == "additionalProperties" {
            return self.unknown_keys(document, mismatch);
        }
        let name = at
            .last()
            .map_or(self.name.to_owned(), |name| format!("`{name}`"));
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
        let found = document.get(at).and_then(Value::as_object);
        let unknown = found
            .into_iter()
            .flat_map(Map::keys)
            .filter(|key| !known.contains(key));
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
