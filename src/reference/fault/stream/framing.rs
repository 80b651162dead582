//! Answers whose declared length isn't that of their body, or that bytes follow.

use super::faulty::ByteFault;

/// How much of a request is kept to know its line: more than any path of the contract takes.
const LINE: usize = 4096;

/// An exchange on a connection, as far as faults tell exchanges apart.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) status: u16,
}

/// What is changed about an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    /// The declared length differs from the body's by so much.
    Length(isize),
    /// These bytes follow the answer.
    Append(&'static [u8]),
}

/// Changes the framing of some answers.
///
/// An answer's head is held back until it is whole. What the request was is known from the first bytes
/// of what came in since the last answer.
#[derive(Debug)]
pub(crate) struct Framing {
    which: fn(&Exchange<'_>) -> bool,
    change: Change,
    /// What came in since the last answer began, as far as it tells the request's line.
    line: Vec<u8>,
    /// An answer's head, until it is whole.
    head: Vec<u8>,
    /// Whether an answer's head has gone out, and the next request is to come.
    answered: bool,
    /// What of the answer's body is still to go out.
    left: usize,
    /// What follows the answer.
    behind: &'static [u8],
}

impl Framing {
    /// A fault of the answers to some exchanges.
    pub(crate) fn fault(which: fn(&Exchange<'_>) -> bool, change: Change) -> Box<dyn ByteFault> {
        Box::new(Self {
            which,
            change,
            line: Vec::new(),
            head: Vec::new(),
            answered: false,
            left: 0,
            behind: b"",
        })
    }

    /// An answer's body, and what follows it.
    fn body(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let (body, rest) = bytes.split_at(bytes.len().min(self.left));
        self.left -= body.len();
        out.extend_from_slice(body);
        if self.left == 0 {
            out.extend_from_slice(std::mem::take(&mut self.behind));
        }
        out.extend_from_slice(rest);
    }

    /// An answer's head as it goes out.
    fn changed(&mut self, head: &[u8]) -> Option<Vec<u8>> {
        let text = str::from_utf8(head).ok()?;
        let line = str::from_utf8(&self.line).ok()?;
        let mut words = line.split(' ');
        let exchange = Exchange {
            method: words.next()?,
            target: words.next()?,
            status: text.get(9..12)?.parse().ok()?,
        };
        let name = "\r\ncontent-length:";
        let at = text
            .to_ascii_lowercase()
            .find(name)
            .map(|at| at + name.len());
        let value = at.and_then(|at| text[at..].split("\r\n").next());
        let length: Option<usize> = value.and_then(|value| value.trim().parse().ok());
        let bodiless = exchange.method == "HEAD" || matches!(exchange.status, 204 | 304);
        self.left = length.filter(|_| !bodiless).unwrap_or_default();
        if !(self.which)(&exchange) {
            return None;
        }
        match self.change {
            Change::Append(bytes) => {
                self.behind = bytes;
                None
            }
            Change::Length(by) => {
                let (at, value) = at.zip(value)?;
                let other = length?.checked_add_signed(by)?;
                let (before, after) = (&text[..at], &text[at + value.len()..]);
                Some(format!("{before} {other}{after}").into_bytes())
            }
        }
    }
}

impl ByteFault for Framing {
    fn incoming(&mut self, bytes: &[u8]) {
        // Bytes that come in after an answer went out begin the next request.
        if self.answered {
            self.answered = false;
            self.line.clear();
        }
        if !self.line.contains(&b'\r') {
            let missing = LINE.saturating_sub(self.line.len());
            self.line.extend(bytes.iter().take(missing));
        }
    }

    fn outgoing(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        if self.answered || self.left > 0 {
            self.body(bytes, &mut out);
            return out;
        }
        self.head.extend_from_slice(bytes);
        let end = self
            .head
            .windows(4)
            .position(|window| window == b"\r\n\r\n");
        let Some(end) = end else {
            return out;
        };
        let whole = std::mem::take(&mut self.head);
        // What goes before the answer, such as a 100, isn't the answer yet.
        if whole.get(9) == Some(&b'1') {
            return whole;
        }
        self.answered = true;
        let (head, body) = whole.split_at(end + 4);
        match self.changed(head) {
            Some(head) => out.extend(head),
            None => out.extend_from_slice(head),
        }
        self.body(body, &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a connection sends whose requests and answers are these.
    fn sent(change: Change, exchanges: &[(&str, &str)]) -> String {
        let mut fault = Framing::fault(|exchange| exchange.method == "PUT", change);
        let mut out = Vec::new();
        for (request, answer) in exchanges {
            fault.incoming(request.as_bytes());
            // However the bytes are cut, the answer is the same.
            for piece in answer.as_bytes().chunks(7) {
                out.extend(fault.outgoing(piece));
            }
        }
        String::from_utf8(out).expect("the answers are text")
    }

    const PUT: &str = "PUT /images HTTP/1.1\r\n\r\n";
    const GET: &str = "GET /images HTTP/1.1\r\n\r\n";
    const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nserver: x\r\n\r\nbody";

    #[test]
    fn only_the_lengths_of_the_answers_meant_are_changed() {
        let short = ANSWER.replace('4', "3");
        let change = Change::Length(-1);
        assert_eq!(sent(change, &[(PUT, ANSWER)]), short);
        let both = sent(change, &[(GET, ANSWER), (PUT, ANSWER)]);
        assert_eq!(both, format!("{ANSWER}{short}"));
    }

    #[test]
    fn what_follows_an_answer_stands_behind_its_body() {
        let change = Change::Append(b"{}");
        let sent = |exchanges: &[_]| sent(change, exchanges);
        let both = sent(&[(PUT, ANSWER), (GET, ANSWER)]);
        assert_eq!(both, format!("{ANSWER}{{}}{ANSWER}"));
        let early = "HTTP/1.1 100 Continue\r\n\r\n";
        let bare = "HTTP/1.1 204 No Content\r\nserver: x\r\n\r\n";
        let answered = sent(&[(PUT, early), ("", bare)]);
        assert_eq!(answered, format!("{early}{bare}{{}}"));
    }
}
