//! Which of an operation's ways to authenticate a step takes (OpenAPI 3.1.1, 4.8.30).
//!
//! The alternatives are tried in the document's order, and the first one that the profile has
//! something for in every scheme is taken. Anonymous access, where the contract allows it, is taken
//! only where nothing else can be.

use crate::case::{Auth, Step};
use crate::openapi::{Contract, Operation, SecurityKind, SecurityRequirement, SecurityScheme};
use crate::profile::{CredentialSource, Profile, variable_of};

/// What one scheme is given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen<'a> {
    pub(super) scheme: &'a SecurityScheme,
    /// Whose credential it is.
    pub(super) identity: &'a str,
    pub(super) source: &'a CredentialSource,
}

/// The schemes of the alternative a step takes and whose credentials they are given; none for a step
/// that sends no known credential.
///
/// # Errors
/// What to give, if the profile has not enough for any of them.
pub(super) fn choose<'a>(
    contract: &'a Contract,
    profile: &'a Profile,
    operation: &'a Operation,
    auth: &'a Auth,
) -> Result<Vec<Chosen<'a>>, String> {
    if matches!(auth, Auth::None | Auth::Value(_)) {
        return Ok(Vec::new());
    }
    let mut lacking = Vec::new();
    let has = |requirement: &SecurityRequirement, scheme: &str| {
        requirement.schemes.iter().any(|known| known == scheme)
    };
    for requirement in
        named(operation).filter(|requirement| auth.schemes().all(|scheme| has(requirement, scheme)))
    {
        match satisfied(contract, profile, requirement, auth) {
            Ok(chosen) => return Ok(chosen),
            Err(lack) => lacking.push(lack.join(" and ")),
        }
    }
    let is_optional = operation.security.len() > lacking.len();
    if lacking.is_empty() || (is_optional && *auth == Auth::Default) {
        return Ok(Vec::new());
    }
    lacking.dedup();
    Err(lacking.join(", or "))
}

/// The schemes that a step gives a value no server knows: those of the alternative it would take with
/// a credential, or of the first one.
pub(super) fn garbled<'a>(
    contract: &'a Contract,
    profile: &'a Profile,
    operation: &'a Operation,
) -> Vec<&'a SecurityScheme> {
    let taken = named(operation)
        .find(|requirement| satisfied(contract, profile, requirement, &Auth::Default).is_ok())
        .or_else(|| named(operation).next());
    taken
        .iter()
        .flat_map(|requirement| &requirement.schemes)
        .filter_map(|name| contract.security_scheme(name))
        .filter(|scheme| scheme.kind != SecurityKind::MutualTls)
        .collect()
}

/// Whether the step must be sent without the client's certificate, because it is to lack what the
/// operation's security asks for.
pub(super) fn hides_certificate(contract: &Contract, operation: &Operation, step: &Step) -> bool {
    named(operation)
        .flat_map(|requirement| &requirement.schemes)
        .filter(|name| step.auth.withholds(name))
        .filter_map(|name| contract.security_scheme(name))
        .any(|scheme| scheme.kind == SecurityKind::MutualTls)
}

/// The alternatives that name a scheme.
fn named(operation: &Operation) -> impl Iterator<Item = &SecurityRequirement> {
    let alternatives = operation.security.iter();
    alternatives.filter(|requirement| !requirement.schemes.is_empty())
}

/// What an alternative's schemes are given, but for those that a step gives nothing known. At least one
/// of them must know the identity itself; the others may do with the default one, as where a key names
/// the application and a token the user. An identity that is named for a scheme is that scheme's.
fn satisfied<'a>(
    contract: &'a Contract,
    profile: &'a Profile,
    requirement: &'a SecurityRequirement,
    auth: &'a Auth,
) -> Result<Vec<Chosen<'a>>, Vec<String>> {
    let by_scheme = matches!(auth, Auth::Schemes(_));
    let mut chosen = Vec::new();
    let mut lacking = Vec::new();
    let mut knows = false;
    let takes = |name: &&String| {
        let scheme = contract.security_scheme(name);
        scheme.is_some_and(|scheme| scheme.kind != SecurityKind::MutualTls)
            && !profile.schemes.contains_key(*name)
    };
    // Credentials that don't say which scheme they are for can only be for one.
    let is_plain = requirement.schemes.iter().filter(takes).count() == 1;
    for name in &requirement.schemes {
        let Some(identity) = identity(auth.of(name)) else {
            continue;
        };
        let Some(scheme) = contract.security_scheme(name) else {
            lacking.push(format!(
                "a security scheme `{name}`, which the contract does not define"
            ));
            continue;
        };
        match &scheme.kind {
            SecurityKind::MutualTls => {
                knows |= identity == "default" && profile.shows_certificate;
                if !profile.shows_certificate {
                    lacking.push(format!(
                        "a client certificate for `{name}` (give it with --client-certificate and --client-key)"
                    ));
                }
                continue;
            }
            SecurityKind::Other(kind) => {
                lacking.push(format!(
                    "a way to send the security scheme `{name}`, whose type `{kind}` is not known"
                ));
                continue;
            }
            _ => {}
        }
        let own = profile.schemes.get(name);
        let sources = own.or(is_plain.then_some(&profile.identities));
        let found = sources.and_then(|sources| {
            let own = sources.get_key_value(identity);
            knows |= own.is_some();
            own.or_else(|| sources.get_key_value("default").filter(|_| !by_scheme))
        });
        match found {
            Some((identity, source)) => chosen.push(Chosen {
                scheme,
                identity,
                source,
            }),
            None => lacking.push(wanted(contract, name, identity)),
        }
    }
    if lacking.is_empty() && !knows && !by_scheme {
        let name = requirement.schemes.first().map_or("", String::as_str);
        let identity = identity(auth).unwrap_or_default();
        lacking.push(wanted(contract, name, identity));
    }
    if lacking.is_empty() {
        Ok(chosen)
    } else {
        Err(lacking)
    }
}

/// Whose credential is sent; none where nobody's is.
fn identity(auth: &Auth) -> Option<&str> {
    match auth {
        Auth::Default => Some("default"),
        Auth::Identity(name) => Some(name),
        Auth::None | Auth::Value(_) | Auth::Schemes(_) => None,
    }
}

/// What to give for a scheme.
fn wanted(contract: &Contract, scheme: &str, identity: &str) -> String {
    let is_only = contract.security_schemes.len() == 1;
    match (is_only, identity) {
        (true, "default") => "a credential (give one with --token)".to_owned(),
        (true, other) => {
            format!("a credential of the identity {other} (give it with --token {other}=…)")
        }
        (false, "default") => format!(
            "a credential for `{scheme}` (give it in {})",
            variable_of(Some(scheme), identity)
        ),
        (false, other) => format!(
            "a credential of the identity {other} for `{scheme}` (give it in {})",
            variable_of(Some(scheme), identity)
        ),
    }
}
