//! Who may run beside whom.
//!
//! Two cases that write to the same fixture never run at once, in one process or in several: a
//! target that loses an update would break one case by what another did, in some runs and not in
//! others, and the finding would name the wrong clause. Writers side by side are put to the test on
//! purpose, by a case of their own. A serial case runs beside nothing at all.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::case::{Case, expand};
use crate::openapi::Contract;

/// Where processes that share a target wait for each other. Within a process the scheduler sees to it.
#[derive(Debug, Default)]
pub(super) struct Locks {
    folder: Option<PathBuf>,
    target: String,
}

/// What a case holds while it runs; let go when it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    _files: Vec<File>,
}

impl Locks {
    pub(super) fn new(folder: Option<PathBuf>, target: String) -> Self {
        Self { folder, target }
    }

    /// Waits until no other process does what the case may not run beside. Locks are taken in one
    /// order, so nobody waits in a circle.
    pub(super) async fn acquire(
        &self,
        serial: bool,
        lanes: &BTreeSet<String>,
    ) -> std::io::Result<Held> {
        let mut files = Vec::new();
        if let Some(folder) = &self.folder {
            files.push(file(folder, &self.target, serial).await?);
            for lane in lanes {
                files.push(file(folder, &format!("{} {lane}", self.target), true).await?);
            }
        }
        Ok(Held { _files: files })
    }
}

async fn file(folder: &Path, name: &str, alone: bool) -> std::io::Result<File> {
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let path = folder.join(format!("proofmark-{name}.lock"));
    let waiting = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).append(true).open(path)?;
        if alone {
            file.lock()?;
        } else {
            file.lock_shared()?;
        }
        Ok::<_, std::io::Error>(file)
    });
    waiting.await.map_err(std::io::Error::other)?
}

/// The fixtures a case writes to: the values of the path parameters of its writes that come from
/// the target and not from the case itself.
pub(super) fn lanes(
    contract: &Contract,
    case: &Case,
    variables: &Map<String, Value>,
) -> BTreeSet<String> {
    let mut lanes = BTreeSet::new();
    for step in &case.steps {
        let operation = &contract.operations[step.operation];
        if operation.is_safe() {
            continue;
        }
        for name in operation.path.parameters() {
            let value = match step.path.get(name) {
                Some(value) => expand(value, variables).ok(),
                None => variables.get(name).cloned(),
            };
            // What can't be filled in by the target's variables alone is the case's own.
            lanes.extend(value.map(|value| format!("{name}={value}")));
        }
    }
    lanes
}
