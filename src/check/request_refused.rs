//! A request that breaks one clause is refused, and its control, which breaks none, is accepted.
//!
//! Without the control a server that refuses everything would keep every request-side clause. What
//! is not refused is said by `status-expected`, once.

use super::attribution::{named, violations};
use super::status_expected::{is_success, is_success_status};
use super::{Area, Check, Rule, TraceView, Verdicts};
use crate::case::Role;
use crate::openapi::Level;

pub(super) struct RequestRefused;

static RULE: Rule = Rule {
    id: "request-refused",
    title: "requests that break the contract are refused",
    requirement: "a request that breaks one clause is refused, while the same request without its violation is accepted",
    level: Level::Must,
    area: Area::Request,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-15.5",
};

impl Check for RequestRefused {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        let Some(main) = trace
            .answers
            .iter()
            .find(|answer| answer.record.role == Role::Main)
        else {
            return;
        };
        let Some(expected) = main.expected_statuses() else {
            return;
        };
        let refusal = expected.iter().all(|pattern| !is_success(*pattern));
        let refused = expected.iter().any(|pattern| pattern.covers(main.status()));
        if !refusal || !refused || main.is_throttled() {
            return;
        }
        let broken = violations(trace, main);
        // With two violations at once nobody knows which of them was the reason.
        let clause = match (named(trace, main), broken) {
            (Some(clause), _) => clause,
            (None, [clause]) => *clause,
            _ => return,
        };
        let controlled = trace.control().is_some_and(|control| {
            is_success_status(control.status())
                && control
                    .expected_statuses()
                    .is_some_and(|e| e.iter().any(|s| s.covers(control.status())))
        });
        if controlled {
            verdicts.held(main, clause);
        } else {
            verdicts.vacuous(main, clause);
        }
    }
}
