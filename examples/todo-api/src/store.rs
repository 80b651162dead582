//! The todos, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::todo::{Todo, TodoToWrite};

/// The todos. Clones are the same store.
#[derive(Clone, Default)]
pub(crate) struct Store(Arc<Mutex<Todos>>);

#[derive(Default)]
struct Todos {
    last_id: u64,
    by_id: BTreeMap<u64, Todo>,
}

impl Store {
    pub(crate) fn all(&self) -> Vec<Todo> {
        self.todos().by_id.values().cloned().collect()
    }

    pub(crate) fn get(&self, id: u64) -> Option<Todo> {
        self.todos().by_id.get(&id).cloned()
    }

    pub(crate) fn add(&self, new: TodoToWrite) -> Todo {
        let mut todos = self.todos();
        todos.last_id += 1;
        let todo = Todo {
            id: todos.last_id,
            title: new.title,
            done: new.done,
        };
        todos.by_id.insert(todo.id, todo.clone());
        todo
    }

    pub(crate) fn replace(&self, id: u64, new: TodoToWrite) -> Option<Todo> {
        let mut todos = self.todos();
        let todo = todos.by_id.get_mut(&id)?;
        todo.title = new.title;
        todo.done = new.done;
        Some(todo.clone())
    }

    pub(crate) fn remove(&self, id: u64) -> Option<Todo> {
        self.todos().by_id.remove(&id)
    }

    fn todos(&self) -> MutexGuard<'_, Todos> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
