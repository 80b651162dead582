//! What shows the faults of the status.

use super::{Row, UNKNOWN, body, delete, get, row, set};
use crate::reference::fixtures::{FOREIGN_IMAGE, IMAGE, SAVING_IMAGE};
use crate::reference::testing::{Ask, item};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row("no-content-status", [set("v")], "label=v", "204"),
        row(
            "unknown-image-404",
            [Ask::put(UNKNOWN, "k", "v"), body("{}")],
            "400 | 400",
            "404 | 400",
        ),
        row(
            "other-type-415",
            [set("v").header("content-type", "text/plain"), body("{}")],
            "400 | 400",
            "415 | 400",
        ),
        row(
            "malformed-500",
            [body("{"), body("{}"), body(""), body(&"[".repeat(200))],
            "400 | 400 | 400 | 400",
            "500 | 400 | 400 | 500",
        ),
        row(
            "conflict-403",
            [Ask::put(SAVING_IMAGE, "k", "v")],
            "409",
            "403",
        ),
        row(
            "forbidden-401",
            [Ask::put(FOREIGN_IMAGE, "k", "v")],
            "403",
            "401",
        ),
        row(
            "missing-item-400",
            [
                get("k"),
                Ask::new("GET", item(UNKNOWN, "k")),
                delete("label"),
                get("label"),
            ],
            "404 | 404 | 204 | 404",
            "400 | 404 | 204 | 404",
        ),
        row(
            "missing-item-found",
            [
                get("k"),
                Ask::put(IMAGE, "label", "v").json(r#"{"meta":{"o":"v"}}"#),
                get("o"),
            ],
            "404 | 400 | 404",
            "k= | 400 | 404",
        ),
        row("delete-200", [delete("label")], "204", "200 {}"),
        row(
            "second-delete-204",
            [delete("k"), Ask::new("DELETE", item(UNKNOWN, "k"))],
            "404 | 404",
            "204 | 404",
        ),
    ]
}
