//! Where credentials come from.

use std::collections::BTreeMap;
use std::fmt;

use crate::http::Secret;

/// Where a credential comes from.
#[derive(Clone)]
pub enum CredentialSource {
    /// It is known.
    Fixed(Secret),
    /// A program prints it: arguments, first the program; and the variable that stands for it.
    Command(Vec<String>, String),
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
        }
    }
}

/// The credentials of a target by identity: `default`, `other-tenant`, …
pub type Identities = BTreeMap<String, CredentialSource>;
