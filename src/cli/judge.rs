//! `proofmark judge` and `proofmark merge`: records and exchanges without a target.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{ContractArgs, JudgeArgs, MergeArgs};
use super::engine::write_verdicts;
use super::exit::Exit;
use super::inputs::{self, Inputs};
use super::reports::{self, Reports};
use super::said;
use super::stop::Stop;
use crate::case::{Case, CaseId, Origin, Role};
use crate::check::Judge;
use crate::diag::{Diagnostic, Document, Pointer};
use crate::evidence::{Header, read_exchange, read_traces, write_traces};
use crate::generate::first_requests;
use crate::http::{Exchange, FieldValue};
use crate::openapi::Level;
use crate::outcome::{About, Account, CaseOutcome, Event, StepRecord, Trace};
use crate::profile::Profile;
use crate::run::{Acceptance, Conclusion};

pub(super) fn run(args: &JudgeArgs, out: &mut (impl Write + Send)) -> Result<Exit, Stop> {
    let wanted = reports::wanted(&args.said.reports)?;
    let recorded = Recorded::read(&args.contract, &args.paths, &args.base_path)?;
    let judged = recorded.judged(args.said.waivers.as_deref())?;
    let mut err = anstream::AutoStream::auto(std::io::stderr());
    let mut reports = Reports::beside_people(&wanted, out, &mut err)?;
    for outcome in &judged.outcomes {
        reports.event(&Event::CaseFinished(outcome.clone()));
    }
    for notice in &judged.concluded.notices {
        reports.event(&Event::Notice(notice.clone()));
    }
    write_verdicts(
        args.verdicts.as_deref(),
        &recorded.inputs,
        judged.outcomes.iter().map(AsRef::as_ref),
    )?;
    reports.finish(&recorded.account(&judged));
    reports.written()?;
    Ok(Exit::of(judged.concluded.summary.answer()))
}

/// Recorded exchanges, with the contract and the cases they are judged by.
pub(super) struct Recorded {
    pub(super) inputs: Inputs,
    traces: Vec<Trace>,
    about: About,
}

/// Recorded exchanges, judged.
pub(super) struct Judged {
    pub(super) outcomes: Vec<Arc<CaseOutcome>>,
    pub(super) concluded: Conclusion,
}

impl Recorded {
    /// Reads records and single exchanges.
    pub(super) fn read(
        contract: &ContractArgs,
        paths: &[PathBuf],
        base_path: &str,
    ) -> Result<Self, Stop> {
        let mut read = inputs::read(contract)?;
        let (exchanges, records): (Vec<&PathBuf>, Vec<&PathBuf>) =
            paths.iter().partition(|path| is_exchange(path));
        let mut traces = if records.is_empty() {
            Vec::new()
        } else {
            read_traces(&records.into_iter().cloned().collect::<Vec<_>>())?
        };
        generate(&mut read, &traces);
        let known: HashSet<&CaseId> = read.cases.iter().map(|case| &case.id).collect();
        let unknown = traces.iter().filter(|trace| !known.contains(&trace.case));
        let problems: Vec<Diagnostic> = unknown
            .map(|trace| {
                let message = format!(
                    "the record has the case `{}`, and there is none of this name",
                    trace.case
                );
                Diagnostic::error("record", message).help("give the run's own cases with --cases")
            })
            .collect();
        if !problems.is_empty() {
            return Err(problems.into());
        }
        if traces.is_empty() {
            read.cases.clear();
        }
        for path in exchanges {
            let (document, exchange) = read_exchange(path)?;
            let (case, trace) = alone(&read, path, Arc::new(document), exchange, base_path)?;
            read.cases.push(case);
            traces.push(trace);
        }
        let about = About {
            contract: read.contract.title(),
            target: traces
                .first()
                .map(|trace| format!("{}{}", trace.origin, trace.prefix))
                .unwrap_or_default(),
            began: said::now(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..About::default()
        };
        Ok(Self {
            inputs: read,
            traces,
            about,
        })
    }

    /// Judges them, in the order of the cases.
    pub(super) fn judged(&self, waivers: Option<&Path>) -> Result<Judged, Stop> {
        let Inputs {
            contract,
            clauses,
            cases,
        } = &self.inputs;
        let acceptance = Acceptance {
            waivers: waivers.map(said::waivers).transpose()?,
            today: said::day(self.about.began),
            known: cases.clone(),
        };
        let judge = Judge::new(contract, clauses);
        let traces = self.traces.iter();
        let by_case: HashMap<&CaseId, &Trace> = traces.map(|trace| (&trace.case, trace)).collect();
        let judged = cases.iter().filter_map(|case| {
            let mut outcome = judge.case(case, by_case.get(&case.id)?);
            acceptance.apply(clauses, &mut outcome);
            Some(Arc::new(outcome))
        });
        let outcomes: Vec<Arc<CaseOutcome>> = judged.collect();
        let concluded = acceptance.conclude(contract, clauses, &outcomes, false);
        Ok(Judged {
            outcomes,
            concluded,
        })
    }

    /// All there is to say of them.
    pub(super) fn account<'a>(&'a self, judged: &'a Judged) -> Account<'a> {
        Account {
            about: &self.about,
            contract: &self.inputs.contract,
            clauses: &self.inputs.clauses,
            cases: &self.inputs.cases,
            traces: &self.traces,
            outcomes: &judged.outcomes,
            ledger: &judged.concluded.ledger,
            notices: &judged.concluded.notices,
            summary: &judged.concluded.summary,
        }
    }
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
        id: id.clone(),
        description: format!("the exchange in {}", path.display()),
        requirement: String::new(),
        level: Level::Must,
        row: serde_json::Map::new(),
        needs: Vec::new(),
        serial: false,
        origin: Origin::Recording,
        steps: Vec::new(),
        document,
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
