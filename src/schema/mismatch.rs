//! One way in which an instance breaks a schema.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::diag::Pointer;

/// How long a value may be shown before it is cut, in characters.
const SHOWN: usize = 120;

/// One way in which an instance breaks a schema: where in both, what was expected, what was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The value at fault, in the instance.
    pub instance: Pointer,
    /// The keyword that is broken, in the document.
    pub schema: Pointer,
    /// The keyword's name.
    pub keyword: String,
    /// The member that is missing, for `required`.
    pub missing: Option<String>,
    /// What the schema asks for, in words or as the operand.
    pub expected: String,
    /// What was there.
    pub actual: String,
}

impl Mismatch {
    /// The mismatches in one error; `propertyNames` hides others.
    pub(super) fn of(error: &ValidationError<'_>, base: &Pointer) -> Vec<Self> {
        if let Kind::PropertyNames { error: inner } = error.kind() {
            let mut inner = Self::of(inner, base);
            for mismatch in &mut inner {
                mismatch.instance = pointer(error.instance_path().as_str());
            }
            return inner;
        }
        let missing = match error.kind() {
            Kind::Required { property } => property.as_str().map(str::to_owned),
            _ => None,
        };
        let keyword = error.kind().keyword().to_owned();
        vec![Self {
            instance: pointer(error.instance_path().as_str()),
            schema: base.join(error.schema_path().as_str()),
            expected: expected(error.kind()),
            actual: actual(error),
            missing,
            keyword,
        }]
    }
}

fn pointer(text: &str) -> Pointer {
    Pointer::from_text(text)
}

fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Type { kind } => match kind {
            TypeKind::Single(one) => article(&one.to_string()),
            TypeKind::Multiple(many) => {
                let names: Vec<String> = many.iter().map(|t| t.to_string()).collect();
                names.join(" or ")
            }
        },
        Kind::Required { property } => format!("a member {property}"),
        Kind::Pattern { pattern } => pattern.clone(),
        Kind::Format { format } => format!("the format {format}"),
        // The only keyword that is made here is `format`.
        Kind::Custom { message, .. } => format!("the format {message}"),
        Kind::Constant { expected_value } => show(expected_value),
        Kind::Enum { options } => format!("one of {}", show(options)),
        Kind::MinLength { limit } => count("at least", *limit, "character"),
        Kind::MaxLength { limit } => count("at most", *limit, "character"),
        Kind::MinItems { limit } => count("at least", *limit, "element"),
        Kind::MaxItems { limit } => count("at most", *limit, "element"),
        Kind::MinProperties { limit } => count("at least", *limit, "member"),
        Kind::MaxProperties { limit } => count("at most", *limit, "member"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::UniqueItems => "elements that all differ".to_owned(),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            "no member beside those the schema names".to_owned()
        }
        Kind::FalseSchema => "nothing here".to_owned(),
        Kind::AnyOf { .. } => "a value that keeps at least one of the schemas".to_owned(),
        Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } => {
            "a value that keeps exactly one of the schemas".to_owned()
        }
        Kind::Not { .. } => "a value that breaks the schema under `not`".to_owned(),
        other => format!("a value that keeps `{}`", other.keyword()),
    }
}

fn count(bound: &str, number: u64, noun: &str) -> String {
    format!(
        "{bound} {number} {noun}{}",
        if number == 1 { "" } else { "s" }
    )
}

fn article(name: &str) -> String {
    let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u']);
    if name == "null" {
        return name.to_owned();
    }
    format!("{} {name}", if vowel { "an" } else { "a" })
}

fn actual(error: &ValidationError<'_>) -> String {
    let instance: &Value = error.instance();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let names: Vec<String> = unexpected.iter().map(|name| format!("{name:?}")).collect();
            format!("also {}", names.join(", "))
        }
        Kind::MaxLength { .. } | Kind::MinLength { .. } => {
            let length = instance.as_str().map_or(0, |text| text.chars().count());
            format!(
                "{}: {}",
                count("", length as u64, "character").trim_start(),
                show(instance)
            )
        }
        Kind::MaxProperties { .. } | Kind::MinProperties { .. } => {
            let length = instance.as_object().map_or(0, serde_json::Map::len);
            format!(
                "{}: {}",
                count("", length as u64, "member").trim_start(),
                show(instance)
            )
        }
        Kind::MaxItems { .. } | Kind::MinItems { .. } => {
            let length = instance.as_array().map_or(0, Vec::len);
            format!(
                "{}: {}",
                count("", length as u64, "element").trim_start(),
                show(instance)
            )
        }
        Kind::OneOfMultipleValid { .. } => format!("several are kept by {}", show(instance)),
        _ => show(instance),
    }
}

/// The value as JSON, cut where it is long.
fn show(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN {
        return text;
    }
    let cut: String = text.chars().take(SHOWN).collect();
    format!("{cut}…")
}
