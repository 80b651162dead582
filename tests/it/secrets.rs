//! A credential reaches the socket and nothing else, even where the server says it again.

use super::support::{Reply, Suite, told, url_target};
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
