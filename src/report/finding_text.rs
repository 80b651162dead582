//! A finding as people read it, in the terminal, in libtest's output and in every report alike.
//!
//! ```text
//! FAIL setImageMetadataItem/add-new-key  200/header/x-compute-request-id#pattern
//!   the header X-Compute-Request-Id does not match its pattern
//!     expected  ^req-[0-9a-f]{8}-…$
//!     actual    "7a75bb96-54eb-4847-a73c-4f697f42b175"
//!   --> cases/setImageMetadataItem/add-new-key.yaml:6:1   PUT /images/70a5…/metadata/k-1 → 200 in 3 ms
//!   demanded by spec/openapi.yaml:88:15
//!   curl -i -X PUT … -H "x-auth-token: $PROOFMARK_TOKEN" …
//! ```

use std::fmt::Write as _;
use std::time::Duration;

use super::printable::printable;
use crate::case::CaseId;
use crate::outcome::{CaseOutcome, CaseVerdict, Finding, Notice};

/// How a finding counts, as the word its text begins with.
pub(super) fn word(finding: &Finding) -> &'static str {
    match finding {
        finding if finding.is_failure() => "FAIL",
        finding if finding.waived.is_some() => "WAIVED",
        _ => "NOTE",
    }
}

/// The first two lines: case and clause, and what is wrong.
fn heading(case: &str, finding: &Finding) -> String {
    let operation = case.split('/').next().unwrap_or_default();
    let clause = if finding.clause.subject == operation {
        finding.clause.within_operation()
    } else {
        finding.clause.to_string()
    };
    format!("{} {case}  {clause}\n  {}", word(finding), finding.title)
}

/// Where the case asked, what was sent, and how it was answered.
fn asked(finding: &Finding) -> String {
    let request = &finding.request;
    format!(
        "\n  --> {}   {} → {} in {}",
        finding.asked,
        request.line,
        request.status,
        milliseconds(request.elapsed)
    )
}

/// A finding of a clause whose whole story was told in another case: what differs, and where the story is.
pub(super) fn further_text(case: &str, finding: &Finding, told: &CaseId) -> String {
    let of = if told.as_str() == case {
        "as above".to_owned()
    } else {
        format!("as in {told} above")
    };
    let text = format!("{}{}\n  {of}", heading(case, finding), asked(finding));
    printable(&text).into_owned()
}

/// A finding of a case, without a line break at its end.
#[must_use]
pub fn finding_text(case: &str, finding: &Finding) -> String {
    let mut text = heading(case, finding);
    if finding.is_advisory() {
        let _ = write!(text, "  ({}: fails nothing)", finding.level.as_str());
    }
    if let Some(waived) = &finding.waived {
        let ticket = waived.ticket.as_ref();
        let ticket = ticket
            .map(|ticket| format!(", {ticket}"))
            .unwrap_or_default();
        let _ = write!(
            text,
            "\n  waived until {} by {}{ticket}: {} ({})",
            waived.expires, waived.owner, waived.reason, waived.place
        );
    }
    for (name, value) in [("expected", &finding.expected), ("actual", &finding.actual)] {
        let value = value.replace('\n', "\n              ");
        let _ = write!(text, "\n    {name:<8}  {value}");
    }
    text.push_str(&asked(finding));
    let by = match (&finding.demanded, finding.clause.place.first()) {
        (Some(place), _) => place.to_string(),
        // A check of one's own has clauses of its own.
        (None, Some(place)) if place == "check" => format!("the check {}", finding.check),
        (None, _) => "the case".to_owned(),
    };
    let _ = write!(text, "\n  demanded by {by}: {}", finding.requirement);
    let _ = write!(text, "\n  {}", finding.request.curl);
    printable(&text).into_owned()
}

/// A notice as people read it, without a line break at its end.
#[must_use]
pub fn notice_text(notice: &Notice) -> String {
    let place = notice.place.as_ref();
    let place = place
        .map(|place| format!("\n  --> {place}"))
        .unwrap_or_default();
    let text = format!(
        "FAIL {}  {}{place}\n  {}",
        notice.kind.as_str(),
        notice.message,
        notice.help.replace('\n', "\n  ")
    );
    printable(&text).into_owned()
}

/// Everything a case has to say: findings that fail first, then what kept us from knowing, then what is
/// waived, then advisories.
#[must_use]
pub fn outcome_text(outcome: &CaseOutcome) -> String {
    let case = outcome.case.as_str();
    outcome_text_by(outcome, |finding| finding_text(case, finding))
}

/// Everything a case has to say, with findings told as they are told here.
pub(super) fn outcome_text_by(
    outcome: &CaseOutcome,
    mut told: impl FnMut(&Finding) -> String,
) -> String {
    let case = outcome.case.as_str();
    let mut parts: Vec<String> = Vec::new();
    if let CaseVerdict::Flaky(attempt) = outcome.verdict {
        parts.push(format!(
            "FLAKY {case}  passed at attempt {attempt}; this is what the first one found"
        ));
    }
    parts.extend(outcome.failures().map(&mut told));
    for trouble in &outcome.troubles {
        let why = trouble.to_string().replace('\n', "\n  ");
        let text = format!("ERROR {case}  could not tell\n  {why}");
        parts.push(printable(&text).into_owned());
    }
    if let CaseVerdict::Skipped(reason) = &outcome.verdict {
        parts.push(
            printable(&format!("SKIP {case}  {}", reason.replace('\n', "\n  "))).into_owned(),
        );
    }
    parts.extend(outcome.waived().chain(outcome.advisories()).map(told));
    parts.join("\n\n")
}

fn milliseconds(elapsed: Duration) -> String {
    let micros = elapsed.as_micros();
    if micros < 10_000 {
        format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
    } else {
        format!("{} ms", micros / 1000)
    }
}
