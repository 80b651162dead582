//! Credentials, fetched once, and once more after a 401.

use std::collections::HashMap;
use std::process::Stdio;

use tokio::sync::Mutex;

use crate::http::Secret;
use crate::profile::{CredentialSource, Identities};

/// The credentials of a run.
#[derive(Debug)]
pub(super) struct Credentials {
    sources: Identities,
    fetched: Mutex<HashMap<String, Fetched>>,
}

#[derive(Debug)]
struct Fetched {
    secret: Secret,
    /// How often it was fetched.
    times: u32,
}

impl Credentials {
    pub(super) fn new(sources: Identities) -> Self {
        Self {
            sources,
            fetched: Mutex::default(),
        }
    }

    /// The credential of an identity.
    pub(super) async fn get(&self, identity: &str) -> Result<Secret, String> {
        match self.sources.get(identity) {
            None => Err(format!(
                "there is no credential for the identity {identity}"
            )),
            Some(CredentialSource::Fixed(secret)) => Ok(secret.clone()),
            Some(CredentialSource::Command(command, variable)) => {
                let mut fetched = self.fetched.lock().await;
                if let Some(known) = fetched.get(identity) {
                    return Ok(known.secret.clone());
                }
                let secret = run(command, variable).await?;
                let known = Fetched {
                    secret: secret.clone(),
                    times: 1,
                };
                fetched.insert(identity.to_owned(), known);
                Ok(secret)
            }
        }
    }

    /// A credential in the place of one that was refused: a command's output may have expired. Each
    /// is fetched at most twice in a run.
    pub(super) async fn renew(&self, identity: &str, refused: &Secret) -> Option<Secret> {
        let CredentialSource::Command(command, variable) = self.sources.get(identity)? else {
            return None;
        };
        let mut fetched = self.fetched.lock().await;
        let known = fetched.get_mut(identity)?;
        if known.secret != *refused {
            return Some(known.secret.clone());
        }
        if known.times > 1 {
            return None;
        }
        known.times += 1;
        let secret = run(command, variable)
            .await
            .ok()
            .filter(|secret| secret != refused)?;
        known.secret = secret.clone();
        Some(secret)
    }
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
