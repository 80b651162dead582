//! `proofmark docs`: the API documentation.

use std::io::Write;

use super::args::DocsArgs;
use super::exit::Exit;
use super::stop::Stop;
use super::{inputs, spec};
use crate::diag::Diagnostic;
use crate::report::docs;

pub(super) fn run(args: &DocsArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    let contract = args.contract.clone();
    let read = inputs::read(&super::args::ContractArgs {
        cases: None,
        ..contract
    })?;
    let markdown = args
        .out
        .extension()
        .is_some_and(|extension| extension == "md");
    let text = if markdown {
        docs::markdown(&read.contract)
    } else {
        docs::html(&read.contract)
    };
    if !args.check {
        spec::write(&args.out, &text)?;
        writeln!(out, "{}", args.out.display())?;
        return Ok(Exit::Conforms);
    }
    let there = std::fs::read_to_string(&args.out).unwrap_or_default();
    if there == text {
        return Ok(Exit::Conforms);
    }
    let path = args.out.display();
    Err(
        Diagnostic::error("docs", format!("{path} is not what the contract generates"))
            .help(format!("run `proofmark docs --out {path}` and commit it"))
            .into(),
    )
}
