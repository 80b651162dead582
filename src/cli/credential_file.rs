//! Credentials of `proofmark.toml` into a profile, each mistake with its place.

use serde_json::Value;

use super::config::{ProfileKeys, ValueKey};
use super::credential_keys::{
    ClientAuthKey, CredentialKey, FlowKey, KEYS, KeystoneKeys, OAuth2Keys,
};
use super::credentials::schemes;
use super::settings::{text, value};
use crate::diag::{Diagnostic, Document, Pointer, closest};
use crate::http::Secret;
use crate::openapi::{Contract, SecurityKind, SecurityScheme};
use crate::profile::{
    CredentialSource, KeystoneUser, OAuth2Client, OAuth2Grant, Profile, TokenProvider, variable_of,
};

/// Where a part of the configuration stands.
struct Place<'a> {
    document: &'a Document,
    at: Pointer,
}

impl Place<'_> {
    fn child(&self, key: &str) -> Self {
        Self {
            document: self.document,
            at: self.at.child(key),
        }
    }

    fn mark(&self, problem: Diagnostic) -> Diagnostic {
        problem.at(self.document.source(), self.document.key_span(&self.at), "")
    }

    fn problem(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        self.mark(Diagnostic::error("credential", message))
            .help(help)
    }

    fn value(&self, name: &str, key: &ValueKey) -> Result<String, Diagnostic> {
        let value = value(name, key).map_err(|problem| self.mark(problem))?;
        match value {
            // Keys that don't fit together are read as a value.
            Value::Object(_) | Value::Array(_) | Value::Null => Err(self.problem(
                format!("`{name}` is not of one kind"),
                "give a value, or one of { env = \"NAME\" }, { file = \"path\" }, { command = [\"program\"] }",
            )),
            value => Ok(text(&value)),
        }
    }

    fn member(&self, name: &str, key: &ValueKey) -> Result<String, Diagnostic> {
        self.child(name).value(name, key)
    }

    fn optional(&self, name: &str, key: Option<&ValueKey>) -> Result<Option<String>, Diagnostic> {
        key.map(|key| self.member(name, key)).transpose()
    }
}

/// The credentials of a profile; what was given elsewhere isn't asked for here, for its source may not
/// even be there.
pub(super) fn read(
    keys: &ProfileKeys,
    (document, at): (&Document, &Pointer),
    contract: &Contract,
    profile: &mut Profile,
    problems: &mut Vec<Diagnostic>,
) {
    let place = Place {
        document,
        at: at.child("token"),
    };
    let only = match contract.security_schemes.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    for (identity, key) in &keys.token {
        if !profile.identities.contains_key(identity) {
            let variable = variable_of(None, identity);
            match source(key, &place.child(identity), only, variable) {
                Ok(source) => drop(profile.identities.insert(identity.clone(), source)),
                Err(problem) => problems.push(problem),
            }
        }
    }
    for (name, identities) in &keys.credentials {
        let place = Place {
            document,
            at: at.child("credentials").child(name),
        };
        let Some(scheme) = contract.security_scheme(name) else {
            let names = contract.security_schemes.iter().map(|s| s.name.as_str());
            let help = match closest(name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => schemes(contract),
            };
            let message = format!("the contract has no security scheme `{name}`");
            problems.push(place.problem(message, help));
            continue;
        };
        for (identity, key) in identities {
            let own = profile.schemes.entry(name.clone()).or_default();
            if !own.contains_key(identity) {
                let variable = variable_of(Some(name), identity);
                match source(key, &place.child(identity), Some(scheme), variable) {
                    Ok(source) => drop(own.insert(identity.clone(), source)),
                    Err(problem) => problems.push(problem),
                }
            }
        }
    }
}

/// Where a credential comes from; `scheme` is what it is for, if that is known.
fn source(
    key: &CredentialKey,
    place: &Place<'_>,
    scheme: Option<&SecurityScheme>,
    variable: String,
) -> Result<CredentialSource, Diagnostic> {
    let identity = place.at.last().unwrap_or_default();
    one_kind(place, &identity)?;
    if let Some(scheme) = scheme.filter(|scheme| scheme.kind == SecurityKind::MutualTls) {
        return Err(place.problem(
            format!("`{}` is a certificate's and no credential's", scheme.name),
            "give client-certificate and client-key",
        ));
    }
    Ok(match key {
        // Fetched by the run itself, when it is needed, and once more if it expires.
        CredentialKey::Value(ValueKey::Command { command }) => {
            CredentialSource::Command(command.clone(), variable)
        }
        CredentialKey::Value(key) => {
            CredentialSource::Fixed(Secret::new(place.value(&identity, key)?, variable))
        }
        CredentialKey::User { username, password } => {
            let is_basic = scheme.is_none_or(|scheme| {
                matches!(&scheme.kind, SecurityKind::Http(name) if name.eq_ignore_ascii_case("basic"))
            });
            if !is_basic {
                return Err(place.problem(
                    "`username` and `password` are what http basic sends, and this is another scheme",
                    "for a token, write oauth2 = { flow = \"password\", … } or keystone = { … } around them",
                ));
            }
            let username = place.member("username", username)?;
            // RFC 7617, 2: the first colon ends the name.
            if username.contains(':') {
                return Err(place
                    .child("username")
                    .problem("a user's name can't hold a colon", "give another user"));
            }
            let password = place.member("password", password)?;
            let pair = Secret::new(format!("{username}:{password}"), variable);
            CredentialSource::Fixed(pair.with_part(&password))
        }
        CredentialKey::OAuth2 { oauth2 } => {
            let client = client(oauth2, &place.child("oauth2"), scheme)?;
            CredentialSource::Provider(Box::new(TokenProvider::OAuth2(client)), variable)
        }
        CredentialKey::Keystone { keystone } => {
            let user = user(keystone, &place.child("keystone"))?;
            CredentialSource::Provider(Box::new(TokenProvider::Keystone(user)), variable)
        }
    })
}

/// A credential has one source.
fn one_kind(place: &Place<'_>, identity: &str) -> Result<(), Diagnostic> {
    let Some(Value::Object(members)) = place.document.get(&place.at) else {
        return Ok(());
    };
    let pair = |name: &str| members.contains_key(name);
    let is_one = match members.len() {
        1 => !pair("username") && !pair("password"),
        2 => pair("username") && pair("password"),
        _ => false,
    };
    if is_one {
        return Ok(());
    }
    Err(place.problem(
        format!("the credential of `{identity}` is not of one kind"),
        format!("give one of {}; the last two go together", KEYS.join(", ")),
    ))
}

fn client(
    keys: &OAuth2Keys,
    place: &Place<'_>,
    scheme: Option<&SecurityScheme>,
) -> Result<OAuth2Client, Diagnostic> {
    let grant = match (keys.flow, &keys.username, &keys.password) {
        (FlowKey::ClientCredentials, None, None) => OAuth2Grant::ClientCredentials,
        (FlowKey::Password, Some(username), Some(password)) => OAuth2Grant::Password {
            username: place.member("username", username)?,
            password: Secret::new(place.member("password", password)?, ""),
        },
        (FlowKey::ClientCredentials, ..) => {
            return Err(place.child("flow").problem(
                "the flow `clientCredentials` has no user",
                "leave `username` and `password` out, or write flow = \"password\"",
            ));
        }
        (FlowKey::Password, ..) => {
            return Err(place.child("flow").problem(
                "the flow `password` needs `username` and `password`",
                "add them, or write flow = \"clientCredentials\"",
            ));
        }
    };
    let token_url = place.optional("token-url", keys.token_url.as_ref())?;
    let is_named = scheme.is_none_or(|scheme| match &scheme.kind {
        SecurityKind::OAuth2(flows) => flows
            .iter()
            .any(|flow| flow.kind == grant.flow() && !flow.token_url.is_empty()),
        SecurityKind::OpenIdConnect(_) => true,
        _ => false,
    });
    if token_url.is_none() && !is_named {
        return Err(place.problem(
            format!(
                "the contract names no token URL of the flow `{}`",
                grant.flow()
            ),
            "give it as token-url",
        ));
    }
    let secret = place.optional("client-secret", keys.client_secret.as_ref())?;
    Ok(OAuth2Client {
        client_id: place.member("client-id", &keys.client_id)?,
        client_secret: secret.map(|secret| Secret::new(secret, "")),
        secret_in_body: keys.client_auth == ClientAuthKey::Body,
        scopes: keys.scopes.clone(),
        token_url,
        grant,
    })
}

fn user(keys: &KeystoneKeys, place: &Place<'_>) -> Result<KeystoneUser, Diagnostic> {
    Ok(KeystoneUser {
        auth_url: place.member("auth-url", &keys.auth_url)?,
        username: place.member("username", &keys.username)?,
        password: Secret::new(place.member("password", &keys.password)?, ""),
        user_domain: place.optional("user-domain", keys.user_domain.as_ref())?,
        project: place.optional("project", keys.project.as_ref())?,
        project_domain: place.optional("project-domain", keys.project_domain.as_ref())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::config;
    use crate::diag::{Source, Style, render_all};

    const CONTRACT: &str = r#"{
        "openapi": "3.1.1", "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "d"}}}}},
        "components": {"securitySchemes": {
            "key": {"type": "apiKey", "in": "query", "name": "k"},
            "login": {"type": "http", "scheme": "basic"},
            "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/t", "scopes": {}}}},
            "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://h"},
            "mtls": {"type": "mutualTLS"}
        }}
    }"#;

    fn profile(text: &str) -> Result<Profile, String> {
        let contract = crate::openapi::load(Source::new("api.json", CONTRACT)).expect("loads");
        let source = Source::new("proofmark.toml", format!("[profile.p]\n{text}"));
        let (mut profile, mut problems) = (Profile::default(), Vec::new());
        let read = config::read(&source).and_then(|(config, document)| {
            let keys = config::profile(config, &document, "p").map_err(|problem| vec![problem])?;
            Ok((keys, document))
        });
        match read {
            Ok((keys, document)) => {
                let at = Pointer::root().child("profile").child("p");
                super::read(
                    &keys,
                    (&document, &at),
                    &contract,
                    &mut profile,
                    &mut problems,
                );
            }
            Err(found) => problems = found,
        }
        if problems.is_empty() {
            Ok(profile)
        } else {
            Err(render_all(&problems, Style::Plain))
        }
    }

    #[test]
    fn every_kind_of_credential_is_read() {
        let profile = profile(
            r#"
token.default = "plain"
[profile.p.credentials]
key.default = { command = ["print-key"] }
key.other-tenant = 17
login.default = { username = "me", password = "p:w" }
oauth.default = { oauth2 = { flow = "clientCredentials", client-id = "me", client-secret = "s", client-auth = "body", scopes = ["a"] } }
oidc.default = { oauth2 = { flow = "password", client-id = "me", username = "u", password = "w", token-url = "https://h/t" } }
oidc.admin = { keystone = { auth-url = "http://h/v3", username = "u", password = "w", project = "demo", user-domain = "d" } }
"#,
        )
        .expect("all of it is right");
        let shown = |scheme: &str, identity: &str| match &profile.schemes[scheme][identity] {
            CredentialSource::Fixed(secret) => secret.reveal().to_owned(),
            CredentialSource::Command(command, variable) => format!("{command:?} {variable}"),
            CredentialSource::Provider(provider, variable) => format!("{provider:?} {variable}"),
        };
        assert_eq!(
            shown("key", "default"),
            r#"["print-key"] PROOFMARK_TOKEN_KEY"#
        );
        assert_eq!(shown("key", "other-tenant"), "17");
        assert_eq!(shown("login", "default"), "me:p:w");
        let client = shown("oauth", "default");
        assert!(
            client.contains("client_secret: Some(***), secret_in_body: true"),
            "{client}"
        );
        let user = shown("oidc", "default");
        assert!(user.contains(r#"username: "u", password: ***"#), "{user}");
        let user = shown("oidc", "admin");
        assert!(user.ends_with("PROOFMARK_TOKEN_OIDC_ADMIN"), "{user}");
        assert!(profile.identities.contains_key("default"));
    }

    #[test]
    fn a_mistake_is_shown_in_its_place_with_what_to_do_and_no_credential() {
        let client = r#"oauth2 = { flow = "clientCredentials", client-id = "me""#;
        for (text, place, help) in [
            (r#"token.default = ["geheim"]"#.to_owned(), "2:17", "a value, or one of"),
            (r#"credentials.kee.default = "geheim""#.to_owned(), "2:13", "did you mean `key`?"),
            (r#"credentials.key.default = { username = "me" }"#.to_owned(), "2:17", "the last two go together"),
            (r#"credentials.key.default = { env = "A", file = "b" }"#.to_owned(), "2:17", "give one of env, file"),
            (r#"credentials.key.default = { username = "me", password = "geheim" }"#.to_owned(), "2:17", "oauth2 = {"),
            (r#"credentials.login.default = { username = "a:b", password = "geheim" }"#.to_owned(), "2:31", "give another user"),
            (r#"credentials.mtls.default = "geheim""#.to_owned(), "2:18", "client-certificate"),
            (r#"credentials.login.default = { password = { env = "PROOFMARK_UNSET" }, username = "me" }"#.to_owned(), "2:31", "set it"),
            (r"credentials.oauth.default = { oauth3 = {} }".to_owned(), "2:31", "did you mean `oauth2`?"),
            (format!("credentials.oauth.default = {{ {client}, client-secrets = \"geheim\" }} }}"), "2:88", "did you mean `client-secret`?"),
            (format!("credentials.key.default = {{ {client} }} }}"), "2:29", "give it as token-url"),
            (format!("credentials.oauth.default = {{ {client}, username = \"u\" }} }}"), "2:42", "leave `username`"),
            (r#"credentials.oauth.default = { oauth2 = { flow = "password", client-id = "me", password = "geheim" } }"#.to_owned(), "2:42", "add them"),
            (r#"credentials.oauth.default = { oauth2 = { flow = "implicit", client-id = "me" } }"#.to_owned(), "2:49", "clientCredentials"),
            (r#"token.default = { keystone = { username = "u", password = "geheim" } }"#.to_owned(), "2:19", "auth-url"),
        ] {
            let said = profile(&text).expect_err(&text);
            assert!(said.contains(&format!("proofmark.toml:{place}")), "{place}\n{said}");
            assert!(said.contains(help), "{help}\n{said}");
            assert!(!said.contains("geheim"), "{said}");
        }
    }
}
