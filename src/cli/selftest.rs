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
    let outcomes = outcomes(inputs, &[])?;
    let said: Vec<String> = outcomes
        .iter()
        .map(|outcome| outcome_text(outcome))
        .filter(|text| !text.is_empty())
        .collect();
    if said.is_empty() {
        Ok(())
    } else {
        Err(said.join("\n\n"))
    }
}

/// With a fault: some case fails and names the fault's clause.
pub(super) fn caught(inputs: &Inputs, fault: &'static Fault) -> Result<(), String> {
    let outcomes = outcomes(inputs, &[fault])?;
    let named = |outcome: &CaseOutcome| {
        outcome
            .failures()
            .any(|finding| finding.clause.to_string() == fault.clause)
    };
    if outcomes.iter().any(|outcome| named(outcome)) {
        return Ok(());
    }
    let said: Vec<String> = outcomes
        .iter()
        .map(|outcome| outcome_text(outcome))
        .filter(|text| !text.is_empty())
        .collect();
    Err(format!(
        "the fault `{}` ({}) was not caught: no case named {}\n\n{}",
        fault.name,
        fault.summary,
        fault.clause,
        if said.is_empty() {
            "every case passed".to_owned()
        } else {
            said.join("\n\n")
        }
    ))
}
