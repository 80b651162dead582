//! The parts of exchanges as CEL sees them.

use std::collections::HashMap;
use std::sync::Arc;

use cel::objects::{Key, Map as CelMap, Value as Cel};
use serde_json::Value;

/// A request or a response as CEL sees it: a map of its parts. A part that isn't there is left
/// out, so that a rule which needs it says nothing.
#[derive(Clone, Debug)]
pub struct ScopePart(Cel);

impl ScopePart {
    /// Puts a part together from names and JSON values.
    #[must_use]
    pub fn new<'a>(parts: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Self {
        Self(map(parts
            .into_iter()
            .map(|(name, value)| (name.to_owned(), cel_of(value)))))
    }
}

/// What a rule is evaluated over.
#[derive(Clone, Debug)]
pub struct Scope {
    pub(super) request: ScopePart,
    pub(super) response: Option<ScopePart>,
    pub(super) previous: Cel,
}

impl Scope {
    /// A scope of one exchange and the earlier ones of its case.
    #[must_use]
    pub fn new(
        request: ScopePart,
        response: Option<ScopePart>,
        previous: impl IntoIterator<Item = (ScopePart, ScopePart)>,
    ) -> Self {
        let previous = previous.into_iter().map(|(request, response)| {
            map([
                ("request".to_owned(), request.0),
                ("response".to_owned(), response.0),
            ])
        });
        Self {
            request,
            response,
            previous: Cel::List(Arc::new(previous.collect())),
        }
    }
}

impl ScopePart {
    pub(super) fn value(&self) -> Cel {
        self.0.clone()
    }
}

fn map(members: impl IntoIterator<Item = (String, Cel)>) -> Cel {
    let members: HashMap<Key, Cel> = members
        .into_iter()
        .map(|(name, value)| (Key::from(name), value))
        .collect();
    Cel::Map(CelMap {
        map: Arc::new(members),
    })
}

/// JSON as CEL has it: a whole number is an int wherever it fits, so that `== 200` means what it
/// says.
fn cel_of(value: &Value) -> Cel {
    match value {
        Value::Null => Cel::Null,
        Value::Bool(value) => Cel::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => Cel::Int(int),
            (None, Some(uint)) => Cel::UInt(uint),
            _ => Cel::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Cel::String(Arc::new(text.clone())),
        Value::Array(elements) => Cel::List(Arc::new(elements.iter().map(cel_of).collect())),
        Value::Object(members) => map(members
            .iter()
            .map(|(name, value)| (name.clone(), cel_of(value)))),
    }
}
