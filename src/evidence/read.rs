//! Reads records and single exchanges.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::write::Header;
use crate::diag::{Diagnostic, Document, Pointer, Source, Span, Syntax};
use crate::http::Exchange;
use crate::outcome::Trace;

/// Why a record can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system says so.
    #[error("{path} can't be read: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No record is there.
    #[error("{path} holds no record (*.ndjson); make one with --record", path = .0.display())]
    Empty(PathBuf),
    /// What is written there is none, or twice.
    #[error("the record is damaged")]
    Damaged(Vec<Diagnostic>),
}

/// Reads the traces of records: folders, or single files of one.
///
/// # Errors
/// What can't be read; a case that was recorded twice.
pub fn read_traces(paths: &[PathBuf]) -> Result<Vec<Trace>, ReadError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let entries = entries.map_err(|source| io_error(path, source))?;
            files.extend(
                entries
                    .iter()
                    .map(std::fs::DirEntry::path)
                    .filter(|p| p.extension().is_some_and(|e| e == "ndjson")),
            );
            if files.len() == before {
                return Err(ReadError::Empty(path.clone()));
            }
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    let mut traces: Vec<Trace> = Vec::new();
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut problems = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).map_err(|source| io_error(file, source))?;
        let source = Source::new(file.display().to_string(), text);
        let mut at = 0;
        for (number, line) in source.text().split_inclusive('\n').enumerate() {
            let span = Span::new(at, at + line.trim_end().len());
            at += line.len();
            let problem = |reason: String| {
                Diagnostic::error("record", reason).at(
                    &source,
                    Span::new(span.start, span.start + 1),
                    "",
                )
            };
            if number == 0 {
                match serde_json::from_str::<Header>(line) {
                    Ok(header) if header.proofmark == 1 => {}
                    Ok(header) => problems.push(problem(format!(
                        "version {} of the record is not read",
                        header.proofmark
                    ))),
                    Err(error) => {
                        problems.push(problem(format!("this is no record of a run: {error}")));
                    }
                }
                continue;
            }
            match serde_json::from_str::<Trace>(line) {
                Ok(trace) => {
                    let place = format!("{}:{}", source.name(), number + 1);
                    match seen.insert(trace.case.to_string(), place) {
                        Some(first) => problems.push(
                            problem(format!("the case `{}` was recorded twice", trace.case))
                                .note(format!("the other is {first}"))
                                .help("give the records of one run"),
                        ),
                        None => traces.push(trace),
                    }
                }
                Err(error) => problems.push(problem(format!("this is no trace: {error}"))),
            }
        }
    }
    if problems.is_empty() {
        Ok(traces)
    } else {
        Err(ReadError::Damaged(problems))
    }
}

/// Reads one exchange from a JSON or YAML file: `request` (method, target, headers, body) and
/// `response` (status, headers, body).
///
/// # Errors
/// What can't be read.
pub fn read_exchange(path: &Path) -> Result<(Document, Exchange), ReadError> {
    let text = std::fs::read_to_string(path).map_err(|source| io_error(path, source))?;
    let name = path.display().to_string();
    let syntax = Syntax::of(&name, &text);
    let document = Document::parse(Source::new(name, text), syntax).map_err(ReadError::Damaged)?;
    match serde_json::from_value(document.root().clone()) {
        Ok(exchange) => Ok((document, exchange)),
        Err(error) => Err(ReadError::Damaged(vec![
            Diagnostic::error("exchange", format!("this is no exchange: {error}"))
                .at(document.source(), document.span(&Pointer::root()), "")
                .help("an exchange has `request` (method, target, headers, body) and `response` (status, headers, body)"),
        ])),
    }
}

fn io_error(path: &Path, source: io::Error) -> ReadError {
    ReadError::Io {
        path: path.to_owned(),
        source,
    }
}
