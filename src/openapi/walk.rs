//! One walk over all a document is made of: references are resolved, and every schema is handed to
//! the version's own reading of it.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::files::Files;
use super::kinds::{Held, Kind};
use super::references::{Base, Lost, References, local};
use crate::diag::{Diagnostic, Document, Pointer};

/// What a version does to an object, in place: above all a schema from its own dialect to JSON Schema
/// 2020-12.
#[derive(Clone, Copy)]
pub(super) struct Rewrite {
    /// Whether there is anything to do. Most objects stay as they are, and finding a node to change it
    /// costs more than a look at it.
    pub(super) wants: fn(Kind, &Value) -> bool,
    /// Does it.
    pub(super) apply: fn(Kind, &mut Document, &Pointer, &mut Vec<Diagnostic>),
}

/// What was found on the way.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Every schema that can be reached, by its place, each once.
    pub(super) schemas: Vec<Pointer>,
    pub(super) problems: Vec<Diagnostic>,
}

/// Walks over a document.
pub(super) fn walk(document: &mut Document, files: &dyn Files, rewrite: Rewrite) -> Walked {
    let references = References::new(files, document);
    let mut walk = Walk {
        document,
        references,
        rewrite,
        known: HashSet::new(),
        stack: vec![Item {
            kind: Kind::Root,
            at: Pointer::root(),
            base: References::root(),
        }],
        lost: BTreeMap::new(),
        walked: Walked::default(),
    };
    while let Some(item) = walk.stack.pop() {
        walk.visit(&item);
    }
    walk.say_what_is_lost();
    let mut walked = walk.walked;
    for (first, problem) in circles(document, &walked.schemas) {
        document.remove(&first, "$ref");
        walked.problems.push(problem);
    }
    walked
}

struct Item {
    kind: Kind,
    at: Pointer,
    base: Base,
}

struct Walk<'a> {
    document: &'a mut Document,
    references: References<'a>,
    rewrite: Rewrite,
    known: HashSet<(Kind, Pointer)>,
    stack: Vec<Item>,
    /// References that lead nowhere, by what they name: why, the first place, and how many more.
    lost: BTreeMap<String, (String, Pointer, usize)>,
    walked: Walked,
}

impl Walk<'_> {
    fn visit(&mut self, item: &Item) {
        let Item { kind, at, base } = item;
        if !self.known.insert((*kind, at.clone())) {
            return;
        }
        let Some(node) = self.document.get(at) else {
            return;
        };
        if !node.is_object() {
            // `additionalProperties: true` and the like.
            if *kind != Kind::Schema || !node.is_boolean() {
                self.misplaced(*kind, at);
            }
            return;
        }
        let base = if *kind == Kind::Schema {
            References::below(base, at, node)
        } else {
            base.clone()
        };
        let mut reference = node.get("$ref").cloned();
        if (self.rewrite.wants)(*kind, node) {
            (self.rewrite.apply)(*kind, self.document, at, &mut self.walked.problems);
            let node = self.document.get(at);
            reference = node.and_then(|node| node.get("$ref")).cloned();
        }
        if let Some(reference) = reference.filter(|_| *kind != Kind::Root) {
            self.reference(*kind, at, &base, &reference);
        }
        if *kind == Kind::Schema {
            self.walked.schemas.push(at.clone());
        }
        self.children(*kind, at, &base);
    }

    fn misplaced(&mut self, kind: Kind, at: &Pointer) {
        let message = format!("a {} must be an object", kind.noun());
        self.walked.problems.push(
            Diagnostic::warning("not-an-object", message)
                .at_key(self.document, at, "this is left out")
                .help("write it as an object"),
        );
        if kind == Kind::Schema {
            self.document.edit(at, |value| *value = Value::Bool(true));
        }
    }

    fn reference(&mut self, kind: Kind, at: &Pointer, base: &Base, reference: &Value) {
        let Some(text) = reference.as_str() else {
            self.lose(
                at,
                reference.to_string(),
                "a reference is a text".to_owned(),
            );
            return;
        };
        let problems = &mut self.walked.problems;
        match self.references.resolve(self.document, base, text, problems) {
            Ok((target, base)) => {
                let written = local(&target);
                if written != text {
                    self.document.edit(at, |node| node["$ref"] = written.into());
                }
                self.stack.push(Item {
                    kind,
                    at: target,
                    base,
                });
            }
            Err(Lost::Why(why)) => self.lose(at, text.to_owned(), why),
            Err(Lost::Unreadable) => self.drop_reference(at),
        }
    }

    fn lose(&mut self, at: &Pointer, reference: String, why: String) {
        let entry = self.lost.entry(reference);
        entry
            .and_modify(|(_, first, more)| {
                *more += 1;
                if at < first {
                    *first = at.clone();
                }
            })
            .or_insert((why, at.clone(), 0));
        self.drop_reference(at);
    }

    /// What leads nowhere demands nothing.
    fn drop_reference(&mut self, at: &Pointer) {
        self.document.remove(at, "$ref");
    }

    fn say_what_is_lost(&mut self) {
        for (reference, (why, first, more)) in std::mem::take(&mut self.lost) {
            let mut problem = Diagnostic::warning(
                "dangling-reference",
                format!("the reference {reference:?} leads nowhere: {why}"),
            )
            .at_node(self.document, &first, "this demands nothing")
            .help(if reference.starts_with('#') {
                "name something that is there, such as #/components/schemas/…"
            } else {
                "put the file there, or name something within this document"
            });
            if more > 0 {
                let s = if more == 1 { "" } else { "s" };
                problem = problem.note(format!("{more} more place{s} refer to it"));
            }
            self.walked.problems.push(problem);
        }
    }

    fn children(&mut self, kind: Kind, at: &Pointer, base: &Base) {
        let Some(Value::Object(members)) = self.document.get(at) else {
            return;
        };
        let push = |stack: &mut Vec<Item>, kind, at| {
            stack.push(Item {
                kind,
                at,
                base: base.clone(),
            });
        };
        let stack = &mut self.stack;
        let before = stack.len();
        for (name, member) in members {
            if let Some(kind) = kind.every() {
                if !name.starts_with("x-") {
                    push(stack, kind, at.child(name));
                }
                continue;
            }
            let list = |stack: &mut Vec<Item>, kind| {
                let count = member.as_array().map_or(0, Vec::len);
                for index in 0..count {
                    push(stack, kind, at.child(name).child(index));
                }
            };
            match kind.member(name) {
                None => {}
                Some(Held::List(kind)) => list(stack, kind),
                Some(Held::OneOrList(kind)) if member.is_array() => list(stack, kind),
                Some(Held::One(kind) | Held::OneOrList(kind)) => {
                    push(stack, kind, at.child(name));
                }
                Some(Held::Map(kind)) => {
                    let inner = at.child(name);
                    for name in member.as_object().into_iter().flat_map(|map| map.keys()) {
                        // Everywhere but among data members of schemas this is an extension.
                        if kind == Kind::Schema || !name.starts_with("x-") {
                            push(stack, kind, inner.child(name));
                        }
                    }
                }
            }
        }
        // So that the first is met first.
        stack[before..].reverse();
    }
}

/// Bare references that lead in a circle, each circle once.
fn circles(document: &Document, schemas: &[Pointer]) -> Vec<(Pointer, Diagnostic)> {
    let next = |at: &Pointer| -> Option<Pointer> {
        let schema = document.get(at)?.as_object()?;
        let bare = schema.keys().all(|key| {
            matches!(
                key.as_str(),
                "$ref"
                    | "description"
                    | "title"
                    | "summary"
                    | "example"
                    | "examples"
                    | "deprecated"
            )
        });
        let fragment = schema
            .get("$ref")
            .filter(|_| bare)?
            .as_str()?
            .strip_prefix('#')?;
        let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        Some(Pointer::from_text(decoded))
    };
    let mut done: HashSet<Pointer> = HashSet::new();
    let mut problems = Vec::new();
    for at in schemas {
        let mut way: Vec<Pointer> = Vec::new();
        let mut current = at.clone();
        loop {
            if let Some(begin) = way.iter().position(|known| *known == current) {
                let first = way[begin..].iter().min().unwrap_or(at);
                let problem =
                    Diagnostic::warning("circular-reference", "these references lead in a circle")
                        .at_key(document, first, "this demands nothing")
                        .help("let one of them hold a schema");
                problems.push((first.clone(), problem));
                break;
            }
            if done.contains(&current) {
                break;
            }
            way.push(current.clone());
            match next(&current) {
                Some(target) => current = target,
                None => break,
            }
        }
        done.extend(way);
    }
    problems
}
