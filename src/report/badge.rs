//! The answer as a badge: an endpoint document of shields.io.
//!
//! ```json
//! {"schemaVersion":1,"label":"contract","message":"412 of 888 clauses held","color":"brightgreen"}
//! ```

use std::io::{self, Write as _};

use serde_json::json;

use super::tally::Tally;
use super::{Format, Out, Reporter};
use crate::outcome::{Account, Answer};

pub(super) const FORMAT: Format = Format {
    name: "badge",
    about: "the answer as an endpoint document of shields.io",
    new: |out| Box::new(Badge { out }),
};

/// What stands on the left of a badge.
pub(super) const LABEL: &str = "contract";

struct Badge<'a> {
    out: Out<'a>,
}

impl Reporter for Badge<'_> {
    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        let answer = account.answer();
        let mut badge = json!({
            "schemaVersion": 1,
            "label": LABEL,
            "message": message(account),
            "color": match answer {
                Answer::Conforms => "brightgreen",
                Answer::DoesNotConform => "red",
                Answer::CouldNotTell | Answer::Interrupted => "orange",
                Answer::NothingTested => "lightgrey",
            },
        });
        if answer == Answer::DoesNotConform {
            // Who shows the badge can't give it another colour then.
            badge["isError"] = true.into();
        }
        writeln!(self.out, "{badge}")?;
        self.out.flush()
    }
}

/// What stands on the right of a badge.
pub(super) fn message(account: &Account<'_>) -> String {
    let Tally {
        total,
        held,
        broken,
        ..
    } = Tally::of(account);
    let clauses = if total == 1 { "clause" } else { "clauses" };
    match account.answer() {
        Answer::Conforms => format!("{held} of {total} {clauses} held"),
        // A clause that a case alone has, or a waiver, may be what is broken.
        Answer::DoesNotConform if broken == 0 => "does not conform".to_owned(),
        Answer::DoesNotConform => format!("{broken} of {total} {clauses} broken"),
        Answer::CouldNotTell => "could not tell".to_owned(),
        Answer::NothingTested => "nothing tested".to_owned(),
        Answer::Interrupted => "interrupted".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Story;

    #[test]
    fn the_answer_in_a_few_words() {
        insta::assert_snapshot!(Story::new().told(&FORMAT), @r#"{"schemaVersion":1,"label":"contract","message":"1 of 19 clauses broken","color":"red","isError":true}"#);
    }
}
