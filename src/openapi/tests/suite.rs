//! The official JSON Schema Test Suite, where `JSON_SCHEMA_TEST_SUITE` names a copy of it: every schema is a
//! component of a document, lowered, and judged by as an answer's body is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::{Files, load_with};
use super::accepts;
use crate::diag::Source;

const DRAFTS: [(&str, &str); 5] = [
    ("draft4", "http://json-schema.org/draft-04/schema#"),
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    (
        "draft2019-09",
        "https://json-schema.org/draft/2019-09/schema",
    ),
    (
        "draft2020-12",
        "https://json-schema.org/draft/2020-12/schema",
    ),
];

/// What doesn't hold here, by a part of the case's name, and why.
const EXCEPTIONS: [(&str, &str); 4] = [
    (
        "is only an annotation by default",
        "formats are asserted, as OpenAPI's authors mean them",
    ),
    (
        "against metaschema / invalid definition schema",
        "a dialect's own schema is no file of the document and isn't fetched",
    ),
    (
        "remote ref, containing refs itself / remote ref invalid",
        "the same",
    ),
    (
        "custom metaschema with with no validation vocabulary",
        "a dialect of one's own is unknown, which is said, and is read as OpenAPI's",
    ),
];

/// The suite's remote schemas.
struct Remotes(PathBuf);

impl Files for Remotes {
    fn resolve(&self, base: &str, reference: &str) -> Result<String, String> {
        let base = url::Url::parse(base).map_err(|error| error.to_string())?;
        let url = base.join(reference).map_err(|error| error.to_string())?;
        Ok(url.to_string())
    }

    fn read(&self, location: &str) -> Result<Arc<Source>, String> {
        let name = location
            .strip_prefix("http://localhost:1234/")
            .ok_or("it is not of the suite")?;
        let bytes = std::fs::read(self.0.join(name)).map_err(|error| error.to_string())?;
        Source::from_bytes(location, bytes)
    }
}

#[test]
fn the_official_suite_holds_but_for_what_is_listed() {
    let Some(folder) = std::env::var_os("JSON_SCHEMA_TEST_SUITE") else {
        return;
    };
    let folder = PathBuf::from(folder);
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut used = [0; EXCEPTIONS.len()];
    let mut count = 0;
    for (draft, dialect) in DRAFTS {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join("tests").join(draft))
            .expect("the suite has this draft")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        for file in files {
            for (name, failure) in failures(&file, dialect, &folder.join("remotes"), &mut count) {
                let name = format!("{draft}/{name}");
                let excepted = EXCEPTIONS.iter().position(|(part, _)| name.contains(part));
                match excepted {
                    Some(index) => used[index] += 1,
                    None => drop(wrong.insert(name, failure)),
                }
            }
        }
    }
    let list: Vec<String> = wrong
        .iter()
        .map(|(name, why)| format!("{name}: {why}"))
        .collect();
    assert!(
        list.is_empty(),
        "{} of {count}:\n{}",
        list.len(),
        list.join("\n")
    );
    let unused: Vec<_> = EXCEPTIONS
        .iter()
        .zip(used)
        .filter(|(_, used)| *used == 0)
        .collect();
    assert!(unused.is_empty(), "these hold after all: {unused:?}");
    assert!(count > 3_000, "{count} cases");
}

fn failures(
    file: &Path,
    dialect: &str,
    remotes: &Path,
    count: &mut usize,
) -> Vec<(String, String)> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let text = std::fs::read_to_string(file).expect("readable");
    let groups: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let mut failures = Vec::new();
    for group in groups {
        let mut document = json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "jsonSchemaDialect": dialect,
            "paths": {"/a": {"get": {"responses": {"200": {"description": "d", "content": {
                "application/json": {"schema": {"$ref": "http://localhost:1234/schema.json"}}}}}}}},
        });
        let mut schema = group["schema"].clone();
        let is_object = schema.is_object();
        if is_object && schema.get("$schema").is_none() {
            schema["$schema"] = json!(dialect);
        }
        if !is_object {
            let media = "/paths/~1a/get/responses/200/content/application~1json/schema";
            *document.pointer_mut(media).expect("it is there") = schema.clone();
        }
        let files = One(Remotes(remotes.to_owned()), schema.to_string());
        let main = Source::new("http://localhost:1234/main.json", document.to_string());
        let contract = load_with(main, &files).expect("a document");
        let tests = group["tests"].as_array().expect("tests");
        let bodies: Vec<Value> = tests.iter().map(|test| test["data"].clone()).collect();
        let name = |test: &Value| {
            format!("{stem}: {} / {}", group["description"], test["description"]).replace('"', "")
        };
        let usable = contract.operations[0].responses[0].content[0]
            .compiled
            .get()
            .is_some();
        *count += tests.len();
        if !usable {
            let problem = contract.operations[0].responses[0].content[0]
                .compiled
                .problem();
            failures.extend(
                tests
                    .iter()
                    .map(|test| (name(test), format!("unusable: {problem:?}"))),
            );
            continue;
        }
        for (test, found) in tests.iter().zip(accepts(&contract, &bodies)) {
            if test["valid"] != found {
                let codes: Vec<&str> = contract
                    .warnings
                    .iter()
                    .map(|w| w.message.as_str())
                    .collect();
                failures.push((name(test), format!("{found}, {codes:?}")));
            }
        }
    }
    failures
}

/// The remotes, and the schema that is under test.
struct One(Remotes, String);

impl Files for One {
    fn resolve(&self, base: &str, reference: &str) -> Result<String, String> {
        self.0.resolve(base, reference)
    }

    fn read(&self, location: &str) -> Result<Arc<Source>, String> {
        if location == "http://localhost:1234/schema.json" {
            return Ok(Source::new(location, self.1.as_str()));
        }
        self.0.read(location)
    }
}
