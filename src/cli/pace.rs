//! When a run is over before its last case, and what comes first.

use std::path::Path;

use serde_json::Value;

use super::args::PaceArgs;
use super::verdicts::verdicts_path;
use crate::case::CaseId;
use crate::run::Pace;

/// What the arguments say. A run that may be over early begins with what the last run's verdict file says
/// failed, could not be judged, or was not run.
pub(super) fn read(args: &PaceArgs, verdicts: Option<&Path>) -> Pace {
    let may_end_early = args.fail_fast || args.budget.is_some();
    let last = verdicts.filter(|_| may_end_early);
    let text = last.and_then(|path| std::fs::read_to_string(verdicts_path(path)).ok());
    Pace {
        fail_fast: args.fail_fast,
        budget: args
            .budget
            .map(|budget| budget.try_into().unwrap_or_default()),
        retries: args.retries,
        first: text.map(|text| unsettled(&text)).unwrap_or_default(),
    }
}

/// The cases of a verdict file that did not pass: those that failed or could not be judged, then those
/// that were not run. A text that is no verdict file names none.
fn unsettled(text: &str) -> Vec<CaseId> {
    let file: Value = serde_json::from_str(text).unwrap_or_default();
    let cases = file["cases"].as_array().cloned().unwrap_or_default();
    let of = |verdicts: &[&str]| -> Vec<CaseId> {
        let wanted = cases.iter().filter(|case| {
            let verdict = case["verdict"].as_str().unwrap_or_default();
            verdicts.contains(&verdict)
        });
        let ids = wanted.filter_map(|case| case["case"].as_str());
        ids.map(CaseId::new).collect()
    };
    let mut first = of(&["fail", "error", "flaky"]);
    first.extend(of(&["skipped"]));
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_comes_before_what_was_not_run() {
        let text = r#"{"cases": [
            {"case": "a/skipped", "verdict": "skipped"}, {"case": "a/passed", "verdict": "pass"},
            {"case": "a/failed", "verdict": "fail"}, {"case": "a/unclear", "verdict": "error"}]}"#;
        let first = ["a/failed", "a/unclear", "a/skipped"].map(CaseId::new);
        assert_eq!(unsettled(text), first);
        assert_eq!(unsettled("nothing of the kind"), []);
    }
}
