//! Puts the records of a run's processes into one folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::bodies::FOLDER;
use super::read::{ReadError, Record, RecordFile, read_records};
use crate::diag::Diagnostic;
use crate::outcome::About;

/// Why records can't be put together.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// They can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// They are not of one run.
    #[error("the records are not of one run")]
    Differ(Vec<Diagnostic>),
    /// The folder has a record in it already.
    #[error("{} holds a record already; give a folder that doesn't", .0.display())]
    Taken(PathBuf),
    /// The system says so.
    #[error("{path} can't be written: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Puts records into one folder, which is made if need be: their files as they are, but for a torn last
/// line, and their bodies.
///
/// # Errors
/// Records that can't be read, have a case twice, or are of different contracts or cases.
pub fn merge(paths: &[PathBuf], into: &Path) -> Result<Record, MergeError> {
    let record = read_records(paths)?;
    let problems: Vec<Diagnostic> = [
        differing(&record.files, "contracts", |about| &about.contract_hash),
        differing(&record.files, "cases", |about| &about.cases_hash),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !problems.is_empty() {
        return Err(MergeError::Differ(problems));
    }
    let taken = fs::read_dir(into).is_ok_and(|entries| {
        let mut paths = entries.flatten().map(|entry| entry.path());
        paths.any(|path| path.extension().is_some_and(|e| e == "ndjson"))
    });
    if taken {
        return Err(MergeError::Taken(into.to_owned()));
    }
    let failed = |path: &Path, source: io::Error| MergeError::Io {
        path: path.to_owned(),
        source,
    };
    fs::create_dir_all(into).map_err(|error| failed(into, error))?;
    for (number, file) in record.files.iter().enumerate() {
        copy_bodies(&file.path, into).map_err(|error| failed(into, error))?;
        let mut to = into.join(file.path.file_name().unwrap_or_default());
        if to.exists() {
            // Files that a person named may be called alike.
            to = into.join(format!("{}-{number}.ndjson", file.about.run));
        }
        let bytes = fs::read(&file.path).map_err(|source| ReadError::io(&file.path, source))?;
        let whole = bytes.get(..file.whole).unwrap_or(&bytes);
        fs::write(&to, whole).map_err(|error| failed(&to, error))?;
    }
    Ok(record)
}

/// In what the records differ, with each of the values and the first file that has it.
fn differing(
    files: &[RecordFile],
    what: &str,
    hash: impl Fn(&About) -> &String,
) -> Option<Diagnostic> {
    let mut values: Vec<(&str, &RecordFile)> = Vec::new();
    for file in files {
        let value = hash(&file.about).as_str();
        if !values.iter().any(|(known, _)| *known == value) {
            values.push((value, file));
        }
    }
    if values.len() < 2 {
        return None;
    }
    let mut problem = Diagnostic::error(
        "merge",
        format!("these records are of different {what}, and can't be one run's"),
    )
    .help(format!("run all parts with the same {what}"));
    for (value, file) in values {
        let shown = if value.is_empty() { "none" } else { value };
        problem = problem.note(format!("{} has {shown}", file.path.display()));
    }
    Some(problem)
}

fn copy_bodies(file: &Path, into: &Path) -> io::Result<()> {
    let from = file.parent().unwrap_or(Path::new("")).join(FOLDER);
    let Ok(entries) = fs::read_dir(&from) else {
        return Ok(());
    };
    let to = into.join(FOLDER);
    fs::create_dir_all(&to)?;
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let is_body = entry.path().extension().is_some_and(|e| e == "gz");
        if is_body && !target.exists() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
