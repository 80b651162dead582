//! Credentials, fetched once, and once more after a 401.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::alternative::{Chosen, choose, garbled};
use super::authenticate::Given;
use super::provider::Providers;
use crate::case::{Auth, Step, expand_text};
use crate::http::Secret;
use crate::openapi::{Contract, SecurityScheme};
use crate::profile::{CredentialSource, Profile};

/// The credentials of a run.
pub(super) struct Credentials {
    pub(super) providers: Providers,
    contract: Arc<Contract>,
    fetched: Mutex<HashMap<Key, Fetched>>,
}

/// Scheme and identity.
type Key = (String, String);

struct Fetched {
    secret: Secret,
    /// How often it was fetched.
    times: u32,
}

/// What a step's request is given, and where it came from.
#[derive(Default)]
pub(super) struct Held<'a> {
    pub(super) given: Vec<Given<'a>>,
    chosen: Vec<Chosen<'a>>,
}

impl Credentials {
    pub(super) fn new(contract: Arc<Contract>, providers: Providers) -> Self {
        Self {
            providers,
            contract,
            fetched: Mutex::default(),
        }
    }

    /// What a step's request is given.
    pub(super) async fn of<'a>(
        &'a self,
        profile: &'a Profile,
        step: &'a Step,
        bindings: &Map<String, Value>,
    ) -> Result<Held<'a>, String> {
        let operation = &self.contract.operations[step.operation];
        if let Auth::Value(value) = &step.auth {
            let value = expand_text(value, bindings).map_err(|unbound| unbound.to_string())?;
            let schemes = garbled(&self.contract, profile, operation).into_iter();
            return Ok(Held {
                given: schemes.map(|scheme| open(scheme, &value)).collect(),
                chosen: Vec::new(),
            });
        }
        let chosen = choose(&self.contract, profile, operation, &step.auth)
            .map_err(|lacking| format!("it needs {lacking}"))?;
        let mut given = Vec::with_capacity(chosen.len());
        for one in &chosen {
            given.push(Given {
                scheme: one.scheme,
                secret: self.get(one).await?,
                is_open: false,
            });
        }
        for name in step.auth.schemes() {
            if let (Auth::Value(value), Some(scheme)) =
                (step.auth.of(name), self.contract.security_scheme(name))
            {
                let value = expand_text(value, bindings).map_err(|unbound| unbound.to_string())?;
                given.push(open(scheme, &value));
            }
        }
        Ok(Held { given, chosen })
    }

    async fn get(&self, chosen: &Chosen<'_>) -> Result<Secret, String> {
        if let CredentialSource::Fixed(secret) = chosen.source {
            return Ok(secret.clone());
        }
        let mut fetched = self.fetched.lock().await;
        if let Some(known) = fetched.get(&key(chosen)) {
            return Ok(known.secret.clone());
        }
        let secret = self.fetch(chosen).await?;
        let known = Fetched {
            secret: secret.clone(),
            times: 1,
        };
        fetched.insert(key(chosen), known);
        Ok(secret)
    }

    /// Puts others in the place of credentials that were refused: what was fetched may have expired.
    /// Each is fetched at most twice in a run. Whether there was another.
    pub(super) async fn renew(&self, held: &mut Held<'_>) -> bool {
        let mut is_new = false;
        for (chosen, given) in held.chosen.iter().zip(&mut held.given) {
            if let Some(secret) = self.renewed(chosen, &given.secret).await {
                given.secret = secret;
                is_new = true;
            }
        }
        is_new
    }

    async fn renewed(&self, chosen: &Chosen<'_>, refused: &Secret) -> Option<Secret> {
        let mut fetched = self.fetched.lock().await;
        let known = fetched.get_mut(&key(chosen))?;
        if known.secret != *refused {
            return Some(known.secret.clone());
        }
        if known.times > 1 {
            return None;
        }
        known.times += 1;
        let fetched = self.fetch(chosen).await;
        let secret = fetched.ok().filter(|secret| secret != refused)?;
        known.secret = secret.clone();
        Some(secret)
    }

    async fn fetch(&self, chosen: &Chosen<'_>) -> Result<Secret, String> {
        match chosen.source {
            CredentialSource::Fixed(secret) => Ok(secret.clone()),
            CredentialSource::Command(command, variable) => run(command, variable).await,
            CredentialSource::Provider(provider, variable) => {
                let (contract, scheme) = (&self.contract, chosen.scheme);
                let token = self.providers.token(provider, scheme, contract).await;
                token
                    .map(|token| Secret::new(token, variable.as_str()))
                    .map_err(|reason| {
                        format!("the token for `{}` can't be had: {reason}", scheme.name)
                    })
            }
        }
    }
}

/// A value of the case's own in the place of a credential.
fn open<'a>(scheme: &'a SecurityScheme, value: &str) -> Given<'a> {
    Given {
        scheme,
        secret: Secret::new(value, ""),
        is_open: true,
    }
}

fn key(chosen: &Chosen<'_>) -> Key {
    (chosen.scheme.name.clone(), chosen.identity.to_owned())
}

async fn run(command: &[String], variable: &str) -> Result<Secret, String> {
    let (program, arguments) = command
        .split_first()
        .ok_or("the credential's command is empty")?;
    let output = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("the credential's command `{program}` can't be run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().last().unwrap_or_default();
        return Err(format!(
            "the credential's command `{program}` ended with {}: {said}",
            output.status
        ));
    }
    let text =
        String::from_utf8(output.stdout).map_err(|_| format!("`{program}` printed no text"))?;
    let value = text.trim();
    if value.is_empty() || value.contains(char::is_control) {
        return Err(format!(
            "the credential's command `{program}` printed no single line"
        ));
    }
    Ok(Secret::new(value, variable))
}
