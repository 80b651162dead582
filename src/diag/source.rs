//! A named text and places in it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A range of bytes of a [`Source`]'s text, end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` to `end`, which is at least one byte wide where the text allows it.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The same as a standard range.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// Where something stands: a file, a line and a column, both counted from 1, the column in
/// characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The text's name, as the user would open it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A text with a name: a file, standard input, an argument.
#[derive(Debug)]
pub struct Source {
    name: Arc<str>,
    text: String,
    /// The byte at which each line starts.
    lines: Vec<usize>,
}

impl Source {
    /// Takes a text under the name people know it by.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Arc::new(Self {
            name: name.into(),
            text,
            lines,
        })
    }

    /// Takes bytes: UTF-8, or UTF-16 that begins with a byte order mark (RFC 3629, RFC 2781).
    ///
    /// # Errors
    /// In words, when they are no text.
    pub fn from_bytes(name: impl Into<Arc<str>>, bytes: Vec<u8>) -> Result<Arc<Self>, String> {
        let utf16 = |number: fn([u8; 2]) -> u16| {
            let units: Vec<u16> = bytes[2..]
                .chunks_exact(2)
                .map(|pair| number([pair[0], pair[1]]))
                .collect();
            String::from_utf16(&units)
                .ok()
                .filter(|_| bytes.len().is_multiple_of(2))
                .ok_or_else(|| "it begins as UTF-16 and goes on as none".to_owned())
        };
        let text = match bytes.as_slice() {
            [0xff, 0xfe, ..] => utf16(u16::from_le_bytes)?,
            [0xfe, 0xff, ..] => utf16(u16::from_be_bytes)?,
            _ => String::from_utf8(bytes).map_err(|error| {
                format!(
                    "it is no UTF-8: byte {} doesn't belong there",
                    error.utf8_error().valid_up_to()
                )
            })?,
        };
        Ok(Self::new(name, text))
    }

    /// The name people know the text by, mostly a path.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text itself.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a byte. Bytes past the end count as the end.
    #[must_use]
    pub fn place(&self, byte: usize) -> Place {
        let byte = byte.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= byte);
        let start = self.lines[line.saturating_sub(1)];
        let column = self.text.get(start..byte).map_or(0, |t| t.chars().count());
        Place {
            file: self.name.clone(),
            line: line.max(1),
            column: column + 1,
        }
    }

    /// The byte at a line and column, both counted from 1, the column in bytes.
    pub(crate) fn byte(&self, line: usize, column: usize) -> usize {
        let start = self
            .lines
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(self.text.len());
        let mut at = (start + column.saturating_sub(1)).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_utf8_or_marked_utf16() {
        let text = |bytes: &[u8]| {
            let source = Source::from_bytes("a", bytes.to_vec())?;
            Ok::<_, String>(source.text().to_owned())
        };
        assert_eq!(text(b"a: \xc3\xa4"), Ok("a: ä".to_owned()));
        assert_eq!(text(b"\xff\xfea\0\xe4\0"), Ok("aä".to_owned()));
        assert_eq!(text(b"\xfe\xff\0a\0\xe4"), Ok("aä".to_owned()));
        assert!(text(b"\xfe\xff\0a\0").is_err());
        let error = text(b"ab\xff").expect_err("no text");
        assert!(error.contains("byte 2"), "{error}");
    }

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let source = Source::new("a.yaml", "ä: 1\nb: 2\n");
        assert_eq!(source.place(0).to_string(), "a.yaml:1:1");
        assert_eq!(source.place(2).to_string(), "a.yaml:1:2");
        assert_eq!(source.place(6).to_string(), "a.yaml:2:1");
        assert_eq!(source.place(999).to_string(), "a.yaml:3:1");
        assert_eq!(source.byte(2, 4), 9);
    }
}
