//! Flags, environment and `proofmark.toml` put together: flags win, then the environment, then the
//! file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use reqwest::header::HeaderName;
use serde_json::Value;

use super::args::TargetArgs;
use super::config::{self, ProfileKeys, ValueKey};
use super::reports::{self, Wanted};
use super::{credential_file, credentials, pace, said};
use crate::diag::{Diagnostic, Document, Pointer, Source};
use crate::http::{BaseUrl, Secret};
use crate::openapi::Contract;
use crate::profile::{Profile, variable_word};
use crate::run::{Pace, Required};
use crate::target::{ClientIdentity, Limits, TlsOptions};
use crate::waiver::Waivers;

/// Everything a run needs to know of its target.
#[derive(Clone)]
pub(super) struct Settings {
    /// None: the embedded reference.
    pub(super) url: Option<BaseUrl>,
    pub(super) profile: Profile,
    pub(super) limits: Limits,
    pub(super) tls: TlsOptions,
    pub(super) concurrency: usize,
    pub(super) record: Option<PathBuf>,
    pub(super) verdicts: Option<PathBuf>,
    /// The profile's name, if one was named.
    pub(super) profile_name: Option<String>,
    pub(super) waivers: Option<Waivers>,
    pub(super) reports: Vec<Wanted>,
    pub(super) pace: Pace,
    pub(super) allow_flaky: bool,
    /// What must have been put to the test.
    pub(super) required: Required,
}

/// Cases under way at once if nobody says otherwise: enough to keep two cores busy, few enough for
/// any server.
const CONCURRENCY: usize = 8;

const CONFIG: &str = "proofmark.toml";

/// The environment variable of a target's variable: `PROOFMARK_VAR_IMAGE_ID` for `image_id`.
const VARIABLE_PREFIX: &str = "PROOFMARK_VAR_";

/// Reads settings, and says everything that is wrong with them.
pub(super) fn read(args: &TargetArgs, contract: &Contract) -> Result<Settings, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let (keys, document) = profile_keys(args, &mut problems).unzip();
    let keys: ProfileKeys = keys.unwrap_or_default();
    let mut profile = Profile::default();
    from_flags(args, &mut profile, &mut problems);
    credentials::from_flags(args, contract, &mut profile, &mut problems);
    from_environment(&mut profile);
    credentials::from_environment(contract, &mut profile);
    from_file(&keys, &mut profile, &mut problems);
    if let (Some(document), Some(name)) = (&document, &args.profile) {
        let at = Pointer::root().child("profile").child(name);
        let place = (document, &at);
        credential_file::read(&keys, place, contract, &mut profile, &mut problems);
    }
    let url = match &args.target_url {
        Some(url) => Some(Value::from(url.as_str())),
        None => keys
            .url
            .as_ref()
            .and_then(|key| value("url", key).map_err(|d| problems.push(d)).ok()),
    };
    let url = url.and_then(|url| match text(&url).parse::<BaseUrl>() {
        Ok(url) => Some(url),
        Err(error) => {
            problems.push(Diagnostic::error("target-url", error.to_string()));
            None
        }
    });
    let tls = TlsOptions {
        ca: pem(
            "ca-file",
            args.ca_file.as_ref(),
            keys.ca_file.as_ref(),
            &mut problems,
        ),
        insecure: args.insecure || keys.insecure,
        identity: identity(args, &keys, &mut problems),
    };
    profile.shows_certificate = tls.identity.is_some() && url.as_ref().is_some_and(BaseUrl::is_tls);
    let mut limits = Limits::default();
    if let Some(seconds) = args.timeout.or(keys.timeout) {
        match Duration::try_from_secs_f64(seconds) {
            Ok(total) if !total.is_zero() => {
                limits.total = total;
                limits.connect = limits.connect.min(total);
            }
            _ => problems.push(
                Diagnostic::error(
                    "timeout",
                    format!("an exchange can't take {seconds:?} seconds"),
                )
                .help("give more than 0, such as 2.5"),
            ),
        }
    }
    let concurrency = args.concurrency.or(keys.concurrency).unwrap_or(CONCURRENCY);
    if concurrency == 0 {
        problems.push(
            Diagnostic::error("concurrency", "at least one case must be under way")
                .help("give 1 or more"),
        );
    }
    let named = args.said.waivers.clone();
    let waivers = named.or_else(|| keys.waivers.as_ref().map(PathBuf::from));
    let waivers =
        waivers.and_then(|path| said::waivers(&path).map_err(|d| problems.extend(d)).ok());
    let reports = reports::wanted(&args.said.reports, args.verdicts.as_deref())
        .map_err(|found| problems.extend(found));
    let texts = if args.said.require_clauses.is_empty() {
        &keys.require_clauses
    } else {
        &args.said.require_clauses
    };
    let required = Required::read(texts, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Settings {
        required,
        url,
        profile,
        limits,
        tls,
        concurrency,
        record: args.record.clone(),
        verdicts: args.verdicts.clone(),
        profile_name: args.profile.clone(),
        waivers,
        reports: reports.unwrap_or_default(),
        pace: pace::read(&args.pace, args.verdicts.as_deref()),
        allow_flaky: args.pace.allow_flaky,
    })
}

/// What flags and environment give to a command that has no target.
pub(super) fn variables(flags: &[String]) -> Result<Profile, Vec<Diagnostic>> {
    let args = TargetArgs {
        variables: flags.to_vec(),
        ..TargetArgs::default()
    };
    let (mut profile, mut problems) = (Profile::default(), Vec::new());
    from_flags(&args, &mut profile, &mut problems);
    from_environment(&mut profile);
    if problems.is_empty() {
        Ok(profile)
    } else {
        Err(problems)
    }
}

/// A file in PEM: the flag's, or the profile's.
fn pem(
    code: &'static str,
    flag: Option<&PathBuf>,
    key: Option<&String>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Vec<u8>> {
    let path = flag.cloned().or_else(|| key.map(PathBuf::from))?;
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let message = format!("{} can't be read: {error}", path.display());
            problems.push(
                Diagnostic::error(code, message).help(format!("give a PEM file with --{code}")),
            );
            None
        }
    }
}

/// The client's certificate and its key, which may stand in one file.
fn identity(
    args: &TargetArgs,
    keys: &ProfileKeys,
    problems: &mut Vec<Diagnostic>,
) -> Option<ClientIdentity> {
    let (flag, key) = (
        args.client_certificate.as_ref(),
        keys.client_certificate.as_ref(),
    );
    let certificates = pem("client-certificate", flag, key, problems);
    let (flag, key) = (args.client_key.as_ref(), keys.client_key.as_ref());
    if certificates.is_none() && (flag.is_some() || key.is_some()) && problems.is_empty() {
        problems.push(
            Diagnostic::error(
                "client-key",
                "there is a client's key without its certificate",
            )
            .help("give the certificate with --client-certificate"),
        );
    }
    let certificates = certificates?;
    let key = if flag.is_some() || key.is_some() {
        pem("client-key", flag, key, problems)?
    } else {
        certificates.clone()
    };
    Some(ClientIdentity { certificates, key })
}

fn profile_keys(
    args: &TargetArgs,
    problems: &mut Vec<Diagnostic>,
) -> Option<(ProfileKeys, Document)> {
    let Some(name) = &args.profile else {
        // From the environment it stands for all commands, and some have no use for it.
        let path = args.config.as_ref()?;
        let environment = std::env::var_os("PROOFMARK_CONFIG");
        if environment.is_none_or(|from| from != path.as_os_str()) {
            problems.push(
                Diagnostic::error(
                    "config",
                    format!(
                        "of {} no profile is named, so nothing in it counts",
                        path.display()
                    ),
                )
                .help("name one with --profile, or leave --config out"),
            );
        }
        return None;
    };
    let path = args.config.clone().unwrap_or_else(|| PathBuf::from(CONFIG));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("{} can't be read: {error}", path.display());
            problems.push(Diagnostic::error("config", message).help(format!(
                "put the profile [profile.{name}] there, or name another file with --config"
            )));
            return None;
        }
    };
    let source = Source::new(path.display().to_string(), text);
    let read = config::read(&source).and_then(|(config, document)| {
        let keys = config::profile(config, &document, name).map_err(|problem| vec![problem])?;
        Ok((keys, document))
    });
    match read {
        Ok(read) => Some(read),
        Err(found) => {
            problems.extend(found);
            None
        }
    }
}

fn from_file(keys: &ProfileKeys, profile: &mut Profile, problems: &mut Vec<Diagnostic>) {
    // What was given elsewhere isn't asked for here: its source may not even be there.
    let missing = keys
        .variables
        .iter()
        .filter(|(name, _)| !profile.variables.contains_key(*name));
    for (name, key) in missing.collect::<Vec<_>>() {
        match value(name, key) {
            Ok(value) => {
                profile.variables.insert(name.clone(), value);
            }
            Err(problem) => problems.push(problem),
        }
    }
    for (name, key) in &keys.headers {
        if !is_field_name(name) {
            problems.push(no_field_name(name));
            continue;
        }
        match value(name, key) {
            Ok(value) => profile.headers.push((
                name.to_ascii_lowercase(),
                header_secret(name, &text(&value)),
            )),
            Err(problem) => problems.push(problem),
        }
    }
}

fn from_environment(profile: &mut Profile) {
    for (name, value) in std::env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else {
            continue;
        };
        if let Some(variable) = name.strip_prefix(VARIABLE_PREFIX) {
            let variable = variable.to_ascii_lowercase();
            profile
                .variables
                .entry(variable)
                .or_insert_with(|| typed(value));
        }
    }
}

fn from_flags(args: &TargetArgs, profile: &mut Profile, problems: &mut Vec<Diagnostic>) {
    for pair in &args.variables {
        match pair.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                profile.variables.insert(name.to_owned(), typed(value));
            }
            _ => problems.push(
                Diagnostic::error("var", format!("`--var {pair}` names no value"))
                    .help("write it as --var NAME=VALUE"),
            ),
        }
    }
    for field in &args.headers {
        match field.split_once(':') {
            Some((name, value)) if is_field_name(name.trim()) => {
                let name = name.trim();
                profile
                    .headers
                    .push((name.to_ascii_lowercase(), header_secret(name, value.trim())));
            }
            Some((name, _)) if !name.trim().is_empty() => problems.push(no_field_name(name)),
            // The value isn't shown: it may be a credential.
            _ => problems.push(
                Diagnostic::error("header", "a --header has no colon")
                    .help("write it as --header 'NAME: VALUE'"),
            ),
        }
    }
}

fn no_field_name(name: &str) -> Diagnostic {
    let name = name.escape_debug();
    Diagnostic::error("header", format!("`{name}` can't be a header field's name"))
        .help("write letters, digits and hyphens alone, as in --header 'X-Name: VALUE'")
}

fn is_field_name(name: &str) -> bool {
    HeaderName::from_bytes(name.as_bytes()).is_ok()
}

fn header_secret(name: &str, value: &str) -> Secret {
    Secret::new(value, variable_word(name))
}

/// A value given as text: a whole number is one, anything else is text.
fn typed(text: &str) -> Value {
    text.parse::<i64>()
        .map_or_else(|_| Value::from(text), Value::from)
}

pub(super) fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A value from wherever its key says.
pub(super) fn value(name: &str, key: &ValueKey) -> Result<Value, Diagnostic> {
    let problem = |what: String, help: &str| {
        Diagnostic::error("value", format!("`{name}` has no value: {what}")).help(help)
    };
    match key {
        ValueKey::Plain(value) => Ok(value.clone()),
        ValueKey::Env { env } => std::env::var(env).map(|text| typed(&text)).map_err(|_| {
            problem(
                format!("the environment variable {env} isn't set"),
                "set it, or give the value as a flag",
            )
        }),
        ValueKey::File { file } => std::fs::read_to_string(Path::new(file))
            .map(|text| typed(text.trim_end()))
            .map_err(|error| problem(format!("{file} can't be read: {error}"), "check the path")),
        ValueKey::Command { command } => {
            let Some((program, arguments)) = command.split_first() else {
                return Err(problem("its command is empty".to_owned(), "name a program"));
            };
            let output = Command::new(program)
                .args(arguments)
                .output()
                .map_err(|error| {
                    problem(
                        format!("`{program}` can't be run: {error}"),
                        "check the command",
                    )
                })?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                let said = said.lines().last().unwrap_or_default();
                return Err(problem(
                    format!("`{program}` ended with {}: {said}", output.status),
                    "run it by hand",
                ));
            }
            Ok(typed(String::from_utf8_lossy(&output.stdout).trim()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(args: &TargetArgs) -> Result<Profile, Vec<Diagnostic>> {
        let (mut profile, mut problems) = (Profile::default(), Vec::new());
        from_flags(args, &mut profile, &mut problems);
        if problems.is_empty() {
            Ok(profile)
        } else {
            Err(problems)
        }
    }

    #[test]
    fn all_wrong_flags_are_named_and_no_header_value_is_shown() {
        let problems = flags(&TargetArgs {
            variables: vec!["image_id".into(), "=x".into()],
            headers: vec!["geheim".into(), "x y: geheim".into()],
            ..TargetArgs::default()
        })
        .expect_err("four mistakes");
        let text = crate::diag::render_all(&problems, crate::diag::Style::Plain);
        assert_eq!(problems.len(), 4);
        assert!(!text.contains("geheim"), "{text}");
        assert!(text.contains("`x y` can't be"), "{text}");
    }
}
