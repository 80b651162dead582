//! A schema as a table: a row for each part of the value it speaks of.
//!
//! References and `allOf` are merged into the part they speak of. What comes back to a schema that
//! is being shown is cut there, with a note of what it is the same as.

use serde_json::{Map, Value};

use super::constraints::{notes, phrases, type_words};
use super::page::{Inline, Line, Row, Table};
use crate::diag::{Document, Pointer};
use crate::openapi::Level;

/// A schema may be small and its table huge: references multiply. Nobody reads further than this.
const MOST_ROWS: usize = 400;

/// How deep words for schemas inside schemas go before they are shown as they are.
const MOST_WORDS: usize = 3;

/// What a schema says of one value in itself.
pub(super) struct Summary {
    /// The types.
    pub(super) kind: Line,
    /// The demands and notes, each on its line.
    pub(super) constraints: Line,
    /// In Markdown.
    pub(super) description: String,
}

/// Reads the schemas of a document; `understood` is the level that goes without saying.
pub(super) struct Members<'a> {
    document: &'a Document,
    understood: Level,
    /// What the value itself is called, which has no path.
    whole: &'static str,
    rows: Vec<Row>,
    /// The schemas that are being shown, and the parts of the value they are shown at.
    open: Vec<(Pointer, String)>,
}

/// A schema object that speaks of a value, at its place.
struct Part<'a> {
    at: Pointer,
    schema: &'a Map<String, Value>,
}

/// What a row is about.
#[derive(Clone)]
struct Place {
    path: String,
    depth: usize,
    /// Which alternatives it belongs to.
    alternative: String,
    /// Whether it must be there, and at which level that is demanded.
    required: Option<Level>,
}

impl<'a> Members<'a> {
    pub(super) fn new(document: &'a Document, understood: Level) -> Self {
        Self {
            document,
            understood,
            whole: "",
            rows: Vec::new(),
            open: Vec::new(),
        }
    }

    /// The table of a schema; `whole` names the value itself.
    pub(super) fn table(
        mut self,
        caption: impl Into<Line>,
        at: &Pointer,
        whole: &'static str,
    ) -> Table {
        self.whole = whole;
        let place = Place {
            path: String::new(),
            depth: 0,
            alternative: String::new(),
            required: None,
        };
        self.visit(&place, std::slice::from_ref(at));
        Table::new(
            caption,
            &["Member", "Type", "Required", "Constraints", "Description"],
            self.rows,
        )
    }

    /// What a schema says of the value in itself.
    pub(super) fn summary(&self, at: &Pointer) -> Summary {
        self.summarise(std::slice::from_ref(at), 0)
    }

    /// Whether a schema says something of parts of the value.
    pub(super) fn is_nested(&self, at: &Pointer) -> bool {
        self.has_parts(&self.parts(std::slice::from_ref(at)))
    }

    fn visit(&mut self, place: &Place, ats: &[Pointer]) {
        if self.rows.len() >= MOST_ROWS {
            if self.rows.len() == MOST_ROWS {
                let note = Line::from("and more: the table ends here, the schema does not");
                self.rows.push(Row {
                    depth: 0,
                    cells: vec![note],
                });
            }
            return;
        }
        let parts = self.parts(ats);
        let mut summary = self.summarise(ats, 0);
        let again = parts
            .iter()
            .find_map(|part| self.open.iter().find(|(at, _)| *at == part.at));
        let again = again.map(|(_, path)| path.clone());
        if let Some(path) = &again {
            let note = Line::from("recursive: the same again as ").then(self.called(path));
            summary.constraints = Line::join([summary.constraints, note], &Inline::Break);
        }
        let mut name = self.called(&place.path);
        if !place.alternative.is_empty() {
            name = name.text(format!(" ({})", place.alternative));
        }
        let required = place
            .required
            .map(|level| Line::from("yes").level_unless(level, self.understood));
        self.rows.push(Row {
            depth: place.depth,
            cells: vec![
                name,
                summary.kind,
                required.unwrap_or_default(),
                summary.constraints,
                Line::default().prose(&summary.description),
            ],
        });
        if again.is_some() {
            return;
        }
        let before = self.open.len();
        self.open.extend(
            parts
                .iter()
                .map(|part| (part.at.clone(), place.path.clone())),
        );
        self.visit_members(place, &parts);
        self.visit_elements(place, &parts);
        self.visit_alternatives(place, &parts);
        self.open.truncate(before);
    }

    fn called(&self, path: &str) -> Line {
        if path.is_empty() {
            Line::from(self.whole)
        } else {
            Line::default().code(path)
        }
    }

    fn visit_members(&mut self, place: &Place, parts: &[Part<'_>]) {
        let mut members: Vec<(&String, Vec<Pointer>)> = Vec::new();
        for part in parts {
            for (name, _) in object(part.schema, "properties") {
                let at = part.at.child("properties").child(name);
                match members.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, ats)) => ats.push(at),
                    None => members.push((name, vec![at])),
                }
            }
        }
        // A member may be required that no schema speaks of otherwise.
        for name in parts.iter().flat_map(|part| required(part.schema)) {
            if !members.iter().any(|(known, _)| *known == name) {
                members.push((name, Vec::new()));
            }
        }
        for (name, ats) in members {
            let demanded = parts
                .iter()
                .filter(|part| required(part.schema).any(|other| other == name));
            let level = demanded.map(|part| self.level(part.schema)).min();
            let place = place.inside(&member(name), level);
            self.visit(&place, &ats);
        }
        for part in parts {
            for (pattern, _) in object(part.schema, "patternProperties") {
                let at = part.at.child("patternProperties").child(pattern);
                self.visit(&place.inside(&format!(".(/{pattern}/)"), None), &[at]);
            }
        }
        let others: Vec<Pointer> = parts
            .iter()
            .filter(|part| {
                part.schema
                    .get("additionalProperties")
                    .is_some_and(Value::is_object)
            })
            .map(|part| part.at.child("additionalProperties"))
            .collect();
        if !others.is_empty() {
            self.visit(&place.inside(".*", None), &others);
        }
    }

    fn visit_elements(&mut self, place: &Place, parts: &[Part<'_>]) {
        for part in parts {
            let at = part.at.child("prefixItems");
            for n in 0..array(part.schema, "prefixItems").len() {
                self.visit(&place.inside(&format!("[{n}]"), None), &[at.child(n)]);
            }
        }
        let each = parts
            .iter()
            .filter(|part| part.schema.get("items").is_some_and(Value::is_object));
        let each: Vec<Pointer> = each.map(|part| part.at.child("items")).collect();
        if !each.is_empty() {
            self.visit(&place.inside("[]", None), &each);
        }
    }

    fn visit_alternatives(&mut self, place: &Place, parts: &[Part<'_>]) {
        for part in parts {
            for keyword in ["oneOf", "anyOf"] {
                let ats = alternatives(part, keyword);
                if ats.iter().all(|at| self.short(at, 1).is_some()) {
                    continue;
                }
                let count = ats.len();
                for (n, at) in ats.into_iter().enumerate() {
                    let which = format!("alternative {} of {count}", n + 1);
                    let outer = &place.alternative;
                    let place = Place {
                        alternative: if outer.is_empty() {
                            which
                        } else {
                            format!("{outer}, {which}")
                        },
                        required: None,
                        depth: place.depth + 1,
                        ..place.clone()
                    };
                    self.visit(&place, &[at]);
                }
            }
        }
    }

    fn summarise(&self, ats: &[Pointer], depth: usize) -> Summary {
        let mut kinds: Vec<Line> = Vec::new();
        let mut demands: Vec<Line> = Vec::new();
        let mut remarks: Vec<Line> = Vec::new();
        let mut descriptions: Vec<&str> = Vec::new();
        if ats
            .iter()
            .any(|at| self.document.get(at) == Some(&Value::Bool(false)))
        {
            demands.push("never there".into());
        }
        for part in self.parts(ats) {
            let level = self.level(part.schema);
            let marked = |line: Line| line.level_unless(level, self.understood);
            add(&mut kinds, type_words(part.schema).map(marked));
            let nested = |keyword: &str| self.short(&part.at.child(keyword), depth + 1);
            add(
                &mut demands,
                phrases(part.schema, &nested).into_iter().map(marked),
            );
            for (keyword, words) in [("oneOf", "exactly one of"), ("anyOf", "any of")] {
                add(
                    &mut demands,
                    self.choice(&part, keyword, words, depth).map(marked),
                );
            }
            if let Some(target) = self.unresolved(part.schema) {
                demands.push(Line::from("as ").code(target));
            }
            add(&mut remarks, notes(part.schema));
            let description = part
                .schema
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if !description.is_empty() && !descriptions.contains(&description) {
                descriptions.push(description);
            }
        }
        if kinds.is_empty() {
            kinds.push("any".into());
        }
        demands.extend(remarks);
        Summary {
            kind: Line::join(kinds, &Inline::Text(", ".into())),
            constraints: Line::join(demands, &Inline::Break),
            description: descriptions.join("\n\n"),
        }
    }

    fn choice(&self, part: &Part<'_>, keyword: &str, words: &str, depth: usize) -> Option<Line> {
        let ats = alternatives(part, keyword);
        if ats.is_empty() {
            return None;
        }
        let short: Option<Vec<Line>> = ats.iter().map(|at| self.short(at, depth + 1)).collect();
        Some(match short {
            Some(lines) => Line::from(words)
                .text(": ")
                .then(Line::join(lines, &Inline::Text("; ".into()))),
            None if ats.len() == 1 => Line::from(words).text(" 1 alternative"),
            None => Line::from(words).text(format!(" {} alternatives", ats.len())),
        })
    }

    /// A schema in a few words, if it says nothing of parts of the value.
    fn short(&self, at: &Pointer, depth: usize) -> Option<Line> {
        match self.document.get(at)? {
            Value::Bool(true) => return Some("anything".into()),
            Value::Bool(false) => return Some("nothing".into()),
            _ => {}
        }
        let parts = self.parts(std::slice::from_ref(at));
        if depth > MOST_WORDS || parts.is_empty() || self.has_parts(&parts) {
            return None;
        }
        let summary = self.summarise(std::slice::from_ref(at), depth);
        let spaced = summary
            .constraints
            .0
            .into_iter()
            .map(|inline| match inline {
                Inline::Break => Inline::Text(", ".into()),
                other => other,
            });
        let constraints = Line(spaced.collect());
        let lines = if summary.kind == Line::from("any") && !constraints.0.is_empty() {
            vec![constraints]
        } else {
            vec![summary.kind, constraints]
        };
        Some(Line::join(lines, &Inline::Text(", ".into())))
    }

    fn has_parts(&self, parts: &[Part<'_>]) -> bool {
        parts.iter().any(|part| {
            let has = |key: &&str| {
                part.schema
                    .get(*key)
                    .is_some_and(|value| !value.is_boolean())
            };
            let nested = [
                "properties",
                "patternProperties",
                "additionalProperties",
                "items",
                "prefixItems",
                "required",
            ];
            let mut choices = ["oneOf", "anyOf"]
                .into_iter()
                .flat_map(|keyword| alternatives(part, keyword));
            // Alternatives that come back to the schema they are of would be looked at without end.
            nested.iter().any(has)
                || choices.any(|at| {
                    let inner = self.parts(&[at]);
                    let keys = nested.iter().chain(&["oneOf", "anyOf"]);
                    inner
                        .iter()
                        .any(|part| keys.clone().any(|key| part.schema.contains_key(*key)))
                })
        })
    }

    /// The schema objects that speak of a value: references and `allOf` followed, each once.
    fn parts(&self, ats: &[Pointer]) -> Vec<Part<'a>> {
        let mut parts: Vec<Part<'a>> = Vec::new();
        let mut waiting: Vec<Pointer> = ats.iter().rev().cloned().collect();
        while let Some(at) = waiting.pop() {
            let Some(schema) = self.document.get(&at).and_then(Value::as_object) else {
                continue;
            };
            if parts.iter().any(|part| part.at == at) {
                continue;
            }
            for n in (0..array(schema, "allOf").len()).rev() {
                waiting.push(at.child("allOf").child(n));
            }
            waiting.extend(reference(schema));
            parts.push(Part { at, schema });
        }
        parts
    }

    /// A reference that leads nowhere in the document by a pointer, as it is written.
    fn unresolved(&self, schema: &'a Map<String, Value>) -> Option<&'a str> {
        let written = schema
            .get("$ref")
            .or_else(|| schema.get("$dynamicRef"))?
            .as_str()?;
        let found = reference(schema).is_some_and(|target| self.document.get(&target).is_some());
        (!found).then_some(written)
    }

    /// The level of a schema object's own keywords.
    fn level(&self, schema: &Map<String, Value>) -> Level {
        let level = schema
            .get("x-conformance")
            .and_then(|extension| extension.get("level"))
            .and_then(Value::as_str);
        let known = [Level::Must, Level::Should, Level::May];
        known
            .into_iter()
            .find(|known| level == Some(known.as_str()))
            .unwrap_or(self.understood)
    }
}

impl Place {
    fn inside(&self, step: &str, required: Option<Level>) -> Self {
        let path = if self.path.is_empty() {
            step.trim_start_matches('.').to_owned()
        } else {
            format!("{}{step}", self.path)
        };
        Self {
            path,
            depth: self.depth + 1,
            alternative: self.alternative.clone(),
            required,
        }
    }
}

fn add(lines: &mut Vec<Line>, more: impl IntoIterator<Item = Line>) {
    for line in more {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
}

/// The step to a member: quoted, where its name could be taken for something else.
fn member(name: &str) -> String {
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@'));
    if plain {
        format!(".{name}")
    } else {
        format!("[{}]", Value::from(name))
    }
}

fn alternatives(part: &Part<'_>, keyword: &str) -> Vec<Pointer> {
    let at = part.at.child(keyword);
    (0..array(part.schema, keyword).len())
        .map(|n| at.child(n))
        .collect()
}

fn object<'s>(
    schema: &'s Map<String, Value>,
    key: &str,
) -> impl Iterator<Item = (&'s String, &'s Value)> {
    schema
        .get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

fn array<'s>(schema: &'s Map<String, Value>, key: &str) -> &'s [Value] {
    schema
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn required(schema: &Map<String, Value>) -> impl Iterator<Item = &String> {
    array(schema, "required")
        .iter()
        .filter_map(|name| match name {
            Value::String(name) => Some(name),
            _ => None,
        })
}

fn reference(schema: &Map<String, Value>) -> Option<Pointer> {
    let fragment = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    let pointer = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
    (pointer.is_empty() || pointer.starts_with('/'))
        .then(|| Pointer::from_text(pointer.into_owned()))
}
