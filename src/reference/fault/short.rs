//! A declared length that is one byte short.

use super::stream::ByteFault;

/// The `Content-Length` of a successful PUT's answer is one less than the body that follows.
///
/// The answer's head is held back until it is whole. That the request was a PUT is known from the
/// first bytes of what came in since the last answer.
#[derive(Debug, Default)]
pub(super) struct ShortContentLength {
    /// What came in since the last answer began, as far as it tells the method.
    method: Vec<u8>,
    /// An answer's head, until it is whole.
    head: Vec<u8>,
    /// Whether an answer's head has gone out, and its body follows.
    in_body: bool,
}

impl ByteFault for ShortContentLength {
    fn incoming(&mut self, bytes: &[u8]) {
        // Bytes that come in after an answer went out begin the next request.
        if self.in_body {
            self.in_body = false;
            self.method.clear();
        }
        let missing = 4usize.saturating_sub(self.method.len());
        self.method.extend(bytes.iter().take(missing));
    }

    fn outgoing(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.in_body || self.method != b"PUT " {
            return bytes.to_vec();
        }
        self.head.extend_from_slice(bytes);
        let Some(end) = self
            .head
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
        else {
            return Vec::new();
        };
        // What goes before the answer, such as a 100, isn't the answer yet.
        self.in_body = self.head.get(9) != Some(&b'1');
        let whole = std::mem::take(&mut self.head);
        shortened(&whole, end).unwrap_or(whole)
    }
}

/// The answer with its length one less, where it is a success that declares one.
fn shortened(answer: &[u8], end: usize) -> Option<Vec<u8>> {
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let success = head
        .get(9..12)
        .is_some_and(|status| status.starts_with('2'));
    let at = head.to_ascii_lowercase().find("\r\ncontent-length:")? + "\r\ncontent-length:".len();
    let line = head[at..].split("\r\n").next()?;
    let length: usize = line.trim().parse().ok()?;
    let shorter = length.checked_sub(1).filter(|_| success)?;
    let mut changed = head.as_bytes()[..at].to_vec();
    changed.extend_from_slice(format!(" {shorter}").as_bytes());
    changed.extend_from_slice(&answer[at + line.len()..]);
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(request: &[u8], answer: &[u8]) -> String {
        let mut fault = ShortContentLength::default();
        fault.incoming(request);
        let mut out = Vec::new();
        // However the bytes are cut, the answer is the same.
        for piece in answer.chunks(7) {
            out.extend(fault.outgoing(piece));
        }
        String::from_utf8(out).expect("the answer is text")
    }

    #[test]
    fn only_the_length_of_a_successful_put_is_short() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 31\r\nserver: x\r\n\r\nbody";
        let short = "HTTP/1.1 200 OK\r\ncontent-length: 30\r\nserver: x\r\n\r\nbody";
        assert_eq!(sent(b"PUT /images HTTP/1.1\r\n", answer), short);
        let as_it_was = String::from_utf8_lossy(answer);
        assert_eq!(sent(b"GET /images HTTP/1.1\r\n", answer), as_it_was);
        let refused = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 31\r\n\r\nbody";
        assert_eq!(
            sent(b"PUT /images HTTP/1.1\r\n", refused),
            String::from_utf8_lossy(refused)
        );
    }
}
