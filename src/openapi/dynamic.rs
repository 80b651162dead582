//! Dynamic references made plain: where such a reference leads depends on the resources one came through,
//! so that a schema which is reached in several ways is copied, once for each way that differs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use super::kinds::{Held, Kind};
use super::references::{References, local};
use super::walk::Walked;
use crate::diag::{Diagnostic, Document, Pointer};

/// The member of the document's root that holds the copies.
const COPIES: &str = "x-proofmark-dynamic";

/// Copies a document may ask for.
const MOST: usize = 2_000;

/// A reference whose target depends on how one came there.
#[derive(Debug)]
pub(super) struct DynamicReference {
    /// The schema it stands in.
    pub(super) at: Pointer,
    pub(super) keyword: &'static str,
    /// The anchor's name.
    pub(super) name: String,
    /// Where it leads when nothing came before.
    pub(super) target: Pointer,
}

/// The anchors of the resources one came through, each name with its outermost schema.
type Scope = BTreeMap<String, Pointer>;

/// Makes every dynamic reference a plain one.
pub(super) fn resolve(
    document: &mut Document,
    references: &References<'_>,
    found: Vec<DynamicReference>,
    walked: &mut Walked,
) {
    if found.is_empty() {
        return;
    }
    let found = unambiguous(document, references, found, walked);
    let mut resources: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name, _) in references.names.all_dynamic() {
        *resources.entry(name).or_default() += 1;
    }
    // A name that one resource alone has leads there from everywhere.
    let is_plain = |reference: &DynamicReference| {
        let resource = references.resource(&reference.target);
        let own = references.names.dynamic(&resource, &reference.name);
        own.first() != Some(&reference.target) || resources[reference.name.as_str()] < 2
    };
    let (plain, open): (Vec<_>, Vec<_>) = found.into_iter().partition(is_plain);
    for reference in plain {
        refer(
            document,
            &reference.at,
            reference.keyword,
            &reference.target,
        );
    }
    if open.is_empty() {
        return;
    }
    let mut copies = Copies {
        references,
        open: open.iter().map(|one| (one.at.clone(), one)).collect(),
        reaching: reaching(document, &open, &walked.schemas),
        made: HashMap::new(),
        work: Vec::new(),
        edits: Vec::new(),
        count: 0,
    };
    copies.run(document, walked);
    let edits = std::mem::take(&mut copies.edits);
    if copies.count > MOST {
        walked.problems.push(
            Diagnostic::warning(
                "dynamic-references",
                format!("dynamic references lead to more than {MOST} different schemas"),
            )
            .at_key(document, &open[0].at.child(open[0].keyword), "one of them")
            .note("what lies behind the others demands nothing")
            .help("refer to schemas by `$ref`"),
        );
    }
    for (at, keyword, target) in edits {
        refer(document, &at, keyword, &target);
    }
    // What is reached from no request and no answer means what it means by itself.
    for reference in &open {
        let keyword = document.get(&reference.at.child(reference.keyword));
        if keyword.is_some() {
            refer(
                document,
                &reference.at,
                reference.keyword,
                &reference.target,
            );
        }
    }
}

/// Without the references to a name that a resource has twice: which of the two is meant, nobody knows.
fn unambiguous(
    document: &mut Document,
    references: &References<'_>,
    found: Vec<DynamicReference>,
    walked: &mut Walked,
) -> Vec<DynamicReference> {
    let mut twice: BTreeMap<&str, &[Pointer]> = BTreeMap::new();
    for (_, name, schemas) in references.names.all_dynamic() {
        if schemas.len() > 1 {
            twice.entry(name).or_insert(schemas);
        }
    }
    let mut said = BTreeSet::new();
    found
        .into_iter()
        .filter(|reference| {
            let Some(schemas) = twice.get(reference.name.as_str()) else {
                return true;
            };
            if said.insert(reference.name.clone()) {
                walked.problems.push(
                    Diagnostic::warning(
                        "ambiguous-anchor",
                        format!(
                            "one schema resource has two dynamic anchors `{}`",
                            reference.name
                        ),
                    )
                    .at_key(
                        document,
                        &reference.at.child(reference.keyword),
                        "this demands nothing",
                    )
                    .at_node(document, &schemas[0], "the first")
                    .at_node(document, &schemas[1], "the second")
                    .help("give each schema that holds one an `$id`, so that it is a resource of its own"),
                );
            }
            document.remove(&reference.at, reference.keyword);
            false
        })
        .collect()
}

/// Puts a plain reference in the place of the keyword, beside one that is there.
fn refer(document: &mut Document, at: &Pointer, keyword: &str, target: &Pointer) {
    let written = json!(local(target));
    if keyword == "$ref" {
        document.edit(at, |schema| schema["$ref"] = written);
        return;
    }
    document.remove(at, keyword);
    document.edit(at, |schema| {
        if schema.get("$ref").is_none() {
            schema["$ref"] = written;
        } else if let Some(Value::Array(all)) = schema.get_mut("allOf") {
            all.push(json!({ "$ref": written }));
        } else {
            schema["allOf"] = json!([{ "$ref": written }]);
        }
    });
}

/// The schemas from which an open reference is reached, and all that holds them.
fn reaching(
    document: &Document,
    open: &[DynamicReference],
    schemas: &[Pointer],
) -> HashSet<Pointer> {
    let mut reaching = HashSet::new();
    let mark = |reaching: &mut HashSet<Pointer>, at: &Pointer| {
        let mut current = at.clone();
        while reaching.insert(current.clone()) && !current.as_str().is_empty() {
            current = current.parent();
        }
    };
    for reference in open {
        mark(&mut reaching, &reference.at);
    }
    let references: Vec<(&Pointer, Pointer)> = schemas
        .iter()
        .filter_map(|at| Some((at, target(document, at)?)))
        .collect();
    loop {
        let before = reaching.len();
        for (at, target) in &references {
            if reaching.contains(target) {
                mark(&mut reaching, at);
            }
        }
        if reaching.len() == before {
            return reaching;
        }
    }
}

fn target(document: &Document, at: &Pointer) -> Option<Pointer> {
    let reference = document.get(at)?.get("$ref")?.as_str()?;
    let fragment = reference.strip_prefix('#')?;
    let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
    Some(Pointer::from_text(decoded))
}

struct Copies<'a> {
    references: &'a References<'a>,
    open: HashMap<Pointer, &'a DynamicReference>,
    reaching: HashSet<Pointer>,
    /// Where a schema stands as one scope has it.
    made: HashMap<(Pointer, Scope), Pointer>,
    /// Schemas to go through: as written, where they are now, and what was come through.
    work: Vec<(Pointer, Pointer, Scope)>,
    /// What is to be done when all copies are made: where, the keyword, and where it is to lead.
    edits: Vec<(Pointer, &'static str, Pointer)>,
    count: usize,
}

impl Copies<'_> {
    fn run(&mut self, document: &mut Document, walked: &mut Walked) {
        // A schema that stands in no other is where judging begins.
        let within: HashSet<&Pointer> = walked.schemas.iter().collect();
        let is_within = |at: &Pointer| {
            let mut holder = at.clone();
            loop {
                if holder.as_str().is_empty() {
                    return false;
                }
                holder = holder.parent();
                if within.contains(&holder) {
                    return true;
                }
            }
        };
        for at in &walked.schemas {
            if self.reaching.contains(at) && !is_within(at) {
                let scope = self.entered(&Scope::new(), at);
                self.made.insert((at.clone(), scope.clone()), at.clone());
                self.work.push((at.clone(), at.clone(), scope));
            }
        }
        drop(within);
        while let Some((written, now, scope)) = self.work.pop() {
            if written != now {
                walked.schemas.push(now.clone());
            }
            let scope = self.entered(&scope, &written);
            if let Some(reference) = self.open.get(&written).copied() {
                let target = scope.get(&reference.name).unwrap_or(&reference.target);
                let target = self.instance(document, &target.clone(), &scope);
                self.edits.push((now.clone(), reference.keyword, target));
            }
            if let Some(target) = target(document, &written)
                && self.reaching.contains(&target)
            {
                let target = self.instance(document, &target, &scope);
                self.edits.push((now.clone(), "$ref", target));
            }
            if let Some(schema) = document.get(&written) {
                for (part, _) in parts(schema) {
                    let at = |holder: &Pointer| holder.join(&part);
                    self.work.push((at(&written), at(&now), scope.clone()));
                }
            }
        }
    }

    /// The scope within the resource a schema stands in.
    fn entered(&self, scope: &Scope, at: &Pointer) -> Scope {
        let resource = self.references.resource(at);
        let mut entered = scope.clone();
        for (holder, name, schemas) in self.references.names.all_dynamic() {
            if *holder == resource && !entered.contains_key(name) {
                entered.insert(name.to_owned(), schemas[0].clone());
            }
        }
        entered
    }

    /// Where a schema stands as the scope has it; it is copied where there is none yet.
    fn instance(&mut self, document: &mut Document, at: &Pointer, scope: &Scope) -> Pointer {
        if !self.reaching.contains(at) {
            return at.clone();
        }
        let scope = self.entered(scope, at);
        let key = (at.clone(), scope);
        if let Some(made) = self.made.get(&key) {
            return made.clone();
        }
        self.count += 1;
        let root = Pointer::root().child(COPIES);
        if self.count > MOST {
            document.edit(&Pointer::root(), |root| root[COPIES]["any"] = json!(true));
            return root.child("any");
        }
        let name = self.count.to_string();
        document.copy(at, COPIES, &name);
        let made = root.child(name);
        self.work.push((at.clone(), made.clone(), key.1.clone()));
        self.made.insert(key, made.clone());
        made
    }
}

/// The schemas that stand right below one, each as a pointer from there.
fn parts(schema: &Value) -> Vec<(String, &Value)> {
    let mut parts = Vec::new();
    for (name, member) in schema.as_object().into_iter().flatten() {
        let at = Pointer::root().child(name);
        let list = || {
            let elements = member.as_array().into_iter().flatten().enumerate();
            elements.map(|(n, element)| (at.child(n), element))
        };
        match Kind::Schema.member(name) {
            None => {}
            Some(Held::List(_)) => parts.extend(list()),
            Some(Held::OneOrList(_)) if member.is_array() => parts.extend(list()),
            Some(Held::One(_) | Held::OneOrList(_)) => parts.push((at, member)),
            Some(Held::Map(_)) => {
                let members = member.as_object().into_iter().flatten();
                parts.extend(members.map(|(name, member)| (at.child(name), member)));
            }
        }
    }
    let with_text = |(at, part): (Pointer, _)| (at.as_str().to_owned(), part);
    parts.into_iter().map(with_text).collect()
}
