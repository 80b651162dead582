//! What a contract demands, clause by clause, each with its id.
//!
//! A clause is the smallest thing that can hold or be broken by itself. This room knows the
//! contract and nothing of exchanges. Read [`ClauseId`] first, then [`Clauses`].

mod enumerate;
mod id;
mod pattern;
mod requirement;
mod table;

pub use id::{ClauseId, ClauseIdError};
pub use pattern::{ClausePattern, SegmentPattern};
pub use table::{
    BodyClauses, Clause, ClauseIndex, Clauses, HeaderClauses, HttpClauses, MethodClauses,
    OperationClauses, ParameterClauses, ResponseClauses, Side, ValueClauses,
};
