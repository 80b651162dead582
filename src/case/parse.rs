//! From texts to cases.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::bind;
use super::file::{CASE_KEYS, CaseKeys, StepKeys, case_schema};
use super::model::{Case, CaseId, Origin, Role, Step};
use crate::diag::{Diagnostic, Document, Pointer, Source, Syntax};
use crate::openapi::Contract;
use crate::schema::Format;

/// Reads case files and binds them to a contract. `label` is the folder's name in front of each
/// text's name; what is behind it, without extension, is the case's id.
///
/// # Errors
/// Every problem of every file.
pub fn load_cases(
    sources: &[Arc<Source>],
    label: &str,
    contract: &Contract,
) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let mut cases = Vec::new();
    let mut problems = Vec::new();
    for source in sources {
        match load_case(source, label, contract) {
            Ok(case) => cases.push(case),
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
    if !problems.is_empty() {
        return Err(problems);
    }
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(cases)
}

fn load_case(
    source: &Arc<Source>,
    label: &str,
    contract: &Contract,
) -> Result<Case, Vec<Diagnostic>> {
    let document = Arc::new(Document::parse(source.clone(), Syntax::Yaml)?);
    let problems = shape().problems(&document);
    if !problems.is_empty() {
        return Err(problems);
    }
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
    let name = source
        .name()
        .strip_prefix(label)
        .unwrap_or(source.name())
        .trim_start_matches('/');
    let id = name.rsplit_once('.').map_or(name, |(id, _)| id);
    let case = Case {
        id: CaseId(id.into()),
        description: keys.description,
        requirement: keys.requirement,
        level: keys.level,
        needs: keys.needs,
        serial: keys.serial,
        origin: Origin::File,
        steps,
        document,
    };
    let problems = bind::names(contract, &case);
    if problems.is_empty() {
        Ok(case)
    } else {
        Err(problems)
    }
}

/// The main step with a control's keys in the place of its own. What the main request alone
/// expects or names isn't the control's.
fn merge(mut main: Map<String, Value>, control: &Value) -> Map<String, Value> {
    for key in ["expect", "clause", "capture", "wire"] {
        main.remove(key);
    }
    for (key, value) in control.as_object().into_iter().flatten() {
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
