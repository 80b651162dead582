//! No credential is shown, whatever its form, and whatever the server says again.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::support::{Reply, record_of, told};
use super::{Api, profile};
use crate::report::{outcome_text, verdict_file};

/// Everything a run of one case leaves for people: findings, verdicts, and the record, also as it is
/// read back and judged again.
async fn said(security: &str, credentials: &[(&str, &str, &str)], folder: &Path) -> String {
    // The server repeats what it was sent in every place it has.
    let server = told(|request| {
        let head: String = request.head.replace("\r\n", " | ");
        let pair = request.fields("authorization").into_iter().find_map(|field| {
            let pair = STANDARD.decode(field.strip_prefix("Basic ")?).ok()?;
            String::from_utf8(pair).ok()
        });
        let password = pair.as_deref().and_then(|pair| Some(pair.split_once(':')?.1));
        let body = serde_json::json!({
            "head": head, "path": request.path, "pair": pair, "password": password,
        })
        .to_string();
        Reply::Bytes(
            format!(
                "HTTP/1.1 418 Teapot\r\nx-echo: {head}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
        )
    })
    .await;
    let expectation = "expect: { body: { head: none }, headers: { X-Echo: none } }";
    let api = Api::of(
        &server.url,
        &[("get", security)],
        &[
            ("get/shown", expectation),
            ("get/given", "given: [{ operation: get }]"),
            (
                "get/wire",
                "wire: true\nexpect: { status: 418 }\nthen: [{ operation: get, expect: { status: 418 }, capture: { all: /head } }]",
            ),
        ],
    );
    let result = api.run(&server.url, &profile(credentials)).await;
    let mut texts: Vec<String> = result.outcomes.iter().map(|o| outcome_text(o)).collect();
    texts.extend(result.outcomes.iter().map(|o| format!("{o:?}")));
    let outcomes = result.outcomes.iter().map(AsRef::as_ref);
    texts.push(verdict_file(&api.contract, &api.clauses, outcomes));
    record_of(folder, &result);
    let record = folder.join("0123456789.ndjson");
    texts.push(std::fs::read_to_string(&record).expect("it was written"));
    std::fs::remove_file(record).expect("it was written");
    let all = texts.join("\n");
    assert!(all.contains("FAIL get/shown"), "{all}");
    assert!(all.contains("ERROR get/given"), "{all}");
    assert!(all.contains(r#""bindings":{"all":"GET"#), "{all}");
    all
}

#[tokio::test]
async fn no_credential_reaches_a_finding_a_verdict_or_a_record() {
    let folder = std::env::temp_dir().join(format!("proofmark-{}", uuid::Uuid::new_v4()));
    for (scheme, value, forms, curl) in [
        (
            "field",
            "geheim-1",
            &["geheim-1"][..],
            r#"-H "x-key: $SECRET""#,
        ),
        (
            "query",
            "ge&heim/2",
            &["ge&heim/2", "ge%26heim%2F2"],
            r#"?api_key='"$(printf %s "$SECRET" | jq -sRr @uri)""#,
        ),
        ("query", "geheim-3", &["geheim-3"], r#"?api_key='"$SECRET""#),
        (
            "cookie",
            "geheim-4",
            &["geheim-4"],
            r#"-H "cookie: session=$SECRET""#,
        ),
        (
            "basic",
            "user:geheim5",
            // The pair in base64, and the password.
            &["dXNlcjpnZWhlaW01", "geheim5"],
            r#"-H "authorization: Basic $(printf %s "$SECRET" | base64 | tr -d '\n')""#,
        ),
        (
            "bearer",
            "geheim-6",
            &["geheim-6"],
            r#"-H "authorization: Bearer $SECRET""#,
        ),
        (
            "bearer",
            "Bearer geheim-7",
            &["geheim-7"],
            r#"-H "authorization: $SECRET""#,
        ),
    ] {
        let security = format!("[{{ {scheme}: [] }}]");
        let said = said(&security, &[(scheme, "default", value)], &folder).await;
        for form in forms {
            assert!(!said.contains(form), "{form} in:\n{said}");
        }
        assert!(said.contains(curl), "{curl} not in:\n{said}");
        assert!(said.contains("SECRET"), "{said}");
    }
    std::fs::remove_dir(folder).expect("the folder is empty");
}
