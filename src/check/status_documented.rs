//! Every answer's status is one the contract documents for its operation.

use super::generated::excuse;
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::openapi::Level;

pub(super) struct StatusDocumented;

static RULE: Rule = Rule {
    id: "status-documented",
    title: "status documented",
    requirement: "the status of every answer is one of those the operation's responses document",
    level: Level::Must,
    area: Area::Status,
    reference: "https://spec.openapis.org/oas/v3.1.1#responses-object",
};

impl Check for StatusDocumented {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            // A limit or an overload in front of the API answers in its place.
            if answer.untellable().is_some() || !answer.is_its_own {
                continue;
            }
            let clause = answer.clauses.documented;
            if answer.response.is_some() {
                verdicts.held(answer, clause);
                continue;
            }
            let documented: Vec<String> = answer
                .operation
                .responses
                .iter()
                .map(|r| r.status.to_string())
                .collect();
            let mut expected = format!("one of {}", documented.join(", "));
            if let Some(statuses) = answer
                .expect
                .as_ref()
                .map(|e| &e.status)
                .filter(|s| !s.is_empty())
            {
                let statuses: Vec<String> = statuses.iter().map(ToString::to_string).collect();
                expected = format!("{expected}; this case waits for {}", statuses.join(" or "));
            }
            let title = "the status is not documented for this operation";
            let is_removed = answer
                .operation
                .removed
                .iter()
                .any(|s| s.covers(answer.status()));
            let (most, title) = match excuse(trace, answer) {
                _ if is_removed => (
                    Level::Should,
                    "the status was removed from this operation, and is still answered".to_owned(),
                ),
                Some(excuse) => (Level::Should, format!("{title}; {excuse}")),
                None => (Level::Must, title.to_owned()),
            };
            verdicts.broken_at_most(
                answer,
                clause,
                most,
                Broken {
                    title,
                    expected,
                    actual: answer.status().to_string(),
                    ..Broken::default()
                },
            );
        }
    }
}
