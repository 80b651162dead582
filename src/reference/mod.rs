//! The built-in contract, *Set image metadata item* and its companions, and a server that keeps it.
//!
//! The contract is stated once, by the types and paths the server itself is made of, and generated
//! from them. This room imports no other; what fires at the server knows it only through its
//! document. Read [`contract()`] first, then [`Server`].

mod answers;
mod body;
mod contract;
mod fault;
mod finish;
mod fixtures;
mod paths;
mod request;
mod server;
mod service;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod types;
mod wire;
mod yaml;

pub use contract::{contract, contract_json, contract_yaml};
pub use fault::{Category, Fault, fault, faults};
pub use server::Server;
