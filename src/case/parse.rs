//! From texts to cases.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::bind;
use super::body_file::Place;
use super::discover::{DiscoverError, discover};
use super::file::{CASE_KEYS, CaseKeys, StepKeys, case_schema};
use super::model::{Case, CaseId, Origin, Role, Step};
use crate::diag::{Diagnostic, Document, Pointer, Source, Syntax};
use crate::openapi::Contract;
use crate::schema::Format;

/// Case files that were read, not bound to a contract yet.
#[derive(Debug, Default)]
pub struct CaseFiles {
    files: Vec<CaseFile>,
    problems: Vec<Diagnostic>,
    label: String,
    folder: Option<PathBuf>,
}

/// A case file, as far as it could be read.
#[derive(Debug)]
struct CaseFile {
    document: Arc<Document>,
    /// What is of a case's shape.
    keys: Map<String, Value>,
    /// What isn't, each problem with its place.
    problems: Vec<Diagnostic>,
    /// The texts in what isn't.
    unread: Vec<String>,
}

/// The cases of files, bound to a contract.
#[derive(Debug, Default)]
pub struct BoundCases {
    /// The cases whose operations the contract has, in the order of their ids. They can only be sent where
    /// there is no problem.
    pub cases: Vec<Case>,
    /// Every problem of every file, in the order in which they stand there.
    pub problems: Vec<Diagnostic>,
}

impl CaseFiles {
    /// Reads the texts of case files. `label` is the folder's name in front of each text's name; what
    /// is behind it, without extension, is the case's id.
    #[must_use]
    pub fn read(sources: &[Arc<Source>], label: &str) -> Self {
        let mut files = Self {
            label: label.to_owned(),
            ..Self::default()
        };
        for source in sources {
            match CaseFile::read(source) {
                Ok(file) => files.files.push(file),
                Err(found) => files.problems.extend(found),
            }
        }
        files
    }

    /// Reads all case files below a folder, as [`discover`] finds them, whose cases may then send the
    /// files beside them.
    ///
    /// # Errors
    /// Everything that can't be read.
    pub fn of_folder(folder: &Path, label: &str) -> Result<Self, Vec<DiscoverError>> {
        let sources = discover(folder, label)?;
        Ok(Self {
            folder: Some(folder.to_owned()),
            ..Self::read(&sources, label)
        })
    }

    /// Binds the cases to a contract, as far as that can be done.
    #[must_use]
    pub fn bind(self, contract: &Contract) -> BoundCases {
        let mut bound = BoundCases {
            cases: Vec::new(),
            problems: self.problems,
        };
        for file in self.files {
            let document = file.document.clone();
            let name = document.source().name();
            let name = name.strip_prefix(self.label.as_str()).unwrap_or(name);
            let place = Place {
                folder: self.folder.as_deref(),
                case: name.trim_start_matches('/'),
            };
            let found = bind_case(file, place, contract);
            bound.cases.extend(found.cases);
            bound.problems.extend(found.problems);
        }
        let twice = twice(&bound.cases);
        bound.problems.extend(twice);
        bound.cases.sort_by(|a, b| a.id.cmp(&b.id));
        bound
    }

    /// The texts that were read, in the order they were given in.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.document.source().text())
    }
}

impl CaseFile {
    fn read(source: &Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        let (document, mut problems) = Document::parse_leniently(source.clone(), Syntax::Yaml)?;
        let (found, at_fault) = shape().judge(&document);
        problems.extend(found);
        let mut root = document.root().clone();
        let mut unread = Vec::new();
        for at in at_fault {
            texts(&take(&mut root, &at), &mut unread);
            unread.extend(at.last());
        }
        Ok(Self {
            document: Arc::new(document),
            keys: root.as_object().cloned().unwrap_or_default(),
            problems,
            unread,
        })
    }
}

/// Takes a node out of a value. The other elements of an array keep their places.
fn take(root: &mut Value, at: &Pointer) -> Value {
    let parent = at.parent();
    let holder = if *at == parent {
        None
    } else {
        parent.of_mut(root)
    };
    match (holder, at.last()) {
        (Some(Value::Object(members)), Some(name)) => {
            members.shift_remove(&name).unwrap_or_default()
        }
        // An element that a step's key holds spoils the whole of it.
        (Some(Value::Array(_)), _) if !["/given", "/then"].contains(&parent.as_str()) => {
            take(root, &parent)
        }
        _ => at.of_mut(root).map(Value::take).unwrap_or_default(),
    }
}

/// Adds all texts in a value, keys included.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(elements) => elements.iter().for_each(|element| texts(element, into)),
        Value::Object(members) => {
            for (name, member) in members {
                into.push(name.clone());
                texts(member, into);
            }
        }
        _ => {}
    }
}

/// Reads case files and binds them to a contract, as [`CaseFiles::read`] and [`bind_cases`] do.
///
/// # Errors
/// Every problem of every file.
pub fn load_cases(
    sources: &[Arc<Source>],
    label: &str,
    contract: &Contract,
) -> Result<Vec<Case>, Vec<Diagnostic>> {
    bind_cases(CaseFiles::read(sources, label), contract)
}

/// Binds the cases of files to a contract.
///
/// # Errors
/// Every problem of every file.
pub fn bind_cases(files: CaseFiles, contract: &Contract) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let BoundCases { cases, problems } = files.bind(contract);
    if problems.is_empty() {
        Ok(cases)
    } else {
        Err(problems)
    }
}

/// Cases that have the name of another.
fn twice(cases: &[Case]) -> Vec<Diagnostic> {
    let mut seen: HashMap<&CaseId, &Case> = HashMap::new();
    let mut problems = Vec::new();
    for case in cases {
        if let Some(first) = seen.insert(&case.id, case) {
            let message = format!("the case `{}` is there twice", case.id);
            let span = case.document.span(&Pointer::root());
            problems.push(
                Diagnostic::error("duplicate-case", message)
                    .at(case.document.source(), span, "")
                    .note(format!("the other is {}", first.document.source().name()))
                    .help("rename one of the two files"),
            );
        }
    }
    problems
}

fn bind_case(file: CaseFile, place: Place<'_>, contract: &Contract) -> BoundCases {
    let CaseFile {
        document,
        keys,
        mut problems,
        mut unread,
    } = file;
    let (mut own, main): (Map<_, _>, Map<_, _>) = keys
        .into_iter()
        .partition(|(key, _)| CASE_KEYS.contains(&key.as_str()));
    // What is missing was said.
    for name in ["description", "requirement"] {
        own.entry(name).or_insert_with(|| "".into());
    }
    let root = Pointer::root();
    let keys: CaseKeys = match read(&document, &root, Value::Object(own)) {
        Ok(keys) => keys,
        Err(problem) => {
            problems.push(problem);
            return BoundCases {
                cases: Vec::new(),
                problems,
            };
        }
    };
    let mut steps: Vec<Step> = Vec::new();
    let mut is_known = true;
    let mut step = |role, at: Pointer, value: Value| {
        if value.get("operation").is_none() {
            is_known = false;
            texts(&value, &mut unread);
            return;
        }
        match read::<StepKeys>(&document, &at, value) {
            Ok(keys) => {
                let bound = bind::step(contract, &document, place, role, at, keys);
                is_known &= bound.is_known;
                steps.push(bound.step);
                // A control has the main step's keys, and what is wrong with them was said.
                let is_said = |problem: &Diagnostic| {
                    let mut known = problems.iter();
                    role == Role::Control && known.any(|known| known.message == problem.message)
                };
                let mut found = bound.problems;
                found.retain(|problem| !is_said(problem));
                problems.extend(found);
            }
            Err(problem) => problems.push(problem),
        }
    };
    for (n, given) in keys.given.into_iter().enumerate() {
        step(Role::Given, root.child("given").child(n), given);
    }
    step(
        Role::Main,
        root.child("operation"),
        Value::Object(main.clone()),
    );
    for (n, then) in keys.then.into_iter().enumerate() {
        step(Role::Then, root.child("then").child(n), then);
    }
    if let Some(control) = keys.control {
        step(
            Role::Control,
            root.child("control"),
            Value::Object(merge(main, &control)),
        );
    }
    let id = place.case;
    let case = Case {
        id: CaseId::new(id.rsplit_once('.').map_or(id, |(id, _)| id)),
        description: keys.description,
        requirement: keys.requirement,
        level: keys.level,
        needs: keys.needs,
        row: Map::new(),
        serial: keys.serial,
        origin: Origin::File,
        steps,
        document,
    };
    problems.extend(uneven_rows(&case.document, &keys.table));
    let mut cases = rows(case, &keys.table);
    // All rows use the same expressions, so what is wrong in one is wrong in all; but for a row that
    // lacks a variable.
    for problem in cases
        .iter()
        .flat_map(|case| bind::names(contract, case, &unread))
    {
        // A variable that another row has is missing in its row, and said to be.
        let of_table = keys.table.values().any(|row| {
            let mut names = row.as_object().into_iter().flat_map(Map::keys);
            names.any(|name| problem.message.contains(&format!("`${{{name}}}`")))
        });
        if !of_table {
            problems.push(problem);
        }
    }
    if !is_known {
        cases.clear();
    }
    BoundCases {
        cases,
        problems: each_once(problems),
    }
}

/// Problems in the order in which they stand in the text, each once: all rows have the same expressions.
fn each_once(mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    problems.sort_by_key(Diagnostic::place);
    let mut kept: Vec<Diagnostic> = Vec::new();
    for problem in problems {
        let is_same = |known: &Diagnostic| {
            known.message == problem.message && known.place() == problem.place()
        };
        if !kept.iter().any(is_same) {
            kept.push(problem);
        }
    }
    kept
}

/// Rows that lack what another row has, each at its place.
fn uneven_rows(document: &Document, table: &Map<String, Value>) -> Vec<Diagnostic> {
    let rows = || {
        table
            .iter()
            .filter_map(|(name, row)| Some((name, row.as_object()?)))
    };
    let known: BTreeSet<&String> = rows().flat_map(|(_, row)| row.keys()).collect();
    let lacking = rows().flat_map(|(name, row)| {
        let missing = known
            .iter()
            .filter(|variable| !row.contains_key(**variable));
        missing.map(move |variable| (name, *variable))
    });
    lacking
        .map(|(name, variable)| {
            let at = Pointer::root().child("table").child(name);
            Diagnostic::error("table", format!("the row `{name}` has no `{variable}`"))
                .at(document.source(), document.key_span(&at), "")
                .help(format!(
                    "another row has it; give `{variable}` a value here too"
                ))
        })
        .collect()
}

/// The case itself, or where it has a table one case for each row.
fn rows(case: Case, table: &Map<String, Value>) -> Vec<Case> {
    if table.is_empty() {
        return vec![case];
    }
    let rows = table.iter().map(|(name, values)| Case {
        id: CaseId::new(&format!("{}/{name}", case.id)),
        row: values.as_object().cloned().unwrap_or_default(),
        ..case.clone()
    });
    rows.collect()
}

/// The main step with a control's keys in the place of its own. What the main request alone
/// expects or names isn't the control's.
fn merge(mut main: Map<String, Value>, control: &Value) -> Map<String, Value> {
    for key in ["expect", "clause", "capture", "wire", "repeat", "parallel"] {
        main.remove(key);
    }
    let bodies = ["body", "bodyRaw", "bodyBase64", "bodyFile"];
    for (key, value) in control.as_object().into_iter().flatten() {
        if bodies.contains(&key.as_str()) {
            for body in bodies {
                main.remove(body);
            }
        }
        if value.is_null() && key != "body" {
            main.remove(key);
        } else {
            main.insert(key.clone(), value.clone());
        }
    }
    main
}

/// Reads a value whose shape was judged already; what is left can only be a slip of the schema.
fn read<T: DeserializeOwned>(
    document: &Document,
    at: &Pointer,
    value: Value,
) -> Result<T, Diagnostic> {
    serde_json::from_value(value).map_err(|error| {
        Diagnostic::error("case-shape", error.to_string()).at(
            document.source(),
            document.span(at),
            "",
        )
    })
}

fn shape() -> &'static Format {
    static SHAPE: OnceLock<Format> = OnceLock::new();
    SHAPE.get_or_init(|| Format::new(case_schema(), "a case"))
}
