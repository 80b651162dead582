//! What a fault remembers from one request to the next.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How much is remembered; the oldest is forgotten first.
const LIMIT: usize = 1024;

/// Notes under names, which are those of items or images.
#[derive(Debug)]
pub(crate) struct Notes<T>(Arc<Mutex<VecDeque<(String, T)>>>);

impl<T> Clone for Notes<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Notes<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone> Notes<T> {
    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes something in the place of what was noted under the name.
    pub(crate) fn put(&self, name: String, note: T) {
        let mut notes = self.lock();
        notes.retain(|(known, _)| *known != name);
        if notes.len() == LIMIT {
            notes.pop_front();
        }
        notes.push_back((name, note));
    }

    /// What is noted under the name.
    pub(crate) fn get(&self, name: &str) -> Option<T> {
        let notes = self.lock();
        let found = notes.iter().find(|(known, _)| known == name);
        found.map(|(_, note)| note.clone())
    }

    /// What is noted under the name, and is forgotten with this.
    pub(crate) fn take(&self, name: &str) -> Option<T> {
        let mut notes = self.lock();
        let at = notes.iter().position(|(known, _)| known == name)?;
        notes.remove(at).map(|(_, note)| note)
    }

    /// All that is noted.
    pub(crate) fn all(&self) -> Vec<(String, T)> {
        self.lock().iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_first() {
        let notes = Notes::default();
        for n in 0..=LIMIT {
            notes.put(n.to_string(), n);
        }
        assert_eq!((notes.get("0"), notes.get("1")), (None, Some(1)));
        notes.put("1".to_owned(), 7);
        assert_eq!((notes.take("1"), notes.get("1")), (Some(7), None));
        assert_eq!(notes.all().len(), LIMIT - 1);
    }
}
