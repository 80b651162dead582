//! Recordings of other tools: what of them is judged, what is said of the rest, and what is shown of none.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::binaries::{binary, ends};
use super::support::Folder;
use crate::case::Case;
use crate::check::Judge;
use crate::clause::Clauses;
use crate::diag::{Source, Style, render_all};
use crate::evidence::{Kept, ReadError, Routed, read_kept, route_entries};
use crate::openapi::{Contract, load};
use crate::outcome::Trace;

fn path(name: &str) -> PathBuf {
    Path::new("tests/it/recordings").join(name)
}

fn contract(text: &str) -> Contract {
    load(Source::new("api.yaml", text)).expect("the contract loads")
}

fn pets() -> Contract {
    let text = std::fs::read_to_string(path("api.yaml")).expect("the contract");
    contract(&text)
}

fn routed(contract: &Contract, path: &Path, base_path: Option<&str>) -> Routed {
    match read_kept(path) {
        Ok(Kept::Recording(recording)) => route_entries(contract, recording, "file", base_path),
        other => panic!("{} is a recording: {other:?}", path.display()),
    }
}

/// What is found, each case with its verdict, and what is said of the rest.
fn said(contract: &Contract, routed: &Routed) -> String {
    let clauses = Clauses::of(contract);
    let judge = Judge::new(contract, &clauses);
    let pairs: Vec<(&Case, &Trace)> = routed.cases.iter().zip(&routed.traces).collect();
    let mut text = String::new();
    for outcome in judge.all(&pairs) {
        let broken: Vec<String> = outcome
            .failures()
            .map(|finding| format!("{} ({})", finding.clause.within_operation(), finding.asked))
            .collect();
        let word = outcome.verdict.as_str();
        let _ = writeln!(text, "{word} {} {}", outcome.case, broken.join(", "));
        for trouble in &outcome.troubles {
            let _ = writeln!(text, "  {trouble}");
        }
    }
    text + &render_all(&routed.notes, Style::Plain)
}

#[test]
fn a_browsers_archive_is_judged_as_far_as_it_goes() {
    let contract = pets();
    let routed = routed(&contract, &path("browser.har"), None);
    insta::assert_snapshot!(said(&contract, &routed), @r#"
    pass listPets/file/01 
    fail getPet/file/02 200/application~1json/id#type (tests/it/recordings/browser.har:91:4)
    pass getPet/file/03 
    pass getPet/file/04 
    pass getPet/file/05 
    pass getPet/file/06 
    warning[not-judged]: tests/it/recordings/browser.har: 4 of 12 exchanges are for no operation of the contract, and not judged
     |
     = note: GET pets.example.com/v1/health
     = note: GET stats.example.org/v1/pets (2 times)
     = note: POST stats.example.org/v1/pets

    warning[not-judged]: tests/it/recordings/browser.har: 2 of 12 exchanges can't be judged
     |
     = note: GET data:: its URL is none of http or https
     = note: GET pets.example.com/v1/pets/6: no answer was recorded

    warning[not-judged]: tests/it/recordings/browser.har: 3 of 12 exchanges are judged without their answers' bodies
     |
     = note: GET pets.example.com/v1/pets/2: its body was not kept
     = note: GET pets.example.com/v1/pets/3: its body was cut short by the recorder
     = note: GET pets.example.com/v1/pets/4: of its body 8 of 400 bytes were kept
    "#);
}

#[test]
fn cassettes_are_read_in_all_their_forms() {
    let contract = pets();
    insta::assert_snapshot!(said(&contract, &routed(&contract, &path("vcrpy.yaml"), None)), @r#"
    pass getPet/file/1 
    fail listPets/file/2 200/application~1json/{items}/name#required (tests/it/recordings/vcrpy.yaml:19:3), 200/header/x-total#required (tests/it/recordings/vcrpy.yaml:19:3)
    warning[base-path]: tests/it/recordings/vcrpy.yaml: none of the contract's servers' base paths fits; read with /base, below which 2 of 2 requests are for its operations
     |
     = help: give it with --base-path
    "#);
    insta::assert_snapshot!(said(&contract, &routed(&contract, &path("vcr.yml"), None)), @r#"
    pass getPet/file/1 
    fail getPet/file/2 200/application~1json/name#type (tests/it/recordings/vcr.yml:24:3)
    pass getPet/file/4 
    warning[not-judged]: tests/it/recordings/vcr.yml: 1 of 4 exchanges can't be judged
     |
     = note: GET pets.example.com/v1/pets/3: no answer was recorded

    warning[not-judged]: tests/it/recordings/vcr.yml: 1 of 4 exchanges are judged without their answers' bodies
     |
     = note: GET pets.example.com/v1/pets/4: its body is coded as br
    "#);
}

#[test]
fn no_credential_of_a_recording_is_shown() {
    let folder = Folder::new();
    for name in ["browser.har", "vcrpy.yaml", "vcr.yml"] {
        let verdicts = folder.path("verdicts.json");
        let mut command = binary();
        command.args(["judge", "--spec", "tests/it/recordings/api.yaml"]);
        command.arg(path(name)).args(["--verdicts", &verdicts]);
        let (out, err) = ends(&mut command, 1);
        let verdicts = std::fs::read_to_string(&verdicts).expect("verdicts");
        for text in [&out, &err, &verdicts] {
            assert!(!text.contains("geheim"), "{text}");
        }
        assert!(out.contains("FAIL"), "{out}");
        let routed = routed(&pets(), &path(name), None);
        let stored = serde_json::to_string(&routed.traces).expect("it serialises");
        assert!(!stored.contains("geheim"), "{stored}");
    }
}

/// An archive of GETs, each with its URL and the body it was answered with.
fn archive(folder: &Folder, entries: &[(&str, &str)]) -> PathBuf {
    let entries: Vec<Value> = entries
        .iter()
        .map(|(url, body)| {
            json!({
                "request": { "method": "GET", "url": url, "headers": [] },
                "response": {
                    "status": 200,
                    "headers": [{ "name": "Content-Type", "value": "application/json" }],
                    "content": { "size": body.len(), "text": body },
                },
            })
        })
        .collect();
    let file = folder.0.join("a.har");
    // As some tools on Windows write it.
    let text = format!("\u{feff}{}", json!({ "log": { "entries": entries } }));
    std::fs::write(&file, text).expect("it is written");
    file
}

#[test]
fn a_base_path_is_given_or_the_servers_or_the_only_one_that_fits() {
    let folder = Folder::new();
    let api = |servers: &str| {
        contract(&format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nservers: {servers}\npaths:\n  \
             /a/{{x}}: {{get: {{operationId: a, responses: {{'200': {{description: x}}}}}}}}\n  \
             /b: {{get: {{operationId: b, responses: {{'200': {{description: x}}}}}}}}\n"
        ))
    };
    let names = |contract: &Contract, urls: &[&str], base: Option<&str>| {
        let entries: Vec<(&str, &str)> = urls.iter().map(|url| (*url, "{}")).collect();
        let routed = routed(contract, &archive(&folder, &entries), base);
        let prefixes: Vec<String> = routed
            .traces
            .iter()
            .map(|trace| format!("{}{}", trace.case.as_str(), trace.prefix))
            .collect();
        let codes: Vec<&str> = routed.notes.iter().map(|note| note.code).collect();
        format!("{} {}", prefixes.join(" "), codes.join(" "))
    };
    let two = api("[{url: /v1}, {url: 'https://h/v1/x'}]");
    let urls = ["http://o/v1/x/b", "http://o/v1/b", "http://o/b"];
    assert_eq!(
        names(&two, &urls, None),
        "b/file/1/v1/x b/file/2/v1 not-judged"
    );
    // None of the servers' fits: the one that explains the most does.
    let elsewhere = ["http://o/q/b", "http://o/q/a/1", "http://o/z/b"];
    assert_eq!(
        names(&two, &elsewhere, None),
        "b/file/1/q a/file/2/q base-path not-judged"
    );
    assert_eq!(
        names(&two, &["http://o/q/b", "http://o/z/b"], None),
        " base-path not-judged"
    );
    assert_eq!(
        names(&two, &["http://o/q/b", "http://o/z/b"], Some("/z/")),
        "b/file/2/z not-judged"
    );
    // `/qb` is not below `/q`.
    assert_eq!(names(&two, &["http://o/qb"], Some("/q")), " not-judged");
    assert_eq!(
        names(&api("[]"), &["https://o/b?x#y", "http://o"], None),
        "b/file/1 not-judged"
    );
}

#[test]
fn what_is_no_recording_is_said() {
    let folder = Folder::new();
    let file = folder.0.join("x.json");
    for text in ["{\"log\": 1}", "[]", "{\"a\": ", "\u{0}"] {
        std::fs::write(&file, text).expect("it is written");
        assert!(
            matches!(read_kept(&file), Err(ReadError::Damaged(_))),
            "{text}"
        );
    }
    // Anything may stand where a recorder should have written something else.
    let contract = pets();
    let parts = [
        json!(null),
        json!(7),
        json!("x"),
        json!([1]),
        json!({"status": 700}),
    ];
    for part in &parts {
        for root in [
            json!({ "log": { "entries": part } }),
            json!({ "log": { "entries": [part, { "request": part, "response": part }] } }),
            json!({ "interactions": [part, { "request": part, "response": part }] }),
            json!({ "http_interactions": [{ "request": { "uri": "http://h/pets/1", "headers": part, "body": part, "method": part },
                "response": { "status": { "code": 200 }, "headers": { "a": part, "b": [part] }, "body": part } }] }),
        ] {
            std::fs::write(&file, root.to_string()).expect("it is written");
            if let Ok(Kept::Recording(recording)) = read_kept(&file) {
                let routed = route_entries(&contract, recording, "x", None);
                said(&contract, &routed);
            }
        }
    }
}
