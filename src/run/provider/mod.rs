//! Tokens from whoever gives them.
//!
//! What is asked for and what comes back goes into no record: it holds passwords. Errors name what
//! was asked and how it was answered, and nothing of either message.

mod ask;
mod keystone;
mod oauth2;

use crate::openapi::{Contract, SecurityScheme};
use crate::profile::TokenProvider;
use crate::target::{Limits, TlsOptions};

/// How providers are asked.
pub(super) struct Providers {
    /// The target's URL, to which a contract's relative URLs are.
    pub(super) base: String,
    pub(super) limits: Limits,
    /// Whom to believe; the client's certificate is the target's business only.
    pub(super) tls: TlsOptions,
}

impl Providers {
    /// A token for a scheme.
    pub(super) async fn token(
        &self,
        provider: &TokenProvider,
        scheme: &SecurityScheme,
        contract: &Contract,
    ) -> Result<String, String> {
        match provider {
            TokenProvider::OAuth2(client) => oauth2::token(self, client, scheme, contract).await,
            TokenProvider::Keystone(user) => keystone::token(self, user).await,
        }
    }
}

/// A token that can stand in a header field; what is none is not shown.
fn usable(token: &str) -> Result<String, String> {
    if token.is_empty()
        || !token
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ')
    {
        return Err("what came as the token is none that a header field can hold".to_owned());
    }
    Ok(token.to_owned())
}
