//! What shows the faults of an answer's body.

use super::{Row, all, body, get, head, head_row, row, set};
use crate::reference::fixtures::IMAGE;

pub(super) fn rows() -> Vec<Row> {
    vec![
        row("meta-empty", [set("v")], "label=v", r#"200 {"meta":{}}"#),
        row("meta-array", [set("v")], "label=v", r#"200 {"meta":[]}"#),
        row("body-array", [set("v")], "label=v", "200 []"),
        row(
            "body-truncated",
            [set("v")],
            "label=v",
            r#"200 {"meta":{"l"#,
        ),
        row("body-not-utf8", [set("v")], "label=v", "label=v\u{fffd}"),
        row(
            "item-value-null",
            [get("label")],
            "label=Original",
            r#"200 {"meta":{"label":null}}"#,
        ),
        row(
            "item-meta-missing",
            [get("label")],
            "label=Original",
            "[label=Original]",
        ),
        row(
            "item-other-key",
            [get("label")],
            "label=Original",
            "label-=Original",
        ),
        head_row(
            "item-other-key",
            [get("label"), head("label")],
            "content-length",
            "200 29 | 200 29",
            "200 30 | 200 30",
        ),
        row(
            "list-value-number",
            [all(IMAGE)],
            "[label=Original version=1.0]",
            r#"200 {"metadata":{"label":8,"version":3}}"#,
        ),
        row(
            "list-renamed",
            [all(IMAGE)],
            "[label=Original version=1.0]",
            r#"200 {"items":{"label":"Original","version":"1.0"}}"#,
        ),
        row(
            "list-omits-newest",
            [set("Original"), all(IMAGE)],
            "[label=Original version=1.0]",
            "[version=1.0]",
        ),
        row(
            "trace-shown",
            [body("{")],
            "400",
            "400 {\"badRequest\":{\"code\":400,\"message\":\"Traceback (most recent call last):\\n  File \\\"/srv/compute/api/metadata.py\\\", line 88, in update\\n    value = body['meta'][key]\\nKeyError: 'meta'\"}}",
        ),
        row(
            "fault-code-text",
            [body("{}")],
            "400",
            r#"400 {"badRequest":{"code":"400","message":"The body holds no `meta`."}}"#,
        ),
    ]
}
