//! What kept us from knowing, by reason: a target that stops answering is one thing to say, not a
//! hundred.

use crate::case::CaseId;
use crate::outcome::Account;

/// A reason, and the cases that could not be judged for it.
pub(super) struct Reason<'a> {
    pub(super) text: String,
    /// In plan order; never empty.
    pub(super) cases: Vec<&'a CaseId>,
}

impl Reason<'_> {
    /// How many cases there are beside the first, in words.
    pub(super) fn more(&self) -> String {
        match self.cases.len() {
            1 => String::new(),
            2 => " and 1 more case".to_owned(),
            many => format!(" and {} more cases", many - 1),
        }
    }
}

/// The reasons in the order in which they come up.
pub(super) fn by_reason<'a>(account: &Account<'a>) -> Vec<Reason<'a>> {
    let mut reasons: Vec<Reason<'a>> = Vec::new();
    for outcome in account.outcomes {
        for trouble in &outcome.troubles {
            let text = trouble.to_string();
            match reasons.iter_mut().find(|reason| reason.text == text) {
                Some(reason) => reason.cases.push(&outcome.case),
                None => reasons.push(Reason {
                    text,
                    cases: vec![&outcome.case],
                }),
            }
        }
    }
    reasons
}
