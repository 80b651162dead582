//! The contract's document and the server's behaviour.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::fixtures::{FOREIGN_IMAGE, FULL_IMAGE, IMAGE, OTHER_TOKEN, SAVING_IMAGE, TOKEN};
use super::{Server, contract, faults};

/// What a request is made of: method, image, the rest of the path, token, media type, body.
type Asked<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a [u8]);

const JSON: &str = "application/json";

async fn ask(
    server: &Server,
    (method, image, rest, token, media, body): Asked<'_>,
) -> (StatusCode, Value, Vec<String>) {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/images/{image}/metadata{rest}"));
    if token != "-" {
        request = request.header("x-auth-token", token);
    }
    if !media.is_empty() {
        request = request.header("content-type", media);
    }
    let request = request.body(Body::from(body.to_vec())).expect("a request");
    let answer = server.router().oneshot(request).await.expect("an answer");
    let status = answer.status();
    let headers = answer
        .headers()
        .iter()
        .map(|(n, v)| format!("{n}: {}", v.to_str().unwrap_or("?")))
        .collect();
    let body = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    (
        status,
        serde_json::from_slice(&body).unwrap_or_default(),
        headers,
    )
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "the length is the table's")]
async fn every_request_has_the_answer_the_contract_gives_it() {
    let long = "x".repeat(256);
    let big = vec![b' '; 65_537];
    let good: &[u8] = br#"{"meta":{"k":"v"}}"#;
    let long_value = format!(r#"{{"meta":{{"k":"{long}"}}}}"#);
    let long_key = format!(r#"{{"meta":{{"{long}":"v"}}}}"#);
    let long_path = format!("/{long}");
    let unknown = "11111111-2222-4333-8444-555555555555";
    let table: &[(Asked<'_>, u16)] = &[
        (("PUT", IMAGE, "/k", TOKEN, JSON, good), 200),
        (
            (
                "PUT",
                IMAGE,
                "/k",
                TOKEN,
                "Application/JSON; charset=utf-8",
                good,
            ),
            200,
        ),
        (
            (
                "PUT",
                IMAGE,
                "/a%20b",
                TOKEN,
                JSON,
                br#"{"meta":{"a b":""}}"#,
            ),
            200,
        ),
        (
            (
                "PUT",
                IMAGE,
                "/k",
                TOKEN,
                JSON,
                br#"{"meta":{"other":"v"}}"#,
            ),
            400,
        ),
        (
            (
                "PUT",
                IMAGE,
                "/k",
                TOKEN,
                JSON,
                br#"{"meta":{"k":"v","l":"w"}}"#,
            ),
            400,
        ),
        (("PUT", IMAGE, "/k", TOKEN, JSON, br#"{"meta":{}}"#), 400),
        (
            ("PUT", IMAGE, "/k", TOKEN, JSON, br#"{"meta":{"k":1}}"#),
            400,
        ),
        (
            (
                "PUT",
                IMAGE,
                "/k",
                TOKEN,
                JSON,
                br#"{"meta":{"k":"v"},"more":1}"#,
            ),
            400,
        ),
        (
            (
                "PUT",
                IMAGE,
                "/k",
                TOKEN,
                JSON,
                br#"{"meta":{"k":"v"},"meta":{"k":"w"}}"#,
            ),
            400,
        ),
        (
            (
                "PUT",
                IMAGE,
                "/k",
                TOKEN,
                JSON,
                br#"{"meta":{"k":"v","k":"w"}}"#,
            ),
            400,
        ),
        (("PUT", IMAGE, "/k", TOKEN, JSON, br#"{"meta":"k"}"#), 400),
        (
            ("PUT", IMAGE, "/k", TOKEN, JSON, br#"{"meta":{"k":"v"}"#),
            400,
        ),
        (("PUT", IMAGE, "/k", TOKEN, JSON, b"\"\xff\""), 400),
        (("PUT", IMAGE, "/k", TOKEN, JSON, b""), 400),
        (("PUT", IMAGE, "/k", TOKEN, "", good), 400),
        (("PUT", IMAGE, "/k", TOKEN, "text/plain", good), 400),
        (("PUT", IMAGE, "/%ff", TOKEN, JSON, good), 400),
        (
            ("PUT", IMAGE, "/k", TOKEN, JSON, long_value.as_bytes()),
            400,
        ),
        (
            ("PUT", IMAGE, &long_path, TOKEN, JSON, long_key.as_bytes()),
            400,
        ),
        (("PUT", IMAGE, "/k", TOKEN, JSON, &big), 413),
        (("PUT", "no-uuid", "/k", TOKEN, JSON, good), 400),
        (("PUT", unknown, "/k", TOKEN, JSON, good), 400),
        (("PUT", SAVING_IMAGE, "/k", TOKEN, JSON, good), 409),
        (("PUT", FOREIGN_IMAGE, "/k", TOKEN, JSON, good), 403),
        (("PUT", FOREIGN_IMAGE, "/k", OTHER_TOKEN, JSON, good), 200),
        (("PUT", IMAGE, "/k", OTHER_TOKEN, JSON, good), 400),
        (("PUT", FULL_IMAGE, "/k", TOKEN, JSON, good), 413),
        (
            (
                "PUT",
                FULL_IMAGE,
                "/item-0",
                TOKEN,
                JSON,
                br#"{"meta":{"item-0":"v"}}"#,
            ),
            200,
        ),
        (("PUT", IMAGE, "/k", "-", JSON, b"{"), 401),
        (("PUT", IMAGE, "/k", "", JSON, good), 401),
        (("PUT", "no-uuid", "/k", "unknown", JSON, b"{"), 401),
        (("POST", IMAGE, "/k", TOKEN, JSON, good), 405),
        (("DELETE", IMAGE, "", TOKEN, "", b""), 405),
        (("GET", IMAGE, "", TOKEN, "", b""), 200),
        (("HEAD", IMAGE, "/label", TOKEN, "", b""), 200),
        (("GET", IMAGE, "/none", TOKEN, "", b""), 404),
        (("GET", unknown, "", TOKEN, "", b""), 404),
        (("GET", FOREIGN_IMAGE, "", TOKEN, "", b""), 200),
        (("DELETE", IMAGE, "/k", TOKEN, "", b""), 204),
        (("DELETE", IMAGE, "/k", TOKEN, "", b""), 404),
        (("DELETE", SAVING_IMAGE, "/label", TOKEN, "", b""), 409),
        (("DELETE", FOREIGN_IMAGE, "/label", TOKEN, "", b""), 403),
        (("GET", IMAGE, "/a/b", TOKEN, "", b""), 404),
    ];
    let server = Server::new();
    for (asked, expected) in table {
        let (status, body, headers) = ask(&server, *asked).await;
        let shown = format!("{asked:?}");
        assert_eq!(status.as_u16(), *expected, "{shown} {body}");
        for name in ["x-compute-request-id: req-", "date: ", "server: "] {
            assert!(
                headers.iter().any(|field| field.starts_with(name)),
                "{shown} lacks {name}"
            );
        }
        if *expected >= 400 {
            let fault = body
                .as_object()
                .and_then(|fault| fault.values().next())
                .expect("a fault");
            assert_eq!(fault["code"], *expected, "{shown}");
        }
        let has = |name: &str| headers.iter().any(|field| field.starts_with(name));
        assert_eq!(has("allow: "), *expected == 405, "{shown}");
        assert_eq!(has("www-authenticate: "), *expected == 401, "{shown}");
    }
}

#[tokio::test]
async fn what_is_written_is_read_back_and_the_others_stay() {
    let server = Server::new();
    let put = (
        "PUT",
        IMAGE,
        "/k",
        TOKEN,
        JSON,
        br#"{"meta":{"k":"\u00e9"}}"#.as_slice(),
    );
    assert_eq!(ask(&server, put).await.1, json!({"meta": {"k": "é"}}));
    let (_, all, _) = ask(&server, ("GET", IMAGE, "", TOKEN, "", b"")).await;
    assert_eq!(
        all,
        json!({"metadata": {"k": "é", "label": "Original", "version": "1.0"}})
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_side_by_side_lose_nothing() {
    let server = Server::new();
    let writers = (0..64).map(|n| {
        let server = server.clone();
        tokio::spawn(async move {
            let (path, body) = (format!("/w{n}"), format!(r#"{{"meta":{{"w{n}":"{n}"}}}}"#));
            ask(&server, ("PUT", IMAGE, &path, TOKEN, JSON, body.as_bytes()))
                .await
                .0
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        assert_eq!(writer.await.expect("a writer ends"), StatusCode::OK);
    }
    let (_, all, _) = ask(&server, ("GET", IMAGE, "", TOKEN, "", b"")).await;
    assert_eq!(
        all["metadata"].as_object().map(serde_json::Map::len),
        Some(66)
    );
}

#[test]
fn the_operation_documents_the_published_codes_and_example() {
    let contract = contract();
    let operation = &contract["paths"]["/images/{image_id}/metadata/{key}"]["put"];
    let codes: Vec<&String> = operation["responses"]
        .as_object()
        .expect("responses")
        .keys()
        .collect();
    assert_eq!(
        codes,
        [
            "200", "203", "400", "401", "403", "405", "409", "413", "500", "503"
        ]
    );
    let example =
        &operation["requestBody"]["content"]["application/json"]["examples"]["published"]["value"];
    assert_eq!(example, &json!({"meta": {"label": "Replaced"}}));
    for code in ["200", "203"] {
        assert_eq!(
            operation["responses"][code]["headers"]["X-Compute-Request-Id"]["required"],
            true
        );
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    fn references(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                into.extend(
                    members
                        .get("$ref")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                );
                members.values().for_each(|member| references(member, into));
            }
            Value::Array(elements) => elements
                .iter()
                .for_each(|element| references(element, into)),
            _ => {}
        }
    }
    let contract = contract();
    let mut all = Vec::new();
    references(&contract, &mut all);
    for reference in &all {
        assert!(contract.pointer(&reference[1..]).is_some(), "{reference}");
    }
    for name in contract["components"]["schemas"]
        .as_object()
        .expect("schemas")
        .keys()
    {
        assert!(
            all.contains(&format!("#/components/schemas/{name}")),
            "{name} is used by nothing"
        );
    }
}

#[test]
fn faults_have_names_of_their_own() {
    let mut names: Vec<&str> = faults().map(|fault| fault.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count >= 10);
}
