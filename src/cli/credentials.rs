//! Credentials from flags, environment and `proofmark.toml` into a profile.
//!
//! A credential without a scheme is for the one scheme that none of the others is for.

use serde_json::Value;

use super::args::TargetArgs;
use super::config::{ProfileKeys, ValueKey};
use super::credential_keys::{
    ClientAuthKey, CredentialKey, FlowKey, KEYS, KeystoneKeys, OAuth2Keys,
};
use super::settings::{text, value};
use crate::diag::{Diagnostic, Document, Pointer, closest};
use crate::http::Secret;
use crate::openapi::{Contract, SecurityKind, SecurityScheme};
use crate::profile::{
    CredentialSource, KeystoneUser, OAuth2Client, OAuth2Grant, Profile, TokenProvider, variable_of,
    variable_word,
};

const PREFIX: &str = "PROOFMARK_TOKEN";

pub(super) fn from_flags(
    args: &TargetArgs,
    contract: &Contract,
    profile: &mut Profile,
    problems: &mut Vec<Diagnostic>,
) {
    for token in &args.tokens {
        // A token may hold `=` itself, mostly at its end; what stands in front of an identity's is
        // a plain word.
        let (identity, value) = match token.split_once('=') {
            Some((name, value)) if is_identity(name) && !value.is_empty() => (name, value),
            _ => ("default", token.as_str()),
        };
        let source = CredentialSource::Fixed(Secret::new(value, variable_of(None, identity)));
        profile.identities.insert(identity.to_owned(), source);
    }
    for credential in &args.credentials {
        // Nothing of it is shown: without its form, any part may be the credential.
        let named = credential.split_once('=').and_then(|(name, value)| {
            let (scheme, identity) = name.split_once('/').unwrap_or((name, "default"));
            Some((contract.security_scheme(scheme)?, identity, value))
        });
        let Some((scheme, identity, value)) = named.filter(|(_, _, value)| !value.is_empty())
        else {
            problems.push(
                Diagnostic::error(
                    "credential",
                    "a --credential names no scheme of the contract",
                )
                .help(format!(
                    "write it as --credential SCHEME=VALUE or SCHEME/IDENTITY=VALUE; {}",
                    schemes(contract)
                )),
            );
            continue;
        };
        let variable = variable_of(Some(&scheme.name), identity);
        let own = profile.schemes.entry(scheme.name.clone()).or_default();
        let source = CredentialSource::Fixed(Secret::new(value, variable));
        own.insert(identity.to_owned(), source);
    }
}

fn is_identity(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn schemes(contract: &Contract) -> String {
    let names = contract.security_schemes.iter().map(|s| s.name.as_str());
    match names.collect::<Vec<_>>().as_slice() {
        [] => "it has none".to_owned(),
        names => format!("its schemes are {}", names.join(", ")),
    }
}

pub(super) fn from_environment(contract: &Contract, profile: &mut Profile) {
    for (name, value) in std::env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else {
            continue;
        };
        let Some((scheme, identity)) = named(contract, name) else {
            continue;
        };
        let identities = match scheme {
            None => &mut profile.identities,
            Some(scheme) => profile.schemes.entry(scheme.name.clone()).or_default(),
        };
        let source = CredentialSource::Fixed(Secret::new(value, name));
        identities.entry(identity).or_insert(source);
    }
}

/// The scheme, if it names one, and the identity that an environment variable is for. Of two schemes
/// whose names it can be read with, it is the longer one's.
fn named<'c>(contract: &'c Contract, name: &str) -> Option<(Option<&'c SecurityScheme>, String)> {
    let words = match name.strip_prefix(PREFIX)? {
        "" => return Some((None, "default".to_owned())),
        rest => rest.strip_prefix('_')?,
    };
    let identity = |words: &str| words.to_ascii_lowercase().replace('_', "-");
    let of_scheme = |scheme: &'c SecurityScheme| {
        let word = variable_word(&scheme.name);
        let rest = match words.strip_prefix(word.as_str())? {
            "" => "default".to_owned(),
            rest => identity(rest.strip_prefix('_')?),
        };
        Some((word.len(), scheme, rest))
    };
    let schemes = contract.security_schemes.iter().filter_map(of_scheme);
    match schemes.max_by_key(|(length, ..)| *length) {
        Some((_, scheme, identity)) => Some((Some(scheme), identity)),
        None => Some((None, identity(words))),
    }
}

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
pub(super) fn from_file(
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
