//! The list of faults, and how several of them are put around one server.

use axum::Router;
use tokio::io::{AsyncRead, AsyncWrite};

use super::short::ShortContentLength;
use super::stream::{ByteFault, Faulty};
use super::{answer, request, state};

/// One way in which the reference can be made to break its contract.
#[derive(Debug)]
pub struct Fault {
    /// What the fault is asked for by; unique among the faults.
    pub name: &'static str,
    /// The id of the clause a server with this fault breaks.
    pub clause: &'static str,
    /// Clauses that are broken with it where less is seen of an exchange than its bytes.
    pub also: &'static [&'static str],
    /// What the server does wrong, in one sentence.
    pub summary: &'static str,
    /// How the fault is brought about.
    pub(crate) kind: Kind,
}

/// How a fault is brought about.
#[derive(Debug)]
pub(crate) enum Kind {
    /// By a layer around the router.
    Service(fn(Router) -> Router),
    /// By changing what a connection sends; the state is one connection's own.
    Bytes(fn() -> Box<dyn ByteFault>),
}

/// Every fault, in the order in which they are put around the router, the innermost first.
///
/// The order is what lets them be combined. Those that act on the store come first, so that a request
/// let in by one of the next group meets them too; those that change an answer come last, and among
/// these the one that changes the body's text follows those that read it as JSON.
static FAULTS: [Fault; 16] = [
    Fault {
        name: "not-stored",
        clause: "setImageMetadataItem/law#stored",
        also: &[],
        summary: "A PUT is answered as if it had stored the item, and the item is as it was before.",
        kind: Kind::Service(state::not_stored),
    },
    Fault {
        name: "others-wiped",
        clause: "setImageMetadataItem/law#others-untouched",
        also: &[],
        summary: "A PUT that stores an item removes all other items of the image.",
        kind: Kind::Service(state::others_wiped),
    },
    Fault {
        name: "refused-write-stored",
        clause: "setImageMetadataItem/law#refused-changes-nothing",
        also: &[],
        summary: "A PUT whose one pair lacks the URI's key is answered 400, yet its value is stored under the URI's key.",
        kind: Kind::Service(state::refused_write_stored),
    },
    Fault {
        name: "mismatch-accepted",
        clause: "setImageMetadataItem/relation#key-agrees",
        also: &[],
        summary: "A PUT whose one pair lacks the URI's key is accepted, and its value is stored under the URI's key.",
        kind: Kind::Service(state::mismatch_accepted),
    },
    Fault {
        name: "oversize-accepted",
        clause: "setImageMetadataItem/law#body-limit",
        also: &[],
        summary: "White space between a body's tokens doesn't count towards the body limit.",
        kind: Kind::Service(request::oversize_accepted),
    },
    Fault {
        name: "auth-ignored",
        clause: "setImageMetadataItem/security/tokenAuth#enforced",
        also: &[],
        summary: "A PUT without a token is let in as the default tenant's.",
        kind: Kind::Service(request::auth_ignored),
    },
    Fault {
        name: "request-id-repeated",
        clause: "setImageMetadataItem/relation#request-id-is-new",
        also: &[],
        summary: "Every answer carries the same request id.",
        kind: Kind::Service(answer::request_id_repeated),
    },
    Fault {
        name: "request-id-malformed",
        clause: "setImageMetadataItem/200/header/x-compute-request-id#pattern",
        also: &[],
        summary: "The request id of a successful PUT lacks its prefix `req-`.",
        kind: Kind::Service(answer::request_id_malformed),
    },
    Fault {
        name: "request-id-missing",
        clause: "setImageMetadataItem/200/header/x-compute-request-id#required",
        also: &[],
        summary: "A successful PUT is answered without a request id.",
        kind: Kind::Service(answer::request_id_missing),
    },
    Fault {
        name: "created-status",
        clause: "setImageMetadataItem/responses#documented",
        also: &[],
        summary: "A successful PUT is answered 201, which the contract doesn't have.",
        kind: Kind::Service(answer::created_status),
    },
    Fault {
        name: "wrong-media-type",
        clause: "setImageMetadataItem/200#content-type",
        also: &[],
        summary: "The body of a successful PUT's answer is labelled `text/plain`.",
        kind: Kind::Service(answer::wrong_media_type),
    },
    Fault {
        name: "answer-altered",
        clause: "setImageMetadataItem/relation#answer-agrees",
        also: &[],
        summary: "A successful PUT is answered with another value than the one sent and stored.",
        kind: Kind::Service(answer::answer_altered),
    },
    Fault {
        name: "value-not-string",
        clause: "setImageMetadataItem/200/application~1json/meta/{additional}#type",
        also: &[],
        summary: "A successful PUT is answered with a number for the value.",
        kind: Kind::Service(answer::value_not_string),
    },
    Fault {
        name: "meta-missing",
        clause: "setImageMetadataItem/200/application~1json/meta#required",
        also: &[],
        summary: "A successful PUT is answered with a member `metadata` instead of `meta`.",
        kind: Kind::Service(answer::meta_missing),
    },
    Fault {
        name: "duplicate-member",
        clause: "setImageMetadataItem/200/application~1json#well-formed",
        also: &[],
        summary: "The body of a successful PUT's answer holds `meta` twice.",
        kind: Kind::Service(answer::duplicate_member),
    },
    Fault {
        name: "content-length-short",
        clause: "setImageMetadataItem/200#content-length",
        also: &["setImageMetadataItem/200/application~1json#well-formed"],
        summary: "The `Content-Length` of a successful PUT's answer is one less than the body sent.",
        kind: Kind::Bytes(|| Box::new(ShortContentLength::default())),
    },
];

/// All faults the reference can be given.
#[must_use]
pub fn faults() -> &'static [Fault] {
    &FAULTS
}

/// The fault of this name.
#[must_use]
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}

/// Puts those of the faults that are layers around the router.
pub(crate) fn apply(router: Router, faults: &[&'static Fault]) -> Router {
    chosen(faults).fold(router, |router, fault| match fault.kind {
        Kind::Service(layer) => layer(router),
        Kind::Bytes(_) => router,
    })
}

/// Puts those of the faults that change bytes around a connection's stream.
///
/// The result borrows nothing from the list, so that a task of its own can serve the connection.
pub(crate) fn around<IO>(
    io: IO,
    faults: &[&'static Fault],
) -> impl AsyncRead + AsyncWrite + Unpin + Send + use<IO>
where
    IO: AsyncRead + AsyncWrite + Unpin + Send,
{
    let changes = chosen(faults)
        .filter_map(|fault| match fault.kind {
            Kind::Service(_) => None,
            Kind::Bytes(change) => Some(change()),
        })
        .collect();
    Faulty::new(io, changes)
}

/// The chosen faults in the catalogue's order, each once, whatever order they were asked for in.
fn chosen(faults: &[&'static Fault]) -> impl Iterator<Item = &'static Fault> {
    FAULTS
        .iter()
        .filter(|fault| faults.iter().any(|chosen| chosen.name == fault.name))
}
