//! From texts to cases.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::bind;
use super::file::{CASE_KEYS, CaseKeys, StepKeys, case_schema};
use super::model::{Case, CaseId, Origin, Role, Step};
use crate::diag::{Diagnostic, Document, Pointer, Source, Syntax};
use crate::openapi::Contract;
use crate::schema::Format;

/// Case files that were read and have the shape of cases, not bound to a contract yet.
#[derive(Debug, Default)]
pub struct CaseFiles {
    documents: Vec<Arc<Document>>,
    problems: Vec<Diagnostic>,
    label: String,
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
            match document(source) {
                Ok(document) => files.documents.push(document),
                Err(found) => files.problems.extend(found),
            }
        }
        files
    }

    /// The texts that were read, in the order they were given in.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.documents
            .iter()
            .map(|document| document.source().text())
    }
}

fn document(source: &Arc<Source>) -> Result<Arc<Document>, Vec<Diagnostic>> {
    let document = Document::parse(source.clone(), Syntax::Yaml)?;
    let problems = shape().problems(&document);
    if problems.is_empty() {
        Ok(Arc::new(document))
    } else {
        Err(problems)
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
    match bind_some(files, contract) {
        (cases, problems) if problems.is_empty() => Ok(cases),
        (_, problems) => Err(problems),
    }
}

/// Binds those cases of files to a contract that can be bound, and says what is wrong with the others.
#[must_use]
pub fn bind_some(files: CaseFiles, contract: &Contract) -> (Vec<Case>, Vec<Diagnostic>) {
    let CaseFiles {
        documents,
        mut problems,
        label,
    } = files;
    let mut cases = Vec::new();
    for document in documents {
        match bind_case(document, &label, contract) {
            Ok(found) => cases.extend(found),
            Err(found) => problems.extend(found),
        }
    }
    let mut seen: HashMap<&CaseId, &Case> = HashMap::new();
    for case in &cases {
        if let Some(first) = seen.insert(&case.id, case) {
            problems.push(
                Diagnostic::error(
                    "duplicate-case",
                    format!("the case `{}` is there twice", case.id),
                )
                .at(
                    case.document.source(),
                    case.document.span(&Pointer::root()),
                    "",
                )
                .note(format!("the other is {}", first.document.source().name()))
                .help("rename one of the two files"),
            );
        }
    }
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    (cases, problems)
}

fn bind_case(
    document: Arc<Document>,
    label: &str,
    contract: &Contract,
) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let whole = document.root().as_object().cloned().unwrap_or_default();
    let (own, main): (Map<_, _>, Map<_, _>) = whole
        .into_iter()
        .partition(|(key, _)| CASE_KEYS.contains(&key.as_str()));
    let keys: CaseKeys =
        read(&document, &Pointer::root(), Value::Object(own)).map_err(|d| vec![d])?;

    let mut problems = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    let mut step = |role, at: Pointer, value: Value| match read::<StepKeys>(&document, &at, value) {
        Ok(keys) => match bind::step(contract, &document, role, at, keys) {
            Ok(step) => steps.push(step),
            Err(found) => problems.extend(found),
        },
        Err(problem) => problems.push(problem),
    };
    let root = Pointer::root();
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
    if !problems.is_empty() {
        return Err(problems);
    }
    let name = document.source().name();
    let name = name
        .strip_prefix(label)
        .unwrap_or(name)
        .trim_start_matches('/');
    let id = name.rsplit_once('.').map_or(name, |(id, _)| id);
    let case = Case {
        id: CaseId::new(id),
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
    let mut problems: Vec<Diagnostic> = uneven_rows(&case.document, &keys.table);
    let cases = rows(case, &keys.table);
    // All rows use the same expressions, so what is wrong in one is wrong in all; but for a row that
    // lacks a variable.
    for problem in cases.iter().flat_map(|case| bind::names(contract, case)) {
        // A variable that another row has is missing in its row, and said to be.
        let of_table = keys.table.values().any(|row| {
            let mut names = row.as_object().into_iter().flat_map(Map::keys);
            names.any(|name| problem.message.contains(&format!("`${{{name}}}`")))
        });
        let known = problems
            .iter()
            .any(|known| known.message == problem.message);
        if !of_table && !known {
            problems.push(problem);
        }
    }
    if problems.is_empty() {
        Ok(cases)
    } else {
        Err(problems)
    }
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
    let bodies = ["body", "bodyRaw", "bodyBase64"];
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
