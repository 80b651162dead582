//! JSON texts one after the other: a line each (JSON Lines, NDJSON), or each behind a record separator
//! (RFC 7464).

use serde_json::Value;

use super::json::{JsonProblem, read_json};

/// Ends of the records of `application/json-seq` (RFC 7464, 2.2).
const SEPARATOR: u8 = 0x1e;

/// Items as records, or else as lines.
pub(super) fn write(records: bool, items: &[Value]) -> Vec<u8> {
    let mut written = Vec::new();
    for item in items {
        if records {
            written.push(SEPARATOR);
        }
        written.extend_from_slice(item.to_string().as_bytes());
        written.push(b'\n');
    }
    written
}

/// The items of records, or else of lines, as an array.
pub(super) fn read(records: bool, body: &[u8]) -> Result<Value, JsonProblem> {
    let end = if records { SEPARATOR } else { b'\n' };
    let texts = body.split(|byte| *byte == end);
    texts
        .filter(|text| !text.trim_ascii().is_empty())
        .map(read_json)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn items_are_a_line_or_a_record_each() {
        let items = json!([{"a": "x\ny"}, 2]);
        let list = items.as_array().expect("it is a list");
        for (records, written) in [
            (false, "{\"a\":\"x\\ny\"}\n2\n"),
            (true, "\u{1e}{\"a\":\"x\\ny\"}\n\u{1e}2\n"),
        ] {
            assert_eq!(String::from_utf8_lossy(&write(records, list)), written);
            assert_eq!(read(records, written.as_bytes()).as_ref(), Ok(&items));
        }
        assert!(read(false, b"{}\n{").is_err());
    }
}
