//! A contract's test suite as another crate's test binary.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use hyper::body::{Body, Incoming};
use serde::Serialize;
use serde_json::Value;
use tower_service::Service;

use super::args::ContractArgs;
use super::engine::{self, Aim};
use super::inputs::{self, Inputs};
use super::libtest;
use super::settings::Settings;
use crate::check::Check;
use crate::diag::{Diagnostic, Source};
use crate::http::Secret;
use crate::outcome::CaseOutcome;
use crate::profile::{CredentialSource, variable_of};
use crate::target::{ServiceTarget, Target, UrlTarget};

/// A contract, its cases and what they are fired at: the `main` of a test binary.
///
/// The binary is the same gate as proofmark's own, with all its flags: each case is a named test,
/// `--target-url URL` fires the same cases at any other implementation, filters, `--list`, `--exact`
/// and `cargo nextest` work. Give the binary `harness = false` in `Cargo.toml`. Cargo hands what stands
/// behind `--` to every test binary, and those of libtest die of `--target-url`: name the one that is
/// meant (`cargo test --test conformance -- --target-url URL`), or turn the others off.
///
/// ```toml
/// [[test]]
/// name = "conformance"
/// harness = false
/// ```
///
/// ```no_run
/// # fn document() -> serde_json::Value { serde_json::json!({}) }
/// # fn app() -> axum::Router { axum::Router::new() }
/// fn main() -> std::process::ExitCode {
///     // `ApiDoc::openapi()` of utoipa, or any other value that is an OpenAPI document.
///     proofmark::Suite::new(document()).cases("cases").service(app()).main()
/// }
/// ```
#[must_use = "a suite does nothing until its `main` is called"]
pub struct Suite {
    document: Given,
    cases: Option<PathBuf>,
    aimed: Aimed,
    variables: Vec<(String, Value)>,
    identities: Vec<(String, String)>,
    pub(super) checks: Vec<Arc<dyn Check>>,
    pub(super) hooks: Hooks,
}

/// Where the contract comes from.
enum Given {
    #[cfg(feature = "reference")]
    BuiltIn,
    File(PathBuf),
    Text(Arc<Source>),
}

type Starter = Box<dyn Fn() -> Result<String, Box<dyn Error + Send + Sync>> + Send + Sync>;

/// What the suite fires at where no URL is given on the command line.
enum Aimed {
    Nothing,
    #[cfg(feature = "reference")]
    Reference,
    Url(String),
    Service(Arc<dyn Target>),
    Started(Starter),
}

type Before = Box<dyn Fn(&str) + Send + Sync>;
type After = Box<dyn Fn(&CaseOutcome) + Send + Sync>;

/// What is called around cases.
#[derive(Default)]
pub(super) struct Hooks {
    pub(super) before: Vec<Before>,
    pub(super) after: Vec<After>,
}

impl Suite {
    fn of(document: Given) -> Self {
        Self {
            document,
            cases: None,
            aimed: Aimed::Nothing,
            variables: Vec::new(),
            identities: Vec::new(),
            checks: Vec::new(),
            hooks: Hooks::default(),
        }
    }

    /// A suite of a document: utoipa's `OpenApi`, a [`serde_json::Value`], or whatever else is an
    /// OpenAPI document when it is serialized. What is no document is said when the tests run.
    pub fn new(document: impl Serialize) -> Self {
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        Self::of(Given::Text(Source::new("(the suite's document)", text)))
    }

    /// A suite of a document on the disk, JSON or YAML, with the files it refers to. The path is
    /// relative to the crate, where cargo runs tests.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::of(Given::File(path.into()))
    }

    /// The suite of proofmark's own contract, fired at its reference server.
    #[cfg(feature = "reference")]
    pub fn built_in() -> Self {
        Self {
            aimed: Aimed::Reference,
            ..Self::of(Given::BuiltIn)
        }
    }

    /// The folder of the case files, read when the tests run: a new file is a new test without a
    /// build. Without one, each operation is called once with a request made from the contract.
    pub fn cases(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cases = Some(folder.into());
        self
    }

    /// Fires at a URL.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.aimed = Aimed::Url(url.into());
        self
    }

    /// Fires at a service in this process, without a socket: an axum `Router`, or any other
    /// `tower::Service`. The bytes are those that would go over a socket.
    pub fn service<S, B>(self, service: S) -> Self
    where
        S: Service<hyper::Request<Incoming>, Response = hyper::Response<B>>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        self.target(ServiceTarget::new(service))
    }

    /// Fires at a target of one's own.
    pub fn target(mut self, target: impl Target + 'static) -> Self {
        self.aimed = Aimed::Service(Arc::new(target));
        self
    }

    /// Fires at what a closure starts; it gives the URL. It is only called when something is fired,
    /// and not where the command line names another target.
    pub fn start<E: Into<Box<dyn Error + Send + Sync>>>(
        mut self,
        start: impl Fn() -> Result<String, E> + Send + Sync + 'static,
    ) -> Self {
        self.aimed = Aimed::Started(Box::new(move || start().map_err(Into::into)));
        self
    }

    /// Gives a variable of the target, such as the id of something that is there, where neither the
    /// command line nor a profile gives it.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Gives the credential of an identity (`default` is whom cases act as by themselves), where
    /// neither the command line nor a profile gives it.
    pub fn credential(mut self, identity: impl Into<String>, value: impl Into<String>) -> Self {
        self.identities.push((identity.into(), value.into()));
        self
    }

    /// Judges by a check of one's own as well. What it finds is a clause of its own,
    /// `OPERATION/check/CHECK#DEMAND`.
    pub fn check(mut self, check: impl Check + 'static) -> Self {
        self.checks.push(Arc::new(check));
        self
    }

    /// Calls a closure before a case's first request, with the case's id: to mark it in the server's log,
    /// say. Cases run side by side, unless `--test-threads 1` is given.
    pub fn before_each(mut self, hook: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.hooks.before.push(Box::new(hook));
        self
    }

    /// Calls a closure with each case's outcome, once what it made is taken away: to keep the commands
    /// that show its failures again, say.
    pub fn after_each(mut self, hook: impl Fn(&CaseOutcome) + Send + Sync + 'static) -> Self {
        self.hooks.after.push(Box::new(hook));
        self
    }

    /// Runs as a test binary's `main`, by the arguments the process was started with: 0 conforms,
    /// 101 findings, 2 wrong input, 3 could not tell, 4 nothing was tested, 130 interrupted.
    #[must_use]
    pub fn main(self) -> ExitCode {
        libtest::main(self)
    }

    /// Whether each operation is called once with a request made from the contract.
    pub(super) fn is_generated(&self) -> bool {
        self.cases.is_none() && matches!(self.document, Given::File(_) | Given::Text(_))
    }

    pub(super) fn inputs(&self) -> Result<Inputs, Vec<Diagnostic>> {
        let spec = match &self.document {
            Given::Text(source) => return inputs::of_text(source.clone(), self.cases.as_deref()),
            Given::File(path) => Some(path.clone()),
            #[cfg(feature = "reference")]
            Given::BuiltIn => None,
        };
        inputs::read(&ContractArgs {
            spec,
            cases: self.cases.clone(),
            overlays: Vec::new(),
            allow_remote_refs: false,
        })
    }

    /// What is fired at. Nothing is started for a list.
    pub(super) fn aim(
        &self,
        settings: &Settings,
        inputs: &Inputs,
        only_listed: bool,
    ) -> Result<Aim, Vec<Diagnostic>> {
        let mut settings = settings.clone();
        for (name, value) in &self.variables {
            let variables = &mut settings.profile.variables;
            variables
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
        for (identity, value) in &self.identities {
            let identities = &mut settings.profile.identities;
            identities.entry(identity.clone()).or_insert_with(|| {
                CredentialSource::Fixed(Secret::new(value.clone(), variable_of(None, identity)))
            });
        }
        let problem =
            |message: String, help: &str| vec![Diagnostic::error("target", message).help(help)];
        if settings.url.is_some() {
            return engine::aim(&settings, inputs, false);
        }
        let target: Arc<dyn Target> = match &self.aimed {
            #[cfg(feature = "reference")]
            Aimed::Reference => return engine::aim(&settings, inputs, true),
            Aimed::Nothing if only_listed => Arc::new(ServiceTarget::connecting(|_| async {})),
            Aimed::Started(_) if only_listed => Arc::new(ServiceTarget::connecting(|_| async {})),
            Aimed::Nothing => {
                return Err(problem(
                    "the suite has nothing to fire at".to_owned(),
                    "give a URL with --target-url, or a service or a URL in the suite",
                ));
            }
            Aimed::Service(target) => target.clone(),
            Aimed::Url(url) => from_url(url, &settings)?,
            Aimed::Started(start) => {
                let url = start().map_err(|error| {
                    problem(
                        format!("the suite's target did not start: {error}"),
                        "see what the closure given to `start` does",
                    )
                })?;
                from_url(&url, &settings)?
            }
        };
        Ok(Aim {
            target,
            profile: settings.profile.with_examples(&inputs.contract),
            limits: settings.limits,
            tls: settings.tls,
            embedded: false,
            in_process: matches!(self.aimed, Aimed::Service(_)),
        })
    }
}

fn from_url(url: &str, settings: &Settings) -> Result<Arc<dyn Target>, Vec<Diagnostic>> {
    let problem = |message: String| {
        vec![
            Diagnostic::error("target", format!("{url}: {message}"))
                .help("a target is called like http://127.0.0.1:8080/v1"),
        ]
    };
    let base = url
        .parse()
        .map_err(|error: <crate::http::BaseUrl as std::str::FromStr>::Err| {
            problem(error.to_string())
        })?;
    let target = UrlTarget::new(base, settings.limits.clone(), &settings.tls)
        .map_err(|error| problem(error.to_string()))?;
    Ok(Arc::new(target))
}
