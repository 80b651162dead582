//! An expression over a few named facts.

use cel::{ExecutionError, Program, Value as Cel};
use serde_json::{Map, Value};

use super::count::CountError;
use super::scope::variables;

/// A CEL expression that holds or doesn't.
#[derive(Debug)]
pub struct Condition(Program);

impl Condition {
    /// Compiles an expression.
    ///
    /// # Errors
    /// When it is no CEL expression.
    pub fn compile(expression: &str) -> Result<Self, CountError> {
        let program = Program::compile(expression).map_err(|error| {
            let text = error.to_string();
            CountError::Syntax(text.lines().next().unwrap_or_default().to_owned())
        })?;
        Ok(Self(program))
    }

    /// Whether it is true over these facts; what can't be evaluated isn't.
    #[must_use]
    pub fn holds(&self, facts: &Map<String, Value>) -> bool {
        matches!(self.0.execute(&variables(facts)), Ok(Cel::Bool(true)))
    }

    /// Why it can be neither true nor false, whatever the facts are: it names what isn't among them, or
    /// its value is no truth value.
    #[must_use]
    pub fn fault(&self, facts: &Map<String, Value>) -> Option<String> {
        match self.0.execute(&variables(facts)) {
            Ok(Cel::Bool(_)) => None,
            Ok(_) => Some("it is neither true nor false".to_owned()),
            Err(ExecutionError::UndeclaredReference(name)) => Some(format!("there is no `{name}`")),
            // A member that only some facts have is no slip.
            Err(_) => None,
        }
    }
}
