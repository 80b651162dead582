//! What a schema can't say: relations between the parts of an exchange, in CEL.
//!
//! A relation is evaluated over `request` (path, query, headers, body), `response` (status,
//! headers, body) and `previous`, the earlier exchanges of the same case. Where it can't be
//! evaluated, because a part isn't there or is of another type, it says nothing. Read
//! [`Relation`] first.

mod compiled;
mod condition;
mod count;
mod scope;
mod shared;

pub use compiled::{Relation, RelationError};
pub use condition::Condition;
pub use count::{CountError, check_count, count};
pub use scope::{Earlier, Scope, ScopePart};
