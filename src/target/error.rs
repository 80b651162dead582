//! Why there is no answer, in words a person can act on.

use std::fmt;
use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How far an exchange had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// No connection yet.
    Connect,
    /// The request was being sent.
    Request,
    /// The request was sent; the answer's head was not all there.
    Head,
    /// The answer's head was there; its content was not.
    Body,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Request => "sending the request",
            Self::Head => "waiting for the answer",
            Self::Body => "reading the answer's body",
        })
    }
}

/// A part of an answer that has a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Status line and header fields.
    Head,
    /// Content, or what frames it.
    Body,
}

/// Why a request got no complete answer. It goes into records, so it holds nothing of the
/// request and no byte of the answer: either may hold a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TransportError {
    /// No connection came about.
    #[error("cannot connect to {address}: {reason}; is the server running there?")]
    Connect {
        /// Host and port.
        address: String,
        /// The system's word.
        reason: String,
    },
    /// The connection is there, but cannot be encrypted or is not with whom it should be.
    #[error("no TLS connection to {address}: {reason} (a private certificate needs its CA file)")]
    Tls {
        /// Host and port.
        address: String,
        /// What the handshake failed at.
        reason: String,
    },
    /// It took too long.
    #[error("timed out after {} ms while {phase}", after.as_millis())]
    TimedOut {
        /// The limit that was reached.
        #[serde(rename = "after_ms", with = "millis")]
        after: Duration,
        /// What it was reached in.
        phase: Phase,
    },
    /// The connection ended before the answer did.
    #[error("the connection was closed {}", closing(*phase, *received, *expected))]
    ClosedEarly {
        /// How far the exchange had come.
        phase: Phase,
        /// Bytes of the answer's content that came.
        received: usize,
        /// Bytes that were announced, if they were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<usize>,
    },
    /// What came back is no HTTP/1.1 response, or one whose end cannot be told
    /// (RFC 9112, 6.3).
    #[error("the answer is no valid HTTP/1.1: {reason}")]
    NotHttp {
        /// What is wrong with it.
        reason: String,
    },
    /// The answer is larger than the limit.
    #[error("{}", oversize(*part, *limit))]
    TooLarge {
        /// What was too large.
        part: Part,
        /// The limit in bytes.
        limit: usize,
    },
    /// The request's text cannot be told from the framing around it.
    #[error("the request cannot be sent: {reason}")]
    Unsendable {
        /// What is wrong with it.
        reason: String,
    },
    /// Anything else that went wrong on a connection that had come about.
    #[error("the connection failed while {phase}: {reason}")]
    Broken {
        /// How far the exchange had come.
        phase: Phase,
        /// The system's word.
        reason: String,
    },
}

impl TransportError {
    /// Whether no connection came about, so that the target never saw the request.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::Tls { .. }
                | Self::TimedOut {
                    phase: Phase::Connect,
                    ..
                }
        )
    }

    /// An error of the connection, before the answer was complete.
    pub(super) fn from_io(error: &io::Error, phase: Phase) -> Self {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof,
        };
        match error.kind() {
            BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof => {
                Self::ClosedEarly {
                    phase,
                    received: 0,
                    expected: None,
                }
            }
            _ => Self::Broken {
                phase,
                reason: error.to_string(),
            },
        }
    }
}

/// Why a target cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The build has no TLS.
    #[error(
        "{0} needs TLS, which this build was made without; build with the feature `tls`, or give an http URL"
    )]
    NoTls(String),
    /// The authorities' certificates given are not usable.
    #[error("the CA file is not usable: {0}; give certificates in PEM")]
    Ca(String),
    /// The client's certificate or its key is not usable.
    #[error("the client's certificate is not usable: {0}; give it and its key in PEM")]
    Identity(String),
    /// The system's authorities are not usable.
    #[error("the system's CA certificates are not usable: {0}; give a CA file")]
    Roots(String),
    /// The client cannot be set up.
    #[error("cannot set up the HTTP client: {0}")]
    Client(String),
}

fn closing(phase: Phase, received: usize, expected: Option<usize>) -> String {
    match (phase, expected) {
        (Phase::Connect | Phase::Request, _) => {
            "while the request was being sent, and no answer came".to_owned()
        }
        (Phase::Head, _) => "before the head of an answer was there".to_owned(),
        (Phase::Body, Some(expected)) => {
            format!("after {received} of the answer's {expected} body bytes")
        }
        (Phase::Body, None) => format!("after {received} body bytes, before the answer's end"),
    }
}

fn oversize(part: Part, limit: usize) -> String {
    match part {
        Part::Head => format!(
            "the answer's head is larger than {limit} bytes or holds more than {MAX_FIELDS} fields"
        ),
        Part::Body => format!("the answer's body is larger than {limit} bytes"),
    }
}

/// Header fields of one message. The client's own limit, so that both ways refuse the same.
pub(super) const MAX_FIELDS: usize = 100;

mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_read_back_from_a_record_as_it_was() {
        let errors = [
            TransportError::Connect {
                address: "h:80".to_owned(),
                reason: "refused".to_owned(),
            },
            TransportError::TimedOut {
                after: Duration::from_millis(1500),
                phase: Phase::Head,
            },
            TransportError::ClosedEarly {
                phase: Phase::Body,
                received: 3,
                expected: Some(9),
            },
            TransportError::TooLarge {
                part: Part::Body,
                limit: 7,
            },
        ];
        for error in errors {
            let text = serde_json::to_string(&error).expect("JSON");
            assert_eq!(
                serde_json::from_str::<TransportError>(&text).expect("an error"),
                error
            );
        }
    }

    #[test]
    fn messages_say_what_happened() {
        let closed = TransportError::ClosedEarly {
            phase: Phase::Body,
            received: 3,
            expected: Some(9),
        };
        assert_eq!(
            closed.to_string(),
            "the connection was closed after 3 of the answer's 9 body bytes"
        );
        let late = TransportError::TimedOut {
            after: Duration::from_secs(10),
            phase: Phase::Head,
        };
        assert_eq!(
            late.to_string(),
            "timed out after 10000 ms while waiting for the answer"
        );
    }
}
