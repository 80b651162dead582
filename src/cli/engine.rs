//! From settings to a run.

use std::io::Write as _;
use std::sync::Arc;

use tokio::sync::watch;

use super::inputs::Inputs;
use super::settings::Settings;
use super::verdicts;
use crate::case::Case;
use crate::diag::{Diagnostic, Style, render_all};
use crate::outcome::Event;
use crate::profile::Profile;
use crate::run::{Options, Pace, Plan, RunError, RunResult, Runner, plan};
use crate::target::{Limits, Target, TlsOptions, UrlTarget};

/// A target and what is known of it.
pub(super) struct Aim {
    pub(super) target: Arc<dyn Target>,
    pub(super) profile: Profile,
    /// How those are asked who give tokens.
    pub(super) limits: Limits,
    pub(super) tls: TlsOptions,
    /// It is the reference.
    pub(super) embedded: bool,
    /// Nobody else can reach it.
    pub(super) in_process: bool,
}

/// The target the settings name; without a URL the embedded reference, for the built-in contract.
pub(super) fn aim(
    settings: &Settings,
    inputs: &Inputs,
    built_in: bool,
) -> Result<Aim, Vec<Diagnostic>> {
    if let Some(url) = &settings.url {
        let target = UrlTarget::new(url.clone(), settings.limits.clone(), &settings.tls)
            .map_err(|error| vec![Diagnostic::error("target", error.to_string())])?;
        return Ok(Aim {
            target: Arc::new(target),
            profile: settings.profile.clone().with_examples(&inputs.contract),
            limits: settings.limits.clone(),
            tls: settings.tls.clone(),
            embedded: false,
            in_process: false,
        });
    }
    #[cfg(feature = "reference")]
    if built_in {
        let aim = embedded(&settings.profile, inputs, crate::reference::Server::new());
        return Ok(Aim {
            limits: settings.limits.clone(),
            tls: settings.tls.clone(),
            ..aim
        });
    }
    let _ = built_in;
    Err(vec![
        Diagnostic::error("target", "there is no target to fire at")
            .help("give its URL with --target-url, PROOFMARK_TARGET_URL or a profile"),
    ])
}

/// The embedded reference as a target, its fixtures as the profile's where that says nothing.
#[cfg(feature = "reference")]
pub(super) fn embedded(
    profile: &Profile,
    inputs: &Inputs,
    server: crate::reference::Server,
) -> Aim {
    use serde_json::Value;

    let mut profile = profile.clone();
    let fixtures = server.fixtures();
    for (name, value) in fixtures["variables"].as_object().into_iter().flatten() {
        profile
            .variables
            .entry(name.clone())
            .or_insert_with(|| value.clone());
    }
    for (identity, value) in fixtures["identities"].as_object().into_iter().flatten() {
        let variable = crate::profile::variable_of(None, identity);
        let value = value
            .as_str()
            .map_or_else(|| Value::to_string(value), str::to_owned);
        profile
            .identities
            .entry(identity.clone())
            .or_insert_with(|| {
                crate::profile::CredentialSource::Fixed(crate::http::Secret::new(value, variable))
            });
    }
    let target = crate::target::ServiceTarget::connecting(move |stream| {
        let server = server.clone();
        async move { server.connection(stream).await }
    });
    Aim {
        target: Arc::new(target),
        profile: profile.with_examples(&inputs.contract),
        limits: Limits::default(),
        tls: TlsOptions::default(),
        embedded: true,
        in_process: true,
    }
}

/// A run that is ready to begin.
pub(super) struct Ready {
    pub(super) runner: Runner,
    pub(super) plan: Plan,
    pub(super) nonce: String,
    pub(super) describe: String,
    /// The target's scheme and authority.
    pub(super) origin: String,
    /// The target's base path.
    pub(super) prefix: String,
}

pub(super) fn ready(
    inputs: &Inputs,
    cases: &[Case],
    aim: &Aim,
    (concurrency, pace): (usize, Pace),
) -> Result<Ready, Vec<Diagnostic>> {
    let plan = plan(&inputs.contract, &inputs.clauses, cases, &aim.profile)?;
    let nonce = uuid::Uuid::new_v4().simple().to_string()[..10].to_owned();
    let options = Options {
        concurrency,
        nonce: nonce.clone(),
        locks: (!aim.in_process).then(std::env::temp_dir),
        pace,
    };
    let runner = Runner::new(
        inputs.contract.clone(),
        inputs.clauses.clone(),
        aim.target.clone(),
        aim.profile.clone(),
        options,
    )
    .asking_providers(aim.limits.clone(), aim.tls.clone());
    Ok(Ready {
        runner,
        plan,
        nonce,
        describe: aim.target.describe(),
        origin: aim.target.origin(),
        prefix: aim.target.prefix().to_owned(),
    })
}

/// Runs to the end, or until the user interrupts.
pub(super) fn run(
    ready: &Ready,
    cases: &[Case],
    emit: &(dyn Fn(Event) + Sync),
) -> Result<RunResult, RunError> {
    runtime().block_on(async {
        // Listened for before anything is sent: whatever was written can be taken away again.
        let first = stopped();
        let interrupt = tokio::spawn(interrupted(first, ready.runner.canceller()));
        let result = ready.runner.run(cases, &ready.plan, emit).await;
        interrupt.abort();
        result
    })
}

async fn interrupted(first: impl Future<Output = ()>, cancel: watch::Sender<bool>) {
    first.await;
    let second = stopped();
    cancel.send_replace(true);
    let mut err = anstream::AutoStream::auto(std::io::stderr());
    let _ = writeln!(
        err,
        "interrupted: what was written to the target is taken away (interrupt again to leave it there)"
    );
    second.await;
    #[expect(clippy::exit, reason = "a second signal ends the program where it is")]
    std::process::exit(i32::from(super::exit::Exit::Interrupted as u8));
}

/// From now on a signal ends the program where it is: nothing is under way that had to be taken back,
/// and the system's own way of ending it is gone with the first listener.
pub(super) fn end_when_stopped() {
    std::thread::spawn(|| {
        runtime().block_on(async { stopped().await });
        #[expect(clippy::exit, reason = "nothing is left to be done")]
        std::process::exit(i32::from(super::exit::Exit::Interrupted as u8));
    });
}

/// Waits until the user or the system asks the program to stop: an interrupt, or on Unix a
/// termination as CI systems send it. What comes from the call on is heard.
#[cfg(unix)]
pub(super) fn stopped() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn heard(signal: Option<Signal>) {
        if let Some(mut signal) = signal
            && signal.recv().await.is_some()
        {
            return;
        }
        // Nobody can ask in this way.
        std::future::pending::<()>().await;
    }
    let interrupt = signal(SignalKind::interrupt()).ok();
    let terminate = signal(SignalKind::terminate()).ok();
    async {
        tokio::select! {
            () = heard(interrupt) => {}
            () = heard(terminate) => {}
        }
    }
}

/// Waits until the user asks the program to stop.
#[cfg(not(unix))]
pub(super) async fn stopped() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Nobody can ask in this way.
        std::future::pending::<()>().await;
    }
}

pub(super) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("the system gives a program its threads")
}

/// Writes what the settings ask to be written of a run that is over.
pub(super) fn keep(
    settings: &Settings,
    inputs: &Inputs,
    result: &RunResult,
) -> Result<(), Diagnostic> {
    let outcomes = result.outcomes.iter().map(AsRef::as_ref);
    verdicts::write(settings.verdicts.as_deref(), inputs, outcomes)
}

/// All problems as one text, with colours where standard output shows them.
pub(super) fn shown(problems: &[Diagnostic]) -> String {
    use anstream::stream::IsTerminal as _;

    let colour = std::io::stdout().is_terminal()
        && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    render_all(problems, if colour { Style::Colour } else { Style::Plain })
}

/// All problems as one text, with colours where standard error shows them.
pub(super) fn rendered(problems: &[Diagnostic]) -> String {
    use anstream::stream::IsTerminal as _;

    let colour = std::io::stderr().is_terminal()
        && anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    render_all(problems, if colour { Style::Colour } else { Style::Plain })
}
