//! What was kept of runs, with the contract and the cases it is judged by.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::ContractArgs;
use super::engine;
use super::inputs::{self, Inputs};
use super::said;
use super::stop::Stop;
use crate::case::{Case, CaseId};
use crate::check::Judge;
use crate::diag::{Diagnostic, Severity};
use crate::evidence::{
    Kept, Record, Routed, read_kept, read_records, route_entries, route_exchange, route_traces,
};
use crate::generate::first_requests;
use crate::http::FieldValue;
use crate::outcome::{About, Account, CaseOutcome, Trace};
use crate::profile::Profile;
use crate::run::{Acceptance, Conclusion, Required};

/// Recorded exchanges, with the contract and the cases they are judged by.
pub(super) struct Recorded {
    pub(super) inputs: Inputs,
    pub(super) traces: Vec<Trace>,
    /// Of the traces those of cases that were planned and are not over.
    unfinished: BTreeSet<CaseId>,
    about: About,
}

/// Recorded exchanges, judged.
pub(super) struct Judged {
    pub(super) outcomes: Vec<Arc<CaseOutcome>>,
    pub(super) concluded: Conclusion,
}

/// How many problems of case files are shown that don't keep a record from being judged.
const SHOWN: usize = 5;

impl Recorded {
    /// Reads records, recordings of other tools and single exchanges, and says on standard error what
    /// is to be known of them.
    pub(super) fn read(
        contract: &ContractArgs,
        paths: &[PathBuf],
        base_path: Option<&str>,
    ) -> Result<Self, Stop> {
        let (mut read, unbound) = inputs::read_what_binds(contract)?;
        let mut records = Vec::new();
        let mut others = Vec::new();
        for path in paths {
            match read_kept(path)? {
                Kept::Record(path) => records.push(path),
                other => others.push((path, other)),
            }
        }
        let mut notes = Vec::new();
        let (mut traces, mut about) = (Vec::new(), None);
        let mut unfinished = BTreeSet::new();
        if records.is_empty() {
            read.cases.clear();
        } else {
            notes.extend(first_of(unbound));
            let mut record = read_records(&records)?;
            notes.append(&mut record.notes);
            about = record.about().cloned();
            notes.extend(differences(&read, &record));
            traces = record.traces;
            unfinished = record.unfinished;
            generate(&mut read, &traces);
            notes.extend(without_cases(&mut read, &mut traces));
        }
        let mut stems = HashMap::new();
        for (path, kept) in others {
            let stem = stem_of(path, &mut stems);
            match kept {
                Kept::Exchange(document, exchange) => {
                    let prefix = base_path.unwrap_or_default();
                    let (case, trace) =
                        route_exchange(&read.contract, document, *exchange, &stem, prefix)?;
                    read.cases.push(case);
                    traces.push(trace);
                }
                Kept::Recording(recording) => {
                    let began = recording.began;
                    let routed = route_entries(&read.contract, recording, &stem, base_path);
                    if let (None, Some(began)) = (&about, began) {
                        about = Some(About {
                            began,
                            ..About::default()
                        });
                    }
                    notes.extend(add(&mut read, &mut traces, routed));
                }
                Kept::Record(_) => {}
            }
        }
        if !notes.is_empty() {
            let mut err = anstream::AutoStream::auto(std::io::stderr());
            let _ = writeln!(err, "{}\n", engine::rendered(&notes));
        }
        let known = about.unwrap_or_else(|| About {
            began: said::now(),
            ..About::default()
        });
        let target = traces
            .first()
            .map(|trace| format!("{}{}", trace.origin, trace.prefix));
        let about = About {
            // What is said now is said of the contract it is judged by.
            contract: read.contract.title(),
            contract_hash: read.contract_hash(),
            target: match target {
                Some(target) if known.target.is_empty() => target,
                _ => known.target.clone(),
            },
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..known
        };
        Ok(Self {
            inputs: read,
            traces,
            unfinished,
            about,
        })
    }

    /// Judges them, in the order of the cases.
    pub(super) fn judged(
        &self,
        waivers: Option<&Path>,
        required: Required,
    ) -> Result<Judged, Stop> {
        let Inputs {
            contract,
            clauses,
            cases,
            ..
        } = &self.inputs;
        let acceptance = Acceptance {
            waivers: waivers.map(said::waivers).transpose()?,
            today: said::day(self.about.began),
            known: cases.clone(),
            required,
            ..Acceptance::default()
        };
        let judge = Judge::new(contract, clauses);
        let traces = self.traces.iter();
        let by_case: HashMap<&CaseId, &Trace> = traces.map(|trace| (&trace.case, trace)).collect();
        let pairs: Vec<(&Case, &Trace)> = cases
            .iter()
            .filter_map(|case| Some((case, *by_case.get(&case.id)?)))
            .collect();
        let known: HashSet<&CaseId> = pairs.iter().map(|(case, _)| &case.id).collect();
        // Where a case isn't there to be judged by, what came of it of its exchanges is judged all the same,
        // and that it is not over stays true.
        let lost = self
            .traces
            .iter()
            .filter(|trace| self.unfinished.contains(&trace.case) && !known.contains(&trace.case));
        let lost = lost.map(|trace| {
            let troubles = trace.retries.last().unwrap_or(trace).troubles.clone();
            CaseOutcome::unknown(trace.case.clone(), troubles)
        });
        let outcomes: Vec<Arc<CaseOutcome>> = judge
            .all(&pairs)
            .into_iter()
            .chain(lost)
            .map(|mut outcome| {
                acceptance.apply(clauses, &mut outcome);
                Arc::new(outcome)
            })
            .collect();
        let concluded = acceptance.conclude(contract, clauses, cases, &outcomes, false);
        Ok(Judged {
            outcomes,
            concluded,
        })
    }

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

/// A file's name as a part of cases' names, another for each file.
fn stem_of(path: &Path, taken: &mut HashMap<String, usize>) -> String {
    let stem = path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let times = taken.entry(stem.clone()).or_default();
    *times += 1;
    match times {
        1 => stem,
        times => format!("{stem}-{times}"),
    }
}

fn add(read: &mut Inputs, traces: &mut Vec<Trace>, routed: Routed) -> Vec<Diagnostic> {
    read.cases.extend(routed.cases);
    traces.extend(routed.traces);
    routed.notes
}

/// The first problems of case files, as what can be lived with.
fn first_of(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let more = problems.len().saturating_sub(SHOWN);
    let mut first: Vec<Diagnostic> = problems.into_iter().take(SHOWN).collect();
    for problem in &mut first {
        problem.severity = Severity::Warning;
    }
    if more > 0 {
        let message = format!("{more} more problems of case files");
        first.push(Diagnostic::warning("cases", message));
    }
    first
}

/// In what the contract and the cases at hand are not those of the run.
fn differences(read: &Inputs, record: &Record) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    let (contract, cases) = (read.contract_hash(), &read.cases_hash);
    let mut abouts = record.files.iter().map(|file| &file.about);
    let other = |about: &&About| about.contract_hash != contract;
    if let Some(about) = abouts.clone().find(other) {
        notes.push(Diagnostic::warning(
            "contract",
            format!(
                "the run was made by another contract, {} ({}); its exchanges are judged by {} ({})",
                about.contract,
                short(&about.contract_hash),
                read.contract.title(),
                short(&contract)
            ),
        ));
    }
    if !cases.is_empty() && abouts.any(|about| about.cases_hash != *cases) {
        notes.push(
            Diagnostic::warning(
                "cases",
                "the case files are not those of the run: what a case expects now need not be what it asked for then",
            )
            .help("give the run's own cases with --cases"),
        );
    }
    notes
}

/// As much of a digest as tells it from others.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or("unknown")
}

/// The generated cases of a record, made again: with the variables and the header fields the run had,
/// the same contract gives the same cases.
fn generate(read: &mut Inputs, traces: &[Trace]) {
    let known: HashSet<&CaseId> = read.cases.iter().map(|case| &case.id).collect();
    let unknown: HashSet<&CaseId> = traces
        .iter()
        .map(|trace| &trace.case)
        .filter(|case| !known.contains(case))
        .collect();
    if unknown.is_empty() {
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
    let wanted: Vec<Case> = cases.filter(|case| unknown.contains(&case.id)).collect();
    read.cases.extend(wanted);
}

/// Exchanges whose case isn't there, or whose operation the contract doesn't have by that name: they are
/// judged one by one, by the operation that their method and path lead to.
fn without_cases(read: &mut Inputs, traces: &mut Vec<Trace>) -> Vec<Diagnostic> {
    let known: HashSet<&CaseId> = read.cases.iter().map(|case| &case.id).collect();
    let unknown: Vec<&Trace> = traces
        .iter()
        .filter(|trace| !known.contains(&trace.case) && !trace.steps.is_empty())
        .collect();
    let names: HashSet<&str> = read
        .contract
        .operations
        .iter()
        .map(|o| o.name.as_str())
        .collect();
    let lacking: Vec<&Trace> = traces
        .iter()
        .filter(|trace| known.contains(&trace.case))
        .filter(|trace| {
            trace
                .steps
                .iter()
                .any(|step| !names.contains(step.operation.as_str()))
        })
        .collect();
    let mut notes = Vec::new();
    let mut say = |traces: &[&Trace], message: &str| {
        if let Some(first) = traces.first() {
            let plural = if traces.len() == 1 { "case" } else { "cases" };
            let note = Diagnostic::warning(
                "record",
                format!("{} {plural} of the record {message}", traces.len()),
            );
            notes.push(note.note(format!("the first is `{}`", first.case)));
        }
    };
    say(
        &unknown,
        "can't be found or bound: each of their exchanges is judged for its shape, by the operation that method and path lead to",
    );
    say(
        &lacking,
        "call operations that the contract doesn't have by that name: these exchanges are judged by where method and path lead to",
    );
    let mut routed = route_traces(&read.contract, unknown, |_, _| true);
    let lacking = route_traces(&read.contract, lacking, |_, step| {
        !names.contains(step.operation.as_str())
    });
    routed.cases.extend(lacking.cases);
    routed.traces.extend(lacking.traces);
    routed.notes.extend(lacking.notes);
    notes.extend(add(read, traces, routed));
    notes
}

impl Inputs {
    /// The SHA-256 of the contract's texts.
    pub(super) fn contract_hash(&self) -> String {
        let sources = self.contract.document.sources();
        crate::evidence::digest_of(sources.map(|source| source.text()))
    }
}
