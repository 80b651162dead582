//! Credentials from flags and environment into a profile.
//!
//! A credential without a scheme is for the one scheme that none of the others is for.

use super::args::TargetArgs;
use crate::diag::Diagnostic;
use crate::http::Secret;
use crate::openapi::{Contract, SecurityScheme};
use crate::profile::{CredentialSource, Profile, variable_of, variable_word};

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

pub(super) fn schemes(contract: &Contract) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Source, Style, render_all};

    fn contract() -> Contract {
        let text = "openapi: 3.1.1\ninfo: { title: t, version: '1' }\npaths: { /a: { get: { responses: { '200': { description: d } } } } }\ncomponents:\n  securitySchemes:\n    key: { type: apiKey, in: query, name: k }\n    key-two: { type: apiKey, in: header, name: k }\n";
        crate::openapi::load(Source::new("api.yaml", text)).expect("a contract")
    }

    fn flags(args: &TargetArgs) -> Result<Profile, Vec<Diagnostic>> {
        let (mut profile, mut problems) = (Profile::default(), Vec::new());
        from_flags(args, &contract(), &mut profile, &mut problems);
        if problems.is_empty() {
            Ok(profile)
        } else {
            Err(problems)
        }
    }

    fn revealed(source: &CredentialSource) -> (&str, &str) {
        match source {
            CredentialSource::Fixed(secret) => (secret.reveal(), secret.variable()),
            _ => ("", ""),
        }
    }

    #[test]
    fn a_token_with_an_equals_sign_is_still_one_token() {
        let profile = flags(&TargetArgs {
            tokens: vec!["gAAAAB==".into(), "other-tenant=abc".into()],
            ..TargetArgs::default()
        })
        .expect("both are tokens");
        assert_eq!(revealed(&profile.identities["default"]).0, "gAAAAB==");
        assert_eq!(revealed(&profile.identities["other-tenant"]).0, "abc");
    }

    #[test]
    fn a_credential_names_its_scheme() {
        let profile = flags(&TargetArgs {
            credentials: vec!["key=a=b".into(), "key-two/other-tenant=c/d".into()],
            ..TargetArgs::default()
        })
        .expect("both are credentials");
        let given = revealed(&profile.schemes["key"]["default"]);
        assert_eq!(given, ("a=b", "PROOFMARK_TOKEN_KEY"));
        let given = revealed(&profile.schemes["key-two"]["other-tenant"]);
        assert_eq!(given, ("c/d", "PROOFMARK_TOKEN_KEY_TWO_OTHER_TENANT"));
        let problems = flags(&TargetArgs {
            credentials: vec!["geheim".into(), "geheim==".into(), "key=".into()],
            ..TargetArgs::default()
        })
        .expect_err("none is one");
        let text = render_all(&problems, Style::Plain);
        assert_eq!(problems.len(), 3);
        assert!(text.contains("its schemes are key, key-two"), "{text}");
        assert!(!text.contains("geheim"), "{text}");
    }

    #[test]
    fn a_variable_is_for_the_scheme_it_names_and_else_for_an_identity() {
        let contract = contract();
        let named = |name: &str| {
            let (scheme, identity) = named(&contract, name)?;
            let scheme = scheme.map_or("", |scheme| scheme.name.as_str());
            Some((scheme.to_owned(), identity))
        };
        for (name, expected) in [
            ("PROOFMARK_TOKEN", Some(("", "default"))),
            ("PROOFMARK_TOKEN_OTHER_TENANT", Some(("", "other-tenant"))),
            ("PROOFMARK_TOKEN_KEY", Some(("key", "default"))),
            ("PROOFMARK_TOKEN_KEY_ADMIN", Some(("key", "admin"))),
            ("PROOFMARK_TOKEN_KEY_TWO", Some(("key-two", "default"))),
            ("PROOFMARK_TOKEN_KEYS", Some(("", "keys"))),
            ("PROOFMARK_TOKENS", None),
            ("HOME", None),
        ] {
            let expected = expected.map(|(a, b): (&str, &str)| (a.to_owned(), b.to_owned()));
            assert_eq!(named(name), expected, "{name}");
        }
    }
}
