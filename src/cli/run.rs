//! The binary.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Mutex;

use clap::Parser;

use super::args::{Cli, Command, RunArgs};
use super::exit::Exit;
use super::reports::{self, Reports};
use super::stop::{Stop, warn};
use super::{
    docs, engine, explain, generated, init, inputs, judge, lint, list, matrix, said, selection,
    settings, spec, waive,
};
use crate::outcome::Account;
use crate::report::not_called_text;

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
        Command::Waive(args) => waive::run(&args, &mut out),
        Command::Matrix(args) => matrix::run(&args, &mut out),
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
    let all_cases = std::mem::take(&mut read.cases);
    let cases = all_cases.clone();
    let cases = selection::selected(cases, &read.contract, &read.clauses, &args.select)?;
    let mut ready = engine::ready(
        &read,
        &cases,
        &aim,
        (settings.concurrency, settings.pace.clone()),
    )?;
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
    let about = said::about(&settings, &read, &ready.describe, &ready.nonce);
    let acceptance = said::acceptance(&settings, &all_cases, &about);
    ready.runner = ready.runner.with_acceptance(acceptance);
    let mut err = anstream::AutoStream::auto(io::stderr());
    let mut reports = Reports::beside_people(&settings.reports, &mut *out, &mut err)?;
    reports.record(settings.record.as_deref(), &about, &ready)?;
    let reports = Mutex::new(reports);
    let result = engine::run(&ready, &cases, &|event| {
        if let Ok(mut reports) = reports.lock() {
            reports.event(&event);
        }
    });
    let mut reports = reports
        .into_inner()
        .map_err(|_| io::Error::other("a report panicked"))?;
    let result = match result {
        Ok(result) => result,
        Err(error) => {
            reports.not_begun(&error, &about, &read, &cases, &ready.plan);
            return Err(error.into());
        }
    };
    reports.finish(&Account {
        about: &about,
        contract: &read.contract,
        clauses: &read.clauses,
        cases: &cases,
        traces: &result.traces,
        outcomes: &result.outcomes,
        ledger: &result.ledger,
        notices: &result.notices,
        summary: &result.summary,
    });
    let exit = Exit::of(result.summary.answer());
    reports.written()?;
    let out: &mut dyn Write = if reports::takes_output(&settings.reports) {
        &mut err
    } else {
        out
    };
    if cases.is_empty() && args.contract.spec.is_none() {
        let hint =
            "these would be the built-in contract's cases; --spec gives a document of your own";
        writeln!(out, "{hint}")?;
    }
    if let Some(answers) = generated::answers(&read.contract, &cases, &result.traces) {
        writeln!(out, "{answers}")?;
    }
    if !not_called.is_empty() {
        write!(out, "\n{not_called}")?;
    }
    // What is to be kept is kept last: if that fails, what was found out was still said.
    engine::keep(&settings, &read, &result).map_err(Stop::Unkept)?;
    Ok(exit)
}
