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

use crate::outcome::{CaseOutcome, CaseVerdict, Finding};

/// A finding of a case, without a line break at its end.
#[must_use]
pub fn finding_text(case: &str, finding: &Finding) -> String {
    let word = if finding.is_failure() { "FAIL" } else { "NOTE" };
    let operation = case.split('/').next().unwrap_or_default();
    let clause = if finding.clause.subject == operation {
        finding.clause.within_operation()
    } else {
        finding.clause.to_string()
    };
    let mut text = format!("{word} {case}  {clause}\n  {}", finding.title);
    if !finding.is_failure() {
        let _ = write!(text, "  ({}: fails nothing)", finding.level.as_str());
    }
    for (name, value) in [("expected", &finding.expected), ("actual", &finding.actual)] {
        let value = value.replace('\n', "\n              ");
        let _ = write!(text, "\n    {name:<8}  {value}");
    }
    let request = &finding.request;
    let _ = write!(
        text,
        "\n  --> {}   {} → {} in {}",
        finding.asked,
        request.line,
        request.status,
        milliseconds(request.elapsed)
    );
    let by = match (&finding.demanded, finding.clause.place.first()) {
        (Some(place), _) => place.to_string(),
        // A check of one's own has clauses of its own.
        (None, Some(place)) if place == "check" => format!("the check {}", finding.check),
        (None, _) => "the case".to_owned(),
    };
    let _ = write!(text, "\n  demanded by {by}: {}", finding.requirement);
    let _ = write!(text, "\n  {}", request.curl);
    text
}

/// Everything a case has to say: findings that fail first, then what kept us from knowing, then
/// advisories.
#[must_use]
pub fn outcome_text(outcome: &CaseOutcome) -> String {
    let case = outcome.case.as_str();
    let mut parts: Vec<String> = outcome
        .failures()
        .map(|finding| finding_text(case, finding))
        .collect();
    for trouble in &outcome.troubles {
        parts.push(format!("ERROR {case}  could not tell\n  {trouble}"));
    }
    if let CaseVerdict::Skipped(reason) = &outcome.verdict {
        parts.push(format!("SKIP {case}  {reason}"));
    }
    parts.extend(
        outcome
            .advisories()
            .map(|finding| finding_text(case, finding)),
    );
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
