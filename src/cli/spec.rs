//! `proofmark spec`: what is generated from the Rust types.

use std::io::Write;
use std::path::Path;

use super::args::{SpecArgs, SpecFormat};
use super::exit::Exit;
use super::stop::Stop;
use crate::case::case_schema;
use crate::diag::Diagnostic;
use crate::report::report_schema;
use crate::waiver::waiver_schema;

pub(super) fn run(args: &SpecArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    if let Some(folder) = &args.all {
        for (name, text) in generated()? {
            write(&folder.join(name), &text)?;
            writeln!(out, "{}", folder.join(name).display())?;
        }
        return Ok(Exit::Conforms);
    }
    let text = match args.format {
        SpecFormat::CaseSchema => case_schema_text(),
        SpecFormat::ReportSchema => report_schema_text(),
        SpecFormat::Yaml => contract(true)?,
        SpecFormat::Json => contract(false)?,
    };
    match &args.out {
        Some(path) => write(path, &text)?,
        None => out.write_all(text.as_bytes())?,
    }
    Ok(Exit::Conforms)
}

/// Everything that is generated and committed in `spec/`, but for the documentation, by name.
pub(super) fn generated() -> Result<Vec<(&'static str, String)>, Diagnostic> {
    Ok(vec![
        ("openapi.yaml", contract(true)?),
        ("openapi.json", contract(false)?),
        ("case.schema.json", case_schema_text()),
        ("waivers.schema.json", format!("{:#}\n", waiver_schema())),
        ("report.schema.json", report_schema_text()),
    ])
}

fn case_schema_text() -> String {
    format!("{:#}\n", case_schema())
}

fn report_schema_text() -> String {
    format!("{:#}\n", report_schema())
}

#[cfg(feature = "reference")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "without the reference there is nothing to generate from"
)]
fn contract(yaml: bool) -> Result<String, Diagnostic> {
    Ok(if yaml {
        crate::reference::contract_yaml()
    } else {
        crate::reference::contract_json()
    })
}

#[cfg(not(feature = "reference"))]
fn contract(_: bool) -> Result<String, Diagnostic> {
    Err(
        Diagnostic::error("spec", "this program was built without the reference")
            .help("build it with its default features"),
    )
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), Diagnostic> {
    std::fs::write(path, text).map_err(|error| {
        Diagnostic::error(
            "output",
            format!("{} can't be written: {error}", path.display()),
        )
        .help("give another file with --out")
    })
}
