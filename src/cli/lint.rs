//! `proofmark lint`.

use std::io::Write;

use super::args::LintArgs;
use super::exit::Exit;
use super::stop::Stop;
use super::{engine, fetch};
use crate::diag::{Diagnostic, Severity};
use crate::openapi::Contract;

pub(super) fn run(args: &LintArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    let contract = fetch::contract(args.spec.as_deref(), &args.overlays, args.allow_remote_refs);
    let (problems, read) = match contract {
        Ok(contract) => (problems(&contract), Some(contract)),
        Err(problems) => (problems, None),
    };
    if !problems.is_empty() {
        writeln!(out, "{}\n", engine::shown(&problems))?;
    }
    let count = |severity| problems.iter().filter(|p| p.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match &read {
        Some(contract) => writeln!(
            out,
            "{} {} (OpenAPI {}): {} operations; {}",
            contract.info.title,
            contract.info.version,
            contract.info.openapi,
            contract.operations.len(),
            said(errors, warnings)
        )?,
        None => writeln!(
            out,
            "the document can't be used; {}",
            said(errors, warnings)
        )?,
    }
    let worst = problems.iter().map(|problem| problem.severity).max();
    Ok(match worst {
        Some(Severity::Error) => Exit::Usage,
        Some(Severity::Warning) if !args.allow_warnings => Exit::Findings,
        _ => Exit::Conforms,
    })
}

/// Everything there is to say, schemas that can't be compiled among it.
fn problems(contract: &Contract) -> Vec<Diagnostic> {
    let mut problems = contract.warnings.clone();
    problems.extend(contract.unusable_schemas());
    problems
}

fn said(errors: usize, warnings: usize) -> String {
    let counted =
        |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!(
        "{}, {}",
        counted(errors, "error"),
        counted(warnings, "warning")
    )
}
