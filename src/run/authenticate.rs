//! Credentials into a request, each where its scheme has it (OpenAPI 3.1.1, 4.8.27).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::request::BuildError;
use crate::case::Step;
use crate::http::{FieldValue, Headers, Request, Secret, TargetSecret};
use crate::openapi::{Location, SecurityKind, SecurityScheme};

/// RFC 3986, 2.3: what never needs an escape.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a scheme is given.
#[derive(Clone, Debug)]
pub(super) struct Given<'a> {
    pub(super) scheme: &'a SecurityScheme,
    pub(super) secret: Secret,
    /// Whether it is nobody's credential, but a value of the case's that anybody may read.
    pub(super) is_open: bool,
}

impl Given<'_> {
    fn value(&self, secret: Secret) -> FieldValue {
        if self.is_open {
            FieldValue::from(secret.reveal())
        } else {
            FieldValue::Secret(secret)
        }
    }
}

/// Puts the credentials that are header fields into the request's.
pub(super) fn put_fields(given: &[Given<'_>], headers: &mut Headers) {
    for one in given {
        let (field, secret) = match &one.scheme.kind {
            SecurityKind::ApiKey(Location::Header, field) => (field.as_str(), one.secret.clone()),
            SecurityKind::Http(scheme) if scheme.eq_ignore_ascii_case("basic") => {
                ("authorization", basic(&one.secret))
            }
            SecurityKind::Http(scheme) => ("authorization", prefixed(&one.secret, scheme)),
            // RFC 6750, 2.1; a token of OpenID Connect is sent in the same way.
            SecurityKind::OAuth2(_) | SecurityKind::OpenIdConnect(_) => {
                ("authorization", prefixed(&one.secret, "bearer"))
            }
            SecurityKind::ApiKey(..) | SecurityKind::MutualTls | SecurityKind::Other(_) => continue,
        };
        headers.push(field, one.value(secret));
    }
}

/// Puts the credentials into the request that stand in its target or are one cookie among others. What
/// the step itself says of that cookie or query parameter goes before.
pub(super) fn put_others(
    given: &[Given<'_>],
    step: &Step,
    request: &mut Request,
) -> Result<(), BuildError> {
    for one in given {
        match &one.scheme.kind {
            SecurityKind::ApiKey(Location::Query, name) => put_query(one, name, request),
            SecurityKind::ApiKey(Location::Cookie, name) => {
                let mut fields = step.headers.iter();
                if !fields.any(|(key, value)| key.eq_ignore_ascii_case("cookie") && value.is_null())
                {
                    put_cookie(one, name, request)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn put_query(one: &Given<'_>, name: &str, request: &mut Request) {
    // Another form of the target (RFC 9112, 3.2) has no query.
    if !request.target.starts_with('/') {
        return;
    }
    let name = utf8_percent_encode(name, ESCAPED).to_string();
    let query = request.target.split_once('?').map(|(_, query)| query);
    let mut pairs = query.into_iter().flat_map(|query| query.split('&'));
    if pairs.any(|pair| pair.split('=').next() == Some(&name)) {
        return;
    }
    request.target.push(match query {
        None => '?',
        Some(_) => '&',
    });
    request.target.push_str(&name);
    request.target.push('=');
    let value = utf8_percent_encode(one.secret.reveal(), ESCAPED).to_string();
    let at = request.target.len();
    request.target.push_str(&value);
    if one.is_open {
        return;
    }
    let mut secret = one.secret.clone();
    if value != secret.reveal() {
        let stand_in = format!("$(printf %s \"{}\" | jq -sRr @uri)", one.secret.stand_in());
        secret = secret.written(value, stand_in);
    }
    request.secrets.push(TargetSecret { at, secret });
}

/// One `Cookie` field holds all cookies (RFC 6265, 5.4).
fn put_cookie(one: &Given<'_>, name: &str, request: &mut Request) -> Result<(), BuildError> {
    // RFC 6265, 4.1.1; nothing says how others would be escaped.
    let is_octet = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | ',' | ';' | '\\');
    if !one.secret.reveal().chars().all(is_octet) {
        return Err(BuildError::Cookie(one.scheme.name.clone()));
    }
    let cookie = one.secret.clone().within(&format!("{name}="), "");
    let value = match request.headers.get("cookie") {
        None => one.value(cookie),
        Some(field) => {
            let text = String::from_utf8_lossy(field.reveal()).into_owned();
            let mut names = text.split(';').map(|pair| pair.split('=').next());
            if names.any(|known| known.map(str::trim) == Some(name)) {
                return Ok(());
            }
            match field {
                FieldValue::Secret(before) => {
                    FieldValue::Secret(before.clone().joined("; ", &cookie))
                }
                FieldValue::Plain(_) => one.value(cookie.within(&format!("{text}; "), "")),
            }
        }
    };
    request.headers.set("cookie", value);
    Ok(())
}

/// The credential behind the name of its scheme (RFC 9110, 11.4), if that isn't there already.
fn prefixed(secret: &Secret, scheme: &str) -> Secret {
    if let Some(rest) = after_scheme(secret, scheme) {
        return secret.clone().with_part(rest);
    }
    let mut letters = scheme.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    let scheme: String = first.into_iter().chain(letters).collect();
    secret.clone().within(&format!("{scheme} "), "")
}

/// A user's name and password in base64 (RFC 7617, 2); a value without a colon is taken for written
/// so already.
fn basic(secret: &Secret) -> Secret {
    let value = secret.reveal();
    let Some((_, password)) = value
        .split_once(':')
        .filter(|_| after_scheme(secret, "basic").is_none())
    else {
        return prefixed(secret, "basic");
    };
    let stand_in = format!(
        "$(printf %s \"{}\" | base64 | tr -d '\\n')",
        secret.stand_in()
    );
    let written = secret.clone().with_part(password);
    let written = written.written(STANDARD.encode(value), stand_in);
    written.within("Basic ", "")
}

/// What follows the scheme's name, if the credential begins with it.
fn after_scheme<'s>(secret: &'s Secret, scheme: &str) -> Option<&'s str> {
    let value = secret.reveal();
    let name = value.get(..scheme.len())?;
    let rest = value[scheme.len()..].strip_prefix(' ')?;
    name.eq_ignore_ascii_case(scheme).then_some(rest)
}
