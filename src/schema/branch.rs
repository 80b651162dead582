//! Which branch of `oneOf` and `anyOf` an instance is meant for, so that what is said of it names that
//! branch and what is wrong there, and not that no branch fits.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Map, Value};

use super::mismatch::Mismatch;
use crate::diag::Pointer;

/// The mismatches in one error of an instance.
pub(super) fn mismatches(
    error: &ValidationError<'_>,
    base: &Pointer,
    document: &Value,
) -> Vec<Mismatch> {
    let (context, several_fit) = match error.kind() {
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => (context, false),
        Kind::OneOfMultipleValid { context } => (context, true),
        // A pattern that takes too long says nothing of the instance.
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
            return Vec::new();
        }
        _ => return Mismatch::of(error, base),
    };
    let whole = Mismatch::of(error, base);
    let at = base.join(error.schema_path().as_str());
    let Some(branches) = at.of(document).and_then(Value::as_array) else {
        return whole;
    };
    let holder = at.parent();
    let schema = holder.of(document).and_then(Value::as_object);
    let instance: &Value = error.instance();
    let meant = schema
        .and_then(|schema| discriminated(schema, branches, instance))
        .or_else(|| only_other_than_null(branches, instance));
    let Some((index, name)) = meant else {
        return whole;
    };
    let Some(errors) = context.get(index) else {
        return whole;
    };
    if several_fit && errors.is_empty() {
        // The discriminator says which of them it is (OpenAPI 3.1.1, 4.8.25), and that one is kept.
        return Vec::new();
    }
    let inner: Vec<Mismatch> = errors
        .iter()
        .flat_map(|error| mismatches(error, base, document))
        .collect();
    if inner.is_empty() {
        return whole;
    }
    // The demand is the choice as a whole; what is said is what the branch says.
    let place = whole[0].schema.clone();
    inner
        .into_iter()
        .map(|mismatch| Mismatch {
            schema: place.clone(),
            missing: None,
            expected: match &name {
                Some(name) => format!("{}, as {name} has it", mismatch.expected),
                None => mismatch.expected.clone(),
            },
            ..mismatch
        })
        .collect()
}

/// The branch a discriminator names, and its name (OpenAPI 3.1.1, 4.8.25).
fn discriminated(
    schema: &Map<String, Value>,
    branches: &[Value],
    instance: &Value,
) -> Option<(usize, Option<String>)> {
    let discriminator = schema.get("discriminator")?;
    let property = discriminator.get("propertyName")?.as_str()?;
    let value = instance.get(property)?.as_str()?;
    let mapping = discriminator.get("mapping");
    let target = mapping.and_then(|mapping| mapping.get(value)?.as_str());
    let name = target.unwrap_or(value);
    let last = |reference: &str| reference.rsplit('/').next().map(str::to_owned);
    let wanted = last(name)?;
    let is_meant = |branch: &Value| {
        let reference = branch.get("$ref").and_then(Value::as_str);
        if let Some(reference) = reference {
            return last(reference).is_some_and(|own| {
                own == wanted || Some(own.as_str()) == wanted.split('.').next()
            });
        }
        let own = branch.get("properties").and_then(|all| all.get(property));
        own.is_some_and(|own| {
            own.get("const").and_then(Value::as_str) == Some(value)
                || own
                    .get("enum")
                    .and_then(Value::as_array)
                    .is_some_and(|all| all.iter().any(|one| one == value))
        })
    };
    let index = branches.iter().position(is_meant)?;
    Some((index, Some(wanted)))
}

/// Of two branches of which one is for null, the other is meant for anything else.
fn only_other_than_null(branches: &[Value], instance: &Value) -> Option<(usize, Option<String>)> {
    let is_null = |branch: &Value| branch.get("type").and_then(Value::as_str) == Some("null");
    if branches.len() != 2 || instance.is_null() {
        return None;
    }
    let null = branches.iter().position(is_null)?;
    Some((1 - null, None))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Schemas;
    use super::*;
    use serde_json::json;

    fn said(schema: &Value, instance: &Value) -> Vec<String> {
        let document = json!({
            "a": schema,
            "schemas": {
                "Cat": {"type": "object", "required": ["lives"], "properties": {
                    "kind": {"type": "string"}, "lives": {"type": "integer", "format": "int32"}}},
                "Dog": {"type": "object", "properties": {"kind": {"type": "string"}, "bark": {"type": "string"}}}
            }
        });
        let schemas = Schemas::new(Arc::new(document));
        let schema = schemas.get(&Pointer::from_text("/a")).expect("compiles");
        let all = schema.mismatches(instance);
        assert!(all.iter().all(|m| schema.demand_of(m).is_some()), "{all:?}");
        all.into_iter()
            .map(|m| format!("{} {} {}", m.instance, m.expected, m.actual))
            .collect()
    }

    #[test]
    fn a_discriminator_names_the_branch_and_what_is_wrong_in_it() {
        let pets = json!({
            "oneOf": [{"$ref": "#/schemas/Cat"}, {"$ref": "#/schemas/Dog"}],
            "discriminator": {"propertyName": "kind", "mapping": {"feline": "#/schemas/Cat"}}
        });
        let of = |instance: Value| said(&pets, &instance);
        assert_eq!(
            of(json!({"kind": "feline", "lives": "x", "bark": 1})),
            ["/lives an integer, as Cat has it \"x\""]
        );
        assert_eq!(
            of(json!({"kind": "Dog", "bark": 1})),
            ["/bark a string, as Dog has it 1"]
        );
        // Both fit, and the discriminator says which it is.
        assert_eq!(of(json!({"kind": "Cat", "lives": 9})), Vec::<String>::new());
        assert_eq!(of(json!({"kind": "Cow", "lives": 9, "bark": ""})).len(), 1);
    }

    #[test]
    fn beside_null_the_other_branch_is_meant() {
        let nullable = json!({"anyOf": [{"$ref": "#/schemas/Cat"}, {"type": "null"}]});
        assert_eq!(
            said(&nullable, &json!({"lives": 3_000_000_000_u64})),
            ["/lives the format int32 3000000000"]
        );
    }

    #[test]
    fn numbers_and_base64_are_of_their_formats() {
        let holds = |format: &str, instance: Value| {
            said(&json!({ "format": format }), &instance).is_empty()
        };
        for (format, instance) in [
            ("int32", json!(2_147_483_647)),
            ("int32", json!(1.0)),
            ("int32", json!("text")),
            ("int64", json!(i64::MIN)),
            ("uint64", json!(u64::MAX)),
            ("float", json!(3.4e38)),
            ("double", json!(1e300)),
            ("byte", json!("aGk=")),
            ("date", json!("2024-02-29")),
            ("uuid", json!("70a599e0-31e7-49b7-b260-868f441e862b")),
            ("unknown-format", json!("anything")),
            ("password", json!("x")),
            ("binary", json!("\u{0}")),
        ] {
            assert!(holds(format, instance.clone()), "{format} {instance}");
        }
        for (format, instance) in [
            ("int32", json!(2_147_483_648_u64)),
            ("int32", json!(1.5)),
            ("int64", json!(u64::MAX)),
            ("int64", json!(1e19)),
            ("uint8", json!(-1)),
            ("float", json!(1e39)),
            ("byte", json!("a")),
            ("date", json!("2024-02-30")),
            ("date-time", json!("2024-02-28")),
            ("uuid", json!("x")),
        ] {
            assert!(!holds(format, instance.clone()), "{format} {instance}");
        }
    }

    #[test]
    fn a_pattern_that_takes_too_long_says_nothing() {
        let schema = json!({"pattern": "^(a+)+(?!b)$"});
        let text = format!("{}c", "a".repeat(40));
        let _ = said(&schema, &json!(text));
    }
}
