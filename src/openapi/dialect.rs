//! The dialects of JSON Schema that a document may name, each lowered in place to 2020-12.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{keywords, v3_0};
use crate::diag::{Diagnostic, Document, Pointer};

/// A dialect of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dialect {
    /// draft-zyp-json-schema-04.
    Draft4,
    /// draft-wright-json-schema-01.
    Draft6,
    /// draft-handrews-json-schema-01.
    Draft7,
    /// draft-handrews-json-schema-02.
    Draft2019,
    /// draft-bhutton-json-schema-00, and -01 after it.
    Draft2020,
}

/// What the name of a dialect stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A dialect of JSON Schema's own.
    Known(Dialect),
    /// OpenAPI's own of the document's version.
    OpenApi,
    /// One that isn't known here.
    Unknown,
}

use Dialect::{Draft4, Draft6, Draft7, Draft2019, Draft2020};

/// Keywords that not every dialect has, with the first and the last that has them.
const KEYWORDS: [(&str, Dialect, Dialect); 17] = [
    ("const", Draft6, Draft2020),
    ("contains", Draft6, Draft2020),
    ("propertyNames", Draft6, Draft2020),
    ("if", Draft7, Draft2020),
    ("then", Draft7, Draft2020),
    ("else", Draft7, Draft2020),
    ("dependencies", Draft4, Draft7),
    ("additionalItems", Draft4, Draft2019),
    ("dependentRequired", Draft2019, Draft2020),
    ("dependentSchemas", Draft2019, Draft2020),
    ("unevaluatedItems", Draft2019, Draft2020),
    ("unevaluatedProperties", Draft2019, Draft2020),
    ("minContains", Draft2019, Draft2020),
    ("maxContains", Draft2019, Draft2020),
    ("$recursiveRef", Draft2019, Draft2019),
    ("prefixItems", Draft2020, Draft2020),
    ("$dynamicRef", Draft2020, Draft2020),
];

/// Keywords that demand something, or hold schemas that do; all others say something of a schema.
const DEMANDS: [&str; 43] = [
    "type",
    "enum",
    "const",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "required",
    "dependentRequired",
    "dependencies",
    "dependentSchemas",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "unevaluatedProperties",
    "items",
    "additionalItems",
    "prefixItems",
    "unevaluatedItems",
    "contains",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
    "$recursiveRef",
    "$dynamicRef",
];

impl Dialect {
    /// What a dialect's URI names. OpenAPI's own are those of its versions 3.1 and later.
    pub(super) fn of(uri: &str) -> Named {
        let bare = uri.strip_suffix('#').unwrap_or(uri);
        let bare = bare.strip_prefix("https://").unwrap_or(bare);
        let bare = bare.strip_prefix("http://").unwrap_or(bare);
        Named::Known(match bare {
            "json-schema.org/draft-04/schema" => Draft4,
            "json-schema.org/draft-06/schema" => Draft6,
            "json-schema.org/draft-07/schema" => Draft7,
            "json-schema.org/draft/2019-09/schema" => Draft2019,
            "json-schema.org/draft/2020-12/schema" => Draft2020,
            other => {
                let is_own =
                    other.starts_with("spec.openapis.org/oas/3.") && other.contains("/dialect/");
                return if is_own {
                    Named::OpenApi
                } else {
                    Named::Unknown
                };
            }
        })
    }

    /// What people call it.
    fn title(self) -> &'static str {
        match self {
            Draft4 => "JSON Schema draft 4",
            Draft6 => "JSON Schema draft 6",
            Draft7 => "JSON Schema draft 7",
            Draft2019 => "JSON Schema 2019-09",
            Draft2020 => "JSON Schema 2020-12",
        }
    }

    /// The keyword by which a schema says its own URI.
    pub(super) fn id(self) -> &'static str {
        if self == Draft4 { "id" } else { "$id" }
    }

    /// Whether a reference replaces the schema it stands in (draft 7, 8.3), and an id may hold an anchor.
    pub(super) fn reference_stands_alone(self) -> bool {
        self <= Draft7
    }

    /// Whether the elements of a tuple stand under `items` (2019-09, 9.3.1.1).
    pub(super) fn has_tuples_in_items(self) -> bool {
        self <= Draft2019
    }

    /// Whether it has the keyword.
    pub(super) fn has(self, keyword: &str) -> bool {
        let entry = KEYWORDS.iter().find(|(known, ..)| *known == keyword);
        entry.is_none_or(|(_, first, last)| (*first..=*last).contains(&self))
    }

    /// Whether a schema is to be rewritten.
    pub(super) fn wants(self, schema: &Value) -> bool {
        let Some(members) = schema.as_object() else {
            return false;
        };
        members
            .iter()
            .any(|(keyword, operand)| self.is_foreign(keyword, operand))
            || (self.reference_stands_alone() && has_ignored_sibling(members))
            || members.contains_key("dependencies")
            || members.contains_key("additionalItems")
            || members.get("items").is_some_and(Value::is_array)
            || v3_0::wants(schema, "nullable")
    }

    /// Lowers the schema at `at` to 2020-12.
    pub(super) fn lower(
        self,
        document: &mut Document,
        at: &Pointer,
        problems: &mut Vec<Diagnostic>,
    ) {
        if self.reference_stands_alone() {
            ignore_siblings(document, at, self.title(), problems);
        }
        self.foreign(document, at, problems);
        if self == Draft4 {
            v3_0::bounds(document, at);
        }
        if self.has_tuples_in_items() {
            tuples(document, at);
        }
        if self.has("dependencies") {
            dependencies(document, at);
        }
        v3_0::nullable(document, at, "nullable", problems);
        keywords::check(document, at, problems);
    }

    /// Whether the keyword, as it is written, is another dialect's.
    fn is_foreign(self, keyword: &str, operand: &Value) -> bool {
        let is_bound = matches!(keyword, "exclusiveMinimum" | "exclusiveMaximum");
        !self.has(keyword) || (self == Draft4 && is_bound && operand.is_number())
    }

    /// What another dialect has demands nothing in this one.
    fn foreign(self, document: &mut Document, at: &Pointer, problems: &mut Vec<Diagnostic>) {
        let Some(Value::Object(schema)) = document.get(at) else {
            return;
        };
        let foreign: Vec<String> = schema
            .iter()
            .filter(|(keyword, operand)| self.is_foreign(keyword, operand))
            .map(|(keyword, _)| keyword.clone())
            .collect();
        for keyword in foreign {
            problems.push(
                Diagnostic::warning(
                    "foreign-keyword",
                    format!(
                        "`{keyword}` as it is written here says nothing in {}",
                        self.title()
                    ),
                )
                .at_key(document, &at.child(&keyword), "this demands nothing")
                .help(
                    "name the dialect that has it under `$schema`, or write it as this one has it",
                ),
            );
            document.remove(at, &keyword);
        }
    }
}

fn is_demand(keyword: &str) -> bool {
    DEMANDS.contains(&keyword)
}

/// Whether something that demands stands beside a reference.
pub(super) fn has_ignored_sibling(schema: &Map<String, Value>) -> bool {
    schema.len() > 1
        && schema.get("$ref").is_some_and(Value::is_string)
        && schema.keys().any(|keyword| is_demand(keyword))
}

/// Takes away what a reference replaces, where that is the language's rule.
pub(super) fn ignore_siblings(
    document: &mut Document,
    at: &Pointer,
    language: &str,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(Value::Object(schema)) = document.get(at) else {
        return;
    };
    if !has_ignored_sibling(schema) {
        return;
    }
    let siblings: Vec<String> = schema
        .keys()
        .filter(|keyword| is_demand(keyword))
        .cloned()
        .collect();
    let names: Vec<String> = siblings.iter().map(|name| format!("`{name}`")).collect();
    let s = if names.len() == 1 { "s" } else { "" };
    problems.push(
        Diagnostic::warning(
            "ignored-sibling",
            format!(
                "{} beside a $ref say{s} nothing in {language}",
                names.join(", ")
            ),
        )
        .at_key(document, &at.child(&siblings[0]), "this demands nothing")
        .help("write `allOf: [{$ref: …}]` beside it, so that both are demanded"),
    );
    for name in siblings {
        document.remove(at, &name);
    }
}

/// A tuple and what follows it, as 2020-12 writes them.
fn tuples(document: &mut Document, at: &Pointer) {
    let tuple = document.get(&at.child("items"));
    let Some(tuple) = tuple.and_then(Value::as_array) else {
        // Beside a schema for every element there is nothing additional.
        document.remove(at, "additionalItems");
        return;
    };
    // An empty tuple is none in 2020-12.
    if tuple.is_empty() {
        document.remove(at, "items");
    } else {
        document.rename(at, "items", "prefixItems");
    }
    document.rename(at, "additionalItems", "items");
}

/// What the presence of a member demands: of other members, or of the object.
fn dependencies(document: &mut Document, at: &Pointer) {
    let all = document.get(&at.child("dependencies"));
    let Some(all) = all.and_then(Value::as_object) else {
        return;
    };
    let lists = all.values().filter(|demand| demand.is_array()).count();
    if lists == 0 {
        document.rename(at, "dependencies", "dependentSchemas");
    } else if lists == all.len() {
        document.rename(at, "dependencies", "dependentRequired");
    } else if let Some(Value::Object(all)) = document.remove(at, "dependencies") {
        let (names, schemas): (Map<String, Value>, Map<String, Value>) =
            all.into_iter().partition(|(_, demand)| demand.is_array());
        document.edit(at, |schema| {
            schema["dependentRequired"] = Value::Object(names);
            schema["dependentSchemas"] = Value::Object(schemas);
        });
    }
}

/// Where a schema of an earlier dialect went when what holds it was lowered.
pub(super) fn moved(root: &Value, at: &Pointer) -> Pointer {
    let mut to = Pointer::root();
    let mut current = Some(root);
    let tokens: Vec<String> = at.tokens().map(Cow::into_owned).collect();
    for (n, token) in tokens.iter().enumerate() {
        let has = |name: &str| current.is_some_and(|value| value.get(name).is_some());
        let is_element = tokens
            .get(n + 1)
            .is_some_and(|next| next.parse::<usize>().is_ok());
        let token = match token.as_str() {
            "items" if is_element && has("prefixItems") => "prefixItems",
            "additionalItems" if !has(token) && has("prefixItems") => "items",
            "dependencies" if !has(token) && has("dependentSchemas") => "dependentSchemas",
            other => other,
        };
        current = match current {
            Some(Value::Array(elements)) => token.parse().ok().and_then(|n: usize| elements.get(n)),
            Some(value) => value.get(token),
            None => None,
        };
        to = to.child(token);
    }
    to
}

/// Whether lowering the schema that holds `token` may move what stands there.
pub(super) fn moves(token: &str) -> bool {
    matches!(token, "items" | "additionalItems" | "dependencies")
}
