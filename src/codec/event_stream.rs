//! `text/event-stream`: the events of a stream as objects (WHATWG HTML, 9.2.6; OpenAPI 3.2.0, 4.14.4).

use serde_json::{Map, Value};

/// The events of a stream that is over, in order: `data`, and `event`, `id` and `retry` where they stand in
/// it. What the standard says to ignore isn't there: comments, other fields, events without data, and one that
/// no empty line ends.
pub(super) fn read(text: &str) -> Vec<Map<String, Value>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut events = Vec::new();
    let mut fields = Map::new();
    let mut data: Vec<&str> = Vec::new();
    for line in lines(text) {
        if line.is_empty() {
            let mut event = std::mem::take(&mut fields);
            let data = std::mem::take(&mut data);
            if data.iter().any(|line| !line.is_empty()) || data.len() > 1 {
                event.insert("data".to_owned(), data.join("\n").into());
                events.push(event);
            }
            continue;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => data.push(value),
            "event" => {
                fields.insert(name.to_owned(), value.into());
            }
            "id" if !value.contains('\0') => {
                fields.insert(name.to_owned(), value.into());
            }
            "retry" if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                let number = value.parse::<u64>().map(Value::from);
                fields.extend(number.map(|number| (name.to_owned(), number)));
            }
            _ => {}
        }
    }
    events
}

/// The lines that are ended, by a line feed, a carriage return or both.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.find(['\n', '\r'])?;
        let line = &rest[..end];
        let behind = &rest[end..];
        rest = behind.strip_prefix("\r\n").unwrap_or(&behind[1..]);
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_are_objects_and_what_is_to_be_ignored_is_not_there() {
        let stream = "\u{feff}: a comment\nevent: add\ndata: two\ndata:lines\nretry: 5\n\n\
                      event: number\r\ndata: 1234.5678\r\nunknown: x\r\nid\r\n\r\n\
                      event: nothing\n\ndata\n\nretry: 5s\ndata:  {\"foo\": 42}\r\r\
                      data: not ended\n";
        assert_eq!(
            json!(read(stream)),
            json!([
                { "event": "add", "retry": 5, "data": "two\nlines" },
                { "event": "number", "id": "", "data": "1234.5678" },
                { "data": " {\"foo\": 42}" },
            ])
        );
        assert!(read("").is_empty());
    }
}
