//! The `cargo test` door: each case a named test, over libtest-mimic.
//!
//! Our own scheduler owns order, concurrency, locks and teardown; a trial only waits for its case's
//! outcome. libtest-mimic's filters are asked first, so that only what is selected is sent.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, mpsc};

use clap::Parser;
use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};

use super::args::TargetArgs;
use super::engine::{self, Aim, Ready};
use super::exit::Exit;
use super::inputs::Inputs;
use super::reports::Reports;
use super::said;
use super::settings::{self, Settings};
use super::stop::{Stop, warn};
use super::suite::{Hooks, Suite};
use crate::case::Case;
use crate::generate::first_requests;
use crate::outcome::{
    About, Account, Answer, CaseOutcome, CaseVerdict, Event, Notice, NoticeKind, Summary,
};
use crate::report::{notice_text, outcome_text, unjudged_text};
use crate::run::{Pace, Required, RunError, RunResult};

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
    let plan = engine::ready(&read, &read.cases, &aim, (1, Pace::default()))?.plan;
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
    let asked = asked(&settings);
    if args.list {
        let trials = all
            .iter()
            .enumerate()
            .map(|(number, case)| stub(case, skips.get(&number)));
        let last = asked.iter().map(|asked| asked.trial(None));
        let trials = trials.chain(selftests).chain(last);
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
    let wants_asked = asked
        .iter()
        .any(|asked| asked.can_tell(is_whole) && !args.is_filtered_out(&asked.trial(None)));
    if selected.is_empty() && wanted_selftests == 0 && !wants_asked {
        let _ = writeln!(io::stderr(), "{}", Answer::NothingTested.sentence());
        return Ok(Exit::NothingTested.into());
    }
    let concurrency = args.test_threads.unwrap_or(settings.concurrency);
    let mut ready = engine::ready(&read, &selected, &aim, (concurrency, settings.pace.clone()))?;
    ready.runner = ready.runner.with_checks(std::mem::take(&mut suite.checks));
    let hooks = std::mem::take(&mut suite.hooks);
    let about = said::about(&settings, &read, &ready.describe, &ready.nonce);
    let mut acceptance = said::acceptance(&settings, &all, &about);
    if !is_whole || is_alone() {
        // What the others put to the test isn't known here.
        acceptance.required = Required::default();
    }
    ready.runner = ready.runner.with_acceptance(acceptance);
    let (told, last): (Vec<_>, Vec<Trial>) =
        asked.iter().map(|asked| asked.awaited(is_whole)).unzip();
    let mut reports = Reports::open(&settings.reports, Box::new(io::stdout()))?;
    reports.record(settings.record.as_deref(), &about, &ready)?;
    let telling = Telling {
        hooks,
        about,
        reports,
        told,
    };
    let allow_flaky = settings.allow_flaky;
    let started = start(ready, selected, settings, Arc::new(read), telling)?;
    let engine = started.engine;
    let waiting = Mutex::new(started.outcomes);
    let trials = all.iter().enumerate().map(|(number, case)| {
        let receiver = waiting
            .lock()
            .ok()
            .and_then(|mut waiting| waiting.remove(case.id.as_str()));
        trial(case, skips.get(&number), receiver, allow_flaky)
    });
    // They wait for the end of the run, and so for all cases: they come behind them.
    let trials = trials.chain(selftests).chain(last);
    let conclusion = libtest_mimic::run(&args, trials.collect());
    let summary = match engine.join() {
        Ok(Ok(result)) => result.summary,
        Ok(Err(stop)) => return Err(stop),
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let _ = write!(io::stderr(), "{}", unjudged_text(&summary));
    let was_more_asked = wanted_selftests > 0 || wants_asked;
    Ok(ending(&summary, &conclusion, was_more_asked))
}

/// The process' exit code; `was_more_asked` is whether trials were run that are no cases.
fn ending(summary: &Summary, conclusion: &Conclusion, was_more_asked: bool) -> ExitCode {
    match Exit::of(summary.answer()) {
        Exit::Interrupted => Exit::Interrupted.into(),
        Exit::CouldNotTell if conclusion.num_failed == summary.errors as u64 => {
            Exit::CouldNotTell.into()
        }
        Exit::NothingTested if !was_more_asked => Exit::NothingTested.into(),
        _ if conclusion.has_failed() => ExitCode::from(CARGO_FAILED),
        _ => ExitCode::SUCCESS,
    }
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
    trial(case, skip, None, false)
}

type Teller = mpsc::Sender<Arc<CaseOutcome>>;
type Outcome = mpsc::Receiver<Arc<CaseOutcome>>;

fn trial(
    case: &Case,
    skip: Option<&String>,
    receiver: Option<Outcome>,
    allow_flaky: bool,
) -> Trial {
    let id = case.id.to_string();
    if let Some(reason) = skip.cloned() {
        // Known when tests are listed: a skip that shows only later counts as passed in nextest.
        return Trial::ignorable_test(id, move || Ok(Completion::ignored_with(reason)))
            .with_ignored_flag(true);
    }
    // A case may still be skipped, when the run is over before its turn.
    Trial::ignorable_test(id, move || {
        let outcome = receiver.and_then(|receiver| receiver.recv().ok());
        let outcome = outcome.ok_or("the run ended before this case")?;
        let text = outcome_text(&outcome);
        match outcome.verdict {
            CaseVerdict::Pass | CaseVerdict::Waived => {
                if !text.is_empty() {
                    // libtest-mimic shows nothing of what passes; a waiver and an advisory must still be seen.
                    let mut err = anstream::AutoStream::auto(io::stderr());
                    let _ = writeln!(err, "\n{text}\n");
                }
                Ok(Completion::Completed)
            }
            CaseVerdict::Skipped(ref reason) => Ok(Completion::ignored_with(reason.clone())),
            CaseVerdict::Flaky(_) if allow_flaky => {
                let mut err = anstream::AutoStream::auto(io::stderr());
                let _ = writeln!(err, "\n{text}\n");
                Ok(Completion::Completed)
            }
            _ => Err(Failed::from(text)),
        }
    })
}

/// What is asked of the run itself, as a trial of its own.
struct Asked {
    name: &'static str,
    kinds: &'static [NoticeKind],
    /// Whether only a run of all cases can say.
    of_the_whole: bool,
    /// Whether this process runs one test of many alone, and so never can.
    is_alone: bool,
}

/// That the target's waivers are true.
const WAIVERS: Asked = Asked {
    name: "waivers",
    kinds: &[
        NoticeKind::WaiverExpired,
        NoticeKind::WaiverUnused,
        NoticeKind::WaiverDangling,
    ],
    of_the_whole: false,
    is_alone: false,
};

/// That what had to be put to the test was.
const REQUIRED: Asked = Asked {
    name: "required-clauses",
    kinds: &[NoticeKind::ClauseRequired],
    of_the_whole: true,
    is_alone: false,
};

/// Whether this process runs one of the tests alone, as nextest starts them, which says so when they are
/// listed as well. What only the whole of a run can say is left to who judges the record then.
fn is_alone() -> bool {
    std::env::var_os("NEXTEST_EXECUTION_MODE").is_some_and(|mode| mode == "process-per-test")
}

fn asked(settings: &Settings) -> Vec<Asked> {
    let waivers = settings.waivers.is_some().then_some(WAIVERS);
    let required = (!settings.required.is_empty()).then_some(REQUIRED);
    let is_alone = is_alone();
    let asked = waivers.into_iter().chain(required);
    asked.map(|asked| Asked { is_alone, ..asked }).collect()
}

impl Asked {
    fn can_tell(&self, is_whole: bool) -> bool {
        !self.is_alone && (is_whole || !self.of_the_whole)
    }

    /// The trial, and how it is told what came of the run.
    fn awaited(&self, is_whole: bool) -> (mpsc::Sender<Vec<Notice>>, Trial) {
        let (sender, receiver) = mpsc::channel();
        let receiver = self.can_tell(is_whole).then_some(receiver);
        (sender, self.trial(receiver))
    }

    /// The trial; without notices to wait for it is skipped.
    fn trial(&self, notices: Option<mpsc::Receiver<Vec<Notice>>>) -> Trial {
        let kinds = self.kinds;
        Trial::ignorable_test(self.name, move || {
            let Some(notices) = notices else {
                let reason =
                    "it is judged where all cases are run, or by `proofmark judge` of their record";
                return Ok(Completion::ignored_with(reason));
            };
            let notices = notices.recv();
            let notices = notices.map_err(|_| "the run ended before its end")?;
            let own = notices.iter().filter(|notice| kinds.contains(&notice.kind));
            let texts: Vec<String> = own.map(notice_text).collect();
            if texts.is_empty() {
                return Ok(Completion::Completed);
            }
            Err(Failed::from(texts.join("\n\n")))
        })
        // Known when tests are listed, as it is of cases.
        .with_ignored_flag(self.is_alone)
    }
}

/// Who is told of the run.
struct Telling {
    hooks: Hooks,
    about: About,
    reports: Reports<'static>,
    told: Vec<mpsc::Sender<Vec<Notice>>>,
}

/// A run under way.
struct Started {
    outcomes: HashMap<String, Outcome>,
    engine: std::thread::JoinHandle<Result<RunResult, Stop>>,
}

/// For each case the ends of a channel by which its trial is told of its outcome.
fn channels(cases: &[Case]) -> (HashMap<String, Teller>, HashMap<String, Outcome>) {
    let ends = cases.iter().map(|case| {
        let (sender, receiver) = mpsc::channel();
        let id = case.id.to_string();
        ((id.clone(), sender), (id, receiver))
    });
    ends.unzip()
}

/// Starts the run on a thread of its own, and waits until it is known that the target can be tested.
fn start(
    ready: Ready,
    cases: Vec<Case>,
    settings: Settings,
    inputs: Arc<Inputs>,
    telling: Telling,
) -> Result<Started, Stop> {
    let (senders, receivers) = channels(&cases);
    let (began, has_begun) = mpsc::channel::<()>();
    let (senders, began) = (Mutex::new(senders), Mutex::new(Some(began)));
    let engine = std::thread::spawn(move || {
        let Telling {
            hooks,
            about,
            reports,
            told,
        } = telling;
        let reports = Mutex::new(reports);
        let result = engine::run(&ready, &cases, &|event| {
            if let Ok(mut reports) = reports.lock() {
                reports.event(&event);
            }
            match event {
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
                Event::Exchanged { .. }
                | Event::CaseSent { .. }
                | Event::Notice(_)
                | Event::Finished(_) => {}
            }
        });
        // Whoever still waits for a case that was not run is told so.
        if let Ok(mut senders) = senders.lock() {
            senders.clear();
        }
        if let Ok(mut began) = began.lock() {
            began.take();
        }
        let mut reports = reports
            .into_inner()
            .map_err(|_| io::Error::other("a report panicked"))?;
        let result = match result {
            Ok(result) => result,
            Err(error) => {
                reports.not_begun(&error, &about, &inputs, &cases, &ready.plan);
                return Err(error.into());
            }
        };
        for told in &told {
            let _ = told.send(result.notices.clone());
        }
        reports.finish(&Account {
            about: &about,
            contract: &inputs.contract,
            clauses: &inputs.clauses,
            cases: &cases,
            traces: &result.traces,
            outcomes: &result.outcomes,
            ledger: &result.ledger,
            notices: &result.notices,
            summary: &result.summary,
        });
        reports.written()?;
        engine::keep(&settings, &inputs, &result).map_err(Stop::Unkept)?;
        // What is still going on are tests of the gate itself.
        engine::end_when_stopped();
        Ok(result)
    });
    if has_begun.recv().is_ok() {
        return Ok(Started {
            outcomes: receivers,
            engine,
        });
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
            cases_hash: inputs.cases_hash.clone(),
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
