//! How long a run goes on asking a target that doesn't answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::target::TransportError;

/// After so many requests of one operation in a row that ran out of time, no further one is sent:
/// each would take as long, and say no more.
const MOST: usize = 3;

/// Counts, for each operation, the requests in a row that ran out of time.
#[derive(Debug, Default)]
pub(super) struct Patience {
    silent: Mutex<HashMap<usize, usize>>,
}

impl Patience {
    /// Why the next request of an operation isn't sent.
    pub(super) fn exhausted(&self, operation: usize) -> Option<String> {
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let count = silent.get(&operation).copied().unwrap_or_default();
        (count >= MOST).then(|| {
            format!("not sent: the last {count} requests for this operation ran out of time")
        })
    }

    /// Takes in what came of a request.
    pub(super) fn note<T>(&self, operation: usize, result: &Result<T, TransportError>) {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Err(TransportError::TimedOut { .. }) => *silent.entry(operation).or_default() += 1,
            _ => {
                silent.remove(&operation);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::target::Phase;

    #[test]
    fn patience_ends_for_one_operation_and_comes_back_with_an_answer() {
        let patience = Patience::default();
        let late = || {
            Err::<(), _>(TransportError::TimedOut {
                after: Duration::from_secs(1),
                phase: Phase::Head,
            })
        };
        patience.note(0, &late());
        patience.note(0, &late());
        patience.note(0, &Ok(()));
        for _ in 0..MOST {
            assert_eq!(patience.exhausted(0), None);
            patience.note(0, &late());
        }
        assert!(patience.exhausted(0).is_some());
        assert_eq!(patience.exhausted(1), None);
    }
}
