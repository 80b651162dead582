//! `proofmark judge` and `proofmark merge`: what was recorded, without a target.

use std::io::Write;

use super::args::{JudgeArgs, MergeArgs};
use super::exit::Exit;
use super::recorded::Recorded;
use super::reports::{self, Reports};
use super::stop::Stop;
use super::verdicts;
use crate::diag::Diagnostic;
use crate::evidence::MergeError;
use crate::outcome::Event;
use crate::run::Required;

pub(super) fn run(args: &JudgeArgs, out: &mut (impl Write + Send)) -> Result<Exit, Stop> {
    let wanted = reports::wanted(&args.said.reports, args.verdicts.as_deref())?;
    let mut problems = Vec::new();
    let required = Required::read(&args.said.require_clauses, &mut problems);
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let recorded = Recorded::read(&args.contract, &args.paths, args.base_path.as_deref())?;
    let judged = recorded.judged(args.said.waivers.as_deref(), required)?;
    let mut err = anstream::AutoStream::auto(std::io::stderr());
    let mut reports = Reports::beside_people(&wanted, out, &mut err)?;
    let account = recorded.account(&judged);
    reports.event(&Event::Started {
        target: account.about.target.clone(),
        cases: account.outcomes.iter().map(|o| o.case.clone()).collect(),
    });
    for outcome in &judged.outcomes {
        reports.event(&Event::CaseFinished(outcome.clone()));
    }
    for notice in &judged.concluded.notices {
        reports.event(&Event::Notice(notice.clone()));
    }
    verdicts::write(
        args.verdicts.as_deref(),
        &recorded.inputs,
        judged.outcomes.iter().map(AsRef::as_ref),
    )
    .map_err(Stop::Unkept)?;
    reports.finish(&account);
    reports.written()?;
    Ok(Exit::of(judged.concluded.summary.answer()))
}

pub(super) fn merge(args: &MergeArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    let record = crate::evidence::merge(&args.paths, &args.into).map_err(|error| match error {
        MergeError::Read(error) => Stop::from(error),
        MergeError::Differ(problems) => problems.into(),
        other => Diagnostic::error("merge", other.to_string()).into(),
    })?;
    if !record.notes.is_empty() {
        let mut err = anstream::AutoStream::auto(std::io::stderr());
        let _ = writeln!(err, "{}\n", super::engine::rendered(&record.notes));
    }
    let cases = match record.traces.len() {
        1 => "1 case".to_owned(),
        cases => format!("{cases} cases"),
    };
    let runs = match record.files.len() {
        1 => "1 process".to_owned(),
        runs => format!("{runs} processes"),
    };
    let missing = match record.unfinished.len() {
        0 => String::new(),
        count => format!(", {count} of them not over"),
    };
    writeln!(out, "{}: {cases} of {runs}{missing}", args.into.display())?;
    Ok(Exit::Conforms)
}
