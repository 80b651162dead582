//! JSON Pointer (RFC 6901).

use std::fmt::{self, Write as _};

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

    /// The tokens, unescaped, outermost first.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(unescape)
    }

    /// The last token, unescaped; none for the root.
    #[must_use]
    pub fn last(&self) -> Option<String> {
        self.0.rsplit_once('/').map(|(_, token)| unescape(token))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Appends a token, with `~` and `/` escaped.
pub(crate) fn escape_into(text: &mut String, token: &str) {
    for c in token.chars() {
        match c {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            other => {
                let _ = text.write_char(other);
            }
        }
    }
}

/// The token as it was before it was escaped.
pub(crate) fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
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

    proptest! {
        #[test]
        fn tokens_come_back_as_they_were(tokens in proptest::collection::vec(".*", 0..4)) {
            let pointer = tokens.iter().fold(Pointer::root(), |p, t| p.child(t));
            prop_assert_eq!(pointer.tokens().collect::<Vec<_>>(), tokens);
        }
    }
}
