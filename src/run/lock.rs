//! Serial cases run alone: also when several processes share a target.

use std::fs::File;
use std::path::{Path, PathBuf};

/// A lock between processes, let go when it is dropped.
#[derive(Debug)]
pub(super) struct TargetLock {
    _file: File,
}

impl TargetLock {
    /// Waits for the lock of a target in a folder all processes share.
    pub(super) async fn acquire(folder: &Path, target: &str) -> std::io::Result<Self> {
        let name: String = target
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let path: PathBuf = folder.join(format!("proofmark-{name}.lock"));
        let file = tokio::task::spawn_blocking(move || {
            let file = File::create(path)?;
            file.lock()?;
            Ok::<_, std::io::Error>(file)
        });
        let file = file.await.map_err(std::io::Error::other)??;
        Ok(Self { _file: file })
    }
}
