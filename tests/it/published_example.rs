//! The published document's example exchange, judged alone, conforms with one advisory.

use std::path::Path;

use super::support::{Reply, Suite, answer, told, url_target};
use crate::case::{CaseId, Role, load_cases};
use crate::check::Judge;
use crate::diag::Source;
use crate::evidence::{Kept, read_kept};
use crate::outcome::{CaseVerdict, StepRecord, Trace};

#[test]
fn the_published_example_conforms_with_one_advisory() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/published-example.yaml");
    let Ok(Kept::Exchange(_, exchange)) = read_kept(&path) else {
        panic!("it is an exchange");
    };
    assert_eq!(exchange.response.body.len(), 31);
    let suite = Suite::built_in();
    // A case to stand for it, without a step of its own.
    let mut case = suite.cases[0].clone();
    case.id = CaseId::new("setImageMetadataItem/published-example");
    case.steps.clear();
    let mut trace = Trace::new(case.id.clone(), "http://example.com", "");
    trace.steps.push(StepRecord {
        step: None,
        index: None,
        role: Role::Main,
        operation: "setImageMetadataItem".into(),
        result: Ok(*exchange),
    });
    let outcome = Judge::new(&suite.contract, &suite.clauses).case(&case, &trace);
    let said: Vec<String> = outcome
        .findings
        .iter()
        .map(|f| format!("{} {}", f.level.as_str(), f.clause))
        .collect();
    assert_eq!(said, ["should setImageMetadataItem/http#date"]);
    assert_eq!(outcome.verdict, CaseVerdict::Pass);
}

/// The published request, sent to a server that gives the published answer and nothing else.
#[tokio::test]
async fn the_published_example_replayed_conforms_with_one_advisory() {
    let case = "description: The published example.\nrequirement: the published example\n\
                operation: setImageMetadataItem\npath: { key: label }\n\
                body: { meta: { label: Replaced } }\nwire: true\n\
                expect: { status: 200, bodyExactly: { meta: { label: Replaced } } }\n";
    let mut suite = Suite::built_in();
    let source = Source::new("cases/setImageMetadataItem/published.yaml", case);
    suite.cases = load_cases(&[source], "cases", &suite.contract).expect("it is a case");
    let server = told(|request| {
        if request.method == "GET" {
            return answer("200 OK", r#"{"metadata":{"label":"Original"}}"#);
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 31\r\nContent-Type: application/json\r\n\
                    Date: Wed, 15 Jul 2015 16:46:44 GMT, Wed, 15 Jul 2015 16:46:45 GMT\r\n\
                    Server: Jetty(9.2.z-SNAPSHOT)\r\nVia: 1.1 Repose (Repose/6.2.1.2)\r\n\
                    X-Compute-Request-Id: req-7a75bb96-54eb-4847-a73c-4f697f42b175\r\n\r\n";
        Reply::Bytes(format!(r#"{head}{{"meta": {{"label": "Replaced"}}}}"#).into_bytes())
    })
    .await;
    let result = suite.run(url_target(&server.url), 1, &|_| {}).await;
    let result = result.expect("the preflight passes");
    let outcome = &result.outcomes[0];
    assert_eq!(outcome.verdict, CaseVerdict::Pass, "{:?}", outcome.troubles);
    let said = outcome.findings.iter().map(|f| f.clause.to_string());
    assert_eq!(said.collect::<Vec<_>>(), ["setImageMetadataItem/http#date"]);
}
