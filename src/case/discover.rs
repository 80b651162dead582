//! Finds case files.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::Source;

/// Why case files can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{path} can't be read: {source}", path = path.display())]
pub struct DiscoverError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

/// Reads all `.yaml` and `.yml` files below a folder, in the order of their paths. Each text is
/// named `label/PATH`; hidden files and folders are passed over.
///
/// # Errors
/// Everything that can't be read.
pub fn discover(folder: &Path, label: &str) -> Result<Vec<Arc<Source>>, Vec<DiscoverError>> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    collect(folder, label, &mut files, &mut errors);
    files.sort_by(|a: &(String, PathBuf), b| a.0.cmp(&b.0));
    let mut sources = Vec::new();
    for (name, path) in files {
        match std::fs::read_to_string(&path) {
            Ok(text) => sources.push(Source::new(name, text)),
            Err(source) => errors.push(DiscoverError { path, source }),
        }
    }
    if errors.is_empty() {
        Ok(sources)
    } else {
        Err(errors)
    }
}

fn collect(
    folder: &Path,
    label: &str,
    files: &mut Vec<(String, PathBuf)>,
    errors: &mut Vec<DiscoverError>,
) {
    let entries = match std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(source) => {
            errors.push(DiscoverError {
                path: folder.to_owned(),
                source,
            });
            return;
        }
    };
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        let label = format!("{label}/{name}");
        if path.is_dir() {
            collect(&path, &label, files, errors);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            files.push((label, path));
        }
    }
}
