//! What is known of a target: its variables, credentials, headers and limits.
//!
//! A profile is plain data. Where its parts come from (flags, environment, `proofmark.toml`) is the
//! business of whoever fills it; what a contract gives away as named examples is filled in here.
//! Read [`Profile`] first.

mod credential;
mod fixtures;
mod provider;

pub use credential::{CredentialSource, Identities, variable_of, variable_word};
pub use fixtures::{Fixture, Profile};
pub use provider::{KeystoneUser, OAuth2Client, OAuth2Grant, TokenProvider};
