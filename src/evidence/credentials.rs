//! The credentials in what other tools recorded: marked as such, so that nothing shows them.

use percent_encoding::percent_decode_str;

use super::recording::from_base64;
use crate::http::{Exchange, FieldValue, Headers, Secret, TargetSecret};
use crate::openapi::{Contract, Location, SecurityKind};
use crate::profile::variable_of;

/// Marks the credentials of an exchange: those HTTP knows (RFC 9110, 11.6; RFC 6265), and those of the
/// contract's security schemes.
pub(super) fn mark(contract: &Contract, exchange: &mut Exchange) {
    let keys = |wanted: Location| {
        contract
            .security_schemes
            .iter()
            .filter_map(move |scheme| match &scheme.kind {
                SecurityKind::ApiKey(location, name) if *location == wanted => Some((
                    name.to_ascii_lowercase(),
                    variable_of(Some(&scheme.name), "default"),
                )),
                _ => None,
            })
    };
    let token = variable_of(None, "default");
    let mut fields: Vec<(String, String)> = ["authorization", "proxy-authorization"]
        .map(|name| (name.to_owned(), token.clone()))
        .into();
    fields.push(("cookie".to_owned(), "COOKIES".to_owned()));
    fields.extend(keys(Location::Header));
    mark_fields(&mut exchange.request.headers, &fields);
    let cookies = [("set-cookie".to_owned(), "COOKIES".to_owned())];
    mark_fields(&mut exchange.response.headers, &cookies);
    // RFC 6750, 2.3.
    let mut parameters = vec![("access_token".to_owned(), token)];
    parameters.extend(keys(Location::Query));
    exchange.request.secrets = in_query(&exchange.request.target, &parameters);
}

fn mark_fields(headers: &mut Headers, names: &[(String, String)]) {
    let marked = headers.iter().map(|(name, value)| {
        let known = names.iter().find(|(known, _)| known == name);
        let value = match (known, value) {
            (Some((_, variable)), FieldValue::Plain(bytes)) => {
                let text = String::from_utf8_lossy(bytes);
                FieldValue::Secret(secret(name, &text, variable))
            }
            _ => value.clone(),
        };
        (name.to_owned(), value)
    });
    *headers = marked.collect();
}

fn secret(name: &str, text: &str, variable: &str) -> Secret {
    if name.ends_with("authorization")
        && let Some((scheme, token)) = text.split_once(' ')
    {
        let mut secret = Secret::new(token, variable);
        // RFC 7617, 2: a user's name and password are within.
        let pair = from_base64(token).filter(|_| scheme.eq_ignore_ascii_case("basic"));
        if let Some(pair) = pair.and_then(|pair| String::from_utf8(pair).ok()) {
            secret = secret.with_part(&pair);
            if let Some((_, password)) = pair.split_once(':') {
                secret = secret.with_part(password);
            }
        }
        return secret.within(&format!("{scheme} "), "");
    }
    let mut secret = Secret::new(text, variable);
    if name.ends_with("cookie") {
        for pair in text.split(';') {
            if let Some((_, value)) = pair.split_once('=') {
                secret = secret.with_part(value.trim());
            }
        }
    }
    secret
}

fn in_query(target: &str, names: &[(String, String)]) -> Vec<TargetSecret> {
    let mut secrets = Vec::new();
    let Some((path, query)) = target.split_once('?') else {
        return secrets;
    };
    let mut at = path.len() + 1;
    for pair in query.split('&') {
        if let Some((name, value)) = pair.split_once('=') {
            let plain = percent_decode_str(name).decode_utf8_lossy().to_lowercase();
            let known = names.iter().find(|(known, _)| *known == plain);
            if let Some((_, variable)) = known.filter(|_| !value.is_empty()) {
                let open = percent_decode_str(value).decode_utf8_lossy();
                secrets.push(TargetSecret {
                    at: at + name.len() + 1,
                    secret: Secret::new(value, variable.as_str()).with_part(&open),
                });
            }
        }
        at += pair.len() + 1;
    }
    secrets
}
