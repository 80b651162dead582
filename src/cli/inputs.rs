//! Reads what a command works on.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use super::args::ContractArgs;
use super::built_in;
use crate::case::{Case, discover, load_cases};
use crate::clause::Clauses;
use crate::diag::{Diagnostic, Source};
use crate::openapi::{Contract, load};

/// A contract with its clauses and cases.
pub(super) struct Inputs {
    pub(super) contract: Arc<Contract>,
    pub(super) clauses: Arc<Clauses>,
    pub(super) cases: Vec<Case>,
}

/// Reads contract and cases, and says everything that is wrong with either.
pub(super) fn read(args: &ContractArgs) -> Result<Inputs, Vec<Diagnostic>> {
    let source = match &args.spec {
        None => built_in::contract(),
        Some(path) => read_source(path).map_err(|problem| vec![problem])?,
    };
    let contract = load(source)?;
    let clauses = Clauses::of(&contract);
    let mut problems = crate::check::Judge::new(&contract, &clauses).problems();
    let sources = match (&args.cases, &args.spec) {
        (Some(folder), _) => {
            // As the user would open it from here.
            let here = std::env::current_dir().unwrap_or_default();
            let label = folder
                .strip_prefix(here)
                .unwrap_or(folder)
                .display()
                .to_string();
            let sources = discover(folder, &label).map_err(|errors| {
                errors
                    .into_iter()
                    .map(|error| {
                        Diagnostic::error("cases", error.to_string())
                            .help("give the folder of the case files with --cases")
                    })
                    .collect::<Vec<_>>()
            })?;
            (label, sources)
        }
        (None, None) => (built_in::CASES_LABEL.to_owned(), built_in::cases()),
        // Cases of another contract would only be full of unknown operations.
        (None, Some(_)) => (String::new(), Vec::new()),
    };
    match load_cases(&sources.1, &sources.0, &contract) {
        Ok(cases) if problems.is_empty() => Ok(Inputs {
            contract: Arc::new(contract),
            clauses: Arc::new(clauses),
            cases,
        }),
        Ok(_) => Err(problems),
        Err(found) => {
            problems.extend(found);
            Err(problems)
        }
    }
}

fn read_source(path: &Path) -> Result<Arc<Source>, Diagnostic> {
    let unreadable = |error: io::Error| {
        Diagnostic::error(
            "contract",
            format!("{} can't be read: {error}", path.display()),
        )
        .help("give the OpenAPI document with --spec; - reads standard input")
    };
    if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(unreadable)?;
        return Ok(Source::new("(standard input)", text));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    Ok(Source::new(path.display().to_string(), text))
}
