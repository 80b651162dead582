//! JSON texts one after the other: a line each (JSON Lines, NDJSON), or each behind a record separator
//! (RFC 7464).

use serde_json::Value;

use super::json::{JsonProblem, read_json};
use crate::http::MediaType;

/// Ends of the records of `application/json-seq` (RFC 7464, 2.2).
const SEPARATOR: u8 = 0x1e;

/// How JSON texts follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    Lines,
    Records,
}

impl Sequence {
    pub(super) fn of(media: &MediaType) -> Option<Self> {
        let essence = media.essence();
        let (_, subtype) = essence.split_once('/')?;
        match subtype {
            "jsonl" | "jsonlines" | "ndjson" | "x-ndjson" | "x-jsonlines" | "x-jsonl" => {
                Some(Self::Lines)
            }
            "json-seq" => Some(Self::Records),
            _ if subtype.ends_with("+json-seq") => Some(Self::Records),
            _ => None,
        }
    }

    pub(super) fn write(self, items: &[Value]) -> Vec<u8> {
        let mut written = Vec::new();
        for item in items {
            if self == Self::Records {
                written.push(SEPARATOR);
            }
            written.extend_from_slice(item.to_string().as_bytes());
            written.push(b'\n');
        }
        written
    }

    /// The items as an array.
    pub(super) fn read(self, body: &[u8]) -> Result<Value, JsonProblem> {
        let end = match self {
            Self::Lines => b'\n',
            Self::Records => SEPARATOR,
        };
        let texts = body.split(|byte| *byte == end);
        texts
            .filter(|text| !text.trim_ascii().is_empty())
            .map(read_json)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn items_are_a_line_or_a_record_each() {
        let items = json!([{"a": "x\ny"}, 2]);
        let list = items.as_array().expect("it is a list");
        let of = |media: &str| Sequence::of(&media.parse().expect("a media type"));
        for (media, written) in [
            ("application/x-ndjson", "{\"a\":\"x\\ny\"}\n2\n"),
            ("application/jsonl", "{\"a\":\"x\\ny\"}\n2\n"),
            (
                "application/geo+json-seq",
                "\u{1e}{\"a\":\"x\\ny\"}\n\u{1e}2\n",
            ),
        ] {
            let sequence = of(media).expect("it is a sequence");
            assert_eq!(String::from_utf8_lossy(&sequence.write(list)), written);
            assert_eq!(sequence.read(written.as_bytes()).as_ref(), Ok(&items));
        }
        assert_eq!(of("application/json"), None);
        assert!(Sequence::Lines.read(b"{}\n{").is_err());
    }
}
