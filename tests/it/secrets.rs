//! A credential reaches the socket and nothing else, even where the server says it again.

use std::io::Read as _;
use std::path::Path;

use super::support::{Folder, Reply, Suite, told, url_target};
use crate::outcome::{About, Account, Event};
use crate::report::{FORMATS, outcome_text, verdict_file};

const TOKEN: &str = "f064c46a782c444cb4ba4b6434288f7c";

#[tokio::test]
async fn a_server_that_repeats_the_token_does_not_get_it_into_a_report() {
    let suite = Suite::first_five();
    let server = told(|request| {
        let body = if request.path.ends_with("/metadata") {
            format!(r#"{{"metadata":{{"{TOKEN}":"{TOKEN}"}}}}"#)
        } else {
            format!(r#"{{"meta":"{TOKEN}"}}"#)
        };
        Reply::Bytes(
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-compute-request-id: {TOKEN}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
        )
    })
    .await;
    let result = suite
        .run(url_target(&server.url), 8, &|_| {})
        .await
        .expect("the preflight passes");
    let mut texts: Vec<String> = result
        .outcomes
        .iter()
        .map(|outcome| outcome_text(outcome))
        .collect();
    assert!(
        texts
            .iter()
            .any(|text| text.contains("x-compute-request-id#pattern")),
        "{texts:?}"
    );
    texts.push(verdict_file(
        &suite.contract,
        &suite.clauses,
        result.outcomes.iter().map(AsRef::as_ref),
    ));
    texts.extend(
        result
            .traces
            .iter()
            .map(|trace| serde_json::to_string(trace).expect("it serialises")),
    );
    for format in FORMATS {
        let mut out = Vec::new();
        let mut reporter = (format.new)(Box::new(&mut out));
        for outcome in &result.outcomes {
            let event = Event::CaseFinished(outcome.clone());
            reporter.event(&event).expect("it is written");
        }
        let account = Account {
            about: &About::default(),
            contract: &suite.contract,
            clauses: &suite.clauses,
            cases: &suite.cases,
            traces: &result.traces,
            outcomes: &result.outcomes,
            ledger: &result.ledger,
            notices: &[],
            summary: &result.summary,
        };
        reporter.finish(&account).expect("it is written");
        drop(reporter);
        texts.push(String::from_utf8(out).expect("it is text"));
    }
    for text in &texts {
        assert!(!text.contains(TOKEN), "{text}");
    }
    assert!(
        texts
            .iter()
            .any(|text| text.contains(r#"{"secret":"PROOFMARK_TOKEN"}"#))
    );
}

/// The texts of all files below a folder, unpacked.
fn texts(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            texts.extend(self::texts(&path));
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        let mut plain = Vec::new();
        let unpacked = flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain);
        let plain = if unpacked.is_ok() { plain } else { bytes };
        texts.push(String::from_utf8_lossy(&plain).into_owned());
    }
    texts
}

#[tokio::test]
async fn a_server_that_repeats_the_token_does_not_get_it_into_a_record() {
    let mut suite = Suite::first_five();
    // A value that is captured goes into the record by another way than the exchanges.
    let text = "description: x\nrequirement: x\noperation: listImageMetadata\ncapture: { said: /metadata/it }\n\
                then: [{ operation: getImageMetadataItem, path: { key: \"${said}\" } }]\n";
    let source = crate::diag::Source::new("cases/capture.yaml", text);
    let cases = crate::case::load_cases(&[source], "cases", &suite.contract);
    suite.cases.extend(cases.expect("a case"));
    let long = "x".repeat(5000);
    let server = told(move |request| {
        let body = if request.path.ends_with("/metadata") {
            format!(r#"{{"metadata":{{"it":"{TOKEN}"}},"long":"{long} {TOKEN}"}}"#)
        } else {
            format!(r#"{{"meta":{{"it":"{TOKEN}"}}}}"#)
        };
        Reply::Bytes(
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-token: {TOKEN}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
        )
    })
    .await;
    let folder = Folder::new();
    suite.recorded(url_target(&server.url), &folder.0).await;
    let texts = texts(&folder.0);
    assert!(texts.len() > 1, "a long body stands in a file of its own");
    for text in &texts {
        assert!(!text.contains(TOKEN), "{text}");
    }
    assert!(texts.iter().any(|text| text.contains(r#""said":"*****"#)));
}
