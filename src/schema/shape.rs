//! The demands of a schema by data path, and which of them an instance speaks of.
//!
//! A schema is read as a graph of nodes: `$ref` and `allOf` are transparent, every node is visited
//! once, by its shortest and then least data path, so recursion ends at the first re-entry.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;

use serde_json::Value;

use super::formats::refuses_nothing;
use super::mismatch::Mismatch;
use crate::diag::Pointer;

/// One step into an instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// The member of this name.
    Member(String),
    /// Any member that no other keyword speaks of.
    Additional,
    /// Any member whose name matches the pattern.
    Matching(String),
    /// The name of any member.
    Name,
    /// Any element.
    Items,
    /// The element at this index.
    Element(usize),
    /// An element `contains` looks for.
    Contains,
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A member may be called like one of the other segments.
            Self::Member(name) if name.starts_with('{') => write!(f, "{{member}}{name}"),
            Self::Member(name) => f.write_str(name),
            Self::Additional => f.write_str("{additional}"),
            Self::Matching(pattern) => write!(f, "{{matching}}{pattern}"),
            Self::Name => f.write_str("{name}"),
            Self::Items => f.write_str("{items}"),
            Self::Element(index) => write!(f, "{{items}}{index}"),
            Self::Contains => f.write_str("{contains}"),
        }
    }
}

/// One keyword on one place of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The way from the instance's root.
    pub path: Vec<Segment>,
    /// The keyword.
    pub keyword: String,
    /// Where the keyword stands in the document.
    pub at: Pointer,
    /// Its operand.
    pub operand: Value,
    /// What the schemas on the way say of it.
    pub noted: Noted,
}

/// What the schemas on the way to a demand say of all below them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// The nearest `x-conformance`.
    pub conformance: Option<Pointer>,
    /// Whether one of them is `deprecated`.
    pub deprecated: bool,
}

/// The way to a node.
#[derive(Clone, Debug, Default)]
struct Way {
    path: Vec<Segment>,
    noted: Noted,
}

impl Way {
    fn further(&self, segment: Segment) -> Self {
        let mut way = self.clone();
        way.path.push(segment);
        way
    }
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: Vec<String> = self.path.iter().map(ToString::to_string).collect();
        write!(f, "{}#{}", path.join("/"), self.keyword)
    }
}

/// Which instances a keyword speaks of.
#[derive(Clone, Copy, Debug)]
enum Subject {
    Any,
    Text,
    Number,
    Array,
    /// An array of two elements or more.
    Pair,
    Object,
    /// An object with at least one member.
    Members,
}

/// Keywords that demand something by themselves, and of whom. `contentEncoding`, `contentMediaType` and
/// `contentSchema` are annotations (JSON Schema Validation 2020-12, 8.1): no instance breaks them.
const KEYWORDS: &[(&str, Subject)] = &[
    ("type", Subject::Any),
    ("enum", Subject::Any),
    ("const", Subject::Any),
    ("not", Subject::Any),
    ("oneOf", Subject::Any),
    ("anyOf", Subject::Any),
    ("if", Subject::Any),
    ("format", Subject::Any),
    ("pattern", Subject::Text),
    ("minLength", Subject::Text),
    ("maxLength", Subject::Text),
    ("minimum", Subject::Number),
    ("maximum", Subject::Number),
    ("exclusiveMinimum", Subject::Number),
    ("exclusiveMaximum", Subject::Number),
    ("multipleOf", Subject::Number),
    ("minItems", Subject::Array),
    ("maxItems", Subject::Array),
    ("contains", Subject::Array),
    ("unevaluatedItems", Subject::Array),
    ("uniqueItems", Subject::Pair),
    ("minProperties", Subject::Object),
    ("maxProperties", Subject::Object),
    ("dependentRequired", Subject::Object),
    ("dependentSchemas", Subject::Object),
    ("unevaluatedProperties", Subject::Members),
];

impl Subject {
    fn speaks_of(self, instance: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Text => instance.is_string(),
            Self::Number => instance.is_number(),
            Self::Array => instance.is_array(),
            Self::Pair => instance.as_array().is_some_and(|a| a.len() > 1),
            Self::Object => instance.is_object(),
            Self::Members => instance.as_object().is_some_and(|o| !o.is_empty()),
        }
    }
}

/// How many demands of one schema are told apart: real documents have schemas that reach thousands of
/// others. What stands deeper is one demand together.
const MOST: usize = 500;

/// The keyword of the demand that stands for all that is deeper than [`MOST`].
const DEEPER: &str = "deeper";

/// What a schema demands, as a graph.
#[derive(Debug, Default)]
pub struct Shape {
    demands: Vec<Demand>,
    /// The demand that stands for all that is deeper.
    deeper: Option<usize>,
    /// By the keyword's place; with the member's name for `required`.
    places: HashMap<(Pointer, Option<String>), usize>,
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    demands: Vec<(Subject, usize)>,
    required: Vec<usize>,
    closed: Option<usize>,
    members: HashMap<String, usize>,
    matching: Vec<usize>,
    additional: Option<usize>,
    names: Option<usize>,
    prefix: Vec<usize>,
    items: Option<usize>,
    all_of: Vec<usize>,
}

impl Shape {
    pub(super) fn of(document: &Value, root: &Pointer) -> Self {
        let mut shape = Self::default();
        let mut known: BTreeMap<Pointer, usize> = BTreeMap::new();
        let mut queue = VecDeque::new();
        shape.visit(document, root, Way::default(), &mut known, &mut queue);
        while let Some((index, at, way)) = queue.pop_front() {
            if shape.demands.len() >= MOST {
                let way = Way::default();
                let demand = shape.demand(&way, DEEPER, root.clone(), None, &Value::Null);
                shape.deeper = Some(demand);
                break;
            }
            if let Some(schema) = at.of(document) {
                shape.expand(document, (index, &at, way), schema, &mut known, &mut queue);
            }
        }
        shape
    }

    /// Everything that is demanded, each with the shortest way there.
    #[must_use]
    pub fn demands(&self) -> &[Demand] {
        &self.demands
    }

    pub(super) fn demand_of(&self, mismatch: &Mismatch) -> Option<usize> {
        let key = (mismatch.schema.clone(), mismatch.missing.clone());
        if let Some(index) = self.places.get(&key) {
            return Some(*index);
        }
        // Inside `oneOf` and the like the keyword that holds the place is the demand.
        let mut at = mismatch.schema.clone();
        while !at.as_str().is_empty() {
            if let Some(index) = self.places.get(&(at.clone(), None)) {
                return Some(*index);
            }
            at = at.parent();
        }
        self.deeper
    }

    pub(super) fn exercised(&self, instance: &Value, each: &mut dyn FnMut(usize)) {
        self.probe(0, instance, each);
    }

    /// The node of the schema at `at`, references followed; a new one is queued.
    fn visit(
        &mut self,
        document: &Value,
        at: &Pointer,
        way: Way,
        known: &mut BTreeMap<Pointer, usize>,
        queue: &mut VecDeque<(usize, Pointer, Way)>,
    ) -> usize {
        let at = follow(document, at);
        if let Some(index) = known.get(&at) {
            return *index;
        }
        let index = self.nodes.len();
        self.nodes.push(Node::default());
        known.insert(at.clone(), index);
        queue.push_back((index, at, way));
        index
    }

    fn demand(
        &mut self,
        way: &Way,
        keyword: &str,
        at: Pointer,
        member: Option<&str>,
        operand: &Value,
    ) -> usize {
        let index = self.demands.len();
        self.places
            .insert((at.clone(), member.map(str::to_owned)), index);
        self.demands.push(Demand {
            path: way.path.clone(),
            keyword: keyword.to_owned(),
            at,
            operand: operand.clone(),
            noted: way.noted.clone(),
        });
        index
    }

    fn expand(
        &mut self,
        document: &Value,
        (index, at, mut way): (usize, &Pointer, Way),
        schema: &Value,
        known: &mut BTreeMap<Pointer, usize>,
        queue: &mut VecDeque<(usize, Pointer, Way)>,
    ) {
        let Some(schema) = schema.as_object() else {
            return;
        };
        let mut node = Node::default();
        if schema.contains_key("x-conformance") {
            way.noted.conformance = Some(at.child("x-conformance"));
        }
        way.noted.deprecated |= schema.get("deprecated") == Some(&Value::Bool(true));
        for (keyword, subject) in KEYWORDS {
            // A format alone is said of text and of numbers; which, its own definition tells.
            let operand = schema.get(*keyword);
            if let Some(operand) = operand.filter(|operand| !refuses_nothing(keyword, operand)) {
                let demand = self.demand(&way, keyword, at.child(keyword), None, operand);
                node.demands.push((*subject, demand));
            }
        }
        for name in schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(name) = name.as_str() {
                let operand = Value::from(name);
                node.required.push(self.demand(
                    &way.further(Segment::Member(name.to_owned())),
                    "required",
                    at.child("required"),
                    Some(name),
                    &operand,
                ));
            }
        }
        let into = |segment: Segment| way.further(segment);
        if let Some(target) = reference(schema) {
            node.all_of
                .push(self.visit(document, &target, way.clone(), known, queue));
        }
        for (n, _) in schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let at = at.child("allOf").child(n);
            node.all_of
                .push(self.visit(document, &at, way.clone(), known, queue));
        }
        // Members in the order of their names, so that the least path wins however they are written.
        let mut members: Vec<&String> =
            object(schema, "properties").map(|(name, _)| name).collect();
        members.sort();
        for name in members {
            let at = at.child("properties").child(name);
            let path = into(Segment::Member(name.clone()));
            let child = self.visit(document, &at, path, known, queue);
            node.members.insert(name.clone(), child);
        }
        let mut patterns: Vec<&String> = object(schema, "patternProperties")
            .map(|(pattern, _)| pattern)
            .collect();
        patterns.sort();
        for pattern in patterns {
            let at = at.child("patternProperties").child(pattern);
            let path = into(Segment::Matching(pattern.clone()));
            node.matching
                .push(self.visit(document, &at, path, known, queue));
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => {
                let keyword = "additionalProperties";
                node.closed =
                    Some(self.demand(&way, keyword, at.child(keyword), None, &Value::Bool(false)));
            }
            Some(Value::Object(_)) => {
                let at = at.child("additionalProperties");
                let path = into(Segment::Additional);
                node.additional = Some(self.visit(document, &at, path, known, queue));
            }
            _ => {}
        }
        if schema.get("propertyNames").is_some_and(Value::is_object) {
            let at = at.child("propertyNames");
            node.names = Some(self.visit(document, &at, into(Segment::Name), known, queue));
        }
        for (n, _) in schema
            .get("prefixItems")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let at = at.child("prefixItems").child(n);
            node.prefix
                .push(self.visit(document, &at, into(Segment::Element(n)), known, queue));
        }
        if schema.get("items").is_some_and(Value::is_object) {
            let at = at.child("items");
            node.items = Some(self.visit(document, &at, into(Segment::Items), known, queue));
        }
        self.nodes[index] = node;
    }

    fn probe(&self, index: usize, instance: &Value, each: &mut dyn FnMut(usize)) {
        let node = &self.nodes[index];
        for (subject, demand) in &node.demands {
            if subject.speaks_of(instance) {
                each(*demand);
            }
        }
        for inner in &node.all_of {
            self.probe(*inner, instance, each);
        }
        match instance {
            Value::Object(members) => {
                node.required
                    .iter()
                    .chain(&node.closed)
                    .for_each(|demand| each(*demand));
                for (name, value) in members {
                    if let Some(names) = node.names {
                        self.probe(names, &Value::from(name.as_str()), each);
                    }
                    if let Some(member) = node.members.get(name) {
                        self.probe(*member, value, each);
                    } else if node.matching.is_empty()
                        && let Some(additional) = node.additional
                    {
                        self.probe(additional, value, each);
                    }
                }
            }
            Value::Array(elements) => {
                for (n, element) in elements.iter().enumerate() {
                    if let Some(inner) = node.prefix.get(n).copied().or(node.items) {
                        self.probe(inner, element, each);
                    }
                }
            }
            _ => {}
        }
    }
}

fn object<'a>(
    schema: &'a serde_json::Map<String, Value>,
    key: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    schema
        .get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

/// The schema a chain of bare local references ends at. A chain without end stays where it began.
pub(super) fn follow(document: &Value, at: &Pointer) -> Pointer {
    let mut current = at.clone();
    for _ in 0..64 {
        let schema = current.of(document).and_then(Value::as_object);
        // Beside other keywords a reference is one demand among several (2020-12, 8.2.3.1).
        let alone = schema.is_some_and(|s| {
            s.keys()
                .all(|key| key == "$ref" || ANNOTATIONS.contains(&key.as_str()))
        });
        let Some(target) = schema.filter(|_| alone).and_then(reference) else {
            return current;
        };
        current = target;
    }
    at.clone()
}

/// Keywords beside a reference that demand nothing.
const ANNOTATIONS: [&str; 6] = [
    "title",
    "description",
    "summary",
    "example",
    "examples",
    "deprecated",
];

/// Where the schema's local reference leads.
pub(super) fn reference(schema: &serde_json::Map<String, Value>) -> Option<Pointer> {
    let fragment = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
    Some(Pointer::from_text(decoded.into_owned()))
}
