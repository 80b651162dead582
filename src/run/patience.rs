//! How long a run goes on asking a target that doesn't answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// After so many requests of one operation in a row that ran out of time, further ones aren't sent:
/// each would take as long, and say no more.
const MOST: usize = 3;

/// Of those one in so many is sent all the same, for the target may be back.
const PROBE: usize = 16;

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
        let probe = count >= MOST && (count - MOST) % PROBE == PROBE - 1;
        (count >= MOST && !probe).then(|| {
            format!("not sent: {MOST} requests in a row for this operation ran out of time")
        })
    }

    /// Takes in whether a request, or several at the same time, ran out of time.
    pub(super) fn note(&self, operation: usize, late: bool) {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        if late {
            *silent.entry(operation).or_default() += 1;
        } else {
            silent.remove(&operation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_for_one_operation_and_comes_back_with_an_answer() {
        let patience = Patience::default();
        patience.note(0, true);
        patience.note(0, true);
        patience.note(0, false);
        for _ in 0..MOST {
            assert_eq!(patience.exhausted(0), None);
            patience.note(0, true);
        }
        assert_eq!(patience.exhausted(1), None);
        let mut probes = 0;
        for _ in 0..PROBE {
            probes += usize::from(patience.exhausted(0).is_none());
            patience.note(0, true);
        }
        assert_eq!(probes, 1);
        patience.note(0, false);
        assert_eq!(patience.exhausted(0), None);
    }
}
