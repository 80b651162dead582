//! Tokens of `OpenStack`'s Identity API, version 3, for a user's password.
//!
//! The token comes as a header field, `X-Subject-Token`, and the body says what it is good for
//! (Identity API v3, "Password authentication with scoped authorization").

use serde_json::{Value, json};

use super::ask::{Asked, ask, url};
use super::{Providers, usable};
use crate::profile::KeystoneUser;

/// A token of the user's.
pub(super) async fn token(providers: &Providers, user: &KeystoneUser) -> Result<String, String> {
    let endpoint = format!("{}/auth/tokens", user.auth_url.trim_end_matches('/'));
    let endpoint = url(providers, &endpoint)?;
    let asked = Asked {
        method: "POST",
        url: &endpoint,
        authorization: None,
        content: Some(("application/json", login(user).to_string())),
    };
    let shown = asked.shown();
    let response = ask(providers, asked).await?;
    let advice = match response.status {
        201 => {
            let token = response.headers.text("x-subject-token");
            return token.map_or_else(
                || Err(format!("{shown} was answered 201 without X-Subject-Token")),
                usable,
            );
        }
        401 => "check username, password, project and the domains",
        404 => "auth-url is the endpoint with its version, such as http://127.0.0.1:5000/v3",
        _ => "check auth-url",
    };
    Err(format!(
        "{shown} was answered {}; {advice}",
        response.status
    ))
}

fn login(user: &KeystoneUser) -> Value {
    let mut auth = json!({
        "identity": {
            "methods": ["password"],
            "password": {
                "user": {
                    "name": user.username,
                    "domain": domain(user.user_domain.as_deref()),
                    "password": user.password.reveal(),
                }
            }
        }
    });
    if let Some(project) = &user.project {
        let domain = domain(user.project_domain.as_deref());
        auth["scope"] = json!({ "project": { "name": project, "domain": domain } });
    }
    json!({ "auth": auth })
}

/// A domain by its name; that of an installation which knows no others has the id `default`.
fn domain(name: Option<&str>) -> Value {
    match name {
        Some(name) => json!({ "name": name }),
        None => json!({ "id": "default" }),
    }
}
