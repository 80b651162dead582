//! Regular expressions of schemas.

use serde_json::json;

/// Why a text is no regular expression that can be judged by; none where it is one. It is read as
/// ECMA-262 has it, so far as the validator knows how.
#[must_use]
pub fn pattern_problem(pattern: &str) -> Option<String> {
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
