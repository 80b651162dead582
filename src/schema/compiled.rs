//! Schemas of one document, compiled once each, when they are first asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::mismatch::Mismatch;
use super::shape::{Demand, Shape, follow};
use crate::diag::Pointer;

/// The name the document has for the validator; nothing is ever fetched by it.
const DOCUMENT: &str = "urn:contract";

/// All schemas of a document, addressed by JSON pointer.
pub struct Schemas {
    document: Arc<Value>,
    registry: Registry<'static>,
    compiled: Mutex<HashMap<Pointer, Arc<Schema>>>,
    validators: Mutex<HashMap<Key, Arc<Validator>>>,
}

/// Why a schema can't be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the schema can't be compiled: {reason}")]
pub struct SchemaError {
    /// The keyword or subschema at fault, as a pointer into the document.
    pub at: Pointer,
    /// What is wrong with it.
    pub reason: String,
}

impl Schemas {
    /// Takes a document whose schemas are in the 2020-12 dialect.
    ///
    /// # Errors
    /// When the document can't be a schema resource, as with an `$id` that is no URI.
    pub fn new(document: Arc<Value>) -> Result<Self, SchemaError> {
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(DOCUMENT, document.as_ref().clone())
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| SchemaError {
                at: Pointer::root(),
                reason: error.to_string(),
            })?;
        Ok(Self {
            document,
            registry,
            compiled: Mutex::default(),
            validators: Mutex::default(),
        })
    }

    /// The schema at a pointer.
    ///
    /// # Errors
    /// When it isn't a valid schema, or refers to something that isn't in the document.
    pub fn get(&self, pointer: &Pointer) -> Result<Arc<Schema>, SchemaError> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(schema) = compiled.get(pointer) {
            return Ok(schema.clone());
        }
        let schema = Arc::new(self.compile(pointer)?);
        compiled.insert(pointer.clone(), schema.clone());
        Ok(schema)
    }

    fn compile(&self, pointer: &Pointer) -> Result<Schema, SchemaError> {
        let target = follow(&self.document, pointer);
        let (validator, base) = match target.of(&self.document) {
            // A document repeats small schemas many times, headers above all: one that refers to
            // nothing means the same wherever it stands.
            Some(schema) if !refers(schema) => {
                let key = Key::Content(schema.to_string());
                (self.validator(key, schema, pointer)?, target)
            }
            _ => {
                let fragment = utf8_percent_encode(target.as_str(), NON_ALPHANUMERIC).to_string();
                let fragment = fragment.replace("%2F", "/");
                let reference = json!({ "$ref": format!("{DOCUMENT}#{fragment}") });
                (
                    self.validator(Key::Place(target), &reference, pointer)?,
                    Pointer::root(),
                )
            }
        };
        Ok(Schema {
            pointer: pointer.clone(),
            validator,
            base,
            shape: Shape::of(&self.document, pointer),
        })
    }

    fn validator(
        &self,
        key: Key,
        schema: &Value,
        at: &Pointer,
    ) -> Result<Arc<Validator>, SchemaError> {
        let mut validators = self
            .validators
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = validators.get(&key) {
            return Ok(validator.clone());
        }
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .build(schema)
            .map_err(|error| SchemaError {
                at: at.clone(),
                reason: error.to_string(),
            })?;
        let validator = Arc::new(validator);
        validators.insert(key, validator.clone());
        Ok(validator)
    }
}

/// What makes two schemas one.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    /// They stand in the same place.
    Place(Pointer),
    /// They say the same.
    Content(String),
}

/// Whether a schema can mean something else in another place.
fn refers(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(name, member)| {
            matches!(
                name.as_str(),
                "$ref" | "$dynamicRef" | "$id" | "$anchor" | "$schema"
            ) || refers(member)
        }),
        Value::Array(elements) => elements.iter().any(refers),
        _ => false,
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schemas").finish_non_exhaustive()
    }
}

/// One compiled schema.
pub struct Schema {
    pointer: Pointer,
    validator: Arc<Validator>,
    /// What the validator's places are relative to.
    base: Pointer,
    shape: Shape,
}

impl Schema {
    /// Where it stands.
    #[must_use]
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// Whether the instance keeps it.
    #[must_use]
    pub fn is_valid(&self, instance: &Value) -> bool {
        self.validator.is_valid(instance)
    }

    /// Everything in which the instance breaks it, in the schema's order.
    #[must_use]
    pub fn mismatches(&self, instance: &Value) -> Vec<Mismatch> {
        self.validator
            .iter_errors(instance)
            .flat_map(|error| Mismatch::of(&error, &self.base))
            .collect()
    }

    /// Everything it demands, each with the shortest way there.
    #[must_use]
    pub fn demands(&self) -> &[Demand] {
        self.shape.demands()
    }

    /// The demand a mismatch breaks, as an index into [`Schema::demands`].
    #[must_use]
    pub fn demand_of(&self, mismatch: &Mismatch) -> Option<usize> {
        self.shape.demand_of(mismatch)
    }

    /// The demands the instance speaks of, as indices into [`Schema::demands`].
    pub fn exercised(&self, instance: &Value, mut each: impl FnMut(usize)) {
        self.shape.exercised(instance, &mut each);
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema")
            .field("pointer", &self.pointer)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemas() -> Schemas {
        let document = json!({
            "paths": {"/a": {"schema": {"$ref": "#/components/schemas/Node"}}},
            "components": {"schemas": {"Node": {
                "type": "object",
                "required": ["meta"],
                "properties": {
                    "meta": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 3}},
                    "next": {"$ref": "#/components/schemas/Node"}
                }
            }}}
        });
        Schemas::new(Arc::new(document)).expect("the document is usable")
    }

    fn ids(schema: &Schema) -> Vec<String> {
        schema.demands().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn demands_go_by_data_paths_and_end_at_the_first_reentry() {
        let schema = schemas()
            .get(&Pointer::from_text("/paths/~1a/schema"))
            .expect("compiles");
        assert_eq!(
            ids(&schema),
            [
                "#type",
                "meta#required",
                "meta#type",
                "meta/{additional}#type",
                "meta/{additional}#maxLength"
            ]
        );
    }

    #[test]
    fn a_mismatch_names_both_places_and_its_demand() {
        let schema = schemas()
            .get(&Pointer::from_text("/paths/~1a/schema"))
            .expect("compiles");
        let found = schema.mismatches(&json!({"meta": {"k": 1}, "next": {}}));
        let named: Vec<_> = found
            .iter()
            .map(|m| {
                let demand = schema.demand_of(m).expect("it has a demand");
                (
                    m.instance.to_string(),
                    m.schema.to_string(),
                    ids(&schema)[demand].clone(),
                )
            })
            .collect();
        let node = "/components/schemas/Node";
        assert_eq!(
            named,
            [
                (
                    "/meta/k".into(),
                    format!("{node}/properties/meta/additionalProperties/type"),
                    "meta/{additional}#type".into()
                ),
                (
                    "/next".into(),
                    format!("{node}/required"),
                    "meta#required".into()
                ),
            ]
        );
    }

    #[test]
    fn an_empty_object_exercises_no_demand_on_its_members() {
        let schema = schemas()
            .get(&Pointer::from_text("/paths/~1a/schema"))
            .expect("compiles");
        let exercised = |instance| {
            let mut seen = Vec::new();
            schema.exercised(&instance, |d| seen.push(ids(&schema)[d].clone()));
            seen
        };
        assert_eq!(
            exercised(json!({"meta": {}})),
            ["#type", "meta#required", "meta#type"]
        );
        assert_eq!(exercised(json!(7)), ["#type"]);
    }

    #[test]
    fn a_dangling_reference_is_an_error_with_its_place() {
        let document = json!({"a": {"$ref": "#/nowhere"}});
        let schemas = Schemas::new(Arc::new(document)).expect("the document is usable");
        let error = schemas
            .get(&Pointer::from_text("/a"))
            .expect_err("it dangles");
        assert!(error.to_string().contains("nowhere"), "{error}");
    }
}
