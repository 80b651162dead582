//! The chunked transfer coding (RFC 9112, 7.1), taken off byte by byte as the bytes come.

use bytes::{Buf as _, BytesMut};

use super::error::{Part, TransportError};

/// The longest line that frames a chunk, extensions included.
const MAX_LINE: usize = 16 * 1024;

/// Where in the coding the next byte belongs.
#[derive(Clone, Copy, Debug)]
enum Place {
    Size,
    Data { left: usize },
    DataEnd,
    Trailers { before: usize },
    End,
}

/// A chunked body on its way in.
#[derive(Debug)]
pub(super) struct Chunked {
    place: Place,
    /// Bytes at the buffer's start that are known to hold no line feed.
    scanned: usize,
    /// The content so far.
    pub(super) content: BytesMut,
    body_limit: usize,
    trailer_limit: usize,
}

impl Chunked {
    pub(super) fn new(body_limit: usize, trailer_limit: usize) -> Self {
        Self {
            place: Place::Size,
            scanned: 0,
            content: BytesMut::new(),
            body_limit,
            trailer_limit,
        }
    }

    /// Takes what belongs to the body out of the buffer; true once the body is complete.
    /// Extensions and trailers are passed over, as RFC 9112, 7.1.1 and RFC 9110, 6.5.1 allow.
    pub(super) fn decode(&mut self, buffer: &mut BytesMut) -> Result<bool, TransportError> {
        loop {
            match self.place {
                Place::Size => {
                    let Some(line) = self.line(buffer, MAX_LINE)? else {
                        return Ok(false);
                    };
                    let size = size(&line)?;
                    if size > self.body_limit.saturating_sub(self.content.len()) {
                        return Err(TransportError::TooLarge {
                            part: Part::Body,
                            limit: self.body_limit,
                        });
                    }
                    self.place = match size {
                        0 => Place::Trailers { before: 0 },
                        left => Place::Data { left },
                    };
                }
                Place::Data { left } => {
                    if buffer.is_empty() {
                        return Ok(false);
                    }
                    let here = left.min(buffer.len());
                    self.content.extend_from_slice(&buffer[..here]);
                    buffer.advance(here);
                    self.place = if here == left {
                        Place::DataEnd
                    } else {
                        Place::Data { left: left - here }
                    };
                }
                Place::DataEnd => {
                    let arrived = buffer.len().min(2);
                    if buffer[..arrived] != b"\r\n"[..arrived] {
                        return Err(malformed("a chunk is longer than its size says"));
                    }
                    if arrived < 2 {
                        return Ok(false);
                    }
                    buffer.advance(2);
                    self.place = Place::Size;
                }
                Place::Trailers { before } => {
                    let room = self.trailer_limit.saturating_sub(before);
                    let Some(line) = self.line(buffer, room)? else {
                        return Ok(false);
                    };
                    self.place = if line.is_empty() {
                        Place::End
                    } else {
                        Place::Trailers {
                            before: before + line.len() + 2,
                        }
                    };
                }
                Place::End => return Ok(true),
            }
        }
    }

    /// The next line without its end, once it is all there.
    fn line(
        &mut self,
        buffer: &mut BytesMut,
        limit: usize,
    ) -> Result<Option<BytesMut>, TransportError> {
        let found = buffer[self.scanned..].iter().position(|b| *b == b'\n');
        let length = found.map_or(buffer.len(), |at| self.scanned + at);
        if length > limit.saturating_add(1) {
            return Err(malformed("a line between the chunks has no end in sight"));
        }
        if found.is_none() {
            self.scanned = buffer.len();
            return Ok(None);
        }
        self.scanned = 0;
        let mut line = buffer.split_to(length + 1);
        if !line.ends_with(b"\r\n") {
            return Err(malformed(
                "a line between the chunks ends without a carriage return",
            ));
        }
        line.truncate(length - 1);
        Ok(Some(line))
    }
}

/// The number at the start of a chunk's first line. What follows it must be an extension.
fn size(line: &[u8]) -> Result<usize, TransportError> {
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let rest = line[digits..].trim_ascii_start();
    if digits == 0 || !(rest.is_empty() || rest[0] == b';') {
        return Err(malformed("a chunk's size is no hexadecimal number"));
    }
    std::str::from_utf8(&line[..digits])
        .ok()
        .and_then(|text| usize::from_str_radix(text, 16).ok())
        .ok_or_else(|| malformed("a chunk's size is beyond all measure"))
}

fn malformed(what: &str) -> TransportError {
    TransportError::NotHttp {
        reason: format!("{what} (chunked transfer coding)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Result<(bool, String, String), TransportError> {
        let mut chunked = Chunked::new(64, 64);
        let mut buffer = BytesMut::from(text);
        let done = chunked.decode(&mut buffer)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((done, text(&chunked.content), text(&buffer)))
    }

    #[test]
    fn extensions_and_trailers_are_passed_over() {
        let (done, content, rest) = decode(
            "4 ; a=\"b\"\r\nWiki\r\n0A\r\npedia in\r\n\r\n0;last\r\nETag: x\r\nA: b\r\n\r\nmore",
        )
        .expect("chunked");
        assert!(done);
        assert_eq!(
            (content.as_str(), rest.as_str()),
            ("Wikipedia in\r\n", "more")
        );
    }

    #[test]
    fn what_is_cut_short_waits_for_more() {
        let whole = "3\r\nabc\r\n0\r\n\r\n";
        for end in 0..whole.len() {
            assert!(!decode(&whole[..end]).expect("a beginning").0, "{end}");
        }
        assert!(decode(whole).expect("all of it").0);
    }

    #[test]
    fn broken_framing_is_refused() {
        for text in [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "3x\r\nabc\r\n",
            "3\nabc\r\n",
            "3\r\nabcd\r\n",
            "11111111111111111\r\n",
        ] {
            assert!(
                matches!(decode(text), Err(TransportError::NotHttp { .. })),
                "{text:?}"
            );
        }
        assert!(matches!(
            decode("41\r\n"),
            Err(TransportError::TooLarge { .. })
        ));
    }
}
