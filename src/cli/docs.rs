//! `proofmark docs`: the API documentation.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::{ContractArgs, DocsArgs};
use super::exit::Exit;
use super::recorded::Recorded;
use super::stop::Stop;
use super::{inputs, spec};
use crate::check::stale_examples;
use crate::diag::Diagnostic;
use crate::openapi::Contract;
use crate::outcome::Account;
use crate::report::docs;
use crate::run::Required;

pub(super) fn run(args: &DocsArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    if args.records.is_empty() {
        let read = inputs::read(&ContractArgs {
            cases: None,
            ..args.contract.clone()
        })?;
        return written(args, &read.contract, None, Vec::new(), out);
    }
    let recorded = Recorded::read(&args.contract, &args.records, None)?;
    let judged = recorded.judged(args.waivers.as_deref(), Required::default())?;
    let contract = &recorded.inputs.contract;
    let stale = stale_examples(contract, &recorded.traces);
    let account = recorded.account(&judged);
    written(args, contract, Some(&account), stale, out)
}

/// Writes the documentation, or with `--check` says what of it is not as it would be written.
fn written(
    args: &DocsArgs,
    contract: &Contract,
    account: Option<&Account<'_>>,
    stale: Vec<Diagnostic>,
    out: &mut impl Write,
) -> Result<Exit, Stop> {
    let text = |path: &Path| {
        if path.extension().is_some_and(|extension| extension == "md") {
            docs::markdown(contract, account)
        } else {
            docs::html(contract, account)
        }
    };
    if !args.check {
        let path: &PathBuf = args.out.as_ref().ok_or_else(nothing_to_do)?;
        spec::write(path, &text(path))?;
        writeln!(out, "{}", path.display())?;
        // An example that isn't true is no reason to write nothing, and one to say so.
        super::stop::warn(&stale);
        return Ok(Exit::Conforms);
    }
    if args.out.is_none() && account.is_none() {
        return Err(nothing_to_do().into());
    }
    let mut problems = stale;
    if let Some(path) = &args.out {
        let there = std::fs::read_to_string(path).unwrap_or_default();
        if there != text(path) {
            let path = path.display();
            let records = args
                .records
                .iter()
                .map(|record| format!(" --record {}", record.display()));
            let records: String = records.collect();
            let problem = Diagnostic::error("docs", format!("{path} is not what would be written"))
                .help(format!(
                    "run `proofmark docs{records} --out {path}` and commit it"
                ));
            problems.push(problem);
        }
    }
    if problems.is_empty() {
        Ok(Exit::Conforms)
    } else {
        Err(problems.into())
    }
}

fn nothing_to_do() -> Diagnostic {
    Diagnostic::error("docs", "there is nothing to write and nothing to check")
        .help("name the file with --out, or the record whose answers the examples are held against with --record")
}
