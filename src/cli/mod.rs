//! The front doors: the `proofmark` binary and the `cargo test` runner.
//!
//! The only room that reads arguments, environment, clock and randomness, and the only one that
//! prints. Everything below it gets plain values. Read `run.rs` first, then `settings.rs`.

mod args;
mod built_in;
mod config;
mod credential_file;
mod credential_keys;
mod credentials;
mod docs;
mod engine;
mod exit;
mod explain;
mod fetch;
mod generated;
mod init;
mod inputs;
mod judge;
mod libtest;
mod lint;
mod list;
mod matrix;
mod pace;
mod recorded;
mod reports;
mod run;
mod said;
mod selection;
#[cfg(feature = "reference")]
mod selftest;
#[cfg(feature = "reference")]
mod serve;
mod settings;
mod spec;
mod stop;
mod suite;
mod unshown;
mod verdicts;
mod waive;

pub use exit::Exit;
pub use run::main;
pub use suite::Suite;
