//! Every check over every exchange: what must trigger, and near misses that must not. The exact set
//! of clauses is compared, so that a false alarm of any check on any exchange shows.

use std::time::Duration;

use super::support::Suite;
use crate::case::{CaseId, Role};
use crate::check::Judge;
use crate::http::{Exchange, Headers, Request, Response};
use crate::outcome::{StepRecord, Trace};

const ID: &str = "req-7a75bb96-54eb-4847-a73c-4f697f42b175";

/// An exchange that keeps the contract.
fn good() -> Exchange {
    let body = br#"{"meta":{"label":"Replaced"}}"#;
    let request = [
        ("host", "h"),
        ("x-auth-token", "t"),
        ("content-type", "application/json"),
    ];
    let response = [
        ("content-type", "application/json"),
        ("content-length", "29"),
        ("x-compute-request-id", ID),
        ("date", "Wed, 15 Jul 2015 16:46:44 GMT"),
    ];
    Exchange {
        request: Request {
            method: "PUT".into(),
            target: "/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata/label".into(),
            headers: request.into_iter().collect(),
            body: body.as_slice().into(),
            secrets: Vec::new(),
        },
        response: Response {
            status: 200,
            headers: response.into_iter().collect::<Headers>(),
            body: body.as_slice().into(),
            surplus: Some(bytes::Bytes::new()),
            raw: None,
        },
        elapsed: Duration::from_millis(1),
    }
}

fn with_body(exchange: &mut Exchange, body: &[u8]) {
    exchange
        .response
        .headers
        .set("content-length", body.len().to_string().as_str());
    exchange.response.body = body.to_vec().into();
}

fn fault(exchange: &mut Exchange, status: u16, body: &str) {
    exchange.response.status = status;
    with_body(exchange, body.as_bytes());
}

/// A name, a change of the good exchange, and the clauses that it breaks, with their levels.
type Row = (&'static str, fn(&mut Exchange), &'static [&'static str]);

const ROWS: &[Row] = &[
    ("as it is", |_| {}, &[]),
    // Near misses.
    ("203 is success too", |e| e.response.status = 203, &[]),
    (
        "case and parameters of a media type",
        |e| {
            e.response
                .headers
                .set("content-type", "Application/JSON ; charset=\"utf-8\"");
        },
        &[],
    ),
    (
        "blanks around JSON",
        |e| with_body(e, b" \r\n{ \"meta\" : {\"label\":\"Replaced\"} }\n"),
        &[],
    ),
    (
        "a member more than documented",
        |e| with_body(e, br#"{"meta":{"label":"Replaced"},"links":[]}"#),
        &[],
    ),
    (
        "an escaped letter",
        |e| with_body(e, br#"{"meta":{"l\u0061bel":"Replaced"}}"#),
        &[],
    ),
    (
        "a length that nobody declares",
        |e| e.response.headers.remove("content-length"),
        &[],
    ),
    (
        "a client that hides the wire",
        |e| e.response.surplus = None,
        &[],
    ),
    (
        "headers nobody documents",
        |e| e.response.headers.push("x-other", "1"),
        &[],
    ),
    (
        "a fault of another name",
        |e| {
            fault(
                e,
                400,
                r#"{"anyName":{"code":400,"message":"m","details":"d"}}"#,
            );
        },
        &[],
    ),
    (
        "a fault without a request id",
        |e| {
            fault(
                e,
                409,
                r#"{"conflictingRequest":{"code":409,"message":"m"}}"#,
            );
            e.response.headers.remove("x-compute-request-id");
        },
        &[],
    ),
    (
        "an empty value",
        |e| {
            e.request.body = br#"{"meta":{"label":""}}"#.as_slice().into();
            with_body(e, br#"{"meta":{"label":""}}"#);
        },
        &[],
    ),
    (
        "fields that are lists, in several lines",
        |e| {
            for (name, value) in [
                ("via", "1.1 a"),
                ("via", "1.1 b"),
                ("set-cookie", "a=1"),
                ("set-cookie", "b=2"),
            ] {
                e.response.headers.push(name, value);
            }
        },
        &[],
    ),
    (
        "a field nobody documents in two lines",
        |e| {
            e.response.headers.push("x-other", "1");
            e.response.headers.push("x-other", "2");
        },
        &[],
    ),
    (
        "a Retry-After in seconds",
        |e| {
            fault(
                e,
                409,
                r#"{"conflictingRequest":{"code":409,"message":"m"}}"#,
            );
            e.response.headers.push("retry-after", "120");
        },
        &[],
    ),
    (
        "a Retry-After as a date",
        |e| {
            fault(
                e,
                409,
                r#"{"conflictingRequest":{"code":409,"message":"m"}}"#,
            );
            e.response
                .headers
                .push("retry-after", "Wed, 15 Jul 2015 16:46:44 GMT");
        },
        &[],
    ),
    (
        "another method refused, Allow in two lines",
        |e| {
            e.request.method = "POST".into();
            fault(e, 405, r#"{"badMethod":{"code":405,"message":"m"}}"#);
            e.response.headers.push("allow", "GET, HEAD");
            e.response.headers.push("allow", "PUT,DELETE");
        },
        &[],
    ),
    (
        "another method answered by something else than this operation",
        |e| {
            e.request.method = "POST".into();
            fault(e, 501, "");
            e.response.headers.remove("content-type");
        },
        &[],
    ),
    (
        "a message that speaks of a line",
        |e| {
            fault(
                e,
                400,
                r#"{"badRequest":{"code":400,"message":"Bad value at meta (line 3:12)"}}"#,
            );
        },
        &[],
    ),
    (
        "a coded body is not read",
        |e| {
            with_body(e, b"\x1f\x8b\x08 and so on");
            e.response.headers.push("content-encoding", "gzip");
        },
        &[],
    ),
    (
        "a rate limit in front of the API",
        |e| {
            fault(e, 429, "slow down");
            e.response.headers.set("content-type", "text/plain");
        },
        &[],
    ),
    // What must trigger.
    (
        "a media type twice",
        |e| e.response.headers.push("content-type", "application/json"),
        &["must http#single-valued"],
    ),
    (
        "two request ids",
        |e| e.response.headers.push("x-compute-request-id", ID),
        &["must http#single-valued"],
    ),
    (
        "a Retry-After in words",
        |e| {
            fault(
                e,
                409,
                r#"{"conflictingRequest":{"code":409,"message":"m"}}"#,
            );
            e.response.headers.push("retry-after", "soon");
        },
        &["must http#retry-after"],
    ),
    (
        "an Allow that names what it refuses",
        |e| {
            e.request.method = "POST".into();
            fault(e, 405, r#"{"badMethod":{"code":405,"message":"m"}}"#);
            e.response.headers.push("allow", "GET, PUT, POST");
        },
        &["must methods#allow"],
    ),
    (
        "an Allow without PUT",
        |e| {
            e.request.method = "POST".into();
            fault(e, 405, r#"{"badMethod":{"code":405,"message":"m"}}"#);
            e.response.headers.push("allow", "GET, OUTPUT");
        },
        &["must relation#allow-names-put"],
    ),
    (
        "201",
        |e| e.response.status = 201,
        &["must responses#documented"],
    ),
    (
        "404",
        |e| fault(e, 404, r#"{"itemNotFound":{"code":404,"message":"m"}}"#),
        &["must responses#documented"],
    ),
    (
        "text/plain",
        |e| e.response.headers.set("content-type", "text/plain"),
        &["must 200#content-type"],
    ),
    (
        "no media type",
        |e| e.response.headers.remove("content-type"),
        &["must 200#content-type"],
    ),
    (
        "no type at all",
        |e| e.response.headers.set("content-type", "json"),
        &["must 200#content-type"],
    ),
    (
        "an empty body",
        |e| with_body(e, b""),
        &["must 200/application~1json#well-formed"],
    ),
    (
        "trailing text",
        |e| with_body(e, br#"{"meta":{"label":"Replaced"}} x"#),
        &["must 200/application~1json#well-formed"],
    ),
    (
        "no UTF-8",
        |e| with_body(e, b"{\"meta\":{\"label\":\"\xff\"}}"),
        &["must 200/application~1json#well-formed"],
    ),
    (
        "a member twice",
        |e| with_body(e, br#"{"meta":{"label":"Replaced","label":"Replaced"}}"#),
        &["must 200/application~1json#well-formed"],
    ),
    (
        "no meta",
        |e| with_body(e, br#"{"metadata":{"label":"Replaced"}}"#),
        &["must 200/application~1json/meta#required"],
    ),
    (
        "an empty meta",
        |e| with_body(e, br#"{"meta":{}}"#),
        &["must 200/application~1json/meta#minProperties"],
    ),
    (
        "two wrong values are one finding",
        |e| with_body(e, br#"{"meta":{"a":1,"b":null}}"#),
        &["must 200/application~1json/meta/{additional}#type"],
    ),
    (
        "an array",
        |e| with_body(e, b"[]"),
        &["must 200/application~1json#type"],
    ),
    (
        "no request id",
        |e| e.response.headers.remove("x-compute-request-id"),
        &["must 200/header/x-compute-request-id#required"],
    ),
    (
        "a malformed request id",
        |e| e.response.headers.set("x-compute-request-id", &ID[4..]),
        &["must 200/header/x-compute-request-id#pattern"],
    ),
    (
        "a length no number",
        |e| e.response.headers.set("content-length", "many"),
        &[
            "must 200/header/content-length#type",
            "must 200#content-length",
        ],
    ),
    (
        "bytes behind the message",
        |e| e.response.surplus = Some(b"x".as_slice().into()),
        &["must 200#content-length"],
    ),
    (
        "another value than was sent",
        |e| with_body(e, br#"{"meta":{"label":"REPLACED"}}"#),
        &["must relation#answer-agrees"],
    ),
    (
        "405 without Allow",
        |e| fault(e, 405, r#"{"badMethod":{"code":405,"message":"m"}}"#),
        &["must 405/header/allow#required"],
    ),
    // What should trigger an advisory.
    (
        "no date",
        |e| e.response.headers.remove("date"),
        &["should 200/header/date#required"],
    ),
    (
        "two dates in one",
        |e| {
            e.response.headers.set(
                "date",
                "Wed, 15 Jul 2015 16:46:44 GMT, Wed, 15 Jul 2015 16:46:45 GMT",
            );
        },
        &["should http#date"],
    ),
    (
        "two dates in two lines, a proxy's and the origin's",
        |e| {
            e.response
                .headers
                .push("date", "Wed, 15 Jul 2015 16:46:45 GMT");
        },
        &["should http#date"],
    ),
    (
        "a date in a form of former times",
        |e| {
            e.response
                .headers
                .set("date", "Wednesday, 15-Jul-15 16:46:44 GMT");
        },
        &["should http#date"],
    ),
    (
        "a Python traceback",
        |e| {
            let text = r#"{"badRequest":{"code":400,"message":"Traceback (most recent call last):\n  File \"a.py\", line 1"}}"#;
            fault(e, 400, text);
        },
        &["should http#no-stack-trace"],
    ),
    (
        "401 without a challenge",
        |e| fault(e, 401, r#"{"unauthorized":{"code":401,"message":"m"}}"#),
        &["should 401/header/www-authenticate#required"],
    ),
    (
        "a code that isn't the status",
        |e| fault(e, 400, r#"{"badRequest":{"code":422,"message":"m"}}"#),
        &["should relation#code-is-status"],
    ),
    (
        "a fault in HTML",
        |e| {
            fault(e, 503, "<p>no</p>");
            e.response.headers.set("content-type", "text/html");
        },
        &["should 503#content-type"],
    ),
    (
        "a fault without a message",
        |e| fault(e, 500, r#"{"computeFault":{"code":500}}"#),
        &["should 500/application~1json/{additional}/message#required"],
    ),
];

#[test]
fn every_exchange_breaks_what_it_breaks_and_nothing_else() {
    let suite = Suite::built_in();
    let judge = Judge::new(&suite.contract, &suite.clauses);
    let mut case = suite.cases[0].clone();
    case.steps.clear();
    let mut wrong = Vec::new();
    for (name, change, expected) in ROWS {
        let mut exchange = good();
        change(&mut exchange);
        case.id = CaseId::new(&format!("setImageMetadataItem/{name}"));
        let mut trace = Trace::new(case.id.clone(), "http://h", "");
        trace.steps.push(StepRecord {
            step: None,
            index: None,
            role: Role::Main,
            operation: "setImageMetadataItem".into(),
            result: Ok(exchange),
        });
        let outcome = judge.case(&case, &trace);
        let findings = outcome.findings.iter();
        let said: Vec<String> = findings
            .map(|f| format!("{} {}", f.level.as_str(), f.clause.within_operation()))
            .collect();
        if said != *expected {
            wrong.push(format!("{name}: {said:?} and not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
