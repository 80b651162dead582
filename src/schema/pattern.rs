//! Regular expressions of schemas.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::json;

/// How many patterns are remembered.
const MOST: usize = 10_000;

/// Why a text is no regular expression that can be judged by; none where it is one. It is read as
/// ECMA-262 has it, so far as the validator knows how.
#[must_use]
pub fn pattern_problem(pattern: &str) -> Option<String> {
    // Documents repeat their patterns, and compiling one takes a while.
    static KNOWN: LazyLock<Mutex<HashMap<String, Option<String>>>> = LazyLock::new(Mutex::default);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(problem) = known().get(pattern) {
        return problem.clone();
    }
    let problem = problem(pattern);
    let mut known = known();
    if known.len() < MOST {
        known.insert(pattern.to_owned(), problem.clone());
    }
    problem
}

fn problem(pattern: &str) -> Option<String> {
    let schema = json!({ "pattern": pattern });
    let built = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .build(&schema);
    built.err()?;
    // The validator only says that it is none; what is wrong with it, a parser of its own kind knows.
    let why = regex_syntax::parse(pattern).err().map(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    });
    Some(why.unwrap_or_else(|| "the validator doesn't know its syntax".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_ecma_262_are_known_and_others_named() {
        for good in [
            r"^[a-z]+$",
            r"\d{2,}",
            r"^(?!x)a",
            r"^\p{L}+$",
            r"[\w-]+",
            r"\/a\-b",
            r"^\S$",
        ] {
            assert_eq!(pattern_problem(good), None, "{good}");
        }
        for bad in ["([a-z", "a{2,1}", "*"] {
            assert!(pattern_problem(bad).is_some(), "{bad}");
        }
    }
}
