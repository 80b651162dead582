//! One walk over all a document is made of: references are resolved, and every schema is handed to
//! the version's own reading of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::dialect::{self, Dialect, Named};
use super::dynamic::{self, DynamicReference};
use super::files::Files;
use super::kinds::{Held, Kind};
use super::names::RECURSIVE;
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
    /// Whether a document of the version may name the dialect of its schemas (`jsonSchemaDialect`).
    pub(super) names_dialect: bool,
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
    let references = References::new(files, document, rewrite.names_dialect);
    let mut walk = Walk {
        document,
        references,
        rewrite,
        known: HashSet::new(),
        lowered: HashSet::new(),
        unknown: HashSet::new(),
        stack: vec![Item {
            kind: Kind::Root,
            at: Pointer::root(),
            base: References::root(),
        }],
        lost: BTreeMap::new(),
        dynamic: Vec::new(),
        walked: Walked::default(),
    };
    while let Some(item) = walk.stack.pop() {
        walk.visit(&item);
    }
    walk.say_what_is_lost();
    let Walk {
        references,
        dynamic,
        mut walked,
        ..
    } = walk;
    walked.problems = grouped(walked.problems);
    dynamic::resolve(document, &references, dynamic, &mut walked);
    for (first, problem) in circles(document, &walked.schemas) {
        document.remove(&first, "$ref");
        walked.problems.push(problem);
    }
    walked
}

/// Of what is said alike of many places, the first with the number of the others.
fn grouped(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<(Diagnostic, usize)> = Vec::new();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for problem in problems {
        let is_habit = ["ignored-sibling", "foreign-keyword"].contains(&problem.code);
        if let Some(index) = first.get(&problem.message).filter(|_| is_habit) {
            kept[*index].1 += 1;
        } else {
            first.insert(problem.message.clone(), kept.len());
            kept.push((problem, 0));
        }
    }
    let noted = |(problem, more): (Diagnostic, usize)| match more {
        0 => problem,
        1 => problem.note("so it is in 1 more place"),
        more => problem.note(format!("so it is in {more} more places")),
    };
    kept.into_iter().map(noted).collect()
}

struct Item {
    kind: Kind,
    at: Pointer,
    base: Base,
}

struct Walk<'d, 'f> {
    document: &'d mut Document,
    references: References<'f>,
    rewrite: Rewrite,
    known: HashSet<(Kind, Pointer)>,
    /// Schemas that were lowered before they were met, since something in them was.
    lowered: HashSet<Pointer>,
    /// Dialects that aren't known, each said once.
    unknown: HashSet<String>,
    stack: Vec<Item>,
    /// References that lead nowhere, by what they name: why, the first place, and how many more.
    lost: BTreeMap<String, (String, Pointer, usize)>,
    dynamic: Vec<DynamicReference>,
    walked: Walked,
}

impl Walk<'_, '_> {
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
        let mut reference = node.get("$ref").cloned();
        let base = if *kind == Kind::Schema {
            self.references.below(base, at)
        } else {
            base.clone()
        };
        let is_changed = if *kind == Kind::Schema {
            self.lower(at)
        } else if (self.rewrite.wants)(*kind, node) {
            (self.rewrite.apply)(*kind, self.document, at, &mut self.walked.problems);
            true
        } else {
            false
        };
        if is_changed {
            let node = self.document.get(at);
            reference = node.and_then(|node| node.get("$ref")).cloned();
        }
        if let Some(reference) = reference.filter(|_| *kind != Kind::Root) {
            self.reference(*kind, at, &base, &reference);
        }
        if *kind == Kind::Schema && self.references.names.has_dynamic_references() {
            self.dynamic(at, &base);
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

    /// Lowers a schema to 2020-12: from the dialect that is named for it, else from its version's own.
    /// Says whether it is another now.
    fn lower(&mut self, at: &Pointer) -> bool {
        if self.lowered.contains(at) {
            return true;
        }
        let named = self.references.names.dialect(at);
        let named = named.map(|(holder, uri)| (holder, uri.to_owned(), Dialect::of(uri)));
        if let Some((holder, uri, Named::Unknown)) = &named {
            self.say_unknown(holder, uri);
        }
        let Some(node) = self.document.get(at) else {
            return false;
        };
        let problems = &mut self.walked.problems;
        let mut is_changed = false;
        let mut id = "$id";
        if let Some((.., Named::Known(dialect))) = named {
            id = dialect.id();
            if dialect.wants(node) {
                dialect.lower(self.document, at, problems);
                is_changed = true;
            }
        } else if (self.rewrite.wants)(Kind::Schema, node) {
            (self.rewrite.apply)(Kind::Schema, self.document, at, problems);
            is_changed = true;
        }
        // Names have no more to say, now that references are pointers.
        if !self.references.names.is_empty() {
            for name in [id, "$id", "$schema", "$anchor", "$dynamicAnchor", RECURSIVE] {
                let node = self.document.get(at).and_then(|node| node.get(name));
                if node.is_some_and(|node| !node.is_object()) {
                    self.document.remove(at, name);
                }
            }
        }
        is_changed
    }

    fn say_unknown(&mut self, holder: &Pointer, uri: &str) {
        if !self.unknown.insert(uri.to_owned()) {
            return;
        }
        let key = ["$schema", "jsonSchemaDialect"].map(|key| holder.child(key));
        let at = key.iter().find(|at| self.document.get(at).is_some());
        self.walked.problems.push(
            Diagnostic::warning(
                "unknown-dialect",
                format!("the dialect {uri:?} of JSON Schema is not known"),
            )
            .at_key(
                self.document,
                at.unwrap_or(holder),
                "its schemas are read as OpenAPI's own",
            )
            .help("drafts 4, 6 and 7, 2019-09, 2020-12 and OpenAPI's own are known"),
        );
    }

    /// Lowers the schemas that hold a node and would move it, and says where it is then.
    fn settle(&mut self, target: Pointer) -> Pointer {
        let is_legacy = |dialect: Dialect| dialect.has_tuples_in_items();
        let named = self.references.names.known_dialect(&target);
        if !named.is_some_and(is_legacy) {
            return target;
        }
        let mut holder = Pointer::root();
        let tokens: Vec<String> = target.tokens().map(Cow::into_owned).collect();
        for token in tokens {
            if dialect::moves(&token) {
                let at = dialect::moved(self.document.root(), &holder);
                let is_open = !self.known.contains(&(Kind::Schema, at.clone()))
                    && self.document.get(&at).is_some_and(Value::is_object)
                    && self
                        .references
                        .names
                        .known_dialect(&at)
                        .is_some_and(is_legacy);
                if is_open {
                    self.lower(&at);
                    self.lowered.insert(at);
                }
            }
            holder = holder.child(token);
        }
        dialect::moved(self.document.root(), &target)
    }

    fn reference(&mut self, kind: Kind, at: &Pointer, base: &Base, reference: &Value) {
        let Some(text) = reference.as_str() else {
            let why = "a reference is a text".to_owned();
            self.lose(at, "$ref", reference.to_string(), why);
            return;
        };
        let Some((target, base)) = self.target(at, "$ref", base, text) else {
            return;
        };
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

    /// Where the reference under `keyword` leads; one that leads nowhere is taken away.
    fn target(
        &mut self,
        at: &Pointer,
        keyword: &str,
        base: &Base,
        text: &str,
    ) -> Option<(Pointer, Base)> {
        let problems = &mut self.walked.problems;
        match self.references.resolve(self.document, base, text, problems) {
            Ok((target, base)) => Some((self.settle(target), base)),
            Err(Lost::Why(why)) => {
                self.lose(at, keyword, text.to_owned(), why);
                None
            }
            Err(Lost::Unreadable) => {
                self.document.remove(at, keyword);
                None
            }
        }
    }

    /// Notes a reference whose target depends on how one came there (2020-12, 8.2.3.2; 2019-09, 8.2.4.2).
    fn dynamic(&mut self, at: &Pointer, base: &Base) {
        let Some(node) = self.document.get(at) else {
            return;
        };
        let keyword = if self.references.names.known_dialect(at) == Some(Dialect::Draft2019) {
            "$recursiveRef"
        } else {
            "$dynamicRef"
        };
        let Some(text) = node.get(keyword).and_then(Value::as_str).map(str::to_owned) else {
            return;
        };
        let Some((target, base)) = self.target(at, keyword, base, &text) else {
            return;
        };
        let name = if keyword == "$recursiveRef" {
            RECURSIVE
        } else {
            text.split_once('#').map_or("", |(_, name)| name)
        };
        self.dynamic.push(DynamicReference {
            at: at.clone(),
            keyword,
            name: name.to_owned(),
            target: target.clone(),
        });
        self.stack.push(Item {
            kind: Kind::Schema,
            at: target,
            base,
        });
    }

    /// What leads nowhere demands nothing.
    fn lose(&mut self, at: &Pointer, keyword: &str, reference: String, why: String) {
        let entry = self.lost.entry(reference);
        entry
            .and_modify(|(_, first, more)| {
                *more += 1;
                if at < first {
                    *first = at.clone();
                }
            })
            .or_insert((why, at.clone(), 0));
        self.document.remove(at, keyword);
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
