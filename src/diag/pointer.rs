//! JSON Pointer (RFC 6901).

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

/// A JSON Pointer: the address of a node in a document. The empty pointer is the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Takes a pointer in its textual form, `/a/b~1c`.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The textual form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The member or element `token` of this node.
    #[must_use]
    pub fn child(&self, token: impl fmt::Display) -> Self {
        let mut text = self.0.clone();
        text.push('/');
        escape_into(&mut text, &token.to_string());
        Self(text)
    }

    /// This pointer with another one's tokens behind it.
    #[must_use]
    pub fn join(&self, rest: &str) -> Self {
        Self(format!("{}{rest}", self.0))
    }

    /// The node this one is in; the root is in itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rfind('/').map_or("", |at| &self.0[..at]).to_owned())
    }

    /// The node of a value it is the address of.
    #[must_use]
    pub fn of<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        if !self.0.is_empty() && !self.0.starts_with('/') {
            return None;
        }
        self.tokens().try_fold(root, |node, token| match node {
            Value::Object(members) => members.get(token.as_ref()),
            // RFC 6901, 4: digits without leading zeros.
            Value::Array(elements) if token.len() == 1 || !token.starts_with(['0', '+']) => {
                elements.get(token.parse::<usize>().ok()?)
            }
            _ => None,
        })
    }

    /// The same node, to be changed.
    pub(crate) fn of_mut<'v>(&self, root: &'v mut Value) -> Option<&'v mut Value> {
        let found = self.of(root).is_some();
        let tokens = self.tokens().filter(|_| found);
        let node = tokens.fold(root, |node, token| match node {
            Value::Array(elements) => &mut elements[token.parse::<usize>().unwrap_or_default()],
            other => &mut other[token.as_ref()],
        });
        found.then_some(node)
    }

    /// The tokens, unescaped, outermost first.
    pub fn tokens(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(1).map(unescape)
    }

    /// The last token, unescaped; none for the root.
    #[must_use]
    pub fn last(&self) -> Option<String> {
        let (_, token) = self.0.rsplit_once('/')?;
        Some(unescape(token).into_owned())
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Appends a token, with `~` and `/` escaped.
pub(crate) fn escape_into(text: &mut String, token: &str) {
    let mut rest = token;
    while let Some(at) = rest.find(['~', '/']) {
        text.push_str(&rest[..at]);
        text.push_str(if rest.as_bytes()[at] == b'~' {
            "~0"
        } else {
            "~1"
        });
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
}

/// The token as it was before it was escaped.
pub(crate) fn unescape(token: &str) -> Cow<'_, str> {
    if !token.contains('~') {
        return token.into();
    }
    let mut text = String::with_capacity(token.len());
    let mut rest = token;
    while let Some(at) = rest.find('~') {
        text.push_str(&rest[..at]);
        let (plain, width) = match rest.as_bytes().get(at + 1) {
            Some(b'0') => ('~', 2),
            Some(b'1') => ('/', 2),
            _ => ('~', 1),
        };
        text.push(plain);
        rest = &rest[at + width..];
    }
    text.push_str(rest);
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slash_in_a_token_is_escaped() {
        let pointer = Pointer::root().child("paths").child("/images/{id}");
        assert_eq!(pointer.as_str(), "/paths/~1images~1{id}");
        assert_eq!(pointer.parent().as_str(), "/paths");
        assert_eq!(pointer.last().as_deref(), Some("/images/{id}"));
    }

    #[test]
    fn nodes_are_found_as_the_standard_has_it() {
        let value = serde_json::json!({"a/b": [{"~": 1}], "": {"0": 2}, "l": [5, 6]});
        let found = |text: &str| Pointer::from_text(text).of(&value).cloned();
        for text in [
            "",
            "/a~1b/0/~0",
            "/",
            "//0",
            "/l/1",
            "/l/01",
            "/l/-",
            "/l/+1",
            "/l/2",
            "/l/0/x",
            "/z",
            "l",
            "/a~01b",
            "/a~",
            "/~2",
        ] {
            assert_eq!(found(text), value.pointer(text).cloned(), "{text}");
        }
        assert_eq!(found("/a~1b/0/~0"), Some(1.into()));
    }

    proptest! {
        #[test]
        fn tokens_come_back_as_they_were(tokens in proptest::collection::vec(".*", 0..4)) {
            let pointer = tokens.iter().fold(Pointer::root(), |p, t| p.child(t));
            prop_assert_eq!(pointer.tokens().collect::<Vec<_>>(), tokens);
        }
    }
}
