//! The operations that no request was sent to, at the end of a run's text.
//!
//! ```text
//! 5 operations could not be called:
//!   createNode: no valid value for the body: its schema needs itself, without end (api.yaml:80:57)
//!     add an `example` at api.yaml:55:19
//!   deletePet, updatePet, uploadPicture and 1 more: needs a credential (give one with --token)
//! ```

use std::fmt::Write as _;

/// An operation that could not be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCalled {
    /// Its name.
    pub operation: String,
    /// Why.
    pub reason: String,
    /// What to add; empty where the reason says it.
    pub help: String,
}

/// How many operations of one reason are named.
const NAMED: usize = 3;

/// The operations by reason, in the order in which the reasons come up; nothing where there is none.
#[must_use]
pub fn not_called_text(all: &[NotCalled]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let plural = if all.len() == 1 {
        "operation"
    } else {
        "operations"
    };
    let mut text = format!("{} {plural} could not be called:\n", all.len());
    let mut told: Vec<(&str, &str)> = Vec::new();
    for one in all {
        let cause = (one.reason.as_str(), one.help.as_str());
        if told.contains(&cause) {
            continue;
        }
        told.push(cause);
        let same = all
            .iter()
            .filter(|other| (other.reason.as_str(), other.help.as_str()) == cause);
        let names: Vec<&str> = same.map(|other| other.operation.as_str()).collect();
        let shown = names[..names.len().min(NAMED)].join(", ");
        let more = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(text, "  {shown}{more}: {}", one.reason);
        if !one.help.is_empty() {
            let _ = writeln!(text, "    {}", one.help);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_is_told_once() {
        let one = |operation: &str, reason: &str, help: &str| NotCalled {
            operation: operation.into(),
            reason: reason.into(),
            help: help.into(),
        };
        let all = [
            one("a", "no value", "add one"),
            one("b", "needs a token", ""),
            one("c", "needs a token", ""),
            one("d", "needs a token", ""),
            one("e", "needs a token", ""),
        ];
        assert_eq!(
            not_called_text(&all),
            "5 operations could not be called:\n  a: no value\n    add one\n  b, c, d and 1 more: needs a token\n"
        );
        assert_eq!(not_called_text(&[]), "");
    }
}
