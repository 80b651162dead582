//! From a schema to a value that keeps it.
//!
//! The smallest value is made: required members, as few elements as may be. What the schema gives
//! away is taken first: examples, then a default, then an enumeration. A schema that is met again
//! inside its own value is given up there, for a finite value never needs that: another branch, or no
//! member at all, is smaller. So recursion ends, and one without end is known as such. Whatever is
//! made is judged by the compiled schema; what doesn't keep it is no value.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::given::Source;
use super::judged::{breach, broken};
use super::parts::{Flat, Impossible, Part, root, target};
use super::{array, number, object, text};
use crate::diag::{Diagnostic, Pointer};
use crate::openapi::Contract;

/// How deep a value may be.
const DEEPEST: usize = 40;

/// How many choices may be made one within the other, for one value.
const CHOICES: usize = 32;

/// How many schemas may be looked at for one value.
const WORK: usize = 8_000;

/// A value that keeps its schema.
#[derive(Clone, Debug)]
pub(super) struct Built {
    pub(super) value: Value,
    pub(super) source: Source,
    pub(super) is_invented: bool,
    /// Examples that break their own schemas.
    pub(super) notes: Vec<Diagnostic>,
}

/// How a value is made.
#[derive(Clone, Copy, Debug)]
struct Mode {
    /// Whether examples and defaults are taken.
    examples: bool,
    /// Whether required members that are `readOnly` are given all the same.
    read_only: bool,
}

/// What is tried, in this order. A member that is `readOnly` is the server's to give (JSON Schema
/// Validation 2020-12, 9.4), so it is left out even where it is required, unless nothing valid comes
/// of that.
const MODES: [Mode; 4] = [
    Mode {
        examples: true,
        read_only: false,
    },
    Mode {
        examples: false,
        read_only: false,
    },
    Mode {
        examples: true,
        read_only: true,
    },
    Mode {
        examples: false,
        read_only: true,
    },
];

/// A value that keeps the schema at a place; an array or a text of at least so many elements or
/// characters.
///
/// # Errors
/// When none was found, with the reason.
pub(super) fn build(contract: &Contract, at: &Pointer, least: usize) -> Result<Built, Impossible> {
    build_within(contract, at, least, &mut { WORK })
}

/// The same, looking at no more schemas than are left to be looked at.
///
/// # Errors
/// When none was found, with the reason.
pub(super) fn build_within(
    contract: &Contract,
    at: &Pointer,
    least: usize,
    work: &mut usize,
) -> Result<Built, Impossible> {
    if let Err(error) = contract.schema(at) {
        return Err(Impossible::new(at, error.to_string()));
    }
    let mut first: Option<Impossible> = None;
    let mut notes = Vec::new();
    for mode in MODES {
        for variant in 0..3 {
            let mut builder = Builder {
                contract,
                mode,
                least,
                work: *work,
                stack: Vec::new(),
                source: Source::Schema(at.clone()),
                is_invented: false,
                left_out: BTreeSet::new(),
                notes: Vec::new(),
            };
            let made = builder.value(std::slice::from_ref(at), variant);
            *work = builder.work;
            notes.append(&mut builder.notes);
            let made = made.and_then(|value| match builder.breach(at, &value) {
                None => Ok(value),
                Some(reason) => Err(Impossible::new(at, reason)),
            });
            match made {
                Ok(value) => {
                    notes.dedup_by(|a, b| a.place() == b.place());
                    return Ok(Built {
                        value,
                        source: builder.source,
                        is_invented: builder.is_invented,
                        notes,
                    });
                }
                Err(error) if error.is_final => return Err(error),
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
    }
    Err(first.unwrap_or_else(|| Impossible::new(at, "its schema gives no value")))
}

/// Makes one value.
pub(super) struct Builder<'d> {
    contract: &'d Contract,
    mode: Mode,
    /// How many elements or characters the outermost value must have, whatever its schema says.
    least: usize,
    work: usize,
    /// The schemas of the values around the present one.
    stack: Vec<Vec<Pointer>>,
    source: Source,
    is_invented: bool,
    /// Required members that were left out because the server gives them.
    left_out: BTreeSet<String>,
    notes: Vec<Diagnostic>,
}

impl<'d> Builder<'d> {
    pub(super) fn document(&self) -> &'d Value {
        root(self.contract)
    }

    pub(super) fn gives_read_only(&self) -> bool {
        self.mode.read_only
    }

    pub(super) fn leave_out(&mut self, name: &str) {
        self.left_out.insert(name.to_owned());
    }

    /// Says that a value was made up.
    pub(super) fn invent<T>(&mut self, value: T) -> T {
        self.is_invented = true;
        value
    }

    /// How long the present value must be, whatever its schema says.
    pub(super) fn least(&self) -> usize {
        if self.stack.len() == 1 { self.least } else { 0 }
    }

    /// A value that keeps the schemas at all these places. Variants differ where they can.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn value(
        &mut self,
        places: &[Pointer],
        variant: usize,
    ) -> Result<Value, Impossible> {
        let flat = Flat::of(self.document(), places)?;
        self.spend(&flat)?;
        let key = flat.key();
        if !key.is_empty() && self.stack.contains(&key) {
            let reason = "its schema needs itself, without end";
            return Err(Impossible::new(&flat.at(), reason));
        }
        if self.stack.len() >= DEEPEST {
            return Err(Impossible::new(
                &flat.at(),
                format!("it is more than {DEEPEST} levels deep"),
            ));
        }
        if let Some((source, value)) = self.given(&flat, variant) {
            return Ok(self.from(source, value));
        }
        if let Some((at, values)) = flat.allowed() {
            let value = values.get(variant % values.len().max(1));
            let value = value
                .ok_or_else(|| Impossible::new(&at, "none of the values listed is of its type"))?;
            return Ok(self.from(Source::Enumeration(at), (*value).clone()));
        }
        self.stack.push(key);
        let made = self.choose(&flat, &[], variant);
        self.stack.pop();
        made
    }

    fn from(&mut self, source: Source, value: Value) -> Value {
        if self.stack.is_empty() {
            self.source = source;
        }
        value
    }

    fn spend(&mut self, flat: &Flat<'_>) -> Result<(), Impossible> {
        let cost = flat.parts.len().max(1);
        self.work = self.work.saturating_sub(cost);
        if self.work == 0 {
            let mut error =
                Impossible::new(&flat.at(), "its schema is too large to make a value of");
            error.is_final = true;
            return Err(error);
        }
        Ok(())
    }

    /// An example or a default that keeps the schema it stands in, and all others that must hold.
    fn given(&mut self, flat: &Flat<'d>, variant: usize) -> Option<(Source, Value)> {
        if !self.mode.examples {
            return None;
        }
        let mut found: Vec<(Source, &Value)> = Vec::new();
        for part in &flat.parts {
            if let Some(examples) = part.schema.get("examples").and_then(Value::as_array) {
                let at = part.at.child("examples");
                let examples = examples.iter().enumerate();
                found.extend(examples.map(|(n, value)| (Source::Example(at.child(n)), value)));
            }
            if let Some(value) = part.schema.get("example") {
                found.push((Source::Example(part.at.child("example")), value));
            }
        }
        for part in &flat.parts {
            // What is left out has the default anyway: an empty one says less than a value would.
            if let Some(value) = part.schema.get("default").filter(|value| !value.is_null()) {
                found.push((Source::Default(part.at.child("default")), value));
            }
        }
        let mut fitting = Vec::new();
        for (source, value) in found {
            let breach = flat
                .parts
                .iter()
                .find_map(|part| self.breach(&part.at, value));
            match breach {
                None => fitting.push((source, value.clone())),
                Some(reason) => self.note(&source, &reason),
            }
        }
        (variant < fitting.len()).then(|| fitting.swap_remove(variant))
    }

    fn note(&mut self, source: &Source, reason: &str) {
        let (what, at) = match source {
            Source::Example(at) => ("example", at),
            Source::Default(at) => ("default", at),
            _ => return,
        };
        self.notes.push(broken(self.contract, what, at, reason));
    }

    /// The first choice that isn't made yet is made, branch by branch, until a value keeps the schema
    /// that leaves it: `oneOf`, `anyOf`, `if` (JSON Schema Core 2020-12, 10.2).
    fn choose(
        &mut self,
        flat: &Flat<'d>,
        made: &[Pointer],
        variant: usize,
    ) -> Result<Value, Impossible> {
        let choice = flat.parts.iter().find_map(|part| {
            ["oneOf", "anyOf", "if"].into_iter().find_map(|keyword| {
                let at = part.at.child(keyword);
                let open = part.schema.contains_key(keyword) && !made.contains(&at);
                open.then(|| (part.clone(), keyword, at))
            })
        });
        let Some((part, keyword, at)) = choice else {
            return self.plain(flat, variant);
        };
        if made.len() >= CHOICES {
            return Err(Impossible::new(
                &at,
                format!("it leaves more than {CHOICES} choices"),
            ));
        }
        let made: Vec<Pointer> = made.iter().cloned().chain([at.clone()]).collect();
        let mut first: Option<Impossible> = None;
        for branch in branches(&part, keyword, &at) {
            self.spend(flat)?;
            let value = self.branch(flat, &branch, &made, variant);
            let value = value.and_then(|value| match self.breach(&part.at, &value) {
                None => Ok(value),
                Some(reason) => Err(Impossible::new(&at, reason)),
            });
            match value {
                Ok(value) => return Ok(value),
                Err(error) if error.is_final => return Err(error),
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or_else(|| Impossible::new(&at, "none of its alternatives gives a value")))
    }

    fn branch(
        &mut self,
        flat: &Flat<'d>,
        branch: &[Pointer],
        made: &[Pointer],
        variant: usize,
    ) -> Result<Value, Impossible> {
        let mut with = flat.clone();
        for at in branch {
            with.take(self.document(), at)?;
            if let Some(fixed) = object::discriminated(flat, self.document(), at) {
                with.fixed.push(fixed);
            }
        }
        if let Some((_, values)) = with.allowed() {
            let value = values.get(variant % values.len().max(1));
            return value.map_or_else(
                || {
                    Err(Impossible::new(
                        &with.at(),
                        "none of the values listed is of its type",
                    ))
                },
                |value| Ok((*value).clone()),
            );
        }
        // What a branch gives away is taken as what stands outside of it would be.
        let inner = Flat {
            parts: with.parts[flat.parts.len()..].to_vec(),
            ..Flat::default()
        };
        if with.fixed.len() == flat.fixed.len()
            && let Some((_, value)) = self.given(&inner, variant)
        {
            return Ok(value);
        }
        self.choose(&with, made, variant)
    }

    /// A value where no choice is left but that of the type.
    fn plain(&mut self, flat: &Flat<'d>, variant: usize) -> Result<Value, Impossible> {
        let types = flat.types().unwrap_or_else(|| vec![implied(flat)]);
        let mut first: Option<Impossible> = None;
        for name in types {
            let value = match name {
                "object" => object::make(self, flat, variant),
                "array" => array::make(self, flat, variant),
                "string" => text::make(self, flat, variant),
                "integer" => number::make(self, flat, variant, number::Kind::Integer),
                "number" => number::make(self, flat, variant, number::Kind::Any),
                "boolean" => Ok(Value::Bool(variant.is_multiple_of(2))),
                "null" => Ok(Value::Null),
                other => Err(Impossible::new(&flat.at(), format!("`{other}` is no type"))),
            };
            match value {
                Ok(value) => return Ok(value),
                Err(error) if error.is_final => return Err(error),
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or_else(|| Impossible::new(&flat.at(), "no type is left for it")))
    }

    /// In what way a value breaks the schema at a place; what is missing because the server gives it
    /// is no breach.
    pub(super) fn breach(&self, at: &Pointer, value: &Value) -> Option<String> {
        // A part that can't be compiled alone is judged with the whole.
        let schema = self.contract.schema(at).ok()?;
        breach(self.contract, &schema, value, &self.left_out)
    }

    /// Whether a value keeps all of the schemas.
    pub(super) fn keeps(&self, flat: &Flat<'_>, value: &Value) -> bool {
        flat.parts
            .iter()
            .all(|part| self.breach(&part.at, value).is_none())
    }
}

/// A choice's branches, each as the places that must hold as well.
fn branches(part: &Part<'_>, keyword: &str, at: &Pointer) -> Vec<Vec<Pointer>> {
    if keyword != "if" {
        let count = part
            .schema
            .get(keyword)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        return (0..count).map(|n| vec![at.child(n)]).collect();
    }
    let other = |name: &str| part.schema.contains_key(name).then(|| part.at.child(name));
    // Without the condition first: the smallest value mostly doesn't meet it.
    vec![
        other("else").into_iter().collect(),
        [at.clone()].into_iter().chain(other("then")).collect(),
    ]
}

/// The type that the keywords speak of where none is named.
fn implied(flat: &Flat<'_>) -> &'static str {
    const BY_KEYWORD: [(&str, &[&str]); 4] = [
        (
            "object",
            &[
                "properties",
                "required",
                "additionalProperties",
                "patternProperties",
                "minProperties",
                "propertyNames",
            ],
        ),
        ("array", &["items", "prefixItems", "minItems", "contains"]),
        (
            "number",
            &[
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum",
                "multipleOf",
            ],
        ),
        ("string", &["pattern", "format", "minLength", "maxLength"]),
    ];
    let found = BY_KEYWORD
        .iter()
        .find(|(_, keywords)| keywords.iter().any(|keyword| flat.has(keyword)));
    found.map_or("string", |(name, _)| name)
}

/// The name of a schema among the components.
pub(super) fn component(at: &Pointer) -> Option<String> {
    at.last()
        .filter(|_| at.parent().as_str() == "/components/schemas")
}

/// Where a schema that is a bare reference leads.
pub(super) fn referred(schema: &Map<String, Value>) -> Option<Pointer> {
    schema.get("$ref").and_then(Value::as_str).and_then(target)
}
