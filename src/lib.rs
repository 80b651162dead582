//! Proves that an HTTP API keeps its OpenAPI contract.
//!
//! A contract is an OpenAPI document. Cases are fired at a target: any URL, or a
//! [`tower_service::Service`] in the same process. Each answer is judged against the contract,
//! clause by clause, and what comes out is a verdict for every clause, with the exchange that shows
//! it.
//!
//! The way of one case through the rooms: [`openapi`] loads the document, [`clause`] enumerates what
//! it demands, [`case`] reads the case files, [`run`] sends their steps through a [`target`],
//! [`check`] judges the exchanges, [`outcome`] holds what was found out, [`report`] shows it.
//!
//! ```no_run
//! use std::sync::Arc;
//! use proofmark::{case, clause::Clauses, diag::Source, openapi, profile::Profile, run, target};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let text = std::fs::read_to_string("openapi.yaml")?;
//! let contract = Arc::new(openapi::load(Source::new("openapi.yaml", text)).map_err(|_| "not a contract")?);
//! let clauses = Arc::new(Clauses::of(&contract));
//! let files = case::discover("cases".as_ref(), "cases").map_err(|_| "unreadable")?;
//! let cases = case::load_cases(&files, "cases", &contract).map_err(|_| "not cases")?;
//!
//! let url = "http://127.0.0.1:8080".parse()?;
//! let target = Arc::new(target::UrlTarget::new(url, target::Limits::default(), &target::TlsOptions::default())?);
//! let profile = Profile::default().with_examples(&contract);
//! let plan = run::plan(&contract, &clauses, &cases, &profile).map_err(|_| "unknown clause")?;
//! let options = run::Options { concurrency: 8, nonce: "a1b2c3".into(), ..run::Options::default() };
//! let runner = run::Runner::new(contract, clauses, target, profile, options);
//! let result = runner.run(&cases, &plan, &|_event| {}).await?;
//! println!("{} failed", result.summary.failed);
//! # Ok(())
//! # }
//! ```

pub mod case;
pub mod check;
pub mod clause;
#[cfg(feature = "cli")]
pub mod cli;
pub mod codec;
pub mod diag;
pub mod evidence;
pub mod generate;
pub mod http;
pub mod openapi;
pub mod outcome;
pub mod profile;
#[cfg(feature = "reference")]
pub mod reference;
pub mod relation;
pub mod report;
pub mod run;
pub mod schema;
pub mod target;
pub mod waiver;

#[cfg(feature = "cli")]
pub use cli::Suite;

#[cfg(test)]
#[path = "../tests/it/mod.rs"]
mod it;
