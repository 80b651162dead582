//! Reads what a command works on.

use std::path::Path;
use std::sync::Arc;
use std::thread::ScopedJoinHandle;

use super::args::ContractArgs;
use super::{built_in, fetch};
use crate::case::{Case, CaseFiles};
use crate::check::Judge;
use crate::clause::Clauses;
use crate::diag::{Diagnostic, Source};
use crate::evidence::digest_of;
use crate::openapi::{Contract, load};
use crate::run;

/// A contract with its clauses and cases.
pub(super) struct Inputs {
    pub(super) contract: Arc<Contract>,
    pub(super) clauses: Arc<Clauses>,
    pub(super) cases: Vec<Case>,
    /// The SHA-256 of the case files' texts; empty where there are none.
    pub(super) cases_hash: String,
}

/// Reads contract and cases, and says everything that is wrong with either. What doesn't wait for
/// something else is done beside it: a command is not to be waited for.
pub(super) fn read(args: &ContractArgs) -> Result<Inputs, Vec<Diagnostic>> {
    let (inputs, problems) = read_what_binds(args)?;
    strictly(inputs, problems)
}

/// The same, where cases that don't bind to the contract are passed over: what is wrong with them is beside
/// the others.
pub(super) fn read_what_binds(
    args: &ContractArgs,
) -> Result<(Inputs, Vec<Diagnostic>), Vec<Diagnostic>> {
    let contract = || fetch::contract(args.spec.as_deref(), &args.overlays, args.allow_remote_refs);
    read_from(contract, || case_files(args))
}

fn strictly(inputs: Inputs, mut problems: Vec<Diagnostic>) -> Result<Inputs, Vec<Diagnostic>> {
    if problems.is_empty() {
        return Ok(inputs);
    }
    // Without these they would only be said once the others are mended.
    let found = run::problems(&inputs.contract, &inputs.clauses, &inputs.cases);
    problems.extend(found);
    Err(problems)
}

/// The same of a text that is there already, and a folder of cases.
pub(super) fn of_text(
    source: Arc<Source>,
    cases: Option<&Path>,
) -> Result<Inputs, Vec<Diagnostic>> {
    let (inputs, problems) = read_from(
        || load(source),
        || match cases {
            Some(folder) => folder_files(folder),
            None => Ok(CaseFiles::default()),
        },
    )?;
    strictly(inputs, problems)
}

fn read_from(
    contract: impl FnOnce() -> Result<Contract, Vec<Diagnostic>>,
    files: impl FnOnce() -> Result<CaseFiles, Vec<Diagnostic>> + Send,
) -> Result<(Inputs, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (contract, files) = std::thread::scope(|scope| {
        let files = scope.spawn(files);
        (contract(), joined(files))
    });
    let (contract, files) = match (contract, files) {
        (Ok(contract), Ok(files)) => (contract, files),
        (contract, files) => {
            let problems = [contract.err(), files.err()];
            return Err(problems.into_iter().flatten().flatten().collect());
        }
    };
    let cases_hash = digest_of(files.texts());
    let (clauses, mut problems, bound) = std::thread::scope(|scope| {
        let clauses = scope.spawn(|| {
            let clauses = Clauses::of(&contract);
            let problems = Judge::new(&contract, &clauses).problems();
            (clauses, problems)
        });
        let bound = files.bind(&contract);
        let (clauses, problems) = joined(clauses);
        (clauses, problems, bound)
    });
    if !problems.is_empty() {
        problems.extend(bound.problems);
        problems.extend(run::problems(&contract, &clauses, &bound.cases));
        return Err(problems);
    }
    let inputs = Inputs {
        contract: Arc::new(contract),
        clauses: Arc::new(clauses),
        cases: bound.cases,
        cases_hash,
    };
    Ok((inputs, bound.problems))
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn case_files(args: &ContractArgs) -> Result<CaseFiles, Vec<Diagnostic>> {
    match (&args.cases, &args.spec) {
        (Some(folder), _) => folder_files(folder),
        (None, None) => Ok(CaseFiles::read(&built_in::cases(), built_in::CASES_LABEL)),
        // Cases of another contract would only be full of unknown operations.
        (None, Some(_)) => Ok(CaseFiles::default()),
    }
}

fn folder_files(folder: &Path) -> Result<CaseFiles, Vec<Diagnostic>> {
    // As the user would open it from here.
    let here = std::env::current_dir().unwrap_or_default();
    let label = folder
        .strip_prefix(here)
        .unwrap_or(folder)
        .display()
        .to_string();
    CaseFiles::of_folder(folder, &label).map_err(|errors| {
        errors
            .into_iter()
            .map(|error| {
                Diagnostic::error("cases", error.to_string())
                    .help("give the folder of the case files with --cases; they are YAML in UTF-8")
            })
            .collect()
    })
}
