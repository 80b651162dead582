//! Tokens of OAuth 2.0 (RFC 6749) and `OpenID` Connect.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::{Url, form_urlencoded};

use super::ask::{Asked, ask, json, url};
use super::{Providers, usable};
use crate::http::{Response, Secret};
use crate::openapi::{Contract, SecurityKind, SecurityScheme};
use crate::profile::{OAuth2Client, OAuth2Grant};

/// Where a provider's configuration is (`OpenID` Connect Discovery 1.0, 4).
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// The codes an authorization server refuses with (RFC 6749, 5.2). Any other text of an answer's may
/// be anything.
const REFUSALS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// An access token.
pub(super) async fn token(
    providers: &Providers,
    client: &OAuth2Client,
    scheme: &SecurityScheme,
    contract: &Contract,
) -> Result<String, String> {
    let endpoint = endpoint(providers, client, scheme).await?;
    let scopes = match &client.scopes {
        Some(scopes) => scopes.clone(),
        None => required_scopes(contract, &scheme.name),
    };
    let secret = client.client_secret.as_ref();
    let authorization = secret
        .filter(|_| !client.secret_in_body)
        .map(|secret| basic(&client.client_id, secret));
    let form = form(client, &scopes, authorization.is_none());
    let asked = Asked {
        method: "POST",
        url: &endpoint,
        authorization,
        content: Some(("application/x-www-form-urlencoded", form)),
    };
    let shown = asked.shown();
    let response = ask(providers, asked).await?;
    read(&shown, &response)
}

/// What is asked for, as a form (RFC 6749, 4.3.2 and 4.4.2).
fn form(client: &OAuth2Client, scopes: &[String], names_client: bool) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    match &client.grant {
        OAuth2Grant::ClientCredentials => {
            form.append_pair("grant_type", "client_credentials");
        }
        OAuth2Grant::Password { username, password } => {
            form.append_pair("grant_type", "password");
            form.append_pair("username", username);
            form.append_pair("password", password.reveal());
        }
    }
    if !scopes.is_empty() {
        form.append_pair("scope", &scopes.join(" "));
    }
    if names_client {
        form.append_pair("client_id", &client.client_id);
        if let Some(secret) = &client.client_secret {
            form.append_pair("client_secret", secret.reveal());
        }
    }
    form.finish()
}

/// The token in the token endpoint's answer (RFC 6749, 5.1).
fn read(shown: &str, response: &Response) -> Result<String, String> {
    let status = response.status;
    if status != 200 {
        let body = json(shown, response).unwrap_or_default();
        let code = body["error"]
            .as_str()
            .filter(|code| REFUSALS.contains(code))
            .map_or_else(String::new, |code| format!(" {code}"));
        return Err(format!(
            "{shown} was answered {status}{code}; check the client, what it may do, and the URL"
        ));
    }
    let body = json(shown, response)?;
    // RFC 6749, 7.1: a client that doesn't know a token's type must not use it.
    let kind = body["token_type"].as_str();
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(format!(
            "{shown} was answered with a token of another type than bearer, which is not sent"
        ));
    }
    let token = body["access_token"]
        .as_str()
        .ok_or_else(|| format!("{shown} was answered {status} without an access_token"))?;
    usable(token)
}

/// Name and password of a client, each written as in a form first (RFC 6749, 2.3.1).
fn basic(id: &str, secret: &Secret) -> Secret {
    let escaped = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", escaped(id), escaped(secret.reveal()));
    Secret::new(format!("Basic {}", STANDARD.encode(pair)), "")
}

/// What the contract's requirements name of a scheme's scopes: a token for all of them.
fn required_scopes(contract: &Contract, scheme: &str) -> Vec<String> {
    let requirements = contract.operations.iter().flat_map(|o| &o.security);
    let scopes: BTreeSet<&String> = requirements
        .filter_map(|requirement| requirement.scopes.get(scheme))
        .flatten()
        .collect();
    scopes.into_iter().cloned().collect()
}

/// Where the token is asked for.
async fn endpoint(
    providers: &Providers,
    client: &OAuth2Client,
    scheme: &SecurityScheme,
) -> Result<Url, String> {
    if let Some(text) = &client.token_url {
        return url(providers, text);
    }
    let flow = client.grant.flow();
    match &scheme.kind {
        SecurityKind::OAuth2(flows) => {
            let found = flows.iter().find(|known| known.kind == flow);
            let found = found.filter(|flow| !flow.token_url.is_empty());
            match found {
                Some(flow) => url(providers, &flow.token_url),
                None => Err(format!(
                    "the contract names no token URL of the flow {flow}; give it as token-url"
                )),
            }
        }
        SecurityKind::OpenIdConnect(text) => discovered(providers, &url(providers, text)?).await,
        _ => Err("the contract names no token URL; give it as token-url".to_owned()),
    }
}

/// The token endpoint in a provider's configuration (`OpenID` Connect Discovery 1.0, 4).
async fn discovered(providers: &Providers, named: &Url) -> Result<Url, String> {
    let mut at = named.clone();
    if !at.path().ends_with(WELL_KNOWN) {
        at.set_path(&format!("{}{WELL_KNOWN}", at.path().trim_end_matches('/')));
    }
    let asked = Asked {
        method: "GET",
        url: &at,
        authorization: None,
        content: None,
    };
    let shown = asked.shown();
    let response = ask(providers, asked).await?;
    if response.status != 200 {
        return Err(format!(
            "{shown} was answered {}; give the token endpoint as token-url",
            response.status
        ));
    }
    let configuration = json(&shown, &response)?;
    // Discovery 4.3: another's configuration must not be used; it would be given the password.
    let issuer = configuration["issuer"].as_str().unwrap_or_default();
    let expected = at.as_str().trim_end_matches(WELL_KNOWN);
    if issuer.trim_end_matches('/') != expected {
        return Err(format!(
            "{shown} is not the configuration of the issuer {expected}; give the token endpoint as token-url if it is to be trusted"
        ));
    }
    match configuration["token_endpoint"].as_str() {
        Some(endpoint) => url(providers, endpoint),
        None => Err(format!("{shown} names no token_endpoint")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_name_and_password_are_written_as_in_a_form_first() {
        let field = basic("my client", &Secret::new("p:w+", ""));
        let expected = STANDARD.encode("my+client:p%3Aw%2B");
        assert_eq!(field.reveal(), format!("Basic {expected}"));
    }

    #[test]
    fn a_refusal_says_the_standards_codes_and_no_other_text() {
        let answer = |body: &str| Response {
            status: 400,
            headers: crate::http::Headers::new(),
            body: body.to_owned().into(),
            surplus: None,
            raw: None,
        };
        let said = |body: &str| read("POST u", &answer(body)).expect_err("refused");
        assert!(said(r#"{"error":"invalid_scope"}"#).contains("400 invalid_scope;"));
        assert!(!said(r#"{"error":"geheim","error_description":"geheim"}"#).contains("geheim"));
        assert!(!said("geheim").contains("geheim"));
        let token = Response {
            status: 200,
            ..answer(r#"{"access_token":"geheim","token_type":"mac"}"#)
        };
        let refused = read("POST u", &token).expect_err("of no use");
        assert!(
            refused.contains("bearer") && !refused.contains("geheim"),
            "{refused}"
        );
    }

    #[test]
    fn json_values_that_are_no_text_are_no_token() {
        let response = Response {
            status: 200,
            headers: crate::http::Headers::new(),
            body: serde_json::Value::from(1).to_string().into(),
            surplus: None,
            raw: None,
        };
        assert!(read("POST u", &response).is_err());
    }
}
