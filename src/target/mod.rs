//! What answers requests: a URL, or a `tower` service in the same process.
//!
//! A target sends and never judges: it turns a [`Request`] into an [`Exchange`], or says in a
//! [`TransportError`] why there is none. Whatever the target, the bytes sent are those of
//! [`Request::to_wire`]: nothing is added, followed, unpacked or sent twice. Over a URL most
//! requests go through reqwest; what a client library would change on the way out, or hide on the
//! way in, goes over a raw connection. Read [`Target`] first, then `raw.rs` for how one exchange
//! is made and `reader.rs` for how an answer is taken apart.

mod chunked;
mod client;
mod error;
mod options;
mod raw;
mod reader;
mod service;
#[cfg_attr(not(feature = "tls"), path = "tls_off.rs")]
mod tls;
mod url;

#[cfg(test)]
mod tests;

use std::pin::Pin;

use crate::http::{Exchange, Request};

pub use error::{Part, Phase, SetupError, TransportError};
pub use options::{ClientIdentity, Limits, TlsOptions, Way};
pub use service::ServiceTarget;
pub use url::UrlTarget;

/// The answer to come.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Exchange, TransportError>> + Send + 'a>>;

/// Something that answers requests.
///
/// A target is used within one tokio runtime with time and I/O enabled: its idle connections are
/// served by that runtime's tasks.
pub trait Target: Send + Sync {
    /// What is asked, for people: the URL, or "in process".
    fn describe(&self) -> String;

    /// Scheme and authority, for command lines that send a request again. In process there is
    /// nothing to send to, and the text says so.
    fn origin(&self) -> String;

    /// The value of the `host` field (RFC 9110, 7.2) that requests for this target carry.
    fn authority(&self) -> String;

    /// The path that every operation's path is joined to; empty or without a slash at its end.
    fn prefix(&self) -> &str;

    /// The same target over connections that don't show the client's certificate; none where there is
    /// none to show.
    fn without_certificate(&self) -> Option<&dyn Target> {
        None
    }

    /// Sends one request, once, and reads the final response to it (RFC 9110, 15.2: interim ones
    /// are skipped).
    ///
    /// # Errors
    ///
    /// Whenever no complete response came; that says nothing about the contract.
    fn send<'a>(&'a self, request: &'a Request, way: Way) -> Sending<'a>;
}
