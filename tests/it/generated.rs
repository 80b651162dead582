//! What is generated and committed is what would be generated now.

use crate::case::case_schema;
use crate::diag::Source;
use crate::openapi::load;
use crate::reference::{contract_json, contract_yaml};
use crate::report::{FORMATS, docs, report_schema};

fn committed(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("spec")
        .join(name);
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The first line that differs tells more than two whole files.
fn same(name: &str, generated: &str, command: &str) {
    let committed = committed(name);
    if committed == generated {
        return;
    }
    let mut lines = committed.lines().zip(generated.lines()).enumerate();
    let differs = lines.find(|(_, (a, b))| a != b);
    let shown = differs.map_or_else(
        || "one of the two is longer".to_owned(),
        |(number, (old, new))| format!("line {}:\n- {old}\n+ {new}", number + 1),
    );
    panic!("spec/{name} is not what the types generate; run `{command}` and commit it\n{shown}");
}

#[test]
fn the_contract_is_generated() {
    same(
        "openapi.yaml",
        &contract_yaml(),
        "cargo run -- spec --all spec",
    );
    same(
        "openapi.json",
        &contract_json(),
        "cargo run -- spec --all spec",
    );
}

#[test]
fn the_case_schema_is_generated() {
    same(
        "case.schema.json",
        &format!("{:#}\n", case_schema()),
        "cargo run -- spec --all spec",
    );
}

#[test]
fn the_report_schema_is_generated() {
    same(
        "report.schema.json",
        &format!("{:#}\n", report_schema()),
        "cargo run -- spec --all spec",
    );
}

#[test]
fn the_readme_lists_the_formats_of_reports() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));
    let readme = readme.expect("the README is there");
    let rows = FORMATS
        .iter()
        .map(|format| format!("| `{}` | {} |\n", format.name, format.about));
    let rows: String = rows.collect();
    assert!(
        readme.contains(&format!("| format | what it is |\n| --- | --- |\n{rows}\n")),
        "the README's table of formats should be\n{rows}"
    );
}

#[test]
fn the_documentation_is_generated() {
    let contract =
        load(Source::new("spec/openapi.yaml", contract_yaml())).expect("the contract loads");
    same(
        "api.html",
        &docs::html(&contract, None),
        "cargo run -- docs --out spec/api.html",
    );
    same(
        "api.md",
        &docs::markdown(&contract, None),
        "cargo run -- docs --out spec/api.md",
    );
}

#[test]
fn the_contract_loads_without_a_warning_from_yaml_and_from_json() {
    let yaml = load(Source::new("openapi.yaml", contract_yaml())).expect("the YAML loads");
    let json = load(Source::new("openapi.json", contract_json())).expect("the JSON loads");
    assert_eq!(yaml.document.root(), json.document.root());
    for contract in [&yaml, &json] {
        let warnings = crate::diag::render_all(&contract.warnings, crate::diag::Style::Plain);
        assert_eq!(warnings, "");
    }
}

/// The README's table of clauses, made of a run of all cases at the reference.
#[tokio::test]
async fn the_table_of_clauses_in_the_readme_is_true() {
    use crate::outcome::{CaseOutcome, ClauseVerdict, untested};
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    use std::sync::Arc;

    let suite = super::support::Suite::built_in();
    let router = crate::reference::Server::new().router();
    let target = Arc::new(crate::target::ServiceTarget::new(router));
    let result = suite.run(target, 8, &|_| {}).await.expect("it runs");
    let outcomes: Vec<&CaseOutcome> = result.outcomes.iter().map(AsRef::as_ref).collect();
    let (contract, clauses) = (&suite.contract, &suite.clauses);
    let missing = untested(contract, clauses, &suite.cases, &result.ledger, &outcomes);
    let reason = |id: &crate::clause::ClauseId| missing.iter().find(|(clause, _)| clause.id == *id);
    let mut rows: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for record in result.ledger.records(clauses) {
        let what = match (&record.verdict, reason(&record.clause.id)) {
            (ClauseVerdict::Held(_), _) => "held, with a witness".to_owned(),
            (_, Some((_, why))) => why.word().to_owned(),
            (other, None) => other.as_str().to_owned(),
        };
        let counts = rows.entry(what).or_default();
        *counts.entry(record.clause.id.subject.clone()).or_default() += 1;
    }
    let operations: Vec<&str> = contract
        .operations
        .iter()
        .map(|o| o.name.as_str())
        .collect();
    let mut table = format!("| | {} | paths |\n", operations.join(" | "));
    let _ = writeln!(table, "|{}", " --- |".repeat(operations.len() + 2));
    for (what, counts) in &rows {
        let own = operations
            .iter()
            .map(|name| counts.get(*name).copied().unwrap_or(0));
        let cells: Vec<String> = own.clone().map(|count| count.to_string()).collect();
        let of_paths = counts.values().sum::<usize>() - own.sum::<usize>();
        let _ = writeln!(table, "| {what} | {} | {of_paths} |", cells.join(" | "));
    }
    let readme = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("it is there");
    assert!(
        readme.contains(&table),
        "README.md needs this table:\n\n{table}"
    );
}
