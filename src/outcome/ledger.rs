//! The verdict of every clause, gathered from cases in any order.

use super::verdict::{CaseOutcome, ClauseVerdict, Standing, Witness};
use crate::clause::{Clause, Clauses};

/// The strongest that is known of one clause.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    standing: Standing,
    witness: Witness,
}

/// A clause and its verdict.
#[derive(Clone, Debug)]
pub struct ClauseRecord<'c> {
    /// The clause.
    pub clause: &'c Clause,
    /// Its verdict.
    pub verdict: ClauseVerdict,
}

/// The verdict of every clause: of what cases say, the strongest counts, and of witnesses the
/// least, so that neither depends on the order in which cases come.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: Vec<Option<Entry>>,
}

impl Ledger {
    /// Takes in what a case says.
    pub fn add(&mut self, outcome: &CaseOutcome) {
        for (clause, standing, exchange) in &outcome.standings {
            let index = clause.0 as usize;
            if self.entries.len() <= index {
                self.entries.resize(index + 1, None);
            }
            let known = &mut self.entries[index];
            let stronger = known.as_ref().is_none_or(|known| {
                let witness = (&known.witness.case, known.witness.exchange);
                *standing > known.standing
                    || (*standing == known.standing && (&outcome.case, *exchange) < witness)
            });
            if stronger {
                *known = Some(Entry {
                    standing: *standing,
                    witness: Witness {
                        case: outcome.case.clone(),
                        exchange: *exchange,
                    },
                });
            }
        }
    }

    /// All clauses with their verdicts, in the document's order.
    pub fn records<'c>(&'c self, clauses: &'c Clauses) -> impl Iterator<Item = ClauseRecord<'c>> {
        clauses
            .iter()
            .enumerate()
            .map(|(number, clause)| ClauseRecord {
                clause,
                verdict: match self.entries.get(number).and_then(Option::as_ref) {
                    None => ClauseVerdict::Untested,
                    Some(entry) => match entry.standing {
                        Standing::Vacuous => ClauseVerdict::Vacuous,
                        Standing::Held => ClauseVerdict::Held(entry.witness.clone()),
                        Standing::Waived => ClauseVerdict::Waived(entry.witness.clone()),
                        Standing::Broken => ClauseVerdict::Broken(entry.witness.clone()),
                    },
                },
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::CaseId;
    use crate::clause::ClauseIndex;
    use crate::outcome::CaseVerdict;
    use proptest::prelude::*;

    fn outcome(case: &str, standings: Vec<(u32, u8, usize)>) -> CaseOutcome {
        let standing = |n| match n {
            0 => Standing::Vacuous,
            1 => Standing::Held,
            _ => Standing::Broken,
        };
        CaseOutcome {
            case: CaseId::new(case),
            verdict: CaseVerdict::Pass,
            findings: Vec::new(),
            troubles: Vec::new(),
            standings: standings
                .into_iter()
                .map(|(c, s, e)| (ClauseIndex(c), standing(s), e))
                .collect(),
            unjudged: Vec::new(),
            exchanges: 1,
        }
    }

    proptest! {
            #[test]
            fn the_order_of_cases_changes_nothing(
                standings in proptest::collection::vec(proptest::collection::vec((0u32..4, 0u8..3, 0usize..4), 0..6), 0..5),
            ) {
                let outcomes: Vec<_> = standings.into_iter().enumerate().map(|(n, s)| outcome(&format!("c{n}"), s)).collect();
                let mut forward = Ledger::default();
                for o in &outcomes {
    forward.add(o);
    }
                let mut backward = Ledger::default();
                for o in outcomes.iter().rev() {
    backward.add(o);
    }
                let known = |l: &Ledger| l.entries.iter().flatten().cloned().collect::<Vec<_>>();
                prop_assert_eq!(known(&forward), known(&backward));
            }
        }
}
