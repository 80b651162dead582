//! The files a document refers to.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::diag::Source;

/// Gives the texts that `$ref`s to other files lead to. A location is a path or a URL, as
/// [`Files::resolve`] made it.
pub trait Files {
    /// The location a reference leads to from a text of this location.
    ///
    /// # Errors
    /// In words, when it may not be followed.
    fn resolve(&self, base: &str, reference: &str) -> Result<String, String>;

    /// The text at a location.
    ///
    /// # Errors
    /// In words, when there is none.
    fn read(&self, location: &str) -> Result<Arc<Source>, String>;
}

/// No files at all: a document that stands alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn resolve(&self, _: &str, _: &str) -> Result<String, String> {
        Err("other files are not read here".to_owned())
    }

    fn read(&self, _: &str) -> Result<Arc<Source>, String> {
        Err("other files are not read here".to_owned())
    }
}

/// Files on the disk, below certain folders alone: a document must not read what its owner didn't
/// mean to show.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    roots: Vec<PathBuf>,
}

impl Disk {
    /// Files below the document's own folder and below the folder one works in.
    #[must_use]
    pub fn beside(document: &Path) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let folder = here.join(document);
        let folder = folder.parent().map(normal).unwrap_or_default();
        Self {
            roots: vec![folder, normal(&here)],
        }
    }
}

impl Files for Disk {
    fn resolve(&self, base: &str, reference: &str) -> Result<String, String> {
        if reference.contains("://") || reference.starts_with("file:") {
            return Err("remote references are not followed unless asked for".to_owned());
        }
        let reference = percent_encoding::percent_decode_str(reference).decode_utf8_lossy();
        let reference = Path::new(reference.as_ref());
        if reference.is_absolute() {
            return Err("an absolute path is not followed".to_owned());
        }
        let is_document = reference.extension().is_some_and(|extension| {
            ["json", "yaml", "yml"]
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        });
        if !is_document {
            return Err("only files called .json, .yaml or .yml are read".to_owned());
        }
        let folder = Path::new(base).parent().unwrap_or(Path::new(""));
        let path = normal(&folder.join(reference));
        let here = std::env::current_dir().unwrap_or_default();
        let whole = normal(&here.join(&path));
        if self.roots.iter().any(|root| whole.starts_with(root)) {
            Ok(path.display().to_string())
        } else {
            Err("it leads out of the document's folder and of the folder you work in".to_owned())
        }
    }

    fn read(&self, location: &str) -> Result<Arc<Source>, String> {
        let bytes = std::fs::read(location).map_err(|error| error.to_string())?;
        Source::from_bytes(location, bytes)
    }
}

/// A path without `.` and `..` where they can be done without.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        let above = matches!(normal.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if above => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stay_below_the_documents_folder_and_ones_own() {
        let disk = Disk {
            roots: vec![PathBuf::from("/api/spec"), PathBuf::from("/home/me")],
        };
        let resolved = |base: &str, reference: &str| disk.resolve(base, reference);
        assert_eq!(
            resolved("/api/spec/a/main.yaml", "../b/x%20y.json").as_deref(),
            Ok("/api/spec/b/x y.json")
        );
        assert_eq!(
            resolved("/home/me/a.yaml", "./c.yml").as_deref(),
            Ok("/home/me/c.yml")
        );
        for outside in [
            "../other/x.yaml",
            "../../etc/passwd",
            "passwd",
            "/api/spec/x.yaml",
            "https://example.com/x.yaml",
            "file:///api/spec/x.yaml",
        ] {
            assert!(
                resolved("/api/spec/main.yaml", outside).is_err(),
                "{outside}"
            );
        }
    }
}
