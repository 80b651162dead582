//! Values that reach the socket and nothing else.

use std::fmt;
use std::sync::Arc;

/// A credential. It prints, and is stored, as `***`; only [`Secret::reveal`] gives it away.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    value: Arc<str>,
    variable: Arc<str>,
}

impl Secret {
    /// A value, and the environment variable a reader of a `curl` line would put it into.
    #[must_use]
    pub fn new(value: impl Into<Arc<str>>, variable: impl Into<Arc<str>>) -> Self {
        Self {
            value: value.into(),
            variable: variable.into(),
        }
    }

    /// The value, for the socket.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.value
    }

    /// The environment variable that stands for it where a person reads.
    #[must_use]
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// The text with every occurrence of the value masked by as many asterisks, so that lengths
    /// stay true. Values of fewer than four bytes are too common to be told from other text.
    pub(crate) fn mask(&self, text: &mut [u8]) {
        let needle = self.value.as_bytes();
        if needle.len() < 4 || needle == b"***" || text.len() < needle.len() {
            return;
        }
        let mut at = 0;
        while at + needle.len() <= text.len() {
            if &text[at..at + needle.len()] == needle {
                text[at..at + needle.len()].fill(b'*');
                at += needle.len();
            } else {
                at += 1;
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_asterisks_and_masks_itself_elsewhere() {
        let secret = Secret::new("f064c46a", "PROOFMARK_TOKEN");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
        let mut text = b"token f064c46a is f064c46".to_vec();
        secret.mask(&mut text);
        assert_eq!(text, b"token ******** is f064c46");
    }
}
