//! `proofmark judge` and `proofmark merge`: records and exchanges without a target.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{JudgeArgs, MergeArgs};
use super::exit::Exit;
use super::inputs::{self, Inputs};
use super::stop::Stop;
use super::verdicts;
use crate::case::{Case, CaseId, Role};
use crate::check::Judge;
use crate::diag::{Diagnostic, Document, Pointer};
use crate::evidence::{Header, read_exchange, read_traces, write_traces};
use crate::generate::first_requests;
use crate::http::{Exchange, FieldValue};
use crate::outcome::{Event, Ledger, StepRecord, Summary, Trace};
use crate::profile::Profile;
use crate::report::{Palette, Progress, Reporter as _, Terminal};

pub(super) fn run(args: &JudgeArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    let mut read = inputs::read(&args.contract)?;
    let (exchanges, records): (Vec<&PathBuf>, Vec<&PathBuf>) =
        args.paths.iter().partition(|path| is_exchange(path));
    let mut traces = if records.is_empty() {
        Vec::new()
    } else {
        read_traces(&records.into_iter().cloned().collect::<Vec<_>>())?
    };
    generate(&mut read, &traces);
    let mut problems = Vec::new();
    for trace in &traces {
        if !read.cases.iter().any(|case| case.id == trace.case) {
            let message = format!(
                "the record has the case `{}`, and there is none of this name",
                trace.case
            );
            problems.push(
                Diagnostic::error("record", message).help("give the run's own cases with --cases"),
            );
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    if traces.is_empty() {
        read.cases.clear();
    }
    for path in exchanges {
        let (document, exchange) = read_exchange(path)?;
        let (case, trace) = alone(&read, path, Arc::new(document), exchange, &args.base_path)?;
        read.cases.push(case);
        traces.push(trace);
    }
    let judge = Judge::new(&read.contract, &read.clauses);
    let mut terminal = Terminal::new(&mut *out, Palette::Plain, Progress::None);
    let (mut summary, mut ledger, mut outcomes) =
        (Summary::default(), Ledger::default(), Vec::new());
    for case in &read.cases {
        let Some(trace) = traces.iter().find(|trace| trace.case == case.id) else {
            continue;
        };
        let outcome = Arc::new(judge.case(case, trace));
        summary.add(&outcome);
        ledger.add(&outcome);
        terminal.event(&Event::CaseFinished(outcome.clone()))?;
        outcomes.push(outcome);
    }
    verdicts::write(
        args.verdicts.as_deref(),
        &read,
        outcomes.iter().map(AsRef::as_ref),
    )?;
    let exit = Exit::of(&summary);
    terminal.close(&summary, &ledger, &read.clauses, exit.sentence())?;
    Ok(exit)
}

/// The generated cases of a record, made again: with the variables and the header fields the run had,
/// the same contract gives the same cases.
fn generate(read: &mut Inputs, traces: &[Trace]) {
    let known = |trace: &&Trace| read.cases.iter().any(|case| case.id == trace.case);
    if traces.iter().all(|trace| known(&trace)) {
        return;
    }
    let mut profile = Profile::default();
    for trace in traces {
        profile.variables.extend(trace.bindings.clone());
        let answered = trace
            .steps
            .iter()
            .filter_map(|step| step.result.as_ref().ok());
        for (name, value) in answered.flat_map(|exchange| exchange.request.headers.iter()) {
            if let FieldValue::Secret(secret) = value {
                profile.headers.push((name.to_owned(), secret.clone()));
            }
        }
    }
    let generation = first_requests(&read.contract, &profile);
    let cases = generation.requests.into_iter().map(|request| request.case);
    let wanted = |case: &Case| {
        traces.iter().any(|trace| trace.case == case.id)
            && !read.cases.iter().any(|other| other.id == case.id)
    };
    let wanted: Vec<Case> = cases.filter(wanted).collect();
    read.cases.extend(wanted);
}

fn is_exchange(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("json" | "yaml" | "yml"))
}

/// A single exchange as a case of its own: nothing is expected of it but the contract.
fn alone(
    read: &Inputs,
    path: &Path,
    document: Arc<Document>,
    exchange: Exchange,
    base_path: &str,
) -> Result<(Case, Trace), Diagnostic> {
    let prefix = base_path.trim_end_matches('/');
    let target = exchange.request.target.as_str();
    let below = target.strip_prefix(prefix).unwrap_or(target);
    let plain = below.split('?').next().unwrap_or_default();
    let Some(operation) = read.contract.route(&exchange.request.method, plain) else {
        let message = format!(
            "the contract has no operation for {} {target}",
            exchange.request.method
        );
        return Err(Diagnostic::error("exchange", message)
            .at(
                document.source(),
                document.span(&Pointer::from_text("/request/target")),
                "",
            )
            .help("if the targets begin with a base path, give it with --base-path"));
    };
    let stem = path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let id = CaseId::new(&format!("{}/{stem}", operation.name));
    let case = Case {
        description: format!("the exchange in {}", path.display()),
        ..Case::recording(id.clone(), document)
    };
    let host = exchange.request.headers.text("host").unwrap_or("host");
    let mut trace = Trace::new(id, &format!("http://{host}"), prefix);
    trace.steps.push(StepRecord {
        step: None,
        index: None,
        role: Role::Main,
        operation: operation.name.clone(),
        result: Ok(exchange),
    });
    Ok((case, trace))
}

pub(super) fn merge(args: &MergeArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    let mut traces = read_traces(&args.paths)?;
    traces.sort_by(|a, b| a.case.cmp(&b.case));
    let header = Header {
        proofmark: 1,
        contract: String::new(),
        target: traces
            .first()
            .map(|trace| format!("{}{}", trace.origin, trace.prefix))
            .unwrap_or_default(),
    };
    write_traces(&args.into, "merged", &header, &traces).map_err(|error| {
        Diagnostic::error(
            "record",
            format!("{} can't be written: {error}", args.into.display()),
        )
    })?;
    writeln!(out, "{}: {} cases", args.into.display(), traces.len())?;
    Ok(Exit::Conforms)
}
