//! A credential as `proofmark.toml` has it.
//!
//! ```toml
//! [profile.staging.credentials]
//! apiKey.default = { env = "STAGING_KEY" }
//! login.default = { username = "me", password = { file = "password" } }
//! oauth.default = { oauth2 = { flow = "clientCredentials", client-id = "me", client-secret = { env = "STAGING_SECRET" } } }
//! token.default = { keystone = { auth-url = "http://127.0.0.1:5000/v3", username = "me", password = { env = "OS_PASSWORD" }, project = "demo" } }
//! ```

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::config::ValueKey;

/// Where a credential comes from. Exactly one of these is given; a program's output may expire, and so
/// may what is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum CredentialKey {
    /// From an authorization server.
    OAuth2 { oauth2: Box<OAuth2Keys> },
    /// From `OpenStack`'s Identity API.
    Keystone { keystone: Box<KeystoneKeys> },
    /// A user's name and password, as http basic sends them.
    User {
        username: ValueKey,
        password: ValueKey,
    },
    /// The credential itself.
    Value(ValueKey),
}

/// The keys of which a credential has one, or the last two together.
pub(super) const KEYS: [&str; 7] = [
    "env", "file", "command", "oauth2", "keystone", "username", "password",
];

impl JsonSchema for CredentialKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Credential".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a value, or one of { env = \"NAME\" }, { file = \"path\" }, { command = [\"program\", \"argument\"] }, { username = …, password = … }, { oauth2 = { … } }, { keystone = { … } }",
            "type": ["string", "integer", "number", "boolean", "object"],
            "properties": {
                "env": { "type": "string" },
                "file": { "type": "string" },
                "command": { "type": "array", "items": { "type": "string" }, "minItems": 1 },
                "oauth2": generator.subschema_for::<OAuth2Keys>(),
                "keystone": generator.subschema_for::<KeystoneKeys>(),
                "username": generator.subschema_for::<ValueKey>(),
                "password": generator.subschema_for::<ValueKey>()
            },
            "additionalProperties": false,
            "minProperties": 1
        })
    }
}

/// A client of an authorization server (RFC 6749).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct OAuth2Keys {
    /// What the token is given for: `clientCredentials`, or `password`.
    pub(super) flow: FlowKey,
    /// The client's name.
    pub(super) client_id: ValueKey,
    /// The client's password; left out for a public client.
    pub(super) client_secret: Option<ValueKey>,
    /// Where the client's name and password stand: in the `header`, or in the `body`.
    #[serde(default)]
    pub(super) client_auth: ClientAuthKey,
    /// The user, for the flow `password`.
    pub(super) username: Option<ValueKey>,
    /// The user's password, for the flow `password`.
    pub(super) password: Option<ValueKey>,
    /// What to ask for; left out: what the contract's requirements name.
    pub(super) scopes: Option<Vec<String>>,
    /// The token endpoint; left out: the one the contract names.
    pub(super) token_url: Option<ValueKey>,
}

/// A flow that needs nobody at a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum FlowKey {
    ClientCredentials,
    Password,
}

/// Where a client says who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum ClientAuthKey {
    #[default]
    Header,
    Body,
}

/// A user of `OpenStack`'s Identity API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct KeystoneKeys {
    /// The endpoint with its version, such as `http://127.0.0.1:5000/v3`.
    pub(super) auth_url: ValueKey,
    /// The user.
    pub(super) username: ValueKey,
    /// The user's password.
    pub(super) password: ValueKey,
    /// The project the token is for.
    pub(super) project: Option<ValueKey>,
    /// The user's domain by name; left out: the default one.
    pub(super) user_domain: Option<ValueKey>,
    /// The project's domain by name; left out: the default one.
    pub(super) project_domain: Option<ValueKey>,
}
