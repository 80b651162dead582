//! Schemas of one document, compiled once each, when they are first asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::branch;
use super::content::{self, Content};
use super::formats;
use super::mismatch::Mismatch;
use super::shape::{Demand, Shape, follow};
use crate::diag::Pointer;

/// The name the document has for the validator; nothing is ever fetched by it.
const DOCUMENT: &str = "urn:contract";

/// All schemas of a document, addressed by JSON pointer.
pub struct Schemas {
    document: Arc<Value>,
    /// The document as the validator takes it, made when the first schema is compiled.
    registry: OnceLock<Result<Registry<'static>, SchemaError>>,
    compiled: Mutex<HashMap<Pointer, Arc<Schema>>>,
    validators: Mutex<HashMap<Key, Arc<Validator>>>,
    shapes: Mutex<HashMap<Pointer, Arc<Shape>>>,
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
    /// Takes a document whose schemas are in the 2020-12 dialect and refer to nothing outside of it.
    #[must_use]
    pub fn new(document: Arc<Value>) -> Self {
        Self {
            document,
            registry: OnceLock::new(),
            compiled: Mutex::default(),
            validators: Mutex::default(),
            shapes: Mutex::default(),
        }
    }

    /// The document they stand in.
    #[must_use]
    pub fn document(&self) -> &Arc<Value> {
        &self.document
    }

    fn registry(&self) -> Result<&Registry<'static>, SchemaError> {
        let made = self.registry.get_or_init(|| {
            Registry::new()
                .draft(Draft::Draft202012)
                .add(DOCUMENT, self.document.as_ref().clone())
                .and_then(jsonschema::RegistryBuilder::prepare)
                .map_err(|error| SchemaError {
                    at: Pointer::root(),
                    reason: error.to_string(),
                })
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// The schema at a pointer.
    ///
    /// # Errors
    /// When it isn't a valid schema, or refers to something that isn't in the document.
    pub fn get(&self, pointer: &Pointer) -> Result<Arc<Schema>, SchemaError> {
        if let Some(schema) = locked(&self.compiled).get(pointer) {
            return Ok(schema.clone());
        }
        let schema = Arc::new(self.compile(pointer)?);
        locked(&self.compiled).insert(pointer.clone(), schema.clone());
        Ok(schema)
    }

    /// What the schema at a pointer demands, without compiling it.
    #[must_use]
    pub fn shape(&self, pointer: &Pointer) -> Arc<Shape> {
        let target = follow(&self.document, pointer);
        if let Some(shape) = locked(&self.shapes).get(&target) {
            return shape.clone();
        }
        let shape = Arc::new(Shape::of(&self.document, &target));
        locked(&self.shapes).insert(target, shape.clone());
        shape
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
            document: self.document.clone(),
            shape: self.shape(pointer),
        })
    }

    fn validator(
        &self,
        key: Key,
        schema: &Value,
        at: &Pointer,
    ) -> Result<Arc<Validator>, SchemaError> {
        if let Some(validator) = locked(&self.validators).get(&key) {
            return Ok(validator.clone());
        }
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .with_keyword("format", formats::keyword);
        // What refers to nothing needs no document behind it.
        let built = match &key {
            Key::Content(_) => options.build(schema),
            Key::Place(_) => options.with_registry(self.registry()?).build(schema),
        };
        let validator = built.map_err(|error| SchemaError {
            at: at.clone(),
            reason: error.to_string(),
        })?;
        let validator = Arc::new(validator);
        locked(&self.validators).insert(key, validator.clone());
        Ok(validator)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A schema that is compiled when it is first asked for: a document may have thousands, of which a run
/// needs a few.
#[derive(Clone, Default)]
pub struct LazySchema(Option<Arc<Lazy>>);

struct Lazy {
    schemas: Arc<Schemas>,
    at: Pointer,
    compiled: OnceLock<Result<Arc<Schema>, SchemaError>>,
}

impl LazySchema {
    /// The schema at `at`.
    #[must_use]
    pub fn new(schemas: Arc<Schemas>, at: Pointer) -> Self {
        Self(Some(Arc::new(Lazy {
            schemas,
            at,
            compiled: OnceLock::new(),
        })))
    }

    /// The schema; none where there is none, or one that can't be compiled.
    #[must_use]
    pub fn get(&self) -> Option<&Arc<Schema>> {
        self.compiled()?.as_ref().ok()
    }

    /// Why the schema can't be compiled; none where it can, or where there is none.
    #[must_use]
    pub fn problem(&self) -> Option<&SchemaError> {
        self.compiled()?.as_ref().err()
    }

    /// Everything it demands; known without compiling it.
    #[must_use]
    pub fn shape(&self) -> Option<Arc<Shape>> {
        let lazy = self.0.as_ref()?;
        Some(lazy.schemas.shape(&lazy.at))
    }

    /// Where the first text is spoken of that is a document of its own; known without compiling it.
    #[must_use]
    pub fn content(&self) -> Option<Pointer> {
        let lazy = self.0.as_ref()?;
        content::first(&lazy.schemas.document, &lazy.at)
    }

    /// Another schema of the same document, read in the same direction.
    #[must_use]
    pub fn other(&self, at: &Pointer) -> Self {
        let schemas = self.0.as_ref().map(|lazy| lazy.schemas.clone());
        schemas.map_or_else(Self::default, |schemas| Self::new(schemas, at.clone()))
    }

    fn compiled(&self) -> Option<&Result<Arc<Schema>, SchemaError>> {
        let lazy = self.0.as_ref()?;
        Some(lazy.compiled.get_or_init(|| lazy.schemas.get(&lazy.at)))
    }
}

impl fmt::Debug for LazySchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.0.as_ref().map(|lazy| &lazy.at);
        f.debug_tuple("LazySchema").field(&at).finish()
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
    document: Arc<Value>,
    shape: Arc<Shape>,
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
            .flat_map(|error| branch::mismatches(&error, &self.base, &self.document))
            .collect()
    }

    /// The texts of an instance that are documents of their own, by what of the schema the instance keeps.
    #[must_use]
    pub fn contents(&self, instance: &Value) -> Vec<Content> {
        content::of(&self.validator, &self.base, &self.document, instance)
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
        Schemas::new(Arc::new(document))
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
        let schemas = Schemas::new(Arc::new(document));
        let error = schemas
            .get(&Pointer::from_text("/a"))
            .expect_err("it dangles");
        assert!(error.to_string().contains("nowhere"), "{error}");
    }
}
