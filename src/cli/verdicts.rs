//! Where the verdicts of a run are written.

use std::path::{Path, PathBuf};

use super::inputs::Inputs;
use crate::diag::Diagnostic;
use crate::outcome::CaseOutcome;
use crate::report::verdict_file;

/// Writes the verdicts of a run or a record, if they are asked for.
pub(super) fn write<'o>(
    path: Option<&Path>,
    inputs: &Inputs,
    outcomes: impl IntoIterator<Item = &'o CaseOutcome>,
) -> Result<(), Diagnostic> {
    let Some(path) = path else { return Ok(()) };
    let path = verdicts_path(path);
    let text = verdict_file(&inputs.contract, &inputs.clauses, outcomes);
    let unwritable = |error: std::io::Error| {
        let message = format!("{} can't be written: {error}", path.display());
        Diagnostic::error("verdicts", message).help("give another file with --verdicts")
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(unwritable)?;
    }
    std::fs::write(&path, text).map_err(unwritable)
}

/// The file of verdicts: the one that is named, or in a folder one that is called like this program, so
/// that the suites of a package, which are all given the same path, don't write over each other's.
pub(super) fn verdicts_path(path: &Path) -> PathBuf {
    let is_folder = path.is_dir() || path.to_string_lossy().ends_with(std::path::is_separator);
    if !is_folder {
        return path.to_owned();
    }
    let program = std::env::current_exe().unwrap_or_default();
    let stem = program.file_stem().unwrap_or_default().to_string_lossy();
    path.join(format!("{}.json", suite_name(&stem)))
}

/// A test binary's name without the hash that cargo puts behind it.
fn suite_name(stem: &str) -> &str {
    match stem.rsplit_once('-') {
        Some((name, hash))
            if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            name
        }
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_is_called_as_its_test_is() {
        assert_eq!(suite_name("conformance-0123456789abcdef"), "conformance");
        assert_eq!(suite_name("over-a-socket"), "over-a-socket");
        assert_eq!(suite_name("proofmark"), "proofmark");
    }

    #[test]
    fn a_folder_gives_each_program_a_file() {
        let file = verdicts_path(Path::new("v/all.json"));
        assert_eq!(file, Path::new("v/all.json"));
        let own = verdicts_path(Path::new("v/"));
        assert_eq!(own, Path::new("v/proofmark.json"));
    }
}
