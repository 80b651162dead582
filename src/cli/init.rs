//! `proofmark init`: the files that a person goes on from.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::args::{ContractArgs, InitArgs};
use super::exit::Exit;
use super::inputs;
use super::stop::{Stop, warn};
use crate::diag::Diagnostic;
use crate::generate::{File, skeleton};

/// How many files are named that are in the way.
const NAMED: usize = 5;

pub(super) fn run(args: &InitArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    let read = inputs::read(&ContractArgs {
        spec: Some(args.spec.clone()),
        cases: None,
        overlays: args.overlays.clone(),
        allow_remote_refs: args.allow_remote_refs,
    })?;
    warn(&read.contract.warnings);
    let skeleton = skeleton(&read.contract);
    in_the_way(&args.out, &skeleton.files)?;
    for file in &skeleton.files {
        let path = args.out.join(&file.path);
        write(&path, &file.text).map_err(|error| {
            Diagnostic::error(
                "init",
                format!("{} can't be written: {error}", path.display()),
            )
        })?;
    }
    let cases = skeleton.files.len() - 1;
    let (config, folder) = (args.out.join("proofmark.toml"), args.out.join("cases"));
    let (config, folder) = (config.display(), folder.display());
    writeln!(
        out,
        "wrote {config}, and {cases} case files in {folder}: {} run as they are, {} wait for what is marked in them by `# fill in:`",
        cases - skeleton.waiting,
        skeleton.waiting
    )?;
    writeln!(
        out,
        "fill in {config} first, then:\n  proofmark run --spec {} --cases {folder} --config {config} --profile local",
        args.spec.display()
    )?;
    Ok(Exit::Conforms)
}

/// Nothing is written where anything would be written over.
fn in_the_way(folder: &Path, files: &[File]) -> Result<(), Diagnostic> {
    let there = files.iter().map(|file| folder.join(&file.path));
    let there: Vec<String> = there
        .filter(|path| path.exists())
        .map(|path| path.display().to_string())
        .collect();
    if there.is_empty() {
        return Ok(());
    }
    let mut problem = Diagnostic::error(
        "init",
        "nothing is written over, and these files are there already",
    );
    for path in there.iter().take(NAMED) {
        problem = problem.note(path);
    }
    if there.len() > NAMED {
        problem = problem.note(format!("and {} more", there.len() - NAMED));
    }
    Err(problem.help("move them away, or give another folder with --out"))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::create_new(path)?.write_all(text.as_bytes())
}
