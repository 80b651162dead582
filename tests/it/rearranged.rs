//! The same contract written in other ways: none of them changes what it demands, nor what that is called.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Members that hold values and no schemas.
const VALUES: [&str; 5] = ["example", "examples", "default", "enum", "const"];

/// Every object's members the other way round.
pub(crate) fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .rev()
            .map(|(name, member)| (name.clone(), reversed(member)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(elements) => elements.iter().map(reversed).collect(),
        other => other.clone(),
    }
}

/// Where a document keeps its schemas, and how they are referred to.
fn shelf(document: &Value) -> (&'static [&'static str], &'static str) {
    if document.get("swagger").is_some() {
        (&["definitions"], "#/definitions/")
    } else {
        (&["components", "schemas"], "#/components/schemas/")
    }
}

/// Every schema that stands where it is used, behind a reference; but for those into which others refer,
/// for such a reference says where a schema stands.
pub(crate) fn outlined(document: &Value) -> Value {
    let (shelf, prefix) = shelf(document);
    let mut document = document.clone();
    let mut held = BTreeSet::new();
    holders(&document, &mut held);
    let mut outlining = Outlining {
        prefix,
        held,
        moved: Map::new(),
    };
    outlining.outline(&mut document, Held::Api, "#");
    let moved = outlining.moved;
    let mut holder = &mut document;
    for name in shelf {
        if holder.get(*name).is_none() {
            holder[*name] = json!({});
        }
        holder = &mut holder[*name];
    }
    if let Value::Object(holder) = holder {
        holder.extend(moved);
    }
    document
}

#[derive(Clone, Copy)]
enum Held {
    /// Anything but a schema.
    Api,
    /// A map of things that are no schemas, by names of the author's.
    Map,
    /// A schema.
    Schema,
    /// A map of schemas.
    Schemas,
}

/// What holds a node that is referred to, as references write it.
fn holders(value: &Value, held: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let decoded = percent_encoding::percent_decode_str(reference).decode_utf8_lossy();
                let mut end = decoded.len();
                while let Some(shorter) = decoded[..end].rfind('/') {
                    end = shorter;
                    held.insert(decoded[..end].to_owned());
                }
            }
            members.values().for_each(|member| holders(member, held));
        }
        Value::Array(elements) => elements.iter().for_each(|element| holders(element, held)),
        _ => {}
    }
}

struct Outlining<'p> {
    prefix: &'p str,
    held: BTreeSet<String>,
    moved: Map<String, Value>,
}

impl Outlining<'_> {
    fn outline(&mut self, value: &mut Value, held: Held, at: &str) {
        match value {
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    let word = name.as_str();
                    let inner = match held {
                        Held::Schemas => Held::Schema,
                        Held::Map => Held::Api,
                        _ if word.starts_with("x-") || VALUES.contains(&word) => continue,
                        Held::Api if word == "schema" || word == "itemSchema" => Held::Schema,
                        Held::Api if word == "schemas" || word == "definitions" => Held::Schemas,
                        Held::Api
                            if ["responses", "parameters", "headers", "content", "paths"]
                                .contains(&word) =>
                        {
                            Held::Map
                        }
                        Held::Schema if word == "properties" => Held::Schemas,
                        Held::Schema
                            if ["items", "additionalProperties", "allOf", "not"]
                                .contains(&word) =>
                        {
                            Held::Schema
                        }
                        Held::Schema => continue,
                        Held::Api => Held::Api,
                    };
                    let at = format!("{at}/{}", word.replace('~', "~0").replace('/', "~1"));
                    self.outline(member, inner, &at);
                    let is_used = matches!(held, Held::Schemas | Held::Schema)
                        || (matches!(held, Held::Api) && matches!(inner, Held::Schema));
                    let is_schema = matches!(inner, Held::Schema)
                        && word != "allOf"
                        && is_used
                        && !self.held.contains(&at);
                    if is_schema && member.is_object() && member.get("$ref").is_none() {
                        let name = format!("Moved{}", self.moved.len());
                        let reference = json!({ "$ref": format!("{}{name}", self.prefix) });
                        self.moved
                            .insert(name, std::mem::replace(member, reference));
                    }
                }
            }
            Value::Array(elements) => {
                for (n, element) in elements.iter_mut().enumerate() {
                    self.outline(element, held, &format!("{at}/{n}"));
                }
            }
            _ => {}
        }
    }
}

const SECTIONS: [&str; 6] = [
    "schemas",
    "responses",
    "parameters",
    "headers",
    "requestBodies",
    "examples",
];

/// Every component under another name, in another order of names.
pub(crate) fn renamed(document: &Value) -> Value {
    let is_swagger = document.get("swagger").is_some();
    let mut names: Vec<(String, String)> = Vec::new();
    let mut document = document.clone();
    let sections: Vec<(String, Option<&mut Value>)> = if is_swagger {
        vec![("#/definitions/".to_owned(), document.get_mut("definitions"))]
    } else {
        let mut sections = Vec::new();
        if let Some(Value::Object(components)) = document.get_mut("components") {
            for (name, section) in components.iter_mut() {
                if SECTIONS.contains(&name.as_str()) {
                    sections.push((format!("#/components/{name}/"), Some(section)));
                }
            }
        }
        sections
    };
    for (prefix, section) in sections {
        let Some(Value::Object(members)) = section else {
            continue;
        };
        let count = members.len();
        let all = std::mem::take(members);
        for (n, (name, member)) in all.into_iter().enumerate() {
            let other = format!("N{:06}", count - n);
            let escaped = name.replace('~', "~0").replace('/', "~1");
            names.push((format!("{prefix}{escaped}"), format!("{prefix}{other}")));
            members.insert(other, member);
        }
    }
    let names = names.into_iter().collect();
    rename(&mut document, &names);
    document
}

fn rename(value: &mut Value, names: &std::collections::HashMap<String, String>) {
    let renamed = |text: &str| {
        let mut end = text.len();
        loop {
            if let Some(other) = names.get(&text[..end]) {
                return Some(format!("{other}{}", &text[end..]));
            }
            end = text[..end].rfind('/')?;
        }
    };
    match value {
        Value::Object(members) => {
            let is_discriminator = members.contains_key("propertyName");
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if name == "$ref" => {
                        if let Some(other) = renamed(text) {
                            *text = other;
                        }
                    }
                    Value::Object(all) if name == "mapping" && is_discriminator => {
                        for target in all.values_mut() {
                            if let Value::String(text) = target {
                                let whole = if text.contains('/') {
                                    text.clone()
                                } else {
                                    format!("#/components/schemas/{text}")
                                };
                                if let Some(other) = renamed(&whole) {
                                    *text = other;
                                }
                            }
                        }
                    }
                    other => rename(other, names),
                }
            }
        }
        Value::Array(elements) => {
            for element in elements {
                rename(element, names);
            }
        }
        _ => {}
    }
}
