//! What shows the faults of how much is taken.

use super::{Row, all, body, get, row, set, token};
use crate::reference::body::BODY_LIMIT;
use crate::reference::fixtures::{FILLING_IMAGE, FULL_IMAGE, IMAGE};
use crate::reference::testing::{Ask, item};

pub(super) fn rows() -> Vec<Row> {
    let padded = |length: usize| {
        let text = r#"{"meta":{"label":"v"}}"#;
        body(&format!("{text}{}", " ".repeat(length - text.len())))
    };
    let long = |length: usize| "k".repeat(length);
    // One more than there is room for.
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|key| Ask::put(FILLING_IMAGE, key, "v"));
    let full = || Ask::put(FULL_IMAGE, "item-0", "v");
    let item_d = |method| Ask::new(method, item(FILLING_IMAGE, "d"));
    vec![
        row(
            "oversize-400",
            [padded(BODY_LIMIT + 1), Ask::put(FULL_IMAGE, "k", "v")],
            "413 | 413",
            "400 | 413",
        ),
        row(
            "body-limit-low",
            [padded(BODY_LIMIT), get("label"), padded(BODY_LIMIT / 2)],
            "label=v | label=v | label=v",
            "413 | label=Original | label=v",
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
            "413 | 404 | [128 items] | 404 | 404 | 413",
            "d=v | d=v | [129 items] | 204 | 404 | 413",
        ),
        row(
            "item-limit-low",
            [a, b, c.clone(), c],
            "b=v | c=v | c=v",
            "b=v | 413 | 413",
        ),
        row(
            "full-replace-refused",
            [full(), Ask::new("GET", item(FULL_IMAGE, "item-0"))],
            "item-0=v | item-0=v",
            "413 | item-0=0",
        ),
        row(
            "key-too-long-accepted",
            [
                Ask::put(IMAGE, &long(256), "v"),
                get(&long(255)),
                token(Ask::put(IMAGE, &long(256), "v"), None),
            ],
            "400 | 404 | 401",
            "long | long | 401",
        ),
        row(
            "long-key-refused",
            [Ask::put(IMAGE, &long(201), ""), get(&long(201)), set("v")],
            "long | long | label=v",
            "400 | 404 | label=v",
        ),
        row(
            "long-value-refused",
            [set(&long(201)), get("label"), set("v")],
            "long | long | label=v",
            "400 | label=Original | label=v",
        ),
        row(
            "empty-value-refused",
            [set(""), get("label")],
            "label= | label=",
            "400 | label=Original",
        ),
    ]
}
