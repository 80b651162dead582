//! JSON bodies, read strictly.

use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why bytes are no well-formed JSON text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    /// Nothing at all.
    #[error("the body is empty")]
    Empty,
    /// RFC 8259, 8.1.
    #[error("byte {0} is no UTF-8")]
    NotUtf8(usize),
    /// RFC 8259, 2.
    #[error("{0}")]
    Malformed(String),
    /// RFC 8259, 4: names should be unique, since readers differ in what they take.
    #[error("the member {0:?} is there twice")]
    Duplicate(String),
}

const DUPLICATE: &str = "duplicate member ";

/// Reads a JSON text, refusing what readers would disagree on.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read_json(bytes: &[u8]) -> Result<Value, JsonProblem> {
    let text =
        std::str::from_utf8(bytes).map_err(|error| JsonProblem::NotUtf8(error.valid_up_to()))?;
    if text.trim_ascii().is_empty() {
        return Err(JsonProblem::Empty);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict.deserialize(&mut deserializer);
    value
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            let message = error.to_string();
            match message
                .strip_prefix(DUPLICATE)
                .and_then(|rest| rest.rsplit_once(" at line"))
            {
                Some((name, _)) => JsonProblem::Duplicate(name.to_owned()),
                None => JsonProblem::Malformed(message),
            }
        })
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element_seed(Self)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(Self)?;
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("{DUPLICATE}{name}")));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_would_disagree_on_is_refused() {
        let problem = |bytes: &[u8]| read_json(bytes).expect_err("refused");
        assert_eq!(
            problem(b"{\"a\":{\"b c\":1,\"b\\u0020c\":2}}"),
            JsonProblem::Duplicate("b c".into())
        );
        assert_eq!(problem(b"\"\xff\""), JsonProblem::NotUtf8(1));
        assert_eq!(problem(b" \n"), JsonProblem::Empty);
        for bytes in [
            "{\"a\":1} x",
            "{\"a\":1",
            "{'a':1}",
            "\u{feff}{}",
            "NaN",
            "[1,]",
            "\"\\ud800\"",
        ] {
            assert!(
                matches!(problem(bytes.as_bytes()), JsonProblem::Malformed(_)),
                "{bytes}"
            );
        }
    }

    #[test]
    fn well_formed_texts_come_back_as_serde_json_reads_them() {
        for text in [
            "{\"a\":[1,-2,3.5,1e400,true,null,\"\\ud83d\\ude00\"]}",
            " [] ",
            "7",
        ] {
            assert_eq!(
                read_json(text.as_bytes()).ok(),
                serde_json::from_str(text).ok(),
                "{text}"
            );
        }
    }
}
