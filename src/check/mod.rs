//! Checks: judges of one kind of clause each. A check reads a trace and never sends.
//!
//! A check is one file and one line in [`CHECKS`]. For each clause it knows it says *held*, *broken*
//! or *vacuous*, and nothing where the clause's place was not reached. Read [`Check`] first, then
//! [`judge`].

mod allow_truthful;
mod answer;
mod attribution;
mod body_schema;
mod case_expectation;
mod content_length;
mod date_well_formed;
mod event_data;
mod examples;
mod generated;
mod head_agrees;
mod header_present;
mod header_schema;
mod judge;
mod media_type;
mod no_content;
mod no_stack_trace;
mod relation_holds;
mod request_refused;
mod retry_after_well_formed;
mod rule;
mod scopes;
mod single_valued;
mod status_documented;
mod status_expected;
mod verdicts;
mod well_formed;
mod wording;

pub use answer::{Answer, AnswerBody, TraceView};
pub use examples::stale_examples;
pub use judge::{Judge, answer_met, judge, status_met};
pub use rule::{Area, Rule};
pub use verdicts::{Broken, Verdicts};

/// A judge of one kind of clause.
pub trait Check: Send + Sync {
    /// Its metadata.
    fn rule(&self) -> &'static Rule;

    /// Reads a trace, and says what it says of the clauses the check knows.
    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>);
}

/// All checks, in the order in which their findings are shown.
pub const CHECKS: &[&dyn Check] = &[
    &status_documented::StatusDocumented,
    &status_expected::StatusExpected,
    &request_refused::RequestRefused,
    &media_type::MediaTypeDocumented,
    &well_formed::WellFormed,
    &body_schema::BodySchema,
    &event_data::EventData,
    &header_present::HeaderPresent,
    &header_schema::HeaderSchema,
    &content_length::ContentLength,
    &no_content::NoContent,
    &head_agrees::HeadAgrees,
    &single_valued::SingleValued,
    &allow_truthful::AllowTruthful,
    &retry_after_well_formed::RetryAfterWellFormed,
    &date_well_formed::DateWellFormed,
    &no_stack_trace::NoStackTrace,
    &relation_holds::RelationHolds,
    &case_expectation::CaseExpectation,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_a_file_of_its_id_and_every_such_file_is_listed() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check");
        let without_check = [
            "answer",
            "attribution",
            "examples",
            "generated",
            "judge",
            "mod",
            "rule",
            "scopes",
            "verdicts",
            "wording",
        ];
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the room is there")
            .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
            .filter(|stem| !without_check.contains(&stem.as_str()))
            .collect();
        files.sort();
        let mut listed: Vec<String> = CHECKS
            .iter()
            .map(|check| check.rule().id.replace('-', "_"))
            .collect();
        listed.sort();
        assert_eq!(files, listed);
    }
}
