//! Whom to ask for a token.

use crate::http::Secret;

/// Who gives a token for what a user knows.
#[derive(Clone, Debug)]
pub enum TokenProvider {
    /// An authorization server of OAuth 2.0 (RFC 6749), or the one an `OpenID` Connect provider names.
    OAuth2(OAuth2Client),
    /// `OpenStack`'s Identity API, version 3.
    Keystone(KeystoneUser),
}

/// A client of an authorization server (RFC 6749, 2).
#[derive(Clone, Debug)]
pub struct OAuth2Client {
    /// What the token is given for.
    pub grant: OAuth2Grant,
    /// The client's name.
    pub client_id: String,
    /// The client's password; none for a public client.
    pub client_secret: Option<Secret>,
    /// Whether name and password stand in the body and not in the `Authorization` field
    /// (RFC 6749, 2.3.1).
    pub secret_in_body: bool,
    /// What to ask for; none: what the contract's requirements name.
    pub scopes: Option<Vec<String>>,
    /// The token endpoint; none: the one the contract names.
    pub token_url: Option<String>,
}

/// What an authorization server gives a token for.
#[derive(Clone, Debug)]
pub enum OAuth2Grant {
    /// The client's own credentials (RFC 6749, 4.4).
    ClientCredentials,
    /// A user's name and password (RFC 6749, 4.3).
    Password {
        /// The user.
        username: String,
        /// Their password.
        password: Secret,
    },
}

impl OAuth2Grant {
    /// The flow as a contract calls it (OpenAPI 3.1.1, 4.8.28).
    #[must_use]
    pub fn flow(&self) -> &'static str {
        match self {
            Self::ClientCredentials => "clientCredentials",
            Self::Password { .. } => "password",
        }
    }
}

/// A user of `OpenStack`'s Identity API (Identity API v3, "Password authentication with scoped
/// authorization").
#[derive(Clone, Debug)]
pub struct KeystoneUser {
    /// The endpoint with its version, such as `http://127.0.0.1:5000/v3`.
    pub auth_url: String,
    /// The user.
    pub username: String,
    /// Their password.
    pub password: Secret,
    /// The user's domain by name; none: the default one.
    pub user_domain: Option<String>,
    /// The project the token is for; none: the user's default one, if they have one.
    pub project: Option<String>,
    /// The project's domain by name; none: the default one.
    pub project_domain: Option<String>,
}
