//! Faults the reference can be given on purpose, each breaking one clause of its contract.
//!
//! A checker that finds nothing wrong with the reference proves little by that alone; it has to find
//! each of these as well. None of them stands in a handler: a fault is a layer around the router that
//! changes requests on their way in, changes answers on their way out or sends further requests to the
//! router inside, or it is a change of the bytes a connection sends. The server that keeps the contract
//! is therefore the same code with and without them.

mod answer;
mod catalogue;
mod layer;
mod request;
mod short;
mod state;
mod stream;
#[cfg(test)]
mod tests;

pub use catalogue::{Fault, fault, faults};
pub(crate) use catalogue::{apply, around};
