//! Runs cases against a target: plans, sends, judges, takes away what was made, and tells of it in
//! events.
//!
//! The only room that knows target, check and profile together. It prints nothing and reads no
//! environment; nonce and limits are handed in. Read [`Runner`] first.

mod acceptance;
mod alternative;
mod authenticate;
mod credentials;
mod given;
mod lock;
mod made;
mod patience;
mod plan;
mod preflight;
mod provider;
mod request;
mod required;
mod scheduler;
mod send;
mod teardown;

pub use acceptance::{Acceptance, Conclusion};
pub use plan::{Plan, Planned, plan, problems};
pub use request::BuildError;
pub use required::Required;
pub use scheduler::{Options, Pace, RunError, RunResult, Runner};
