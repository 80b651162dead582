//! Where credentials come from.

use std::collections::BTreeMap;
use std::fmt;

use super::provider::TokenProvider;
use crate::http::Secret;

/// Where a credential comes from.
#[derive(Clone)]
pub enum CredentialSource {
    /// It is known.
    Fixed(Secret),
    /// A program prints it: arguments, first the program; and the variable that stands for it.
    Command(Vec<String>, String),
    /// Somebody gives it; and the variable that stands for it.
    Provider(Box<TokenProvider>, String),
}

impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(secret) => write!(f, "{secret}"),
            Self::Command(command, _) => write!(
                f,
                "the output of {}",
                command.first().map_or("", String::as_str)
            ),
            Self::Provider(provider, _) => write!(f, "what {provider:?} gives"),
        }
    }
}

/// The credentials of a target by identity: `default`, `other-tenant`, …
pub type Identities = BTreeMap<String, CredentialSource>;

/// The environment variable a credential goes by: `PROOFMARK_TOKEN` for the default identity,
/// `PROOFMARK_TOKEN_OTHER_TENANT` for another; with a scheme `PROOFMARK_TOKEN_APIKEY` and
/// `PROOFMARK_TOKEN_APIKEY_OTHER_TENANT`.
#[must_use]
pub fn variable_of(scheme: Option<&str>, identity: &str) -> String {
    let identity = (identity != "default").then_some(identity);
    let words = [Some("PROOFMARK_TOKEN"), scheme, identity];
    let words: Vec<String> = words.into_iter().flatten().map(variable_word).collect();
    words.join("_")
}

/// A name as a part of an environment variable's.
#[must_use]
pub fn variable_word(name: &str) -> String {
    let letter = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    name.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_by_their_own_variables() {
        for (scheme, identity, variable) in [
            (None, "default", "PROOFMARK_TOKEN"),
            (None, "other-tenant", "PROOFMARK_TOKEN_OTHER_TENANT"),
            (Some("api.Key"), "default", "PROOFMARK_TOKEN_API_KEY"),
            (
                Some("apiKey"),
                "other-tenant",
                "PROOFMARK_TOKEN_APIKEY_OTHER_TENANT",
            ),
        ] {
            assert_eq!(variable_of(scheme, identity), variable);
        }
    }
}
