//! The parts of exchanges as CEL sees them.

use std::fmt;
use std::sync::{Arc, LazyLock};

use cel::{Context, Env};
use serde_json::Value;

use super::shared::{Owned, SharedList, SharedMap, value_of};

/// CEL's standard functions, registered once: that takes far longer than a rule does.
static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A request or a response as CEL sees it: a map of its parts. A part that isn't there is left
/// out, so that a rule which needs it says nothing.
#[derive(Clone, Debug)]
pub struct ScopePart(SharedMap);

impl ScopePart {
    /// Puts a part together from names and JSON values.
    #[must_use]
    pub fn new<'a>(parts: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Self {
        let parts = parts.into_iter();
        Self(SharedMap::new(
            parts.map(|(name, value)| (name.to_owned(), value_of(value))),
        ))
    }
}

/// An earlier exchange as rules that look back see it.
#[derive(Clone, Debug)]
pub struct Earlier(SharedMap);

impl Earlier {
    /// One of these parts.
    #[must_use]
    pub fn new(request: ScopePart, response: ScopePart) -> Self {
        let parts: [(String, Owned); 2] = [
            ("request".to_owned(), Box::new(request.0)),
            ("response".to_owned(), Box::new(response.0)),
        ];
        Self(SharedMap::new(parts))
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
        previous: impl IntoIterator<Item = Earlier>,
    ) -> Self {
        let previous = previous
            .into_iter()
            .map(|earlier| Box::new(earlier.0) as Owned);
        let mut context = Context::with_env(STANDARD.clone());
        context.add_variable_as_val("request", Box::new(request.0));
        context.add_variable_as_val("response", Box::new(response.0));
        context.add_variable_as_val("previous", Box::new(SharedList::new(previous)));
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
        context.add_variable_as_val(name.as_str(), value_of(value));
    }
    context
}
