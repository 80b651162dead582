//! What shows the faults of an answer's headers.

use super::{Row, all, body, head_row, post, set, token};
use crate::reference::fixtures::{IMAGE, SAVING_IMAGE};
use crate::reference::testing::Ask;

pub(super) fn rows() -> Vec<Row> {
    let id = "x-compute-request-id";
    vec![
        head_row(
            "media-type-missing",
            [set("v")],
            "content-type",
            "200 application/json",
            "200",
        ),
        head_row(
            "list-media-type",
            [all(IMAGE)],
            "content-type",
            "200 application/json",
            "200 text/html",
        ),
        head_row(
            "content-type-twice",
            [set("v")],
            "content-type",
            "200 application/json",
            "200 application/json & application/json",
        ),
        head_row(
            "request-id-twice",
            [set("v")],
            id,
            "200 an id",
            "200 an id & an id",
        ),
        head_row(
            "fault-request-id-malformed",
            [set("v"), body("{}")],
            id,
            "200 an id | 400 an id",
            "200 an id | 400 a bare id",
        ),
        head_row(
            "allow-missing",
            [post()],
            "allow",
            "405 GET, HEAD, PUT, DELETE",
            "405",
        ),
        head_row(
            "allow-names-refused",
            [post()],
            "allow",
            "405 GET, HEAD, PUT, DELETE",
            "405 GET, HEAD, PUT, DELETE, POST",
        ),
        head_row(
            "allow-lacks-put",
            [post()],
            "allow",
            "405 GET, HEAD, PUT, DELETE",
            "405 GET, HEAD, DELETE",
        ),
        head_row(
            "retry-after-malformed",
            [Ask::put(SAVING_IMAGE, "k", "v")],
            "retry-after",
            "409",
            "409 soon",
        ),
        head_row(
            "challenge-missing",
            [token(set("v"), None)],
            "www-authenticate",
            r#"401 Token realm="compute""#,
            "401",
        ),
    ]
}
