//! A Date is one HTTP-date.

use super::wording::is_http_date;
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::openapi::Level;

pub(super) struct DateWellFormed;

static RULE: Rule = Rule {
    id: "date-well-formed",
    title: "Date well-formed",
    requirement: "a Date is one HTTP-date in the form that is to be sent",
    level: Level::Should,
    area: Area::Headers,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7",
};

impl Check for DateWellFormed {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let clause = answer.clauses.http.date;
            let lines = answer.exchange.response.headers.all("date");
            let lines: Vec<String> = lines.map(crate::http::FieldValue::shown).collect();
            if lines.is_empty() {
                verdicts.vacuous(answer, clause);
                continue;
            }
            let text = lines.join(", ");
            if is_http_date(&text) {
                verdicts.held(answer, clause);
                continue;
            }
            verdicts.broken(
                answer,
                clause,
                Broken {
                    title: "the Date is no HTTP-date".into(),
                    expected: "one date such as Wed, 15 Jul 2015 16:46:44 GMT".into(),
                    actual: format!("{text:?}"),
                    ..Broken::default()
                },
            );
        }
    }
}
