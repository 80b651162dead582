//! Requests from the contract alone: for each operation one that keeps it, and the case files that a
//! person goes on from.
//!
//! A generated case is an ordinary case with an origin. Its values come from the target's variables,
//! the contract's examples, defaults and enumerations, and where none of them speaks they are made to
//! fit the schema. Everything is made without randomness and without a clock, so the same contract
//! and variables give the same cases; every value is judged by the compiled schema before it is used.
//! The room knows no target and sends nothing. Read [`Generation`] first.

mod array;
mod body;
mod build;
mod given;
mod judged;
mod names;
mod number;
mod object;
mod operation;
mod parameter;
mod parts;
mod pattern;
mod skeleton;
mod target_file;
mod text;
mod yaml;

pub use given::{Chosen, Source};
pub use operation::{FirstRequest, Generation, Uncallable, first_requests};
pub use skeleton::{FILL_IN, File, Skeleton, skeleton};

#[cfg(test)]
mod tests;
