//! The gate proves itself: with any one seeded fault of the reference it must fail and name the
//! fault's own clause, and without one it must be silent.

use crate::outcome::CaseOutcome;
use crate::reference::{Fault, Server};

use super::engine;
use super::inputs::Inputs;
use crate::profile::Profile;
use crate::report::outcome_text;

/// Fires all cases at the reference with the given faults on.
fn outcomes(
    inputs: &Inputs,
    faults: &[&'static Fault],
) -> Result<Vec<std::sync::Arc<CaseOutcome>>, String> {
    let aim = engine::embedded(&Profile::default(), inputs, Server::with_faults(faults));
    let ready = engine::ready(inputs, &inputs.cases, &aim, 8)
        .map_err(|problems| engine::rendered(&problems))?;
    let result = engine::run(&ready, &inputs.cases, &|_| {}).map_err(|error| error.to_string())?;
    Ok(result.outcomes)
}

/// Without a fault: every case passes, and there is not even an advisory.
pub(super) fn silence(inputs: &Inputs) -> Result<(), String> {
    let said = said(&outcomes(inputs, &[])?);
    if said.is_empty() { Ok(()) } else { Err(said) }
}

/// With a fault: some case fails and names the fault's clause, and no case names another.
pub(super) fn caught(inputs: &Inputs, fault: &'static Fault) -> Result<(), String> {
    let outcomes = outcomes(inputs, &[fault])?;
    let findings = || outcomes.iter().flat_map(|outcome| &outcome.findings);
    let named = findings().any(|finding| finding.clause.to_string() == fault.clause);
    let others: Vec<String> = findings()
        .map(|finding| finding.clause.to_string())
        .filter(|clause| clause != fault.clause && !fault.also.contains(&clause.as_str()))
        .collect();
    if named && others.is_empty() {
        return Ok(());
    }
    let what = if named {
        format!("was caught, but {} was named as well", others.join(", "))
    } else {
        format!("was not caught: no case named {}", fault.clause)
    };
    Err(format!(
        "the fault `{}` ({}) {what}\n\n{}",
        fault.name,
        fault.summary,
        said(&outcomes)
    ))
}

fn said(outcomes: &[std::sync::Arc<CaseOutcome>]) -> String {
    let texts = outcomes.iter().map(|outcome| outcome_text(outcome));
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.join("\n\n")
}
