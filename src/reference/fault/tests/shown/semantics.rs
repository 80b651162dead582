//! What shows the faults of what is stored.

use super::{Row, all, delete, get, row, set, token};
use crate::reference::fixtures::{FOREIGN_IMAGE, IMAGE, OTHER_TOKEN};
use crate::reference::testing::Ask;

pub(super) fn values() -> Vec<Row> {
    let long = "vwxyz".repeat(20);
    vec![
        row(
            "value-truncated",
            [set(&long), get("label")],
            "label=vwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyz",
            "label=vwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxyzvwxy",
        ),
        row(
            "value-trimmed",
            [set(" v "), get("label")],
            "label= v ",
            "label=v",
        ),
        row(
            "value-escaped",
            [set("<&>"), get("label")],
            "label=<&>",
            "label=&lt;&amp;&gt;",
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
            "label=007 | label=1e3 | label=1e3 | label=inf | label=inf",
            "label=7 | label=1e3 | label=1000 | label=inf | label=inf",
        ),
        row(
            "first-write-wins",
            [set("v"), get("label")],
            "label=v | label=v",
            "label=v | label=Original",
        ),
        row(
            "value-appended",
            [set("v"), get("label")],
            "label=v | label=v",
            "label=v | label=Originalv",
        ),
        row(
            "second-put-refused",
            [set("v"), set("v"), get("label")],
            "label=v | label=v | label=v",
            "label=v | 409 | label=v",
        ),
    ]
}

pub(super) fn items() -> Vec<Row> {
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
            "k=v | k=v | 404 | 204 | 404 | label=v | label=v",
            "k=v | 404 | k-=v | 204 | 404 | label=v | label=v",
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
            "pm-a=v | label=Original",
            "pm-a=changed | label=Original",
        ),
        row(
            "other-images-changed",
            [
                Ask::put(IMAGE, "k", "v"),
                all(FOREIGN_IMAGE),
                delete("k"),
                all(FOREIGN_IMAGE),
            ],
            "[label=Original version=1.0] | 204 | [label=Original version=1.0]",
            "[label=Original version=1.0 k=v] | 204 | [label=Original version=1.0]",
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
            "204 | 404 | 404 | [version=1.0] | 404 | label=v | label=v",
            "204 | label=Original | 404 | [version=1.0 label=Original] | 404 | label=v | label=v",
        ),
        row(
            "delete-wipes",
            [own(), delete("label"), get("pm-b"), get("version")],
            "pm-b=v | version=1.0",
            "404 | version=1.0",
        ),
    ]
}
