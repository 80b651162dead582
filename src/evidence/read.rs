//! Reads records.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::bodies::{Library, MARK};
use super::line::{ReadHeader, ReadLine, VERSION};
use crate::case::CaseId;
use crate::diag::{Diagnostic, Source, Span};
use crate::outcome::{About, Trace, Trouble};

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

impl ReadError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// One file of a record: what one process kept.
#[derive(Clone, Debug)]
pub struct RecordFile {
    /// The file.
    pub path: PathBuf,
    /// What the run was.
    pub about: About,
    /// How many of its bytes are whole lines.
    pub whole: usize,
}

/// Records, read.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The files, in the order of their paths.
    pub files: Vec<RecordFile>,
    /// The traces of all cases, in the order of their names.
    pub traces: Vec<Trace>,
    /// The cases that were planned and are not over: those that were under way, and those that were not
    /// begun. Where not even their names are known, one stands for all of its file. Each has a trace, with
    /// its trouble.
    pub unfinished: BTreeSet<CaseId>,
    /// What is to be known of them: a run that was cut off, a line that was lost.
    pub notes: Vec<Diagnostic>,
}

impl Record {
    /// What the run was: of several processes' the one that began first.
    #[must_use]
    pub fn about(&self) -> Option<&About> {
        let abouts = self.files.iter().map(|file| &file.about);
        abouts.min_by_key(|about| (about.began, &about.run))
    }
}

/// Reads records: folders, or single files of one.
///
/// A process that died left a record that ends anywhere: what is lost is said in [`Record::notes`], and
/// each case that was planned and is not over is an error of its own, unless another file has it.
///
/// # Errors
/// What can't be read; a case that was recorded twice.
pub fn read_records(paths: &[PathBuf]) -> Result<Record, ReadError> {
    let mut record = Record::default();
    let mut seen: HashMap<CaseId, String> = HashMap::new();
    let mut problems = Vec::new();
    let mut plans: Vec<Plan> = Vec::new();
    for path in files(paths)? {
        let bytes = std::fs::read(&path).map_err(|source| ReadError::io(&path, source))?;
        let Some(read) = FileReader::new(&path, &bytes).read(&mut record.notes, &mut problems)
        else {
            plans.push(Plan::unknown(
                &path,
                "nothing is known of its cases".to_owned(),
            ));
            continue;
        };
        plans.push(read.plan);
        record.unfinished.extend(read.under_way);
        for (begun, trace) in read.traces {
            let place = format!("{}:{}", path.display(), begun + 1);
            match seen.entry(trace.case.clone()) {
                Entry::Occupied(first) => problems.push(
                    Lines::new(&bytes)
                        .problem(
                            &path,
                            begun,
                            format!("the case `{}` was recorded twice", trace.case),
                        )
                        .note(format!("the other is {}", first.get()))
                        .help("give the records of one run"),
                ),
                Entry::Vacant(free) => {
                    free.insert(place);
                    record.traces.push(trace);
                }
            }
        }
        record.files.push(read.file);
    }
    for plan in plans {
        for (case, trouble) in plan.cases {
            // What one process did not come to, another may have done.
            if let Entry::Vacant(free) = seen.entry(case.clone()) {
                free.insert(String::new());
                let mut trace = Trace::new(case.clone(), &plan.origin, &plan.prefix);
                trace.troubles.push(trouble);
                record.traces.push(trace);
                record.unfinished.insert(case);
            }
        }
    }
    // The lines stand in the order in which answers came, which differs between runs.
    record.traces.sort_by(|a, b| a.case.cmp(&b.case));
    if problems.is_empty() {
        Ok(record)
    } else {
        Err(ReadError::Damaged(problems))
    }
}

/// The files of records, in the order of their paths.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.map_err(|source| ReadError::io(path, source))?;
        let found = entries.iter().map(std::fs::DirEntry::path);
        let before = files.len();
        files.extend(found.filter(|p| p.extension().is_some_and(|e| e == "ndjson")));
        if files.len() == before {
            return Err(ReadError::Empty(path.clone()));
        }
    }
    files.sort();
    Ok(files)
}

/// The lines of a file, each with the byte it begins at.
struct Lines<'a> {
    bytes: &'a [u8],
    all: Vec<(usize, &'a [u8])>,
    /// What is behind the last end of line.
    tail: &'a [u8],
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut at = 0;
        let mut all = Vec::new();
        let mut tail: &[u8] = &[];
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                Some(line) => all.push((at, line)),
                None => tail = piece,
            }
            at += piece.len();
        }
        Self { bytes, all, tail }
    }

    /// What is wrong with a line. Where JSON's reader says it, the column is in it.
    fn problem(&self, path: &Path, number: usize, reason: String) -> Diagnostic {
        let (reason, column) = match reason.rsplit_once(" at line 1 column ") {
            Some((reason, column)) => (reason.to_owned(), column.parse().unwrap_or(1)),
            None => (reason, 1_usize),
        };
        let at = self.all.get(number).map_or(0, |(at, line)| {
            at + column.saturating_sub(1).min(line.len())
        });
        let text = String::from_utf8_lossy(self.bytes);
        let source: Arc<Source> = Source::new(path.display().to_string(), text);
        Diagnostic::error("record", reason).at(&source, Span::new(at, at + 1), "")
    }
}

struct FileReader<'a> {
    path: &'a Path,
    lines: Lines<'a>,
    library: Library,
}

/// What one file holds: its traces with the number of the line each begins in.
struct ReadFile {
    file: RecordFile,
    traces: Vec<(usize, Trace)>,
    plan: Plan,
    under_way: Vec<CaseId>,
}

/// What a process was to do, each case with what is to be said of it if it isn't there.
#[derive(Default)]
struct Plan {
    origin: String,
    prefix: String,
    cases: Vec<(CaseId, Trouble)>,
}

impl Plan {
    /// Of a process whose cases are not known by name: one stands for them.
    fn unknown(path: &Path, reason: String) -> Self {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let trouble = Trouble {
            during: format!("the run of {}", path.display()),
            reason,
        };
        Self {
            cases: vec![(CaseId::new(&format!("record/{stem}")), trouble)],
            ..Self::default()
        }
    }
}

/// What the lines of a file say, put together.
#[derive(Default)]
struct Told {
    traces: Vec<(usize, Trace)>,
    /// By case: the number among the traces, and whether the case is over.
    known: HashMap<CaseId, (usize, bool)>,
    planned: Option<usize>,
    named: Vec<CaseId>,
    /// The summary, if the run came to its end.
    finished: Option<Value>,
}

impl Told {
    /// Takes in a line.
    ///
    /// # Errors
    /// In words, when the line can't follow those before it.
    fn take(&mut self, number: usize, line: ReadLine, header: &ReadHeader) -> Result<(), String> {
        let (case, told) = match line {
            ReadLine::Started { cases, planned } => {
                self.planned = Some(cases);
                self.named = planned;
                return Ok(());
            }
            ReadLine::Finished { summary } => {
                self.finished = Some(summary);
                return Ok(());
            }
            ReadLine::Exchange { case, record } => (case, Ok(record)),
            ReadLine::Closed {
                case,
                ending,
                again,
            } => (case, Err((ending, again))),
        };
        let traces = &mut self.traces;
        let (index, is_closed) = self.known.entry(case.clone()).or_insert_with(|| {
            let trace = Trace::new(case.clone(), &header.origin, &header.prefix);
            traces.push((number, trace));
            (traces.len() - 1, false)
        });
        let first = &mut traces[*index].1;
        if *is_closed && told.is_err() {
            return Err(format!("the case `{case}` was recorded twice"));
        }
        if *is_closed {
            // What comes behind a case's end in one process is the case, sent again.
            open_again(first, header);
            *is_closed = false;
        }
        let trace = match first.retries.split_last_mut() {
            Some((last, _)) => last,
            None => first,
        };
        match told {
            Ok(record) => trace.steps.push(*record),
            Err((ending, again)) => {
                trace.end(ending);
                *is_closed = true;
                if again {
                    open_again(first, header);
                    *is_closed = false;
                }
            }
        }
        Ok(())
    }

    /// Puts the steps into the order of their cases, and says of which cases the end is missing.
    fn complete(&mut self) {
        for (index, is_closed) in self.known.values() {
            let first = &mut self.traces[*index].1;
            // Requests that go out side by side are told of as they are answered.
            let in_order = |trace: &mut Trace| {
                trace
                    .steps
                    .sort_by_key(|step| (step.step.is_none(), step.step, step.index));
            };
            in_order(first);
            first.retries.iter_mut().for_each(in_order);
            if !is_closed {
                let last = match first.retries.split_last_mut() {
                    Some((last, _)) => last,
                    None => first,
                };
                last.troubles.push(Trouble::cut_off());
            }
        }
    }

    /// The cases whose end is missing.
    fn under_way(&self) -> Vec<CaseId> {
        let begun = self.known.iter().filter(|(_, (_, is_closed))| !is_closed);
        begun.map(|(case, _)| case.clone()).collect()
    }

    /// What was to be done.
    fn plan(&mut self, path: &Path, header: &ReadHeader) -> Plan {
        let named = std::mem::take(&mut self.named);
        let lost = self
            .planned
            .map(|planned| planned.saturating_sub(self.known.len()));
        match lost {
            None => Plan::unknown(
                path,
                "it was cut off before it told of its cases".to_owned(),
            ),
            Some(lost) if lost > 0 && named.is_empty() => {
                Plan::unknown(path, format!("{lost} of its cases were not begun"))
            }
            Some(_) => {
                let cases = named.into_iter();
                Plan {
                    origin: header.origin.clone(),
                    prefix: header.prefix.clone(),
                    cases: cases.map(|case| (case, Trouble::lost())).collect(),
                }
            }
        }
    }

    /// How the run did not come to its end, if so.
    fn cut_off(&self, name: impl fmt::Display) -> Option<String> {
        let over = self.known.values().filter(|(_, is_closed)| *is_closed);
        let over = over.count();
        let begun = self.known.len() - over;
        match &self.finished {
            None => Some(format!(
                "the run of {name} was cut off: of {} cases {over} are over, and {begun} under way",
                self.planned
                    .map_or_else(|| "its".to_owned(), |planned| planned.to_string()),
            )),
            Some(summary) if summary["interrupted"] == Value::Bool(true) => {
                Some(format!("the run of {name} was interrupted"))
            }
            Some(_) => None,
        }
    }
}

/// Begins the trace of another attempt.
fn open_again(first: &mut Trace, header: &ReadHeader) {
    let again = Trace::new(first.case.clone(), &header.origin, &header.prefix);
    first.retries.push(again);
}

impl<'a> FileReader<'a> {
    fn new(path: &'a Path, bytes: &'a [u8]) -> Self {
        Self {
            path,
            lines: Lines::new(bytes),
            library: Library::beside(path),
        }
    }

    fn read(
        &self,
        notes: &mut Vec<Diagnostic>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<ReadFile> {
        let name = self.path.display();
        let mut note = |message: String| notes.push(Diagnostic::warning("record", message));
        let Some((_, first)) = self.lines.all.first() else {
            note(format!(
                "{name} ends within its first line, and nothing is known of its run"
            ));
            return None;
        };
        let header = match self.header(first) {
            Ok(header) => header,
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        };
        let mut told = Told::default();
        for (number, read) in self.parsed().into_iter().enumerate() {
            let number = number + 1;
            let taken = read
                .map_err(|reason| format!("this is no line of a record: {reason}"))
                .and_then(|line| told.take(number, line, &header));
            if let Err(reason) = taken {
                problems.push(self.lines.problem(self.path, number, reason));
            }
        }
        told.complete();
        if !self.lines.tail.is_empty() {
            note(format!(
                "the last line of {name} is torn, and passed over: the run ended while it was written"
            ));
        }
        if let Some(message) = told.cut_off(name) {
            note(message);
        }
        Some(ReadFile {
            file: RecordFile {
                path: self.path.to_owned(),
                about: header.about.clone(),
                whole: self.lines.bytes.len() - self.lines.tail.len(),
            },
            under_way: told.under_way(),
            plan: told.plan(self.path, &header),
            traces: told.traces,
        })
    }

    fn header(&self, line: &[u8]) -> Result<ReadHeader, Diagnostic> {
        let problem = |message: String| self.lines.problem(self.path, 0, message);
        let header: ReadHeader = serde_json::from_slice(line)
            .map_err(|error| problem(format!("this is no record of a run: {error}")))?;
        if header.proofmark == VERSION {
            return Ok(header);
        }
        let message = format!(
            "version {} of the record is not read, only {VERSION}",
            header.proofmark
        );
        Err(problem(message).help("judge it with the proofmark that made it, or run again"))
    }

    /// The lines behind the first, read on all cores.
    fn parsed(&self) -> Vec<Result<ReadLine, String>> {
        let lines = &self.lines.all[1..];
        let one = |(_, line): &(usize, &[u8])| self.line(line);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if cores == 1 || lines.len() < 512 {
            return lines.iter().map(one).collect();
        }
        let part = lines.len().div_ceil(cores);
        std::thread::scope(|scope| {
            let threads: Vec<_> = lines
                .chunks(part)
                .map(|part| scope.spawn(move || part.iter().map(one).collect::<Vec<_>>()))
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| {
                    thread
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        })
    }

    fn line(&self, line: &[u8]) -> Result<ReadLine, String> {
        let said = |error: serde_json::Error| error.to_string();
        if !line.windows(MARK.len()).any(|part| part == MARK) {
            return serde_json::from_slice(line).map_err(said);
        }
        let mut value: Value = serde_json::from_slice(line).map_err(said)?;
        if let Some(exchange) = value.pointer_mut("/exchange/record/result/Ok") {
            self.library.bring_back(exchange)?;
        }
        serde_json::from_value(value).map_err(said)
    }
}
