//! How a target is to be asked.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// The road a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Over connections that are used again where that changes no byte. Surplus bytes are not
    /// looked for, so [`Response::surplus`](crate::http::Response::surplus) is none.
    Client,
    /// Over a raw connection of its own, with surplus bytes looked for.
    Wire,
}

/// What an answer may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time for a connection to come about, its TLS handshake included.
    pub connect: Duration,
    /// Time for the whole exchange, connecting included.
    pub total: Duration,
    /// Bytes of an answer's content.
    pub body: usize,
    /// Bytes of an answer's head, interim responses included.
    pub head: usize,
}

impl Limits {
    /// When an exchange that begins now must be over.
    pub(super) fn deadline(&self) -> Instant {
        let now = Instant::now();
        // A limit beyond the clock's reach is none; a year is none either.
        now.checked_add(self.total)
            .unwrap_or_else(|| now + Duration::from_hours(365 * 24))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(10),
            body: 8 * 1024 * 1024,
            head: 64 * 1024,
        }
    }
}

/// Whom to believe behind `https`; without meaning for `http`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsOptions {
    /// Certificates in PEM of the authorities to believe, in place of the system's.
    pub ca: Option<Vec<u8>>,
    /// Believe anybody. The target's description says so.
    pub insecure: bool,
    /// What the client shows of itself when it is asked (RFC 8446, 4.4.2).
    pub identity: Option<ClientIdentity>,
}

/// A client's certificate and its key, both in PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientIdentity {
    /// The certificate, and behind it those that lead to an authority.
    pub certificates: Vec<u8>,
    /// The certificate's private key.
    pub key: Vec<u8>,
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
