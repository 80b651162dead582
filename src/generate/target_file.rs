//! The profile of a target that a person goes on from, as `proofmark.toml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::yaml::line;
use crate::openapi::{Contract, Location, SecurityKind};

/// The profile: where the target is, and what must be known of it.
pub(super) fn profile(contract: &Contract) -> String {
    let spec = line(contract.document.source().name());
    let mut file = format!(
        "# Targets of {spec}: `proofmark run --spec {spec} --cases cases --profile local`.\n\
         # Flags win over the environment, the environment over this file. A value may come from\n\
         # {{ env = \"NAME\" }}, {{ file = \"path\" }} or {{ command = [\"program\", \"argument\"] }}.\n\n\
         [profile.local]\n# fill in: where the implementation is, base path included\nurl = {}\n",
        Value::from(url(contract))
    );
    let needed = |name: &str| {
        let mut requirements = contract
            .operations
            .iter()
            .filter_map(|o| o.security.first());
        requirements.any(|requirement| requirement.schemes.iter().any(|scheme| scheme == name))
    };
    let schemes: Vec<String> = contract
        .security_schemes
        .iter()
        .filter(|scheme| needed(&scheme.name))
        .map(|scheme| format!("{} ({})", line(&scheme.name), kind(&scheme.kind)))
        .collect();
    if !schemes.is_empty() {
        let _ = write!(
            file,
            "\n# fill in: the credential, for {}. It is read from PROOFMARK_TOKEN; or say where it is:\n\
             # token.default = {{ env = \"API_TOKEN\" }}\n",
            schemes.join(", ")
        );
    }
    let variables = variables(contract);
    if !variables.is_empty() {
        file.push_str(
            "\n# fill in: what is on the target, and the first operation that asks for it\n",
        );
    }
    for (name, (value, operation)) in variables {
        let _ = writeln!(
            file,
            "# variables.{} = {value}  # {}",
            key(&name),
            line(&operation)
        );
    }
    file
}

fn url(contract: &Contract) -> String {
    const PLACEHOLDER: &str = "http://127.0.0.1:8080";
    let server = contract
        .servers
        .first()
        .map(crate::openapi::Server::expanded)
        .unwrap_or_default();
    let server = server.trim_end_matches('/');
    match server {
        url if url.contains(['{', '}']) => PLACEHOLDER.to_owned(),
        url if url.starts_with("http://") || url.starts_with("https://") => url.to_owned(),
        path if path.starts_with('/') && !path.starts_with("//") => format!("{PLACEHOLDER}{path}"),
        _ => PLACEHOLDER.to_owned(),
    }
}

fn kind(kind: &SecurityKind) -> String {
    match kind {
        SecurityKind::ApiKey(location, name) => format!("{} {}", location.as_str(), line(name)),
        SecurityKind::Http(scheme) => format!("authorization: {}", line(scheme)),
        SecurityKind::OAuth2(_) => "an OAuth 2.0 access token".to_owned(),
        SecurityKind::OpenIdConnect(_) => "a token of OpenID Connect".to_owned(),
        SecurityKind::MutualTls => "a client certificate".to_owned(),
        SecurityKind::Other(other) => line(other),
    }
}

/// The path parameters by name, each with a value such as it may have and the first operation.
fn variables(contract: &Contract) -> BTreeMap<String, (String, String)> {
    let mut variables = BTreeMap::new();
    for operation in &contract.operations {
        for name in operation.path.parameters() {
            if variables.contains_key(name) {
                continue;
            }
            let mut parameters = operation.parameters.iter();
            let parameter = parameters.find(|p| p.location == Location::Path && p.name == name);
            let chosen = parameter.and_then(|parameter| {
                super::parameter::choose(contract, parameter, &Map::new(), &mut Vec::new()).ok()
            });
            let value = match chosen.map(|chosen| chosen.value) {
                Some(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => {
                    value.to_string()
                }
                _ => "\"…\"".to_owned(),
            };
            variables.insert(name.to_owned(), (value, operation.name.clone()));
        }
    }
    variables
}

/// A key as TOML has it.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_bare {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}
