//! What this team asks of its API beside what the document says.

use std::io::Write as _;
use std::path::Path;

use proofmark::check::{Area, Broken, Check, Rule, TraceView, Verdicts};
use proofmark::http::MediaType;
use proofmark::openapi::Level;
use proofmark::outcome::CaseOutcome;

/// A problem says the status of the answer it is in, which no schema can demand: a proxy that changes one
/// of the two leaves clients with a contradiction.
pub(crate) struct ProblemStatus;

static RULE: Rule = Rule {
    id: "problem-status",
    title: "a problem says its answer's status",
    requirement: "the member `status` of a problem is the status of the answer",
    level: Level::Must,
    area: Area::Body,
    reference: "https://www.rfc-editor.org/rfc/rfc9457#section-3.1.2",
};

impl Check for ProblemStatus {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let media = answer.media.as_ref().map(MediaType::essence);
            if media.as_deref() != Some("application/problem+json") {
                continue;
            }
            // What is no JSON, or has no status, breaks the document and is said by other checks.
            let Some(said) = answer.json().ok().and_then(|problem| problem.get("status")) else {
                continue;
            };
            if *said != answer.status() {
                verdicts.found(
                    answer,
                    "same",
                    Broken {
                        title: "the problem says another status than its answer".into(),
                        expected: answer.status().to_string(),
                        actual: said.to_string(),
                        instance: "/status".into(),
                    },
                );
            }
        }
    }
}

/// Keeps the commands that show each failure of a case again, for who looks into it.
pub(crate) fn keep_commands(outcome: &CaseOutcome) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("failures.sh");
    for finding in outcome.failures() {
        let opened = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&file);
        let written = opened.and_then(|mut file| {
            writeln!(
                file,
                "# {} {}\n{}",
                outcome.case, finding.clause, finding.request.curl
            )
        });
        if let Err(error) = written {
            // The verdict doesn't depend on it.
            let _ = writeln!(std::io::stderr(), "{}: {error}", file.display());
        }
    }
}
