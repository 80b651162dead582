//! The parts of exchanges as CEL sees them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use cel::objects::{Key, Map as CelMap, Value as Cel};
use cel::{Context, Env};
use serde_json::Value;

/// CEL's standard functions, registered once: that takes far longer than a rule does.
static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A request or a response as CEL sees it: a map of its parts. A part that isn't there is left
/// out, so that a rule which needs it says nothing.
#[derive(Clone, Debug)]
pub struct ScopePart(Cel);

impl ScopePart {
    /// Puts a part together from names and JSON values.
    #[must_use]
    pub fn new<'a>(parts: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Self {
        let parts = parts.into_iter();
        Self(map(
            parts.map(|(name, value)| (name.to_owned(), cel_of(value)))
        ))
    }
}

/// What rules are evaluated over: an exchange, and the earlier ones of its case.
pub struct Scope {
    pub(super) context: Context<'static, 'static>,
}

impl Scope {
    /// A scope of one exchange and the earlier ones of its case.
    #[must_use]
    pub fn new(
        request: ScopePart,
        response: ScopePart,
        previous: impl IntoIterator<Item = (ScopePart, ScopePart)>,
    ) -> Self {
        let previous = previous.into_iter().map(|(request, response)| {
            map([
                ("request".to_owned(), request.0),
                ("response".to_owned(), response.0),
            ])
        });
        let mut context = Context::with_env(STANDARD.clone());
        context.add_variable_from_value("request", request.0);
        context.add_variable_from_value("response", response.0);
        context.add_variable_from_value("previous", Cel::List(Arc::new(previous.collect())));
        Self { context }
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

/// A case's variables as CEL sees them, each by its name.
pub(super) fn variables(bindings: &serde_json::Map<String, Value>) -> Context<'static, 'static> {
    let mut context = Context::with_env(STANDARD.clone());
    for (name, value) in bindings {
        context.add_variable_from_value(name.as_str(), cel_of(value));
    }
    context
}

fn map(members: impl IntoIterator<Item = (String, Cel)>) -> Cel {
    let members = members.into_iter();
    let members: HashMap<Key, Cel> = members
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
