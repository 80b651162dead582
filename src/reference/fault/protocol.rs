//! Faults of how messages are framed and paths are read.

use axum::Router;
use axum::http::header::TRANSFER_ENCODING;
use percent_encoding::percent_decode_str;

use super::catalogue::{Category, Fault};
use super::layer::refused;
use super::stream::{Change, Exchange, Framing};
use crate::reference::answers::Denied;

/// The faults of the protocol.
pub(super) static FAULTS: [Fault; 7] = [
    Category::Protocol
        .byte_fault(
            "content-length-short",
            "setImageMetadataItem/200#content-length",
            "The `Content-Length` of a successful PUT's answer is one less than the body sent.",
            || Framing::fault(set, Change::Length(-1)),
        )
        // Where no more is seen than a message's body, it is one that ends too early.
        .beside(&["setImageMetadataItem/200/application~1json#well-formed"]),
    Category::Protocol.byte_fault(
        "surplus-bytes",
        "setImageMetadataItem/200#content-length",
        "An empty line follows the body of a successful PUT's answer.",
        || Framing::fault(set, Change::Append(b"\r\n")),
    ),
    Category::Protocol.byte_fault(
        "body-after-204",
        "deleteImageMetadataItem/http#no-content",
        "A body follows the 204 of a DELETE.",
        || Framing::fault(deleted, Change::Append(b"{}")),
    ),
    Category::Protocol.byte_fault(
        "body-after-head",
        "getImageMetadataItem/http#no-content",
        "A body follows the answer to a HEAD of an item.",
        || Framing::fault(headed, Change::Append(br#"{"meta":{}}"#)),
    ),
    Category::Protocol.byte_fault(
        "head-length",
        "getImageMetadataItem/http#head-length",
        "The `Content-Length` of the answer to a HEAD of an item is one more than that of a GET.",
        || Framing::fault(headed, Change::Length(1)),
    ),
    Category::Protocol.fault(
        "chunked-refused",
        "setImageMetadataItem/request#accepted",
        "A PUT whose body comes in chunks is refused with 400.",
        chunked_refused,
    ),
    Category::Protocol.fault(
        "escapes-not-decoded",
        "setImageMetadataItem/request#accepted",
        "A PUT whose path has a letter, a digit, `-`, `.`, `_` or `~` of its key escaped is refused with 400.",
        escapes_not_decoded,
    ),
];

fn chunked_refused(router: Router) -> Router {
    let denied = Denied::BadRequest("The body has no length.");
    refused(router, denied, |write| {
        write.headers.contains_key(TRANSFER_ENCODING)
    })
}

fn escapes_not_decoded(router: Router) -> Router {
    let denied = Denied::BadRequest("The body's pairs lack the key in the URI.");
    refused(router, denied, |write| {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        write.item.segment.match_indices('%').any(|(at, _)| {
            let escape = write.item.segment.get(at..at + 3).unwrap_or_default();
            percent_decode_str(escape).next().is_some_and(unreserved)
        })
    })
}

/// A PUT that went well.
fn set(exchange: &Exchange<'_>) -> bool {
    exchange.method == "PUT" && (200..300).contains(&exchange.status)
}

/// A DELETE that went well.
fn deleted(exchange: &Exchange<'_>) -> bool {
    exchange.method == "DELETE" && exchange.status == 204
}

/// A HEAD of an item that went well. Of the two paths that are known, an item's is the longer one.
fn headed(exchange: &Exchange<'_>) -> bool {
    exchange.method == "HEAD" && exchange.status == 200 && exchange.target.matches('/').count() == 4
}
