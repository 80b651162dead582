//! Writes a record.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
        serde_json::to_writer(&mut file, &masked(trace))?;
        file.write_all(b"\n")?;
    }
    file.flush()
}

/// The trace without any credential among the values that were captured; in exchanges they are masked
/// by themselves.
fn masked(trace: &Trace) -> Cow<'_, Trace> {
    let answered = trace
        .steps
        .iter()
        .filter_map(|step| step.result.as_ref().ok());
    let text = Value::Object(trace.bindings.clone()).to_string();
    let clean = answered.fold(text.clone(), |text, exchange| exchange.masked(&text));
    if clean == text {
        return Cow::Borrowed(trace);
    }
    let mut trace = trace.clone();
    // Masking takes nothing from the text's form; if it did, nothing is better than a credential.
    trace.bindings = serde_json::from_str(&clean).unwrap_or_default();
    Cow::Owned(trace)
}
