//! Takes a response apart as its bytes come, without doing any I/O itself.

use bytes::{Bytes, BytesMut};

use crate::http::{FieldValue, Headers, Response};

use super::chunked::Chunked;
use super::error::{MAX_FIELDS, Part, Phase, TransportError};
use super::options::Limits;

/// How much room a read is given at least.
const ROOM: usize = 8 * 1024;

/// How the content's end is told (RFC 9112, 6.3).
#[derive(Debug)]
enum State {
    Head,
    Length(usize),
    Chunked(Chunked),
    UntilClose,
    Done,
}

/// A response on its way in: fill [`ResponseReader::buffer`], ask [`ResponseReader::advance`],
/// and tell of the stream's end with [`ResponseReader::end`].
#[derive(Debug)]
pub(super) struct ResponseReader {
    method: Method,
    body_limit: usize,
    head_limit: usize,
    state: State,
    buffer: BytesMut,
    /// Bytes at the buffer's start that were already looked at without the head being complete.
    scanned: usize,
    /// Bytes of the interim responses before the final one.
    interim: usize,
    head: Head,
    body: Bytes,
}

/// What of the request decides the answer's framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Head,
    Connect,
    Other,
}

/// Status line and header fields.
#[derive(Debug, Default)]
struct Head {
    status: u16,
    headers: Headers,
    /// Whether the connection ends with this message in any case.
    last: bool,
}

impl ResponseReader {
    /// A reader for the answer to a request with this method.
    pub(super) fn new(method: &str, limits: &Limits) -> Self {
        Self {
            method: match method {
                "HEAD" => Method::Head,
                "CONNECT" => Method::Connect,
                _ => Method::Other,
            },
            body_limit: limits.body,
            head_limit: limits.head,
            state: State::Head,
            buffer: BytesMut::new(),
            scanned: 0,
            interim: 0,
            head: Head::default(),
            body: Bytes::new(),
        }
    }

    /// Where the next bytes go, with room for some.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        self.buffer.reserve(ROOM);
        &mut self.buffer
    }

    /// What is waited for.
    pub(super) fn phase(&self) -> Phase {
        match self.state {
            State::Head => Phase::Head,
            _ => Phase::Body,
        }
    }

    /// Takes in what has come; true once the response is complete.
    pub(super) fn advance(&mut self) -> Result<bool, TransportError> {
        loop {
            match &mut self.state {
                State::Head => match self.take_head()? {
                    None => return Ok(false),
                    Some(state) => self.state = state,
                },
                State::Length(length) => {
                    if self.buffer.len() < *length {
                        return Ok(false);
                    }
                    self.body = self.buffer.split_to(*length).freeze();
                    self.state = State::Done;
                }
                State::Chunked(chunked) => {
                    if !chunked.decode(&mut self.buffer)? {
                        return Ok(false);
                    }
                    self.body = std::mem::take(&mut chunked.content).freeze();
                    self.state = State::Done;
                }
                State::UntilClose => {
                    if self.buffer.len() > self.body_limit {
                        return Err(self.too_large());
                    }
                    return Ok(false);
                }
                State::Done => return Ok(true),
            }
        }
    }

    /// The stream has ended in good order, which completes a response that goes on until then.
    pub(super) fn end(&mut self) -> Result<(), TransportError> {
        match self.state {
            State::Done => Ok(()),
            State::UntilClose => {
                self.body = self.buffer.split().freeze();
                self.state = State::Done;
                Ok(())
            }
            _ => Err(self.cut_short()),
        }
    }

    /// The stream has ended before the response did.
    pub(super) fn cut_short(&self) -> TransportError {
        let (received, expected) = match &self.state {
            State::Length(length) => (self.buffer.len(), Some(*length)),
            State::Chunked(chunked) => (chunked.content.len(), None),
            State::UntilClose => (self.buffer.len(), None),
            State::Head | State::Done => (0, None),
        };
        TransportError::ClosedEarly {
            phase: self.phase(),
            received,
            expected,
        }
    }

    /// Whether another request may follow on the connection, as far as this answer says.
    pub(super) fn is_reusable(&self) -> bool {
        matches!(self.state, State::Done) && !self.head.last && self.buffer.is_empty()
    }

    /// The response, and the bytes that came behind it.
    pub(super) fn finish(self) -> (Response, BytesMut) {
        let response = Response {
            status: self.head.status,
            headers: self.head.headers,
            body: self.body,
            surplus: None,
            raw: None,
        };
        (response, self.buffer)
    }

    /// The state behind the next head, if the head is all there; interim responses lead back to
    /// another head.
    fn take_head(&mut self) -> Result<Option<State>, TransportError> {
        // A head is looked at when a line of it has ended: parsing at every byte of a slow
        // server would cost the square of the head's length.
        let fresh = &self.buffer[self.scanned..];
        let parsed = if fresh.contains(&b'\n') {
            self.parse_head()?
        } else {
            check_beginning(&self.buffer)?;
            None
        };
        self.scanned = self.buffer.len();
        let length = parsed
            .as_ref()
            .map_or(self.buffer.len(), |(length, ..)| *length);
        if self.interim + length > self.head_limit {
            return Err(TransportError::TooLarge {
                part: Part::Head,
                limit: self.head_limit,
            });
        }
        let Some((length, minor, head)) = parsed else {
            return Ok(None);
        };
        let _ = self.buffer.split_to(length);
        self.scanned = 0;
        // 101 is final: what follows it is no HTTP/1.1 any more (RFC 9110, 15.2.2).
        if matches!(head.status, 100 | 102..=199) {
            self.interim += length;
            return Ok(Some(State::Head));
        }
        let state = self.framing(&head, minor)?;
        self.head = head;
        self.head.last |= matches!(state, State::UntilClose);
        Ok(Some(state))
    }

    /// Length, minor version and content of the head at the buffer's start.
    fn parse_head(&self) -> Result<Option<(usize, u8, Head)>, TransportError> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut parsed = httparse::Response::new(&mut fields);
        let length = match parsed.parse(&self.buffer) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(httparse::Error::TooManyHeaders) => {
                return Err(TransportError::TooLarge {
                    part: Part::Head,
                    limit: self.head_limit,
                });
            }
            Err(error) => {
                check_beginning(&self.buffer)?;
                return Err(malformed(format!("{error} in its head")));
            }
        };
        let status = parsed.code.unwrap_or_default();
        if status < 100 {
            return Err(malformed(format!("its status code is {status:03}")));
        }
        let minor = parsed.version.unwrap_or_default();
        let headers: Headers = parsed
            .headers
            .iter()
            .map(|field| {
                (
                    field.name,
                    FieldValue::Plain(Bytes::copy_from_slice(field.value)),
                )
            })
            .collect();
        let last = minor == 0
            || status == 101
            || tokens(&headers, "connection").any(|token| token == "close");
        Ok(Some((
            length,
            minor,
            Head {
                status,
                headers,
                last,
            },
        )))
    }

    /// How the content behind a head ends (RFC 9112, 6.3).
    fn framing(&self, head: &Head, minor: u8) -> Result<State, TransportError> {
        let none = matches!(head.status, 101 | 204 | 304)
            || self.method == Method::Head
            || (self.method == Method::Connect && head.status / 100 == 2);
        if none {
            return Ok(State::Length(0));
        }
        if head.headers.contains("transfer-encoding") {
            if minor == 0 {
                return Err(malformed(
                    "it is HTTP/1.0 and has a transfer coding (RFC 9112, 6.1)",
                ));
            }
            let chunked = tokens(&head.headers, "transfer-encoding").last();
            return Ok(match chunked.as_deref() {
                Some("chunked") => State::Chunked(Chunked::new(self.body_limit, self.head_limit)),
                _ => State::UntilClose,
            });
        }
        match content_length(&head.headers)? {
            None => Ok(State::UntilClose),
            Some(length) if length > self.body_limit => Err(self.too_large()),
            Some(length) => Ok(State::Length(length)),
        }
    }

    fn too_large(&self) -> TransportError {
        TransportError::TooLarge {
            part: Part::Body,
            limit: self.body_limit,
        }
    }
}

/// The announced length; repetitions of one number are that number (RFC 9112, 6.3, 5).
fn content_length(headers: &Headers) -> Result<Option<usize>, TransportError> {
    let mut found: Option<usize> = None;
    for value in headers.all("content-length") {
        for item in value.reveal().split(|b| *b == b',') {
            let digits = item.trim_ascii();
            if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
                return Err(malformed("its content-length is no number"));
            }
            // Numbers beyond `usize` are beyond any limit as well.
            let length = std::str::from_utf8(digits)
                .ok()
                .and_then(|text| text.parse().ok())
                .unwrap_or(usize::MAX);
            match found {
                Some(other) if other != length => {
                    return Err(malformed(format!(
                        "it has conflicting content-lengths, {other} and {length}"
                    )));
                }
                _ => found = Some(length),
            }
        }
    }
    Ok(found)
}

/// The elements of a list field, in lower case.
pub(super) fn tokens<'a>(headers: &'a Headers, name: &'a str) -> impl Iterator<Item = String> + 'a {
    headers.all(name).flat_map(|value| {
        value
            .reveal()
            .split(|b| *b == b',')
            .map(|token| String::from_utf8_lossy(token.trim_ascii()).to_ascii_lowercase())
            .filter(|token| !token.is_empty())
    })
}

/// Refuses bytes that will never become a status line, so that nobody waits for its end.
fn check_beginning(buffer: &[u8]) -> Result<(), TransportError> {
    let start = buffer
        .iter()
        .position(|b| !matches!(b, b'\r' | b'\n'))
        .unwrap_or(buffer.len());
    let found = &buffer[start..buffer.len().min(start + 5)];
    if found == &b"HTTP/"[..found.len()] {
        return Ok(());
    }
    // A TLS alert or handshake record (RFC 8446, 5.1).
    if matches!(found, [0x15 | 0x16, 0x03, ..]) {
        return Err(malformed("it is a TLS record; give an https URL"));
    }
    Err(malformed("it does not begin with HTTP/"))
}

fn malformed(reason: impl Into<String>) -> TransportError {
    TransportError::NotHttp {
        reason: reason.into(),
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
