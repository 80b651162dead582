//! How much of a contract was put to the test, of what can be.

use std::fmt;

use serde::Serialize;

/// How many of the clauses that must hold were put to the test, of those that can be asked for, and what
/// can't be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Those that were put to the test.
    pub tested: usize,
    /// Those that could have been: the whole that the share is one of.
    pub askable: usize,
    /// Those of answers whose status nobody can ask for.
    pub of_own_accord: usize,
    /// Those that every request keeps.
    pub not_breakable: usize,
}

impl Share {
    /// The share in hundredths; of nothing it is none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn percent(&self) -> f64 {
        match self.askable {
            0 => 0.0,
            askable => self.tested as f64 * 100.0 / askable as f64,
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} clauses that must hold and can be asked for were put to the test: {:.1}%",
            self.tested,
            self.askable,
            self.percent()
        )?;
        let left_out = [
            (self.of_own_accord, "of statuses that nobody can ask for"),
            (self.not_breakable, "that no request can break"),
        ];
        let left_out = left_out.into_iter().filter(|(count, _)| *count > 0);
        let left_out: Vec<String> = left_out.map(|(n, what)| format!("{n} {what}")).collect();
        if left_out.is_empty() {
            return Ok(());
        }
        write!(f, " (left out: {})", left_out.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_said() {
        let share = |tested, askable, of_own_accord, not_breakable| {
            let share = Share {
                tested,
                askable,
                of_own_accord,
                not_breakable,
            };
            share.to_string()
        };
        insta::assert_snapshot!([share(0, 0, 4, 0), share(1, 3, 0, 0), share(9, 9, 2, 1)].join("\n"), @r#"
        0 of 0 clauses that must hold and can be asked for were put to the test: 0.0% (left out: 4 of statuses that nobody can ask for)
        1 of 3 clauses that must hold and can be asked for were put to the test: 33.3%
        9 of 9 clauses that must hold and can be asked for were put to the test: 100.0% (left out: 2 of statuses that nobody can ask for, 1 that no request can break)
        "#);
    }
}
