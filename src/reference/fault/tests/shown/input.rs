//! What shows the faults of which requests are taken.

use super::{Row, body, get, post, row, set, token};
use crate::reference::fixtures::IMAGE;
use crate::reference::testing::{Ask, item};

pub(super) fn bodies() -> Vec<Row> {
    let other = r#"{"meta":{"other":"v"}}"#;
    let valid = r#"{"meta":{"label":"v"}}"#;
    let no_text = Ask {
        body: b"{\"meta\":{\"label\":\"\xff\"}}".into(),
        ..set("")
    };
    let new = Ask {
        path: item(IMAGE, "k"),
        ..body("{}")
    };
    vec![
        row(
            "mismatch-500",
            [body(other), body("{}")],
            "400 | 400",
            "500 | 400",
        ),
        row(
            "number-accepted",
            [
                body(r#"{"meta":{"label":1.5}}"#),
                body(r#"{"meta":{"label":null}}"#),
                get("label"),
            ],
            "400 | 400 | label=Original",
            "label=1.5 | 400 | label=1.5",
        ),
        row(
            "null-accepted",
            [
                body(r#"{"meta":{"label":null}}"#),
                body(r#"{"meta":{"label":1}}"#),
                get("label"),
            ],
            "400 | 400 | label=Original",
            "label= | 400 | label=",
        ),
        row(
            "text-meta-accepted",
            [
                body(r#"{"meta":"v"}"#),
                body(r#"{"meta":[]}"#),
                get("label"),
            ],
            "400 | 400 | label=Original",
            "label=v | 400 | label=v",
        ),
        row(
            "array-body-accepted",
            [body("[]"), body("{}")],
            "400 | 400",
            "label= | 400",
        ),
        row(
            "missing-meta-accepted",
            [body("{}"), body(""), new, get("k")],
            "400 | 400 | 400 | 404",
            "label=Original | 400 | k= | 404",
        ),
        row(
            "no-pair-accepted",
            [body(r#"{"meta":{}}"#), body("{}")],
            "400 | 400",
            "label=Original | 400",
        ),
        row(
            "no-body-accepted",
            [
                body(""),
                body("{}"),
                set("v").header("content-type", "text/plain"),
            ],
            "400 | 400 | 400",
            "label=Original | 400 | 400",
        ),
        row(
            "trailing-text-accepted",
            [body(&format!("{valid} x")), body(r#"{"meta""#)],
            "400 | 400",
            "label=v | 400",
        ),
        row(
            "not-utf8-accepted",
            [no_text, get("label")],
            "400 | label=Original",
            "label=\u{fffd} | label=\u{fffd}",
        ),
    ]
}

pub(super) fn requests() -> Vec<Row> {
    vec![
        row(
            "malformed-image-id-accepted",
            [
                Ask::put("no-uuid", "label", "v"),
                Ask::put("no-uuid", "label", "v").json("{}"),
                token(Ask::put("no-uuid", "k", "v"), None),
            ],
            "400 | 400 | 401",
            "label=v | 400 | 401",
        ),
        row(
            "existing-refused",
            [set("v"), get("label"), set("Original")],
            "label=v | label=v | label=Original",
            "400 | label=Original | label=Original",
        ),
        row(
            "post-accepted",
            [post(), get("label")],
            "405 | label=Original",
            "label=Posted | label=Posted",
        ),
        row(
            "other-type-stored",
            [set("v").header("content-type", "text/plain"), get("label")],
            "400 | label=Original",
            "400 | label=v",
        ),
    ]
}
