//! A schema as the list of all the schema objects that must hold at once.
//!
//! In the 2020-12 dialect a reference is one demand beside others (JSON Schema Core, 8.2.3.1), and
//! `allOf` is nothing but more of them (10.2.1.1). So nothing is merged: the objects are gathered, and
//! each keyword is read over all of them.

use serde_json::{Map, Value};

use crate::diag::Pointer;
use crate::openapi::Contract;

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Impossible {
    /// The schema at fault.
    pub(super) at: Pointer,
    /// What is the matter, as the end of a sentence about a value.
    pub(super) reason: String,
    /// Whether there is no use in trying anything else: the work has become too much.
    pub(super) is_final: bool,
}

impl Impossible {
    pub(super) fn new(at: &Pointer, reason: impl Into<String>) -> Self {
        Self {
            at: at.clone(),
            reason: reason.into(),
            is_final: false,
        }
    }
}

/// One schema object and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Part<'d> {
    pub(super) at: Pointer,
    pub(super) schema: &'d Map<String, Value>,
}

/// All schema objects that must hold of one value, outermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat<'d> {
    pub(super) parts: Vec<Part<'d>>,
    /// Members whose value a discriminator fixes (OpenAPI 3.1.1, 4.8.25).
    pub(super) fixed: Vec<(String, String)>,
}

impl<'d> Flat<'d> {
    /// Gathers the schemas at these places and all they take in.
    ///
    /// # Errors
    /// A schema that admits nothing, or a reference that leads out of the document or nowhere.
    pub(super) fn of(document: &'d Value, places: &[Pointer]) -> Result<Self, Impossible> {
        let mut flat = Self::default();
        for at in places {
            flat.take(document, at)?;
        }
        Ok(flat)
    }

    /// Takes one more schema in, which must hold as well.
    pub(super) fn take(&mut self, document: &'d Value, at: &Pointer) -> Result<(), Impossible> {
        let mut waiting = vec![at.clone()];
        while let Some(at) = waiting.pop() {
            let schema = match at.of(document) {
                Some(Value::Object(schema)) => schema,
                Some(Value::Bool(false)) => {
                    return Err(Impossible::new(&at, "its schema admits nothing"));
                }
                Some(_) => continue,
                None => return Err(Impossible::new(&at, "its reference leads nowhere")),
            };
            if self.parts.iter().any(|part| part.at == at) {
                continue;
            }
            self.parts.push(Part {
                at: at.clone(),
                schema,
            });
            // Taken from the end: what stands first in the document is looked at first.
            if let Some(Value::Array(all)) = schema.get("allOf") {
                let at = at.child("allOf");
                waiting.extend((0..all.len()).rev().map(|n| at.child(n)));
            }
            if let Some(Value::String(reference)) = schema.get("$ref") {
                let target = target(reference).ok_or_else(|| {
                    let reason = format!("its reference `{reference}` leads out of the document");
                    Impossible::new(&at, reason)
                })?;
                waiting.push(target);
            }
        }
        Ok(())
    }

    /// What makes two values' schemas the same.
    pub(super) fn key(&self) -> Vec<Pointer> {
        let mut key: Vec<Pointer> = self.parts.iter().map(|part| part.at.clone()).collect();
        key.sort();
        key
    }

    /// The outermost schema's place.
    pub(super) fn at(&self) -> Pointer {
        self.parts
            .first()
            .map_or_else(Pointer::root, |part| part.at.clone())
    }

    /// A keyword's operands, with the place of each.
    pub(super) fn all<'s>(
        &'s self,
        keyword: &'s str,
    ) -> impl Iterator<Item = (Pointer, &'d Value)> + 's {
        self.parts.iter().filter_map(move |part| {
            let value = part.schema.get(keyword)?;
            Some((part.at.child(keyword), value))
        })
    }

    /// Whether any of the objects has the keyword.
    pub(super) fn has(&self, keyword: &str) -> bool {
        self.parts
            .iter()
            .any(|part| part.schema.contains_key(keyword))
    }

    /// Whether any of the objects says so.
    pub(super) fn says(&self, keyword: &str) -> bool {
        self.all(keyword)
            .any(|(_, value)| value.as_bool() == Some(true))
    }

    /// The first text a keyword has.
    pub(super) fn text(&self, keyword: &str) -> Option<&'d str> {
        self.all(keyword).find_map(|(_, value)| value.as_str())
    }

    /// The largest of a keyword's counts, such as those of `minLength`.
    pub(super) fn at_least(&self, keyword: &str) -> usize {
        self.counts(keyword).max().unwrap_or(0)
    }

    /// The smallest of a keyword's counts, such as those of `maxLength`.
    pub(super) fn at_most(&self, keyword: &str) -> Option<usize> {
        self.counts(keyword).min()
    }

    fn counts<'s>(&'s self, keyword: &'s str) -> impl Iterator<Item = usize> + 's {
        self.all(keyword).filter_map(|(_, value)| {
            let count = value.as_u64().or_else(|| {
                // JSON Schema Validation 2020-12, 4.2: 2.0 is an integer as well.
                let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
                format!("{number:.0}").parse().ok()
            })?;
            usize::try_from(count).ok()
        })
    }

    /// The places of the schemas a keyword maps a name to, such as those of a member.
    pub(super) fn places(&self, keyword: &str, name: &str) -> Vec<Pointer> {
        self.all(keyword)
            .filter(|(_, value)| value.as_object().is_some_and(|map| map.contains_key(name)))
            .map(|(at, _)| at.child(name))
            .collect()
    }

    /// The values that `enum` and `const` leave, if either is there.
    pub(super) fn allowed(&self) -> Option<(Pointer, Vec<&'d Value>)> {
        let mut allowed: Option<(Pointer, Vec<&'d Value>)> = None;
        let lists = self.all("enum").filter_map(|(at, value)| {
            let values: Vec<&Value> = value.as_array()?.iter().collect();
            Some((at, values))
        });
        let constants = self.all("const").map(|(at, value)| (at, vec![value]));
        for (at, values) in constants.chain(lists) {
            allowed = Some(match allowed {
                None => (at, values),
                Some((first, known)) => {
                    let both = known.into_iter().filter(|value| values.contains(value));
                    (first, both.collect())
                }
            });
        }
        let types = self.types();
        allowed.map(|(at, mut values)| {
            if let Some(types) = &types {
                values.retain(|value| types.iter().any(|name| is_of(value, name)));
            }
            // What is there is likelier to be taken than nothing.
            values.sort_by_key(|value| value.is_null() || value.as_str() == Some(""));
            (at, values)
        })
    }

    /// The types all objects admit, null last; none where no object names any.
    pub(super) fn types(&self) -> Option<Vec<&'d str>> {
        let mut types: Option<Vec<&str>> = None;
        for (_, value) in self.all("type") {
            let named: Vec<&str> = match value {
                Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
                Value::String(name) => vec![name.as_str()],
                _ => continue,
            };
            types = Some(match types {
                None => named,
                Some(known) => both(&known, &named),
            });
        }
        if let Some(types) = &mut types {
            types.sort_by_key(|name| *name == "null");
        }
        types
    }
}

/// What two lists of types have in common; an integer is a number.
fn both<'d>(known: &[&'d str], named: &[&'d str]) -> Vec<&'d str> {
    let mut common = Vec::new();
    for name in known.iter().chain(named) {
        let admits =
            |list: &[&str]| list.contains(name) || (*name == "integer" && list.contains(&"number"));
        if admits(known) && admits(named) && !common.contains(name) {
            common.push(*name);
        }
    }
    common
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

/// What the places of schemas are places in.
pub(super) fn root(contract: &Contract) -> &Value {
    contract.document.root()
}

/// Where a local reference leads.
pub(super) fn target(reference: &str) -> Option<Pointer> {
    let fragment = reference.strip_prefix('#')?;
    if !fragment.is_empty() && !fragment.starts_with('/') {
        return None;
    }
    let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
    Some(Pointer::from_text(decoded.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_that_must_hold_is_gathered_once() {
        let document = json!({
            "a": {"allOf": [{"$ref": "#/b"}, {"minLength": 4}, {"$ref": "#/a"}], "maxLength": 9},
            "b": {"type": ["string", "null"], "maxLength": 7},
            "c": {"type": "integer", "allOf": [{"type": ["number", "string"]}]},
            "d": {"enum": [null, "x", 2, "y"], "type": ["string", "null"], "allOf": [{"enum": ["y", null]}]},
            "e": {"$ref": "other.yaml#/x"},
            "f": false
        });
        let flat = |name: &str| Flat::of(&document, &[Pointer::root().child(name)]);
        let a = flat("a").expect("it can hold");
        assert_eq!(a.parts.len(), 5);
        assert_eq!(
            (a.at_least("minLength"), a.at_most("maxLength")),
            (4, Some(7))
        );
        assert_eq!(a.types(), Some(vec!["string", "null"]));
        let c = flat("c").expect("it can hold");
        assert_eq!(c.types(), Some(vec!["integer"]));
        let d = flat("d").expect("it can hold").allowed();
        assert_eq!(d.expect("an enumeration").1, [&json!("y"), &json!(null)]);
        let reason = |name: &str| flat(name).expect_err("it can't hold").reason;
        assert!(reason("e").contains("other.yaml"), "{}", reason("e"));
        assert!(reason("f").contains("nothing"), "{}", reason("f"));
    }
}
