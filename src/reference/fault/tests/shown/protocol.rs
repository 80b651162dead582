//! What shows the faults of how messages and paths are read.

use super::{Row, get, row, set};
use crate::reference::fixtures::IMAGE;
use crate::reference::testing::{Ask, item};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "chunked-refused",
            [set("v").header("transfer-encoding", "chunked"), set("v")],
            "label=v | label=v",
            "400 | label=v",
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
            "label=v | label=v | label=v",
            "400 | label=Original | label=Original",
        ),
    ]
}
