//! What shows the faults that are only now and then.

use super::{Row, body, get, head, row, set};

pub(super) fn rows() -> Vec<Row> {
    let mut twelve: Vec<_> = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "v"]
        .map(set)
        .into();
    twelve.extend([get("label"), set("11")]);
    vec![
        row(
            "stale-read",
            [set("v"), head("label"), get("label"), get("label")],
            "label=v | 200 | label=v | label=v",
            "label=v | 200 | label=Original | label=v",
        ),
        row(
            "locked-after-refusal",
            [body("{}"), body("{}"), set("v"), get("label"), set("v")],
            "label=v | label=v | label=v",
            "409 | label=Original | label=v",
        ),
        row(
            "tenth-write-lost",
            twelve,
            "label=v | label=v | label=11",
            "label=v | label=9 | label=11",
        ),
    ]
}
