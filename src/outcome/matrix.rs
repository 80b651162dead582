//! Several implementations judged by one contract, side by side.

use super::account::Account;
use super::hole::{Hole, holes};
use super::verdict::ClauseVerdict;
use crate::clause::Clause;

/// One implementation and what there is to say of it.
#[derive(Clone, Copy, Debug)]
pub struct Implementation<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What there is to say of it.
    pub account: Account<'a>,
}

/// Several implementations judged by one contract.
#[derive(Clone, Debug)]
pub struct Matrix<'a> {
    /// The implementations, in the order in which they were given.
    pub implementations: Vec<Implementation<'a>>,
    /// A row for each clause, in the document's order.
    pub rows: Vec<Row<'a>>,
    /// Where they answer differently and the contract lets all of them.
    pub holes: Vec<Hole<'a>>,
}

/// A clause and its verdict by implementation.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The clause.
    pub clause: &'a Clause,
    /// Its verdicts, parallel to the implementations.
    pub verdicts: Vec<ClauseVerdict>,
}

/// In what the verdicts of a clause differ, the more telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// One keeps what another breaks.
    Kept,
    /// It was put to the test with one and not with another.
    Tested,
    /// They don't differ.
    None,
}

impl Row<'_> {
    /// In what its verdicts differ.
    #[must_use]
    pub fn difference(&self) -> Difference {
        let is_kept = |verdict: &ClauseVerdict| matches!(verdict, ClauseVerdict::Held(_));
        let is_broken = |verdict: &ClauseVerdict| {
            matches!(verdict, ClauseVerdict::Broken(_) | ClauseVerdict::Waived(_))
        };
        let words: Vec<&str> = self.verdicts.iter().map(ClauseVerdict::as_str).collect();
        if self.verdicts.iter().any(is_kept) && self.verdicts.iter().any(is_broken) {
            Difference::Kept
        } else if words.windows(2).any(|pair| pair[0] != pair[1]) {
            Difference::Tested
        } else {
            Difference::None
        }
    }
}

impl<'a> Matrix<'a> {
    /// Puts implementations that were judged by the same contract side by side.
    #[must_use]
    pub fn of(implementations: Vec<Implementation<'a>>) -> Self {
        let mut rows: Vec<Row<'a>> = Vec::new();
        if let Some(first) = implementations.first() {
            let clauses = first.account.clauses.iter();
            rows = clauses
                .map(|clause| Row {
                    clause,
                    verdicts: Vec::with_capacity(implementations.len()),
                })
                .collect();
        }
        for implementation in &implementations {
            let Account {
                ledger, clauses, ..
            } = implementation.account;
            for (row, record) in rows.iter_mut().zip(ledger.records(clauses)) {
                row.verdicts.push(record.verdict);
            }
        }
        let holes = holes(&implementations);
        Self {
            implementations,
            rows,
            holes,
        }
    }

    /// The rows that differ in this.
    pub fn differing(&self, difference: Difference) -> impl Iterator<Item = &Row<'a>> {
        let rows = self.rows.iter();
        rows.filter(move |row| row.difference() == difference)
    }
}
