//! The `cargo test` door: each case a named test, over libtest-mimic.
//!
//! Our own scheduler owns order, concurrency, locks and teardown; a trial only waits for its case's
//! outcome. libtest-mimic's filters are asked first, so that only what is selected is sent.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, mpsc};

use clap::Parser;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

use super::args::TargetArgs;
use super::engine::{self, Aim, Ready};
use super::exit::Exit;
use super::inputs::Inputs;
use super::settings::{self, Settings};
use super::stop::{Stop, warn};
use super::suite::{Hooks, Suite};
use crate::case::Case;
use crate::generate::first_requests;
use crate::outcome::{CaseOutcome, CaseVerdict, Event};
use crate::report::outcome_text;
use crate::run::{RunError, RunResult};

/// What cargo expects of a test binary that found something.
const CARGO_FAILED: u8 = 101;

#[derive(Debug, Parser)]
#[command(
    name = "conformance",
    about = "Fires the conformance cases at a target, each as a named test",
    after_help = "Exit codes: 0 conforms · 101 findings · 2 wrong input · 3 could not tell · 4 nothing was tested · 130 interrupted"
)]
struct TestCli {
    #[command(flatten)]
    libtest: Arguments,
    #[command(flatten)]
    target: TargetArgs,
}

/// A suite as a test binary's `main`.
pub(super) fn main(suite: Suite) -> ExitCode {
    let cli = match TestCli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match gate(cli, suite) {
        Ok(code) => code,
        Err(stop) => stop.report().into(),
    }
}

fn gate(cli: TestCli, mut suite: Suite) -> Result<ExitCode, Stop> {
    let mut read = suite.inputs()?;
    warn(&read.contract.warnings);
    let settings = settings::read(&cli.target, &read.contract)?;
    let aim = suite.aim(&settings, &read, cli.libtest.list)?;
    if suite.is_generated() {
        let generation = first_requests(&read.contract, &aim.profile);
        let cases = generation.requests.into_iter().map(|request| request.case);
        read.cases.extend(cases);
    }
    let plan = engine::ready(&read, &read.cases, &aim, 1)?.plan;
    let skips: HashMap<usize, String> = plan
        .cases
        .into_iter()
        .filter_map(|p| Some((p.case, p.skip?)))
        .collect();

    let args = cli.libtest;
    let all = std::mem::take(&mut read.cases);
    let selftests = if aim.embedded {
        selftests(&read, &all)
    } else {
        Vec::new()
    };
    let is_required = !settings.required.is_empty();
    if args.list {
        let trials = all
            .iter()
            .enumerate()
            .map(|(number, case)| stub(case, skips.get(&number)));
        let required = is_required.then(|| required(None));
        let trials = trials.chain(selftests).chain(required);
        return Ok(libtest_mimic::run(&args, trials.collect()).exit_code());
    }
    say_target(&aim, &skips, &all, &args);
    let selected: Vec<Case> = all
        .iter()
        .enumerate()
        .filter(|(number, case)| {
            let stub = stub(case, skips.get(number));
            !args.is_filtered_out(&stub) && !args.is_ignored(&stub)
        })
        .map(|(_, case)| case.clone())
        .collect();
    let wanted_selftests = selftests
        .iter()
        .filter(|trial| !args.is_filtered_out(trial))
        .count();
    let is_whole = selected.len() + skips.len() == all.len();
    // A process that runs one case, as nextest starts them, can't know what the others put to the test.
    if is_required && !is_whole && selected.is_empty() && !args.is_filtered_out(&required(None)) {
        return Ok(libtest_mimic::run(&args, vec![required(None)]).exit_code());
    }
    if selected.is_empty() && wanted_selftests == 0 {
        let _ = writeln!(io::stderr(), "{}", Exit::NothingTested.sentence());
        return Ok(Exit::NothingTested.into());
    }
    let concurrency = args.test_threads.unwrap_or(settings.concurrency);
    let mut ready = engine::ready(&read, &selected, &aim, concurrency)?;
    ready.runner = ready.runner.with_checks(std::mem::take(&mut suite.checks));
    let hooks = std::mem::take(&mut suite.hooks);
    let (unmet, told) = mpsc::channel();
    let required = is_required.then(|| required(is_whole.then_some(told)));
    let kept = Kept { settings, unmet };
    let (waiting, engine) = start(ready, selected, kept, Arc::new(read), hooks)?;
    let waiting = Mutex::new(waiting);
    let trials = all.iter().enumerate().map(|(number, case)| {
        let receiver = waiting
            .lock()
            .ok()
            .and_then(|mut waiting| waiting.remove(case.id.as_str()));
        trial(case, skips.get(&number), receiver)
    });
    let trials = trials.chain(selftests).chain(required);
    let conclusion = libtest_mimic::run(&args, trials.collect());
    let summary = match engine.join() {
        Ok(Ok(result)) => result.summary,
        Ok(Err(stop)) => return Err(stop),
        Err(panic) => std::panic::resume_unwind(panic),
    };
    Ok(match Exit::of(&summary) {
        Exit::Interrupted => Exit::Interrupted.into(),
        Exit::CouldNotTell if conclusion.num_failed == summary.errors as u64 => {
            Exit::CouldNotTell.into()
        }
        Exit::NothingTested if wanted_selftests == 0 => Exit::NothingTested.into(),
        _ if conclusion.has_failed() => ExitCode::from(CARGO_FAILED),
        _ => ExitCode::SUCCESS,
    })
}

fn say_target(aim: &Aim, skips: &HashMap<usize, String>, cases: &[Case], args: &Arguments) {
    let mut err = anstream::AutoStream::auto(io::stderr());
    let _ = writeln!(err, "target  {}", aim.target.describe());
    if aim.embedded {
        let _ = writeln!(
            err,
            "no --target-url: this is the embedded reference; unit tests run with `cargo test --all-targets`"
        );
    }
    if !args.quiet {
        let mut skipped: Vec<_> = skips.iter().collect();
        skipped.sort();
        for (number, reason) in skipped {
            let _ = writeln!(err, "skip  {}  {reason}", cases[*number].id);
        }
    }
}

/// A trial with a case's name, to ask filters about and to list.
fn stub(case: &Case, skip: Option<&String>) -> Trial {
    trial(case, skip, None)
}

type Outcome = mpsc::Receiver<Arc<CaseOutcome>>;

fn trial(case: &Case, skip: Option<&String>, receiver: Option<Outcome>) -> Trial {
    let id = case.id.to_string();
    if let Some(reason) = skip.cloned() {
        // Known when tests are listed: a skip that shows only later counts as passed in nextest.
        return Trial::ignorable_test(id, move || Ok(Completion::ignored_with(reason)))
            .with_ignored_flag(true);
    }
    Trial::test(id, move || {
        let outcome = receiver.and_then(|receiver| receiver.recv().ok());
        let outcome = outcome.ok_or("the run ended before this case")?;
        let text = outcome_text(&outcome);
        match outcome.verdict {
            CaseVerdict::Pass => {
                if !text.is_empty() {
                    // libtest-mimic shows nothing of what passes; an advisory must still be seen.
                    let mut err = anstream::AutoStream::auto(io::stderr());
                    let _ = writeln!(err, "\n{text}\n");
                }
                Ok(())
            }
            _ => Err(Failed::from(text)),
        }
    })
}

type Started = (
    HashMap<String, Outcome>,
    std::thread::JoinHandle<Result<RunResult, Stop>>,
);

/// What is done with a run when it is over: what is to be kept of it, and who waits for what it failed to
/// put to the test.
struct Kept {
    settings: Settings,
    unmet: mpsc::Sender<Option<String>>,
}

/// The trial that fails where clauses which are required were not put to the test; judged only where the
/// whole plan is run.
fn required(told: Option<mpsc::Receiver<Option<String>>>) -> Trial {
    Trial::ignorable_test("required-clauses", move || {
        let Some(told) = told else {
            let reason = "what is required is judged where the whole plan is run";
            return Ok(Completion::ignored_with(reason));
        };
        match told.recv() {
            Ok(None) => Ok(Completion::Completed),
            Ok(Some(unmet)) => Err(Failed::from(unmet)),
            Err(_) => Err("the run ended before its end".into()),
        }
    })
}

/// Starts the run on a thread of its own, and waits until it is known that the target can be tested.
fn start(
    ready: Ready,
    cases: Vec<Case>,
    Kept { settings, unmet }: Kept,
    inputs: Arc<Inputs>,
    hooks: Hooks,
) -> Result<Started, Stop> {
    let mut senders = HashMap::new();
    let mut receivers = HashMap::new();
    for case in &cases {
        let (sender, receiver) = mpsc::channel();
        senders.insert(case.id.to_string(), sender);
        receivers.insert(case.id.to_string(), receiver);
    }
    let (began, has_begun) = mpsc::channel::<()>();
    let (senders, began) = (Mutex::new(senders), Mutex::new(Some(began)));
    let engine = std::thread::spawn(move || {
        let result = engine::run(&ready, &cases, &|event| match event {
            Event::Started { .. } => {
                if let Some(began) = began.lock().ok().and_then(|mut began| began.take()) {
                    let _ = began.send(());
                }
            }
            Event::CaseStarted(case) => {
                for hook in &hooks.before {
                    hook(case.as_str());
                }
            }
            Event::CaseFinished(outcome) => {
                for hook in &hooks.after {
                    hook(&outcome);
                }
                let sender = senders
                    .lock()
                    .ok()
                    .and_then(|mut all| all.remove(outcome.case.as_str()));
                if let Some(sender) = sender {
                    let _ = sender.send(outcome);
                }
            }
            Event::LeftBehind { case, what } => {
                let mut err = anstream::AutoStream::auto(io::stderr());
                let _ = writeln!(err, "LEFT BEHIND by {case}: {what}");
            }
            Event::Finished(_) => {}
        });
        // Whoever still waits for a case that was not run is told so.
        if let Ok(mut senders) = senders.lock() {
            senders.clear();
        }
        if let Ok(mut began) = began.lock() {
            began.take();
        }
        let result = result.map_err(Stop::from)?;
        let outcomes = result.outcomes.iter().map(AsRef::as_ref);
        let required = &settings.required;
        let _ = unmet.send(required.unmet(&inputs, &cases, &result.ledger, outcomes));
        engine::keep(&settings, &inputs, &ready, &result)?;
        Ok(result)
    });
    if has_begun.recv().is_ok() {
        return Ok((receivers, engine));
    }
    match engine.join() {
        Ok(Err(stop)) => Err(stop),
        Ok(Ok(_)) => Err(Stop::Run(RunError::Credential(
            "the run ended before it began".to_owned(),
        ))),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// One trial for each seeded fault, and one for none.
fn selftests(inputs: &Inputs, cases: &[Case]) -> Vec<Trial> {
    #[cfg(feature = "reference")]
    {
        let selftest = Arc::new(super::selftest::Selftest::new(Inputs {
            contract: inputs.contract.clone(),
            clauses: inputs.clauses.clone(),
            cases: cases.to_vec(),
        }));
        let silent = selftest.clone();
        let mut trials = vec![Trial::test("selftest::silence", move || {
            silent.silence().map_err(Failed::from)
        })];
        for fault in crate::reference::faults() {
            let selftest = selftest.clone();
            trials.push(Trial::test(
                format!("selftest::{}", fault.name),
                move || selftest.caught(fault).map_err(Failed::from),
            ));
        }
        trials
    }
    #[cfg(not(feature = "reference"))]
    {
        let _ = (inputs, cases);
        Vec::new()
    }
}
