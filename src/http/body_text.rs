//! Bodies as people read them and as a record stores them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The body in at most `limit` characters, on one line; bytes that are no UTF-8 are counted.
#[must_use]
pub fn excerpt(body: &[u8], limit: usize) -> String {
    if body.is_empty() {
        return "(empty)".to_owned();
    }
    let Ok(text) = std::str::from_utf8(body) else {
        return format!("({} bytes that are no UTF-8)", body.len());
    };
    let line: String = text
        .chars()
        .take(limit)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().count() > limit {
        format!("{line}… ({} bytes)", body.len())
    } else {
        line
    }
}

/// Text as text, anything else as `{"base64": …}`.
pub(crate) fn encode_stored(body: &[u8]) -> Value {
    match std::str::from_utf8(body) {
        Ok(text) => Value::from(text),
        Err(_) => json!({ "base64": STANDARD.encode(body) }),
    }
}

/// The inverse of [`encode_stored`].
pub(crate) fn decode_stored(stored: &Value) -> Option<Vec<u8>> {
    match stored {
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Null => Some(Vec::new()),
        other => STANDARD.decode(other.get("base64")?.as_str()?).ok(),
    }
}
