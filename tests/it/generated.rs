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
