//! Faults the reference can be given on purpose, each breaking one clause of its contract.
//!
//! A checker that finds nothing wrong with the reference proves little by that alone; it has to find
//! each of these as well. None of them stands in a handler: a fault is a layer around the router that
//! changes requests on their way in, changes answers on their way out or sends further requests to the
//! router inside, or it is a change of the bytes a connection sends. The server that keeps the contract
//! is therefore the same code with and without them.
//!
//! Each category of faults is a file, with their table at its top. [`layer`] and [`stream`] hold what
//! they are made of.

mod access;
mod body;
mod catalogue;
mod headers;
mod input;
mod layer;
mod limits;
mod protocol;
mod rare;
mod semantics;
mod status;
mod stream;
#[cfg(test)]
mod tests;

pub use catalogue::{Category, Fault, fault, faults};
pub(crate) use catalogue::{apply, around};
