//! What shows the faults of who is let in.

use super::{Row, all, body, delete, get, row, set, token};
use crate::reference::fixtures::{FOREIGN_IMAGE, IMAGE, OTHER_TOKEN, PRIVATE_IMAGE};
use crate::reference::testing::{Ask, item};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "unknown-token-accepted",
            [
                token(set("v"), "unknown"),
                token(set("v"), ""),
                token(set("v"), None),
            ],
            "401 | 401 | 401",
            "label=v | 401 | 401",
        ),
        row(
            "empty-token-accepted",
            [
                token(set("v"), "unknown"),
                token(set("v"), ""),
                token(set("v"), None),
            ],
            "401 | 401 | 401",
            "401 | label=v | 401",
        ),
        row(
            "get-without-token",
            [token(get("label"), None), token(set("v"), None)],
            "401 | 401",
            "label=Original | 401",
        ),
        row(
            "list-without-token",
            [token(all(IMAGE), None), token(get("label"), None)],
            "401 | 401",
            "[label=Original version=1.0] | 401",
        ),
        row(
            "delete-without-token",
            [token(delete("label"), None), token(set("v"), None)],
            "401 | 401",
            "204 | 401",
        ),
        row(
            "foreign-writable",
            [
                Ask::put(FOREIGN_IMAGE, "label", "v"),
                Ask::put(PRIVATE_IMAGE, "label", "v"),
                Ask::new("GET", item(FOREIGN_IMAGE, "label")),
            ],
            "403 | 400 | label=Original",
            "label=v | 400 | label=v",
        ),
        row(
            "other-tenant-writes",
            [
                token(set("v"), OTHER_TOKEN),
                token(body("{}"), OTHER_TOKEN),
                get("label"),
            ],
            "400 | 400 | label=Original",
            "label=v | 400 | label=v",
        ),
        row(
            "refused-token-stored",
            [token(set("v"), None), get("label")],
            "401 | label=Original",
            "401 | label=v",
        ),
    ]
}
