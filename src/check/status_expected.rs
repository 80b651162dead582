//! The answer's status is one its case waits for.

use super::answer::Answer;
use super::attribution::{named, violations};
use super::case_expectation::asks_status_alone;
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::case::Role;
use crate::http::{StatusPattern, excerpt};
use crate::openapi::Level;

pub(super) struct StatusExpected;

static RULE: Rule = Rule {
    id: "status-expected",
    title: "status as the case expects",
    requirement: "the status is one the case waits for; a request that keeps the contract is accepted, and one that breaks it refused",
    level: Level::Must,
    area: Area::Status,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-15",
};

impl Check for StatusExpected {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            if answer.untellable().is_some() {
                continue;
            }
            if answer.grounds.is_some() {
                generated(trace, answer, verdicts);
                continue;
            }
            let Some(expected) = answer.expected_statuses() else {
                continue;
            };
            let met = expected
                .iter()
                .any(|pattern| pattern.covers(answer.status()));
            let success = expected.iter().all(|pattern| is_success(*pattern));
            if met {
                let accepts =
                    success && answer.is_authenticated() && is_success_status(answer.status());
                // What a step speaks for by name was put to the test, where a refusal would have
                // broken it.
                if accepts
                    && answer.record.role != Role::Then
                    && answer.expect.as_ref().is_some_and(asks_status_alone)
                    && let Some(clause) = named(trace, answer)
                {
                    verdicts.held(answer, clause);
                }
                if accepts
                    && violations(trace, answer).is_empty()
                    && answer.record.role != Role::Then
                {
                    verdicts.held(answer, answer.clauses.accepted);
                }
                continue;
            }
            // Where the request was taken that should have been refused, a control says nothing.
            if answer.record.role == Role::Control && !trace.main_met() {
                continue;
            }
            // What went wrong in set-up is an error of the case, said by the judge, unless it asks for
            // a clause by name.
            let named = answer.step.is_some_and(|step| step.clause.is_some());
            if answer.record.role != Role::Given || named {
                unmet(trace, answer, &expected, success, verdicts);
            }
        }
    }
}

/// A generated request waits for no status. Success shows that a request which keeps the contract is
/// accepted, and a 5xx that only `default` speaks of that it isn't: by it the server says that it has
/// erred (RFC 9110, 15.6). A 500 says so as well where the contract has it by name; since that is no breach of
/// it, it is an advisory. One that isn't documented at all is said already.
fn generated(trace: &TraceView<'_>, answer: &Answer<'_>, verdicts: &mut Verdicts<'_>) {
    let status = answer.status();
    if !answer.is_its_own || !violations(trace, answer).is_empty() {
        return;
    }
    let clause = answer.clauses.accepted;
    if is_success_status(status) && answer.is_authenticated() {
        verdicts.held(answer, clause);
    }
    let most = match status {
        500 if answer.is_named() => Level::Should,
        500.. if !answer.is_named() => Level::Must,
        _ => return,
    };
    if answer.response.is_some() {
        let broken = Broken {
            title: "the server fails at a request that keeps the contract".into(),
            expected: "an answer that is no server error".into(),
            actual: format!("{status}  {}", excerpt(&answer.exchange.response.body, 160)),
            ..Broken::default()
        };
        verdicts.broken_at_most(answer, clause, most, broken);
    }
}

fn unmet(
    trace: &TraceView<'_>,
    answer: &Answer<'_>,
    expected: &[StatusPattern],
    success: bool,
    verdicts: &mut Verdicts<'_>,
) {
    let status = answer.status();
    let undocumented = answer.response.is_none() && answer.is_its_own;
    // An undocumented status of the class that was waited for is one cause, and said already.
    let same_class = expected
        .iter()
        .any(|pattern| StatusPattern::Class(class(*pattern)).covers(status));
    if undocumented && same_class {
        return;
    }
    let names: Vec<String> = expected.iter().map(ToString::to_string).collect();
    let accepted = is_success_status(status) && !success;
    let broken = Broken {
        title: match (success, accepted) {
            (true, _) if answer.record.role == Role::Control => {
                "the control, which keeps the contract, is not accepted".into()
            }
            (true, _) if answer.record.role == Role::Main => {
                "a request that keeps the contract is not accepted".into()
            }
            (_, true) => "a request that breaks the contract is accepted".into(),
            _ => "the status is not the one the case waits for".into(),
        },
        expected: names.join(" or "),
        actual: format!("{status}  {}", excerpt(&answer.exchange.response.body, 160)),
        ..Broken::default()
    };
    let kept = || violations(trace, answer);
    // Where both may come, anything else is still no acceptance of what keeps the contract.
    let takes = expected.iter().any(|pattern| is_success(*pattern)) && !is_success_status(status);
    let clause = named(trace, answer).or_else(|| match (success || takes, answer.record.role) {
        (true, Role::Main | Role::Control) if kept().is_empty() => Some(answer.clauses.accepted),
        (false, Role::Main) => kept().first().copied(),
        _ => None,
    });
    match clause {
        Some(clause) => verdicts.broken(answer, clause, broken),
        None => verdicts.broken_expectation(answer, "status", broken),
    }
}

fn class(pattern: StatusPattern) -> u8 {
    match pattern {
        StatusPattern::Exact(code) => u8::try_from(code / 100).unwrap_or_default(),
        StatusPattern::Class(class) => class,
        StatusPattern::Default => 0,
    }
}

pub(super) fn is_success(pattern: StatusPattern) -> bool {
    class(pattern) == 2
}

pub(super) fn is_success_status(status: u16) -> bool {
    (200..300).contains(&status)
}
