//! Writes a record.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::outcome::Trace;

/// A record's first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format's version.
    pub proofmark: u32,
    /// The contract's title and version.
    pub contract: String,
    /// The target.
    pub target: String,
}

/// Writes the traces of one process into a record's folder, which is made if need be. The file is
/// named after the run's nonce, so that processes don't meet.
///
/// # Errors
/// When folder or file can't be written.
pub fn write_traces(
    folder: &Path,
    nonce: &str,
    header: &Header,
    traces: &[Trace],
) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = BufWriter::new(File::create_new(folder.join(format!("{nonce}.ndjson")))?);
    serde_json::to_writer(&mut file, header)?;
    file.write_all(b"\n")?;
    for trace in traces {
        serde_json::to_writer(&mut file, trace)?;
        file.write_all(b"\n")?;
    }
    file.flush()
}
