//! The binary.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Mutex;

use anstream::stream::IsTerminal as _;
use clap::Parser;

use super::args::{Cli, Command, RunArgs};
use super::exit::Exit;
use super::stop::{Stop, warn};
use super::{
    docs, engine, explain, generated, init, inputs, judge, lint, list, selection, settings, spec,
};
use crate::report::{Palette, Progress, Reporter, Terminal, not_called_text};

/// How a run ends that found nothing and put too little to the test.
const NOT_ENOUGH: &str =
    "NOT ENOUGH WAS TESTED: clauses that are required were not put to the test";

/// The program: arguments in, exit code out.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut out = anstream::AutoStream::auto(io::stdout());
    let ended = match cli.command {
        Command::Run(args) => run(&args, &mut out),
        Command::Lint(args) => lint::run(&args, &mut out),
        Command::Init(args) => init::run(&args, &mut out),
        Command::List(args) => list::run(&args, &mut out),
        Command::Explain(args) => explain::run(&args, &mut out),
        #[cfg(feature = "reference")]
        Command::Serve(args) => super::serve::run(&args, &mut out),
        Command::Spec(args) => spec::run(&args, &mut out),
        Command::Docs(args) => docs::run(&args, &mut out),
        Command::Judge(args) => judge::run(&args, &mut out),
        Command::Merge(args) => judge::merge(&args, &mut out),
    };
    ended.unwrap_or_else(|stop| stop.report()).into()
}

fn run(args: &RunArgs, out: &mut (impl Write + Send)) -> Result<Exit, Stop> {
    let mut read = inputs::read(&args.contract)?;
    warn(&read.contract.warnings);
    let settings = settings::read(&args.target, &read.contract)?;
    let profile = &settings.profile;
    let generation = generated::add(&mut read, &args.contract, &args.generated, profile);
    warn(&generated::first_notes(&generation));
    let aim = engine::aim(&settings, &read, args.contract.spec.is_none())?;
    let all = std::mem::take(&mut read.cases);
    let cases = selection::selected(all, &read.contract, &read.clauses, &args.select)?;
    let ready = engine::ready(&read, &cases, &aim, settings.concurrency)?;
    let not_called = generated::not_called(
        &generation,
        &read.contract,
        &cases,
        &ready.plan,
        &args.select.filters,
    );
    let not_called = not_called_text(&not_called);
    if args.dry_run {
        writeln!(out, "target  {}", ready.describe)?;
        for planned in &ready.plan.cases {
            let skip = planned
                .skip
                .as_ref()
                .map(|reason| format!("  (skipped: {reason})"))
                .unwrap_or_default();
            writeln!(out, "{}{skip}", cases[planned.case].id)?;
        }
        if !not_called.is_empty() {
            write!(out, "\n{not_called}")?;
        }
        return Ok(Exit::Conforms);
    }
    if aim.embedded {
        let mut err = anstream::AutoStream::auto(io::stderr());
        let _ = writeln!(
            err,
            "no --target-url: firing at the embedded reference server"
        );
    }
    let (palette, progress) = if io::stdout().is_terminal() {
        (Palette::Colour, progress())
    } else {
        (Palette::Plain, Progress::None)
    };
    let terminal = Mutex::new((Terminal::new(&mut *out, palette, progress), Ok(())));
    let result = engine::run(&ready, &cases, &|event| {
        // The first failure to write is kept; the run goes on to take away what it made.
        if let Ok(mut guard) = terminal.lock() {
            let (terminal, written) = &mut *guard;
            if written.is_ok() {
                *written = terminal.event(&event);
            }
        }
    })?;
    let outcomes = result.outcomes.iter().map(AsRef::as_ref);
    let unmet = settings
        .required
        .unmet(&read, &cases, &result.ledger, outcomes);
    let exit = match Exit::of(&result.summary) {
        Exit::Conforms if unmet.is_some() => Exit::Findings,
        exit => exit,
    };
    let (mut terminal, written) = terminal
        .into_inner()
        .map_err(|_| io::Error::other("a report panicked"))?;
    written?;
    terminal.close(
        &result.summary,
        &result.ledger,
        &read.clauses,
        match (&unmet, exit) {
            (Some(_), Exit::Findings) if result.summary.failed == 0 => NOT_ENOUGH,
            _ => exit.sentence(),
        },
    )?;
    if let Some(unmet) = unmet {
        write!(out, "\n{unmet}")?;
    }
    if let Some(answers) = generated::answers(&cases, &result.traces) {
        writeln!(out, "{answers}")?;
    }
    if !not_called.is_empty() {
        write!(out, "\n{not_called}")?;
    }
    // What is to be kept is kept last: if that fails, what was found out was still said.
    engine::keep(&settings, &read, &ready, &result)?;
    Ok(exit)
}

/// A terminal that understands no control sequences, or is to get none, gets no line that needs them.
fn progress() -> Progress {
    let plain = anstream::AutoStream::choice(&io::stdout()) == anstream::ColorChoice::Never;
    match std::env::var_os("TERM") {
        Some(terminal) if terminal != "dumb" && !plain => Progress::Line,
        _ => Progress::None,
    }
}
