//! What a schema says of the form of its values: types, members, elements. It is read from the
//! document as it stands; nothing is compiled for it.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::diag::Pointer;

/// How many schemas that speak of one value are looked at.
const MOST: usize = 256;

/// A schema in its document; one that isn't there says nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared<'d> {
    root: &'d Value,
    node: &'d Value,
}

impl<'d> Declared<'d> {
    pub(super) fn of(root: &'d Value, at: Option<&Pointer>) -> Self {
        let node = at.and_then(|at| at.of(root)).unwrap_or(&Value::Null);
        Self { root, node }
    }

    /// The schema of a member.
    pub(super) fn member(self, name: &str) -> Self {
        let nodes = self.nodes();
        let members = nodes.iter().filter_map(|node| node.get("properties"));
        self.at({ members }.find_map(|members| members.get(name)))
    }

    /// Every schema that stands for a member.
    pub(super) fn all(self, name: &str) -> impl Iterator<Item = Self> {
        let nodes = self.nodes().into_iter();
        let found = nodes.filter_map(move |node| node.get("properties")?.get(name));
        found.map(move |node| self.at(Some(node)))
    }

    /// The schema of the elements.
    pub(super) fn items(self) -> Self {
        self.at(self.keyword("items"))
    }

    /// The names of the members it speaks of.
    pub(super) fn members(self) -> Vec<&'d str> {
        let nodes = self.nodes();
        let members = nodes
            .iter()
            .filter_map(|node| node.get("properties")?.as_object());
        members
            .flat_map(|members| members.keys())
            .map(String::as_str)
            .collect()
    }

    /// A keyword's first operand.
    pub(super) fn keyword(self, name: &str) -> Option<&'d Value> {
        self.nodes().into_iter().find_map(|node| node.get(name))
    }

    /// Whether values of a type are spoken of.
    pub(super) fn is(self, kind: &str) -> bool {
        self.nodes().iter().any(|node| match node.get("type") {
            Some(Value::String(own)) => own == kind,
            Some(Value::Array(all)) => all.iter().any(|own| own == kind),
            _ => false,
        })
    }

    /// Whether objects may be among the values: they are named, or no type is.
    pub(super) fn may_be_object(self) -> bool {
        self.is("object") || !self.members().is_empty() || self.keyword("type").is_none()
    }

    /// Whether there is a schema and it names no type, nor anything that only one type has.
    pub(super) fn says_nothing_of_types(self) -> bool {
        let named = ["type", "enum", "const", "pattern", "minimum", "maximum"];
        self.node.is_object() && named.iter().all(|keyword| self.keyword(keyword).is_none())
    }

    pub(super) fn at(self, node: Option<&'d Value>) -> Self {
        Self {
            root: self.root,
            node: node.unwrap_or(&Value::Null),
        }
    }

    /// The schema and all others that speak of the same value, each once.
    pub(super) fn nodes(self) -> Vec<&'d Value> {
        let mut nodes = vec![self.node];
        let mut next = 0;
        while let Some(node) = nodes.get(next).copied() {
            next += 1;
            let branches = ["allOf", "oneOf", "anyOf"]
                .into_iter()
                .filter_map(|key| node.get(key)?.as_array())
                .flatten();
            for found in self.target(node).into_iter().chain(branches) {
                let is_known = nodes.iter().any(|known| std::ptr::eq(*known, found));
                if !is_known && nodes.len() < MOST {
                    nodes.push(found);
                }
            }
        }
        nodes
    }

    pub(super) fn target(self, node: &'d Value) -> Option<&'d Value> {
        reference(node)?.of(self.root)
    }
}

/// Where a schema's local reference leads.
pub(super) fn reference(node: &Value) -> Option<Pointer> {
    let fragment = node.get("$ref")?.as_str()?.strip_prefix('#')?;
    let decoded = percent_decode_str(fragment).decode_utf8_lossy();
    Some(Pointer::from_text(decoded.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_and_branches_are_looked_through() {
        let root = json!({
            "a": { "allOf": [{ "$ref": "#/b" }, { "properties": { "n": { "type": ["integer", "null"] } } }] },
            "b": { "oneOf": [{ "$ref": "#/a" }, { "type": "object", "properties": {
                "tags": { "type": "array", "items": { "contentEncoding": "base64" } }
            } }] }
        });
        let declared = Declared::of(&root, Some(&Pointer::from_text("/a")));
        assert!(declared.is("object") && !declared.is("string"));
        assert_eq!(declared.members(), ["n", "tags"]);
        assert!(declared.member("n").is("null"));
        assert!(
            declared
                .member("tags")
                .items()
                .keyword("contentEncoding")
                .is_some()
        );
        assert!(declared.member("none").keyword("type").is_none());
        assert!(!Declared::of(&root, None).is("object"));
    }
}
