//! What the schemas of a document are called: their ids and anchors, and the dialects they are written in.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use url::Url;

use super::dialect::{Dialect, Named};
use crate::diag::{Document, Pointer};

/// The anchor that stands for `$recursiveAnchor: true`; no anchor can be spelled like it.
pub(super) const RECURSIVE: &str = "$recursiveAnchor";

/// Members whose own members have names of the author's.
const MAPS: [&str; 24] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependencies",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "securitySchemes",
    "securityDefinitions",
    "links",
    "callbacks",
    "pathItems",
    "mediaTypes",
    "paths",
    "webhooks",
    "content",
    "encoding",
    "additionalOperations",
    "mapping",
    "variables",
];

/// Members that hold values and no schemas.
const VALUES: [&str; 5] = ["enum", "const", "default", "example", "examples"];

/// Names by which schemas are referred to, of all files of a document.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Schema resources by their absolute URI (JSON Schema 2020-12, 8.2.1), or by the `$id` as it
    /// stands where there is no absolute one.
    ids: HashMap<String, Pointer>,
    /// The absolute URI of each resource that has one.
    uris: HashMap<Pointer, Url>,
    /// Anchors by resource and name.
    anchors: HashMap<(Pointer, String), Pointer>,
    /// Dynamic anchors, by resource and name (2020-12, 8.2.2); two of them where only one may be.
    dynamic: BTreeMap<(Pointer, String), Vec<Pointer>>,
    /// Schemas that begin a resource.
    resources: HashSet<Pointer>,
    /// Where a dialect is named, as it is written.
    dialects: HashMap<Pointer, String>,
    has_dynamic_references: bool,
}

struct Context<'a> {
    base: Option<&'a Url>,
    resource: &'a Pointer,
    dialect: Option<Dialect>,
}

impl Names {
    /// Notes what stands in a file, whose root is at `root`. `names_dialect` says whether
    /// `jsonSchemaDialect` is a member of its version.
    pub(super) fn learn(&mut self, document: &Document, root: &Pointer, names_dialect: bool) {
        let text = document.source().text();
        let value = document.root();
        self.has_dynamic_references |=
            text.contains("$dynamicRef") || text.contains("$recursiveRef");
        let keys = ["$id", "nchor", "$self", "$schema", "jsonSchemaDialect"];
        let inherits = self.dialect(root).is_some();
        if !inherits && !keys.iter().any(|key| text.contains(key)) {
            return;
        }
        let own = value.get("$self").and_then(Value::as_str);
        let base = own.and_then(|own| Url::parse(own).ok());
        if let Some(base) = &base {
            self.name(base, root);
        }
        let declared = value.get("jsonSchemaDialect").and_then(Value::as_str);
        if let Some(declared) = declared.filter(|_| names_dialect) {
            self.dialects.insert(root.clone(), declared.to_owned());
        }
        let dialect = self.dialect(root).and_then(|(_, uri)| known(uri));
        let context = Context {
            base: base.as_ref(),
            resource: root,
            dialect,
        };
        let is_api = value.get("openapi").is_some() || value.get("swagger").is_some();
        if is_api {
            self.members(value, root, &context, false);
        } else {
            self.collect(value, root, &context, false);
        }
    }

    /// Whether nothing has a name.
    pub(super) fn is_empty(&self) -> bool {
        self.resources.is_empty()
            && self.ids.is_empty()
            && self.anchors.is_empty()
            && self.dynamic.is_empty()
            && self.dialects.is_empty()
    }

    /// The resource that `place` names from within another one.
    pub(super) fn by_id(&self, resource: &Pointer, place: &str) -> Option<Pointer> {
        if self.ids.is_empty() {
            return None;
        }
        let absolute = match self.uris.get(resource) {
            Some(uri) => uri.join(place).ok(),
            None => Url::parse(place).ok(),
        };
        let known = absolute.and_then(|uri| self.ids.get(uri.as_str()));
        known.or_else(|| self.ids.get(place)).cloned()
    }

    /// What `place` is within a resource that has a URI.
    pub(super) fn absolute(&self, resource: &Pointer, place: &str) -> Option<String> {
        let uri = self.uris.get(resource)?.join(place).ok()?;
        Some(uri.to_string())
    }

    /// The schema of an anchor.
    pub(super) fn anchor(&self, resource: &Pointer, name: &str) -> Option<&Pointer> {
        self.anchors.get(&(resource.clone(), name.to_owned()))
    }

    /// The schema with an id that a node stands in, if it does in one.
    pub(super) fn resource(&self, at: &Pointer) -> Option<Pointer> {
        if self.resources.is_empty() {
            return None;
        }
        nearest(at, |at| self.resources.contains(at))
    }

    /// Whether a schema begins a resource.
    pub(super) fn begins(&self, at: &Pointer) -> bool {
        !self.resources.is_empty() && self.resources.contains(at)
    }

    /// Where the dialect of a node is named, and its name; none where it is nowhere.
    pub(super) fn dialect(&self, at: &Pointer) -> Option<(Pointer, &str)> {
        if self.dialects.is_empty() {
            return None;
        }
        let at = nearest(at, |at| self.dialects.contains_key(at))?;
        let uri = self.dialects[&at].as_str();
        Some((at, uri))
    }

    /// The dialect of JSON Schema that is named for a node, if it is one that is known.
    pub(super) fn known_dialect(&self, at: &Pointer) -> Option<Dialect> {
        known(self.dialect(at)?.1)
    }

    /// Whether a schema is referred to dynamically anywhere.
    pub(super) fn has_dynamic_references(&self) -> bool {
        self.has_dynamic_references
    }

    /// Where a resource has a dynamic anchor of this name: none, one, or, by mistake, several.
    pub(super) fn dynamic(&self, resource: &Pointer, name: &str) -> &[Pointer] {
        let found = self.dynamic.get(&(resource.clone(), name.to_owned()));
        found.map_or(&[], Vec::as_slice)
    }

    /// All dynamic anchors: resource, name and schemas.
    pub(super) fn all_dynamic(&self) -> impl Iterator<Item = (&Pointer, &str, &[Pointer])> {
        let all = self.dynamic.iter();
        all.map(|((resource, name), found)| (resource, name.as_str(), found.as_slice()))
    }

    fn name(&mut self, uri: &Url, at: &Pointer) {
        let mut bare = uri.clone();
        bare.set_fragment(None);
        self.ids
            .entry(bare.to_string())
            .or_insert_with(|| at.clone());
        self.uris.insert(at.clone(), bare);
    }

    fn collect(&mut self, value: &Value, at: &Pointer, context: &Context<'_>, is_map: bool) {
        let Value::Object(members) = value else {
            return self.members(value, at, context, is_map);
        };
        if is_map {
            return self.members(value, at, context, true);
        }
        let mut dialect = context.dialect;
        if let Some(uri) = members.get("$schema").and_then(Value::as_str) {
            self.dialects.insert(at.clone(), uri.to_owned());
            dialect = known(uri);
        }
        let alone = dialect.is_some_and(Dialect::reference_stands_alone);
        let is_replaced = alone && members.contains_key("$ref");
        let key = dialect.map_or("$id", Dialect::id);
        let id = members.get(key).and_then(Value::as_str);
        let id = id.filter(|_| !is_replaced);
        let (mut base, mut resource) = (context.base, context.resource);
        let own;
        if let Some(id) = id {
            let (place, fragment) = id.split_once('#').unwrap_or((id, ""));
            if !place.is_empty() {
                let absolute = match base {
                    Some(base) => base.join(place).ok(),
                    None => Url::parse(place).ok(),
                };
                if let Some(uri) = &absolute {
                    self.name(uri, at);
                } else {
                    let name = place.to_owned();
                    self.ids.entry(name).or_insert_with(|| at.clone());
                }
                own = absolute;
                base = own.as_ref().or(base);
                resource = at;
                self.resources.insert(at.clone());
            }
            if alone && !fragment.is_empty() {
                self.anchor_at(resource, fragment, at);
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if let Some(name) = members.get(keyword).and_then(Value::as_str) {
                self.anchor_at(resource, name, at);
                if keyword == "$dynamicAnchor" {
                    let key = (resource.clone(), name.to_owned());
                    self.dynamic.entry(key).or_default().push(at.clone());
                }
            }
        }
        if resource == at && members.get(RECURSIVE) == Some(&Value::Bool(true)) {
            let key = (resource.clone(), RECURSIVE.to_owned());
            self.dynamic.entry(key).or_default().push(at.clone());
        }
        let context = Context {
            base,
            resource,
            dialect,
        };
        self.members(value, at, &context, false);
    }

    fn anchor_at(&mut self, resource: &Pointer, name: &str, at: &Pointer) {
        let name = (resource.clone(), name.to_owned());
        self.anchors.entry(name).or_insert_with(|| at.clone());
    }

    fn members(&mut self, value: &Value, at: &Pointer, context: &Context<'_>, is_map: bool) {
        let holds = |value: &Value| value.is_object() || value.is_array();
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let is_value = !is_map && VALUES.contains(&name.as_str());
                    if holds(member) && !is_value {
                        let is_map = !is_map && MAPS.contains(&name.as_str());
                        self.collect(member, &at.child(name), context, is_map);
                    }
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.collect(element, &at.child(index), context, false);
                }
            }
            _ => {}
        }
    }
}

/// The node, or the nearest one it stands in, that is meant.
fn nearest(at: &Pointer, is_meant: impl Fn(&Pointer) -> bool) -> Option<Pointer> {
    let mut current = at.clone();
    loop {
        if is_meant(&current) {
            return Some(current);
        }
        if current.as_str().is_empty() {
            return None;
        }
        current = current.parent();
    }
}

fn known(uri: &str) -> Option<Dialect> {
    match Dialect::of(uri) {
        Named::Known(dialect) => Some(dialect),
        Named::OpenApi | Named::Unknown => None,
    }
}
