//! The Allow of a 405 doesn't name the method that was refused.

use super::wording::list;
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::openapi::Level;

pub(super) struct AllowTruthful;

static RULE: Rule = Rule {
    id: "allow-truthful",
    title: "Allow tells the truth",
    requirement: "the Allow of a 405 lists the methods the resource has, and not the one that was refused",
    level: Level::Must,
    area: Area::Headers,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1",
};

impl Check for AllowTruthful {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in trace.answers.iter().filter(|a| a.status() == 405) {
            let clause = answer.clauses.methods.allow;
            let methods = list(&answer.exchange.response.headers, "allow");
            // That a 405 has the field at all is the contract's demand, where it makes it.
            if !answer.exchange.response.headers.contains("allow") {
                verdicts.vacuous(answer, clause);
                continue;
            }
            // Methods are case-sensitive (RFC 9110, 9.1).
            let refused = answer.exchange.request.method.as_str();
            if !methods.iter().any(|method| method == refused) {
                verdicts.held(answer, clause);
                continue;
            }
            verdicts.broken(
                answer,
                clause,
                Broken {
                    title: format!("the Allow of a 405 to {refused} names {refused}"),
                    expected: format!("methods without {refused}"),
                    actual: methods.join(", "),
                    ..Broken::default()
                },
            );
        }
    }
}
