//! What each fault is seen by: the same requests, and how a server answers them with and without it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::catalogue::Kind;
use super::super::{fault, faults};
use crate::reference::Server;
use crate::reference::body::BODY_LIMIT;
use crate::reference::fixtures::{
    FILLING_IMAGE, FOREIGN_IMAGE, FULL_IMAGE, IMAGE, OTHER_TOKEN, PRIVATE_IMAGE, SAVING_IMAGE,
};
use crate::reference::testing::{Answer, Ask, item, list};

/// An image nobody has.
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// What shows a fault.
struct Row {
    name: &'static str,
    asks: Vec<Ask>,
    /// The header that is looked at, and else status and body.
    header: &'static str,
    /// The last answers of a server without the fault.
    good: &'static [&'static str],
    /// The last answers of one with it.
    bad: &'static [&'static str],
}

fn row(
    name: &'static str,
    asks: impl Into<Vec<Ask>>,
    good: &'static [&'static str],
    bad: &'static [&'static str],
) -> Row {
    head_row(name, asks, "", good, bad)
}

fn head_row(
    name: &'static str,
    asks: impl Into<Vec<Ask>>,
    header: &'static str,
    good: &'static [&'static str],
    bad: &'static [&'static str],
) -> Row {
    Row {
        name,
        asks: asks.into(),
        header,
        good,
        bad,
    }
}

/// A PUT of the item `label`, which is there.
fn set(value: &str) -> Ask {
    Ask::put(IMAGE, "label", value)
}

/// A PUT of the item `label` with this body.
fn body(text: &str) -> Ask {
    set("").json(text)
}

fn get(key: &str) -> Ask {
    Ask::new("GET", item(IMAGE, key))
}

fn head(key: &str) -> Ask {
    Ask::new("HEAD", item(IMAGE, key))
}

fn delete(key: &str) -> Ask {
    Ask::new("DELETE", item(IMAGE, key))
}

fn all(image: &str) -> Ask {
    Ask::new("GET", list(image))
}

fn post() -> Ask {
    Ask {
        method: "POST",
        ..set("Posted")
    }
}

fn token<'a>(ask: Ask, token: impl Into<Option<&'a str>>) -> Ask {
    ask.header("x-auth-token", token)
}

/// Items that fill `FILLING_IMAGE` up, and one more.
fn filling() -> [Ask; 4] {
    ["a", "b", "c", "d"].map(|key| Ask::put(FILLING_IMAGE, key, "v"))
}

/// Status and body, a fault by its name only, or the header's values.
fn shown(answer: &Answer, header: &str) -> String {
    let status = answer.status.as_u16();
    if !header.is_empty() {
        let values = answer.headers.get_all(header).iter();
        let values: Vec<_> = values
            .map(|value| match value.to_str().expect("the header is text") {
                id if id.starts_with("req-") && id.len() == 40 => "an id",
                id if id.len() == 36 => "a bare id",
                other => other,
            })
            .collect();
        return format!("{status} {}", values.join(" & "));
    }
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let name = body.as_object().and_then(|body| {
        let (name, detail) = body.iter().next()?;
        let plain = detail.get("code")?.as_u64() == Some(status.into())
            && !detail.get("message")?.as_str()?.contains('\n');
        plain.then_some(name.as_str())
    });
    let text = name.unwrap_or(&answer.text);
    // Long keys and values, and the list of a full image.
    let text = if text.len() > 210 { "long" } else { text };
    format!("{status} {text}")
}

async fn answers(row: &Row, faulty: bool) -> Vec<String> {
    let known = fault(row.name).expect("the fault is known");
    let faults = if faulty { &[known][..] } else { &[] };
    let router = Server::with_faults(faults).router();
    let mut all = Vec::new();
    for ask in row.asks.clone() {
        all.push(shown(&ask.of(&router).await, row.header));
    }
    let expected = if faulty { row.bad } else { row.good };
    all.split_off(all.len() - expected.len())
}

#[tokio::test]
async fn each_fault_is_seen_by_the_answers_of_its_row() {
    for row in rows() {
        assert_eq!(answers(&row, false).await, row.good, "no {}", row.name);
        assert_eq!(answers(&row, true).await, row.bad, "{}", row.name);
    }
}

/// Those of the bytes, and of several connections at once, have tests of their own.
#[test]
fn every_fault_has_a_row() {
    let rows: BTreeSet<_> = rows().iter().map(|row| row.name).collect();
    let missing: Vec<_> = faults()
        .filter(|fault| matches!(fault.kind, Kind::Service(_)))
        .map(|fault| fault.name)
        .filter(|name| !rows.contains(name) && *name != "lost-update" && *name != "date-two")
        .filter(|name| !super::PICTURED.contains(name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

fn rows() -> Vec<Row> {
    let mut rows = status_and_body();
    rows.extend(headers());
    rows.extend(semantics());
    rows.extend(access_and_limits());
    rows.extend(input_protocol_and_rare());
    rows
}

const SET: &str = r#"200 {"meta":{"label":"v"}}"#;
const WAS: &str = r#"200 {"meta":{"label":"Original"}}"#;

#[tokio::test]
async fn dates_are_dates_but_for_one_and_lengths_are_those_of_the_bodies() {
    for fault in faults() {
        let router = Server::with_faults(&[fault]).router();
        for ask in [set("v"), all(IMAGE), get("label"), delete("label")] {
            let answer = ask.clone().of(&router).await;
            let date = answer.header("date");
            let dates = if fault.name == "date-two" && ask.method == "PUT" {
                let (first, second) = date.split_at_checked(29).unwrap_or_default();
                assert_eq!(second.strip_prefix(", "), Some(first), "{date}");
                first
            } else {
                date
            };
            assert!(httpdate::parse_http_date(dates).is_ok(), "{}", fault.name);
            let declared = answer.headers.get("content-length");
            let right = declared.is_none_or(|length| *length == answer.size.to_string());
            assert!(right, "{}", fault.name);
        }
    }
}

fn status_and_body() -> Vec<Row> {
    const LIST: &str = r#"200 {"metadata":{"label":"Original","version":"1.0"}}"#;
    vec![
        row("no-content-status", [set("v")], &[SET], &["204 "]),
        row(
            "unknown-image-404",
            [Ask::put(UNKNOWN, "k", "v"), body("{}")],
            &["400 badRequest", "400 badRequest"],
            &["404 itemNotFound", "400 badRequest"],
        ),
        row(
            "other-type-415",
            [set("v").header("content-type", "text/plain"), body("{}")],
            &["400 badRequest", "400 badRequest"],
            &["415 badMediaType", "400 badRequest"],
        ),
        row(
            "malformed-500",
            [body("{"), body("{}"), body(""), body(&"[".repeat(200))],
            &[
                "400 badRequest",
                "400 badRequest",
                "400 badRequest",
                "400 badRequest",
            ],
            &[
                "500 computeFault",
                "400 badRequest",
                "400 badRequest",
                "500 computeFault",
            ],
        ),
        row(
            "conflict-403",
            [Ask::put(SAVING_IMAGE, "k", "v")],
            &["409 conflictingRequest"],
            &["403 forbidden"],
        ),
        row(
            "forbidden-401",
            [Ask::put(FOREIGN_IMAGE, "k", "v")],
            &["403 forbidden"],
            &["401 unauthorized"],
        ),
        row(
            "missing-item-400",
            [
                get("k"),
                Ask::new("GET", item(UNKNOWN, "k")),
                delete("k"),
                get("k"),
            ],
            &[
                "404 itemNotFound",
                "404 itemNotFound",
                "404 itemNotFound",
                "404 itemNotFound",
            ],
            &[
                "400 badRequest",
                "404 itemNotFound",
                "404 itemNotFound",
                "404 itemNotFound",
            ],
        ),
        row(
            "missing-item-found",
            [
                get("k"),
                Ask::put(IMAGE, "label", "v").json(r#"{"meta":{"o":"v"}}"#),
                get("o"),
            ],
            &["404 itemNotFound", "400 badRequest", "404 itemNotFound"],
            &[
                r#"200 {"meta":{"k":""}}"#,
                "400 badRequest",
                "404 itemNotFound",
            ],
        ),
        row("delete-200", [delete("label")], &["204 "], &["200 {}"]),
        row(
            "second-delete-204",
            [delete("k"), Ask::new("DELETE", item(UNKNOWN, "k"))],
            &["404 itemNotFound", "404 itemNotFound"],
            &["204 ", "404 itemNotFound"],
        ),
        row("meta-empty", [set("v")], &[SET], &[r#"200 {"meta":{}}"#]),
        row("meta-array", [set("v")], &[SET], &[r#"200 {"meta":[]}"#]),
        row("body-array", [set("v")], &[SET], &["200 []"]),
        row(
            "body-truncated",
            [set("v")],
            &[SET],
            &[r#"200 {"meta":{"l"#],
        ),
        row(
            "body-not-utf8",
            [set("v")],
            &[SET],
            &["200 {\"meta\":{\"label\":\"v\u{fffd}\"}}"],
        ),
        row(
            "item-value-null",
            [get("label")],
            &[WAS],
            &[r#"200 {"meta":{"label":null}}"#],
        ),
        row(
            "item-meta-missing",
            [get("label")],
            &[WAS],
            &[r#"200 {"metadata":{"label":"Original"}}"#],
        ),
        row(
            "item-other-key",
            [get("label")],
            &[WAS],
            &[r#"200 {"meta":{"label-":"Original"}}"#],
        ),
        head_row(
            "item-other-key",
            [get("label"), head("label")],
            "content-length",
            &["200 29", "200 29"],
            &["200 30", "200 30"],
        ),
        row(
            "list-value-number",
            [all(IMAGE)],
            &[LIST],
            &[r#"200 {"metadata":{"label":8,"version":3}}"#],
        ),
        row(
            "list-renamed",
            [all(IMAGE)],
            &[LIST],
            &[r#"200 {"items":{"label":"Original","version":"1.0"}}"#],
        ),
        row(
            "list-omits-newest",
            [set("Original"), all(IMAGE)],
            &[LIST],
            &[r#"200 {"metadata":{"version":"1.0"}}"#],
        ),
        row(
            "trace-shown",
            [body("{")],
            &["400 badRequest"],
            &[
                "400 {\"badRequest\":{\"code\":400,\"message\":\"Traceback (most recent call last):\\n  File \\\"/srv/compute/api/metadata.py\\\", line 88, in update\\n    value = body['meta'][key]\\nKeyError: 'meta'\"}}",
            ],
        ),
        row(
            "fault-code-text",
            [body("{}")],
            &["400 badRequest"],
            &[r#"400 {"badRequest":{"code":"400","message":"The body holds no `meta`."}}"#],
        ),
    ]
}

fn headers() -> Vec<Row> {
    const ALLOW: &str = "405 GET, HEAD, PUT, DELETE";
    let id = "x-compute-request-id";
    vec![
        head_row(
            "media-type-missing",
            [set("v")],
            "content-type",
            &["200 application/json"],
            &["200 "],
        ),
        head_row(
            "list-media-type",
            [all(IMAGE)],
            "content-type",
            &["200 application/json"],
            &["200 text/html"],
        ),
        head_row(
            "content-type-twice",
            [set("v")],
            "content-type",
            &["200 application/json"],
            &["200 application/json & application/json"],
        ),
        head_row(
            "request-id-twice",
            [set("v")],
            id,
            &["200 an id"],
            &["200 an id & an id"],
        ),
        head_row(
            "fault-request-id-malformed",
            [set("v"), body("{}")],
            id,
            &["200 an id", "400 an id"],
            &["200 an id", "400 a bare id"],
        ),
        head_row(
            "delete-request-id-missing",
            [delete("label")],
            id,
            &["204 an id"],
            &["204 "],
        ),
        head_row("allow-missing", [post()], "allow", &[ALLOW], &["405 "]),
        head_row(
            "allow-names-refused",
            [post()],
            "allow",
            &[ALLOW],
            &["405 GET, HEAD, PUT, DELETE, POST"],
        ),
        head_row(
            "allow-lacks-put",
            [post()],
            "allow",
            &[ALLOW],
            &["405 GET, HEAD, DELETE"],
        ),
        head_row(
            "retry-after-malformed",
            [Ask::put(SAVING_IMAGE, "k", "v")],
            "retry-after",
            &["409 "],
            &["409 soon"],
        ),
        head_row(
            "challenge-missing",
            [token(set("v"), None)],
            "www-authenticate",
            &["401 Token realm=\"compute\""],
            &["401 "],
        ),
    ]
}

fn semantics() -> Vec<Row> {
    const NONE: &str = "404 itemNotFound";
    let long = "vwxyz".repeat(20);
    let own = || Ask::put(IMAGE, "pm-b", "v");
    vec![
        row(
            "wrong-key-stored",
            [
                Ask::put(IMAGE, "k", "v"),
                get("k"),
                get("k-"),
                delete("k"),
                get("k-"),
                set("v"),
                get("label"),
            ],
            &[
                r#"200 {"meta":{"k":"v"}}"#,
                r#"200 {"meta":{"k":"v"}}"#,
                NONE,
                "204 ",
                NONE,
                SET,
                SET,
            ],
            &[
                r#"200 {"meta":{"k":"v"}}"#,
                NONE,
                r#"200 {"meta":{"k-":"v"}}"#,
                "204 ",
                NONE,
                SET,
                SET,
            ],
        ),
        row(
            "value-truncated",
            [set(&long), get("label")],
            &[
                r#"200 {"meta":{"label":"vwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyz"}}"#,
            ],
            &[
                r#"200 {"meta":{"label":"vwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxy"}}"#,
            ],
        ),
        row(
            "value-trimmed",
            [set(" v "), get("label")],
            &[r#"200 {"meta":{"label":" v "}}"#],
            &[SET],
        ),
        row(
            "value-escaped",
            [set("<&>"), get("label")],
            &[r#"200 {"meta":{"label":"<&>"}}"#],
            &[r#"200 {"meta":{"label":"&lt;&amp;&gt;"}}"#],
        ),
        row(
            "value-number-normalised",
            [
                set("007"),
                get("label"),
                set("1e3"),
                get("label"),
                set("inf"),
                get("label"),
            ],
            &[
                r#"200 {"meta":{"label":"007"}}"#,
                r#"200 {"meta":{"label":"1e3"}}"#,
                r#"200 {"meta":{"label":"1e3"}}"#,
                r#"200 {"meta":{"label":"inf"}}"#,
                r#"200 {"meta":{"label":"inf"}}"#,
            ],
            &[
                r#"200 {"meta":{"label":"7"}}"#,
                r#"200 {"meta":{"label":"1e3"}}"#,
                r#"200 {"meta":{"label":"1000"}}"#,
                r#"200 {"meta":{"label":"inf"}}"#,
                r#"200 {"meta":{"label":"inf"}}"#,
            ],
        ),
        row(
            "first-write-wins",
            [set("v"), get("label")],
            &[SET, SET],
            &[SET, WAS],
        ),
        row(
            "value-appended",
            [set("v"), get("label")],
            &[SET, SET],
            &[SET, r#"200 {"meta":{"label":"Originalv"}}"#],
        ),
        row(
            "second-put-refused",
            [set("v"), set("v"), get("label")],
            &[SET, SET, SET],
            &[SET, "409 conflictingRequest", SET],
        ),
        row(
            "neighbour-changed",
            [
                Ask::put(IMAGE, "pm-a", "v"),
                own(),
                own(),
                get("pm-a"),
                get("label"),
            ],
            &[r#"200 {"meta":{"pm-a":"v"}}"#, WAS],
            &[r#"200 {"meta":{"pm-a":"changed"}}"#, WAS],
        ),
        row(
            "other-images-changed",
            [
                set("v"),
                Ask::new("GET", item(FOREIGN_IMAGE, "label")),
                delete("label"),
                Ask::new("GET", item(FOREIGN_IMAGE, "label")),
            ],
            &[NONE, "204 ", NONE],
            &[SET, "204 ", NONE],
        ),
        row(
            "delete-noop",
            [
                delete("label"),
                get("label"),
                token(get("label"), OTHER_TOKEN),
                all(IMAGE),
                delete("label"),
                set("v"),
                get("label"),
            ],
            &[
                "204 ",
                NONE,
                NONE,
                r#"200 {"metadata":{"version":"1.0"}}"#,
                NONE,
                SET,
                SET,
            ],
            &[
                "204 ",
                WAS,
                NONE,
                r#"200 {"metadata":{"version":"1.0","label":"Original"}}"#,
                NONE,
                SET,
                SET,
            ],
        ),
        row(
            "delete-wipes",
            [own(), delete("label"), get("pm-b"), get("version")],
            &[
                r#"200 {"meta":{"pm-b":"v"}}"#,
                r#"200 {"meta":{"version":"1.0"}}"#,
            ],
            &[NONE, r#"200 {"meta":{"version":"1.0"}}"#],
        ),
    ]
}

fn access_and_limits() -> Vec<Row> {
    const NO: &str = "401 unauthorized";
    const BAD: &str = "400 badRequest";
    const OVER: &str = "413 overLimit";
    const D: &str = r#"200 {"meta":{"d":"v"}}"#;
    let padded = |length: usize| {
        let text = r#"{"meta":{"label":"v"}}"#;
        body(&format!("{text}{}", " ".repeat(length - text.len())))
    };
    let long = |length: usize| "k".repeat(length);
    let [a, b, c, d] = filling();
    let full = || Ask::put(FULL_IMAGE, "item-0", "v");
    let item_d = |method| Ask::new(method, item(FILLING_IMAGE, "d"));
    vec![
        row(
            "unknown-token-accepted",
            [
                token(set("v"), "unknown"),
                token(set("v"), ""),
                token(set("v"), None),
            ],
            &[NO, NO, NO],
            &[SET, NO, NO],
        ),
        row(
            "empty-token-accepted",
            [
                token(set("v"), "unknown"),
                token(set("v"), ""),
                token(set("v"), None),
            ],
            &[NO, NO, NO],
            &[NO, SET, NO],
        ),
        row(
            "get-without-token",
            [token(get("label"), None), token(set("v"), None)],
            &[NO, NO],
            &[WAS, NO],
        ),
        row(
            "list-without-token",
            [token(all(IMAGE), None), token(get("label"), None)],
            &[NO, NO],
            &[
                r#"200 {"metadata":{"label":"Original","version":"1.0"}}"#,
                NO,
            ],
        ),
        row(
            "delete-without-token",
            [token(delete("label"), None), token(set("v"), None)],
            &[NO, NO],
            &["204 ", NO],
        ),
        row(
            "foreign-writable",
            [
                Ask::put(FOREIGN_IMAGE, "label", "v"),
                Ask::put(PRIVATE_IMAGE, "label", "v"),
                Ask::new("GET", item(FOREIGN_IMAGE, "label")),
            ],
            &["403 forbidden", BAD, WAS],
            &[SET, BAD, SET],
        ),
        row(
            "other-tenant-writes",
            [
                token(set("v"), OTHER_TOKEN),
                token(body("{}"), OTHER_TOKEN),
                get("label"),
            ],
            &[BAD, BAD, WAS],
            &[SET, BAD, SET],
        ),
        row(
            "refused-token-stored",
            [token(set("v"), None), get("label")],
            &[NO, WAS],
            &[NO, SET],
        ),
        row(
            "oversize-400",
            [padded(BODY_LIMIT + 1), Ask::put(FULL_IMAGE, "k", "v")],
            &[OVER, OVER],
            &[BAD, OVER],
        ),
        row(
            "body-limit-low",
            [padded(BODY_LIMIT), get("label"), padded(BODY_LIMIT / 2)],
            &[SET, SET, SET],
            &[OVER, WAS, SET],
        ),
        row(
            "item-limit-ignored",
            [
                a.clone(),
                b.clone(),
                c.clone(),
                d.clone(),
                item_d("GET"),
                all(FILLING_IMAGE),
                item_d("DELETE"),
                item_d("GET"),
                padded(BODY_LIMIT + 1),
            ],
            &[
                OVER,
                "404 itemNotFound",
                "200 long",
                "404 itemNotFound",
                "404 itemNotFound",
                OVER,
            ],
            &[D, D, "200 long", "204 ", "404 itemNotFound", OVER],
        ),
        row(
            "item-limit-low",
            [a, b, c.clone(), c],
            &[
                r#"200 {"meta":{"b":"v"}}"#,
                r#"200 {"meta":{"c":"v"}}"#,
                r#"200 {"meta":{"c":"v"}}"#,
            ],
            &[r#"200 {"meta":{"b":"v"}}"#, OVER, OVER],
        ),
        row(
            "full-replace-refused",
            [full(), Ask::new("GET", item(FULL_IMAGE, "item-0"))],
            &[
                r#"200 {"meta":{"item-0":"v"}}"#,
                r#"200 {"meta":{"item-0":"v"}}"#,
            ],
            &[OVER, r#"200 {"meta":{"item-0":"0"}}"#],
        ),
        row(
            "key-too-long-accepted",
            [
                Ask::put(IMAGE, &long(256), "v"),
                get(&long(255)),
                token(Ask::put(IMAGE, &long(256), "v"), None),
            ],
            &[BAD, "404 itemNotFound", NO],
            &["200 long", "200 long", NO],
        ),
        row(
            "long-key-refused",
            [Ask::put(IMAGE, &long(201), ""), get(&long(201)), set("v")],
            &["200 long", "200 long", SET],
            &[BAD, "404 itemNotFound", SET],
        ),
        row(
            "long-value-refused",
            [set(&long(201)), get("label"), set("v")],
            &["200 long", "200 long", SET],
            &[BAD, WAS, SET],
        ),
        row(
            "empty-value-refused",
            [set(""), get("label")],
            &[
                r#"200 {"meta":{"label":""}}"#,
                r#"200 {"meta":{"label":""}}"#,
            ],
            &[BAD, WAS],
        ),
    ]
}

fn input_protocol_and_rare() -> Vec<Row> {
    const BAD: &str = "400 badRequest";
    const EMPTY: &str = r#"200 {"meta":{"label":""}}"#;
    let other = r#"{"meta":{"other":"v"}}"#;
    let valid = r#"{"meta":{"label":"v"}}"#;
    let bytes = |bytes: &[u8]| Ask {
        body: bytes.into(),
        ..set("")
    };
    let new = || Ask {
        path: item(IMAGE, "k"),
        ..body("{}")
    };
    let twelve = || {
        let mut asks: Vec<_> = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "v"]
            .map(set)
            .into();
        asks.push(get("label"));
        asks.push(set("11"));
        asks
    };
    vec![
        row(
            "mismatch-500",
            [body(other), body("{}")],
            &[BAD, BAD],
            &["500 computeFault", BAD],
        ),
        row(
            "number-accepted",
            [
                body(r#"{"meta":{"label":1.5}}"#),
                body(r#"{"meta":{"label":null}}"#),
                get("label"),
            ],
            &[BAD, BAD, WAS],
            &[
                r#"200 {"meta":{"label":"1.5"}}"#,
                BAD,
                r#"200 {"meta":{"label":"1.5"}}"#,
            ],
        ),
        row(
            "null-accepted",
            [
                body(r#"{"meta":{"label":null}}"#),
                body(r#"{"meta":{"label":1}}"#),
                get("label"),
            ],
            &[BAD, BAD, WAS],
            &[EMPTY, BAD, EMPTY],
        ),
        row(
            "text-meta-accepted",
            [
                body(r#"{"meta":"v"}"#),
                body(r#"{"meta":[]}"#),
                get("label"),
            ],
            &[BAD, BAD, WAS],
            &[SET, BAD, SET],
        ),
        row(
            "array-body-accepted",
            [body("[]"), body("{}")],
            &[BAD, BAD],
            &[EMPTY, BAD],
        ),
        row(
            "missing-meta-accepted",
            [body("{}"), body(""), new(), get("k")],
            &[BAD, BAD, BAD, "404 itemNotFound"],
            &[WAS, BAD, r#"200 {"meta":{"k":""}}"#, "404 itemNotFound"],
        ),
        row(
            "no-pair-accepted",
            [body(r#"{"meta":{}}"#), body("{}")],
            &[BAD, BAD],
            &[WAS, BAD],
        ),
        row(
            "no-body-accepted",
            [
                body(""),
                body("{}"),
                set("v").header("content-type", "text/plain"),
            ],
            &[BAD, BAD, BAD],
            &[WAS, BAD, BAD],
        ),
        row(
            "trailing-text-accepted",
            [body(&format!("{valid} x")), body(r#"{"meta""#)],
            &[BAD, BAD],
            &[SET, BAD],
        ),
        row(
            "not-utf8-accepted",
            [bytes(b"{\"meta\":{\"label\":\"\xff\"}}"), get("label")],
            &[BAD, WAS],
            &[
                "200 {\"meta\":{\"label\":\"\u{fffd}\"}}",
                "200 {\"meta\":{\"label\":\"\u{fffd}\"}}",
            ],
        ),
        row(
            "malformed-image-id-accepted",
            [
                Ask::put("no-uuid", "label", "v"),
                Ask::put("no-uuid", "label", "v").json("{}"),
                token(Ask::put("no-uuid", "k", "v"), None),
            ],
            &[BAD, BAD, "401 unauthorized"],
            &[SET, BAD, "401 unauthorized"],
        ),
        row(
            "existing-refused",
            [set("v"), get("label"), set("Original")],
            &[SET, SET, WAS],
            &[BAD, WAS, WAS],
        ),
        row(
            "post-accepted",
            [post(), get("label")],
            &["405 badMethod", WAS],
            &[
                r#"200 {"meta":{"label":"Posted"}}"#,
                r#"200 {"meta":{"label":"Posted"}}"#,
            ],
        ),
        row(
            "other-type-stored",
            [set("v").header("content-type", "text/plain"), get("label")],
            &[BAD, WAS],
            &[BAD, SET],
        ),
        row(
            "chunked-refused",
            [set("v").header("transfer-encoding", "chunked"), set("v")],
            &[SET, SET],
            &[BAD, SET],
        ),
        row(
            "escapes-not-decoded",
            [
                Ask {
                    path: item(IMAGE, "%6cabel"),
                    ..set("v")
                },
                get("label"),
                Ask::new("GET", item(IMAGE, "%6Cabel")),
            ],
            &[SET, SET, SET],
            &[BAD, WAS, WAS],
        ),
        row(
            "stale-read",
            [set("v"), head("label"), get("label"), get("label")],
            &[SET, "200 ", SET, SET],
            &[SET, "200 ", WAS, SET],
        ),
        row(
            "locked-after-refusal",
            [body("{}"), body("{}"), set("v"), get("label"), set("v")],
            &[SET, SET, SET],
            &["409 conflictingRequest", WAS, SET],
        ),
        row(
            "tenth-write-lost",
            twelve(),
            &[SET, SET, r#"200 {"meta":{"label":"11"}}"#],
            &[
                SET,
                r#"200 {"meta":{"label":"9"}}"#,
                r#"200 {"meta":{"label":"11"}}"#,
            ],
        ),
    ]
}
