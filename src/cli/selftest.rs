//! The gate proves itself: with any one seeded fault of the reference it must fail and name the
//! fault's own clause and no other, and without one it must be silent.
//!
//! A fault is looked for by the cases that put its clause to the test where there is no fault; all
//! other cases against all faults are a test of this repository's own (`tests/it/matrix.rs`).

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::engine;
use super::inputs::Inputs;
use crate::case::Case;
use crate::clause::ClauseId;
use crate::outcome::{CaseOutcome, Standing};
use crate::profile::Profile;
use crate::reference::{Fault, Server};
use crate::report::outcome_text;
use crate::run::Pace;

/// How many cases are fired before it is looked whether one of them found the fault; each time twice
/// as many.
const AT_ONCE: usize = 4;

type Outcomes = Vec<Arc<CaseOutcome>>;

/// The cases, and what they say of the reference without a fault.
pub(super) struct Selftest {
    inputs: Inputs,
    sound: OnceLock<Result<Sound, String>>,
}

/// A run without a fault.
struct Sound {
    outcomes: Outcomes,
    /// By clause, the cases that put it to the test.
    witnesses: HashMap<ClauseId, Vec<usize>>,
}

impl Selftest {
    pub(super) fn new(inputs: Inputs) -> Self {
        Self {
            inputs,
            sound: OnceLock::new(),
        }
    }

    /// Without a fault: every case passes, and there is not even an advisory.
    pub(super) fn silence(&self) -> Result<(), String> {
        let said = said(&self.sound()?.outcomes);
        if said.is_empty() { Ok(()) } else { Err(said) }
    }

    /// With a fault: some case fails and names the fault's clause, and none names another.
    pub(super) fn caught(&self, fault: &'static Fault) -> Result<(), String> {
        let clause: ClauseId = fault.clause.parse().map_err(|error| format!("{error}"))?;
        if self.inputs.clauses.find(&clause).is_none() {
            return Err(format!("the contract has no clause {clause}"));
        }
        let sound = self.sound()?;
        // What no sound answer holds, such as a field that is never sent, any case may show.
        let all: Vec<usize> = (0..self.inputs.cases.len()).collect();
        let witnesses = sound.witnesses.get(&clause).unwrap_or(&all);
        let mut fired = Outcomes::new();
        let (mut rest, mut at_once) = (witnesses.as_slice(), AT_ONCE);
        while !rest.is_empty() {
            let (some, others) = rest.split_at(at_once.min(rest.len()));
            (rest, at_once) = (others, at_once * 2);
            let cases: Vec<Case> = some
                .iter()
                .map(|number| self.inputs.cases[*number].clone())
                .collect();
            fired.extend(self.fire(&cases, &[fault])?);
            if let Some(verdict) = verdict(fault, &fired) {
                return verdict;
            }
        }
        Err(format!(
            "the fault `{}` ({}) was not caught: none of the {} cases that put {clause} to the test named it\n\n{}",
            fault.name,
            fault.summary,
            witnesses.len(),
            said(&fired)
        ))
    }

    fn sound(&self) -> Result<&Sound, String> {
        let sound = self.sound.get_or_init(|| {
            let outcomes = self.fire(&self.inputs.cases, &[])?;
            let mut witnesses: HashMap<ClauseId, Vec<usize>> = HashMap::new();
            for (number, outcome) in outcomes.iter().enumerate() {
                for (clause, standing, _) in &outcome.standings {
                    if *standing == Standing::Held {
                        let id = self.inputs.clauses.get(*clause).id.clone();
                        witnesses.entry(id).or_default().push(number);
                    }
                }
            }
            Ok(Sound {
                outcomes,
                witnesses,
            })
        });
        sound.as_ref().map_err(Clone::clone)
    }

    /// Fires cases at the reference with the given faults on.
    fn fire(&self, cases: &[Case], faults: &[&'static Fault]) -> Result<Outcomes, String> {
        let server = Server::with_faults(faults);
        let aim = engine::embedded(&Profile::default(), &self.inputs, server);
        let ready = engine::ready(&self.inputs, cases, &aim, (8, Pace::default()))
            .map_err(|problems| engine::rendered(&problems))?;
        let result = engine::run(&ready, cases, &|_| {}).map_err(|error| error.to_string())?;
        Ok(result.outcomes)
    }
}

/// What the outcomes say of a fault; none if no case named its clause yet.
fn verdict(fault: &Fault, outcomes: &[Arc<CaseOutcome>]) -> Option<Result<(), String>> {
    let findings = || outcomes.iter().flat_map(|outcome| &outcome.findings);
    let named = findings().any(|finding| finding.clause.to_string() == fault.clause);
    let others: Vec<String> = findings()
        .map(|finding| finding.clause.to_string())
        .filter(|clause| clause != fault.clause && !fault.also.contains(&clause.as_str()))
        .collect();
    if !others.is_empty() {
        return Some(Err(format!(
            "with the fault `{}` ({}) {} was named, and not {} alone\n\n{}",
            fault.name,
            fault.summary,
            others.join(", "),
            fault.clause,
            said(outcomes)
        )));
    }
    named.then_some(Ok(()))
}

fn said(outcomes: &[Arc<CaseOutcome>]) -> String {
    let texts = outcomes.iter().map(|outcome| outcome_text(outcome));
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.join("\n\n")
}
