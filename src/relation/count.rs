//! Numbers that a case works out from its variables.

use cel::{Program, Value as Cel};
use serde_json::{Map, Value};

use super::scope::variables;

/// The largest number a case may work out.
const MOST: usize = 1_000;

/// Why an expression gives no number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// It is no CEL expression.
    #[error("this is no CEL expression: {0}")]
    Syntax(String),
    /// It can't be evaluated over these variables.
    #[error("it can't be evaluated: {0}")]
    Evaluation(String),
    /// What it gives is no count.
    #[error("it gives {0}, and a whole number of 0 to {MOST} is needed")]
    NoCount(String),
}

/// Checks that a text is a CEL expression.
///
/// # Errors
/// When it is none.
pub fn check_count(expression: &str) -> Result<(), CountError> {
    compile(expression).map(drop)
}

fn compile(expression: &str) -> Result<Program, CountError> {
    Program::compile(expression).map_err(|error| {
        let text = error.to_string();
        CountError::Syntax(text.lines().next().unwrap_or_default().to_owned())
    })
}

/// The whole number a CEL expression gives over the variables.
///
/// # Errors
/// When it is no expression, can't be evaluated, or gives no number or one that is too large.
pub fn count(expression: &str, bindings: &Map<String, Value>) -> Result<usize, CountError> {
    let value = compile(expression)?
        .execute(&variables(bindings))
        .map_err(|error| CountError::Evaluation(error.to_string()))?;
    let number = match value {
        Cel::Int(number) => usize::try_from(number).ok(),
        Cel::UInt(number) => usize::try_from(number).ok(),
        _ => None,
    };
    number
        .filter(|number| *number <= MOST)
        .ok_or_else(|| CountError::NoCount(format!("{value:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_come_from_the_cases_variables() {
        let bindings = json!({"item_limit": 128, "before": {"a": "1", "b": "2"}, "unique.a": "x"});
        let bindings = bindings.as_object().cloned().unwrap_or_default();
        let asked = |text| count(text, &bindings);
        assert_eq!(asked("item_limit - size(before) - 1"), Ok(125));
        assert!(matches!(
            asked("size(before) - item_limit"),
            Err(CountError::NoCount(_))
        ));
        assert!(matches!(asked("item_limit *"), Err(CountError::Syntax(_))));
        assert!(matches!(
            asked("nothing + 1"),
            Err(CountError::Evaluation(_))
        ));
        assert!(matches!(asked("before"), Err(CountError::NoCount(_))));
        assert!(matches!(
            asked("item_limit * 10"),
            Err(CountError::NoCount(_))
        ));
    }
}
