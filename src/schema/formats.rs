//! Formats the OpenAPI Initiative defines (its Format Registry) beside those of JSON Schema.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose;
use jsonschema::paths::Location;
use jsonschema::{Draft, Keyword, ValidationError, Validator};
use serde_json::{Map, Value, json};

/// Whole numbers of a width, by format: least and greatest.
const WHOLE: [(&str, i128, i128); 9] = [
    ("int8", i8::MIN as i128, i8::MAX as i128),
    ("int16", i16::MIN as i128, i16::MAX as i128),
    ("int32", i32::MIN as i128, i32::MAX as i128),
    ("int64", i64::MIN as i128, i64::MAX as i128),
    ("uint8", 0, u8::MAX as i128),
    ("uint16", 0, u16::MAX as i128),
    ("uint32", 0, u32::MAX as i128),
    ("uint64", 0, u64::MAX as i128),
    // Whole numbers every double holds.
    ("double-int", -(1 << 53) + 1, (1 << 53) - 1),
];

/// What makes the keyword `format` in the validator's place.
pub(super) type Made<'a> = Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>>;

/// Makes the keyword `format`: numbers and base64 as OpenAPI has them, all else as JSON Schema has it.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the validator asks for a factory of this shape"
)]
pub(super) fn keyword<'a>(_: &'a Map<String, Value>, format: &'a Value, _: Location) -> Made<'a> {
    let name = format.as_str().unwrap_or_default().to_owned();
    let check = if let Some((_, least, greatest)) = WHOLE.iter().find(|(known, ..)| *known == name)
    {
        Check::Whole(*least, *greatest)
    } else {
        match name.as_str() {
            "float" => Check::Float,
            "byte" => Check::Base64(&general_purpose::STANDARD),
            "base64url" => Check::Base64(&general_purpose::URL_SAFE_NO_PAD),
            _ => Check::Standard(standard(&name)),
        }
    };
    Ok(Box::new(Format { name, check }))
}

struct Format {
    name: String,
    check: Check,
}

enum Check {
    Whole(i128, i128),
    Float,
    Base64(&'static general_purpose::GeneralPurpose),
    Standard(Arc<Validator>),
}

impl Check {
    fn holds(&self, instance: &Value) -> bool {
        match (self, instance) {
            (Self::Whole(least, greatest), Value::Number(number)) => {
                let whole = number
                    .as_i64()
                    .map(i128::from)
                    .or_else(|| number.as_u64().map(i128::from));
                match whole {
                    Some(whole) => (*least..=*greatest).contains(&whole),
                    // Written as 1.0 or 1e3, or larger than any of these.
                    None => number.as_f64().is_some_and(|number| {
                        #[expect(clippy::cast_precision_loss, reason = "bounds of a float")]
                        let (least, greatest) = (*least as f64, *greatest as f64);
                        number.fract() == 0.0 && number >= least && number <= greatest
                    }),
                }
            }
            (Self::Float, Value::Number(number)) => number
                .as_f64()
                .is_none_or(|number| number.abs() <= f64::from(f32::MAX)),
            (Self::Base64(alphabet), Value::String(text)) => alphabet.decode(text).is_ok(),
            (Self::Standard(validator), instance) => validator.is_valid(instance),
            _ => true,
        }
    }
}

impl<'i> Keyword<'i> for Format {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.check.holds(instance) {
            Ok(())
        } else {
            Err(ValidationError::custom(self.name.clone()))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.check.holds(instance)
    }
}

/// Whether a keyword, by its operand, refuses nothing: a bound that everything keeps, or a keyword or a
/// format that only describes.
#[must_use]
pub(super) fn refuses_nothing(keyword: &str, operand: &Value) -> bool {
    match keyword {
        "minLength" | "minItems" | "minProperties" => operand.as_u64() == Some(0),
        "uniqueItems" => *operand == Value::Bool(false),
        "format" => operand.as_str().is_none_or(|name| !is_judged(name)),
        _ => false,
    }
}

/// Whether a format is known and refuses something.
fn is_judged(name: &str) -> bool {
    let is_own = WHOLE.iter().any(|(known, ..)| *known == name)
        || ["float", "byte", "base64url"].contains(&name);
    // No date, no number, no address, no pointer, and no pattern.
    is_own || !standard(name).is_valid(&Value::from("[ {\\"))
}

/// A validator of one of JSON Schema's formats, made once; an unknown format demands nothing.
fn standard(name: &str) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = made.get(name) {
        return known.clone();
    }
    let options = || {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
    };
    let validator = options()
        .build(&json!({ "format": name }))
        .or_else(|_| options().build(&json!({})));
    let validator = Arc::new(validator.expect("an empty schema is one"));
    made.insert(name.to_owned(), validator.clone());
    validator
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Pointer;
    use crate::schema::Schemas;

    #[test]
    fn what_refuses_nothing_is_told_from_what_does() {
        let judged = "date date-time time duration email hostname ipv4 ipv6 uri \
                      uri-reference iri iri-reference uri-template json-pointer relative-json-pointer regex \
                      uuid int32 int64 float byte base64url";
        for format in judged.split_whitespace() {
            assert!(!refuses_nothing("format", &format.into()), "{format}");
        }
        for format in ["double", "password", "binary", "colour"] {
            assert!(refuses_nothing("format", &format.into()), "{format}");
        }
        for (keyword, none, some) in [
            ("minLength", json!(0), json!(1)),
            ("minItems", json!(0), json!(1)),
            ("minProperties", json!(0), json!(1)),
            ("uniqueItems", json!(false), json!(true)),
        ] {
            assert!(refuses_nothing(keyword, &none), "{keyword}");
            assert!(!refuses_nothing(keyword, &some), "{keyword}");
        }
        assert!(!refuses_nothing("maxLength", &json!(0)));
    }

    /// That this is so is the validator's doing.
    #[test]
    fn content_is_described_and_not_demanded() {
        let schema = json!({
            "contentEncoding": "base64", "contentMediaType": "application/json", "format": "password",
        });
        let schemas = Schemas::new(Arc::new(schema));
        let schema = schemas.get(&Pointer::root()).expect("it is a schema");
        assert!(schema.is_valid(&json!("{ no base64")));
        assert!(schema.demands().is_empty(), "{:?}", schema.demands());
    }
}
