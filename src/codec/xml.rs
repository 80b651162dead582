//! How the values of a schema stand in XML (OpenAPI 3.1.1, 4.8.26; 3.2.0, 4.26): which node each is, and
//! its name.

use serde_json::Value;

use super::declared::{Declared, reference};
use crate::diag::Pointer;

/// The namespace of `xsi:nil`.
pub(super) const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// How deep elements are read and written.
pub(super) const DEEPEST: usize = 100;

/// The node a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    Element,
    Attribute,
    Text,
    Cdata,
    /// None of its own: what is in the value stands under the node around it.
    None,
}

/// What is said of one value: every schema that speaks of it, and the name it has where none is given.
#[derive(Clone, Debug)]
pub(super) struct Mapped<'d> {
    declared: Declared<'d>,
    /// As they are written in the value's place.
    own: Vec<&'d Value>,
    /// These, and what they refer to and choose among.
    nodes: Vec<&'d Value>,
    /// The name that follows from the value's place.
    inferred: Option<String>,
    /// Further names an element may have where none is given.
    further: Vec<String>,
}

impl<'d> Mapped<'d> {
    /// The value of a whole body.
    pub(super) fn of(root: &'d Value, at: Option<&Pointer>) -> Self {
        let declared = Declared::of(root, at);
        let own = at.and_then(|at| at.of(root)).into_iter().collect();
        let mut whole = Self::new(declared, own, None);
        whole.inferred = whole.further.pop();
        let itself = at.and_then(component);
        whole.inferred = whole.inferred.or(itself);
        whole
    }

    fn new(declared: Declared<'d>, own: Vec<&'d Value>, inferred: Option<String>) -> Self {
        let mut nodes: Vec<&Value> = Vec::new();
        for start in &own {
            for node in declared.at(Some(start)).nodes() {
                if !nodes.iter().any(|known| std::ptr::eq(*known, node)) {
                    nodes.push(node);
                }
            }
        }
        let references = nodes.iter().filter_map(|node| reference(node));
        Self {
            further: references.filter_map(|at| component(&at)).take(1).collect(),
            declared,
            own,
            nodes,
            inferred,
        }
    }

    fn named(&self, own: Vec<&'d Value>, inferred: Option<String>) -> Self {
        Self::new(self.declared, own, inferred)
    }

    /// The first schema of it, whatever else is said.
    pub(super) fn declared(&self) -> Option<Declared<'d>> {
        let first = self.own.first()?;
        Some(self.declared.at(Some(first)))
    }

    fn each(&self, keyword: &str) -> impl Iterator<Item = &'d Value> {
        self.nodes.iter().filter_map(move |node| node.get(keyword))
    }

    /// A member, by every branch that speaks of it.
    pub(super) fn member(&self, name: &str) -> Self {
        let own = self.each("properties").filter_map(|all| all.get(name));
        self.named(own.collect(), Some(name.to_owned()))
    }

    /// The names of the members, each once.
    pub(super) fn members(&self) -> Vec<&'d str> {
        let mut names: Vec<&str> = Vec::new();
        for all in self.each("properties").filter_map(Value::as_object) {
            for name in all.keys() {
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// A member that isn't named.
    pub(super) fn additional(&self, name: &str) -> Self {
        let own = self.each("additionalProperties");
        self.named(own.collect(), Some(name.to_owned()))
    }

    /// A member as its object has it: as one of those that are named, or one of the others.
    pub(super) fn any_member(&self, name: &str) -> Self {
        let mut all = self.each("properties");
        if all.any(|all| all.get(name).is_some()) {
            self.member(name)
        } else {
            self.additional(name)
        }
    }

    /// The element of an array at a place; the value itself, where the schema is none of arrays.
    pub(super) fn item(&self, index: usize) -> Self {
        if !self.is_array() {
            return self.clone();
        }
        let first = self.each("prefixItems").filter_map(|all| all.get(index));
        let first: Vec<&Value> = first.collect();
        let own = if first.is_empty() {
            self.each("items").collect()
        } else {
            first
        };
        let is_wrapped = self.kind() == NodeKind::Element;
        let inferred = if is_wrapped {
            self.name()
        } else {
            self.inferred.as_deref()
        };
        let mut item = self.named(own, inferred.map(str::to_owned));
        item.further.extend(self.inferred.clone());
        item.further.extend(self.text("name").map(str::to_owned));
        item
    }

    /// Whether the elements have a place each.
    pub(super) fn is_ordered(&self) -> bool {
        self.each("prefixItems").next().is_some()
    }

    /// Whether the schema asks for a member.
    pub(super) fn requires(&self, name: &str) -> bool {
        let mut all = self.each("required").filter_map(Value::as_array).flatten();
        all.any(|required| required == name)
    }

    /// The types it names.
    pub(super) fn types(&self) -> Vec<&'d str> {
        let mut types = Vec::new();
        for value in self.each("type") {
            match value {
                Value::String(one) => types.push(one.as_str()),
                Value::Array(all) => types.extend(all.iter().filter_map(Value::as_str)),
                _ => {}
            }
        }
        types
    }

    /// The values it lists.
    pub(super) fn listed(&self) -> impl Iterator<Item = &'d Value> {
        let all = self.each("enum").filter_map(Value::as_array).flatten();
        all.chain(self.each("const"))
    }

    pub(super) fn is_array(&self) -> bool {
        let types = self.types();
        let is_said = self.each("items").chain(self.each("prefixItems")).next();
        types.contains(&"array") || (types.is_empty() && is_said.is_some())
    }

    pub(super) fn is_object(&self) -> bool {
        let types = self.types();
        let mut members = self
            .each("properties")
            .chain(self.each("additionalProperties"));
        types.contains(&"object") || (types.is_empty() && members.next().is_some())
    }

    /// Whether nothing is said of its type.
    pub(super) fn is_open(&self) -> bool {
        self.types().is_empty() && !self.is_array() && !self.is_object()
    }

    fn xml(&self, key: &str) -> Option<&'d Value> {
        self.nodes.iter().find_map(|node| node.get("xml")?.get(key))
    }

    fn text(&self, key: &str) -> Option<&'d str> {
        self.xml(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// The node. A schema that only refers to another is none of its own, and neither is an array unless
    /// it is wrapped (OpenAPI 3.2.0, 4.26.1).
    pub(super) fn kind(&self) -> NodeKind {
        let mut said = self
            .nodes
            .iter()
            .filter_map(|node| node.get("xml")?.get("nodeType")?.as_str());
        match said.find(|kind| *kind != "none") {
            Some("element") => return NodeKind::Element,
            Some("attribute") => return NodeKind::Attribute,
            Some("text") => return NodeKind::Text,
            Some("cdata") => return NodeKind::Cdata,
            _ => {}
        }
        if self.xml("attribute") == Some(&Value::Bool(true)) {
            return NodeKind::Attribute;
        }
        if self.is_array() {
            return match self.xml("wrapped") {
                Some(Value::Bool(true)) => NodeKind::Element,
                _ => NodeKind::None,
            };
        }
        let end = self.own.first().map(|own| self.end(own));
        let is_none = |node: &Value| node.pointer("/xml/nodeType").is_some_and(|k| k == "none");
        if end.is_some_and(is_none) {
            NodeKind::None
        } else {
            NodeKind::Element
        }
    }

    /// The schema at the end of a chain of references.
    fn end(&self, start: &'d Value) -> &'d Value {
        let mut node = start;
        for _ in 0..32 {
            match self.declared.target(node) {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    /// The name it is written under.
    pub(super) fn name(&self) -> Option<&str> {
        self.text("name").or(self.inferred.as_deref())
    }

    /// Whether a name is given, here or by what is referred to.
    pub(super) fn is_named(&self) -> bool {
        self.text("name").is_some()
    }

    /// The name that is given in the value's own place.
    pub(super) fn own_name(&self) -> Option<&'d str> {
        let mut own = self.own.iter();
        own.find_map(|node| node.get("xml")?.get("name")?.as_str())
    }

    /// Whether a node of this name is meant. A name that only the schema referred to gives is that of a
    /// whole document to some writers, who name the element by the property.
    pub(super) fn takes(&self, name: &str) -> bool {
        if let Some(own) = self.own_name() {
            return own == name;
        }
        self.name() == Some(name)
            || self.inferred.as_deref() == Some(name)
            || self.further.iter().any(|known| known == name)
    }

    pub(super) fn namespace(&self) -> Option<&'d str> {
        self.text("namespace")
    }

    pub(super) fn prefix(&self) -> Option<&'d str> {
        self.text("prefix")
    }
}

/// The name of a schema among the components, which is that of its element.
fn component(at: &Pointer) -> Option<String> {
    let text = at.as_str();
    let name = ["/components/schemas/", "/definitions/"];
    let is_one = name.iter().any(|folder| {
        let rest = text.strip_prefix(folder);
        rest.is_some_and(|rest| !rest.contains('/'))
    });
    let last = at.tokens().last()?.into_owned();
    is_one.then_some(last)
}
