//! Proves that an HTTP API keeps its OpenAPI contract.
//!
//! A contract is an OpenAPI document. Cases are fired at a target: any URL, or a
//! [`tower_service::Service`] in the same process. Each answer is judged against the contract,
//! clause by clause, and what comes out is a verdict for every clause, with the exchange that shows
//! it.
//!
//! # The document as a test suite
//!
//! Three lines in `tests/conformance.rs`, and `harness = false` for it in `Cargo.toml`: each operation is
//! called once, with a request made from the document, and each request is a named test.
//!
//! ```no_run
//! # #[cfg(feature = "cli")]
//! # fn main() -> std::process::ExitCode {
//! # fn document() -> serde_json::Value { serde_json::json!({}) }
//! # fn app() -> axum::Router { axum::Router::new() }
//! // in `main`, with utoipa's `ApiDoc::openapi()` or whatever else is a document
//! proofmark::Suite::new(document()).service(app()).main()
//! # }
//! # #[cfg(not(feature = "cli"))]
//! # fn main() {}
//! ```
//!
//! `Suite` says what else it takes: case files (`cases`), what is on the target (`variable`), who acts
//! (`credential`), another target (`url`, `start`, `target`), hooks around the cases (`before_each`,
//! `after_each`) and checks of one's own (`check`).
//!
//! # A single exchange
//!
//! All that is judged is an exchange, wherever it comes from: a log, a proxy, another test.
//!
//! ```
//! use proofmark::check::Judge;
//! use proofmark::clause::Clauses;
//! use proofmark::diag::Source;
//! use proofmark::http::{Exchange, Request, Response};
//!
//! let document = r#"
//! openapi: 3.1.1
//! info: { title: Pets, version: "1" }
//! paths:
//!   /pets/{id}:
//!     parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
//!     get:
//!       operationId: getPet
//!       responses:
//!         "200":
//!           description: The pet.
//!           content: { application/json: { schema: { required: [name] } } }
//! "#;
//! let contract = proofmark::openapi::load(Source::new("openapi.yaml", document)).expect("a contract");
//! let clauses = Clauses::of(&contract);
//! let exchange = Exchange {
//!     request: Request {
//!         method: "GET".into(),
//!         target: "/v1/pets/7".into(),
//!         headers: [("host", "localhost")].into_iter().collect(),
//!         body: "".into(),
//!         secrets: Vec::new(),
//!     },
//!     response: Response {
//!         status: 200,
//!         headers: [("content-type", "application/json")].into_iter().collect(),
//!         body: "{}".into(),
//!         surplus: None,
//!         raw: None,
//!     },
//!     elapsed: std::time::Duration::ZERO,
//! };
//! let judge = Judge::new(&contract, &clauses);
//! let outcome = judge.exchange(exchange, "/v1").expect("the contract has this operation");
//! let failure = outcome.failures().next().expect("the pet has no name");
//! assert_eq!(failure.clause.to_string(), "getPet/200/application~1json/name#required");
//! assert_eq!(failure.demanded.as_ref().map(|place| place.line), Some(12));
//! ```
//!
//! # A check of one's own
//!
//! What a team asks of its API beside the document is a [`check::Check`]: it reads the answers of a case,
//! and says what is wrong with them. The suite takes it with `check`, and a judge with
//! [`check::Judge::with_checks`].
//!
//! ```
//! use proofmark::check::{Area, Broken, Check, Rule, TraceView, Verdicts};
//! use proofmark::openapi::Level;
//!
//! struct NotStored;
//!
//! static RULE: Rule = Rule {
//!     id: "not-stored",
//!     title: "no cache keeps an answer",
//!     requirement: "every answer says Cache-Control: no-store",
//!     level: Level::Must,
//!     area: Area::Headers,
//!     reference: "https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.5",
//! };
//!
//! impl Check for NotStored {
//!     fn rule(&self) -> &'static Rule {
//!         &RULE
//!     }
//!
//!     fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
//!         for answer in &trace.answers {
//!             let said = answer.exchange.response.headers.text("cache-control");
//!             if said != Some("no-store") {
//!                 verdicts.found(answer, "cache-control", Broken {
//!                     title: "a cache may keep the answer".into(),
//!                     expected: "no-store".into(),
//!                     actual: said.unwrap_or("nothing").into(),
//!                     ..Broken::default()
//!                 });
//!             }
//!         }
//!     }
//! }
//! # use proofmark::{check::Judge, clause::Clauses, diag::Source, http::{Exchange, Headers, Request, Response}};
//! # let document = r#"{"openapi": "3.1.1", "info": {"title": "t", "version": "1"},
//! #     "paths": {"/": {"get": {"operationId": "root", "responses": {"204": {"description": "d"}}}}}}"#;
//! # let contract = proofmark::openapi::load(Source::new("t.json", document)).expect("a contract");
//! # let clauses = Clauses::of(&contract);
//! # let exchange = Exchange {
//! #     request: Request { method: "GET".into(), target: "/".into(), headers: [("host", "h")].into_iter().collect(), body: "".into(), secrets: Vec::new() },
//! #     response: Response { status: 204, headers: Headers::new(), body: "".into(), surplus: None, raw: None },
//! #     elapsed: std::time::Duration::ZERO,
//! # };
//!
//! let checks: [std::sync::Arc<dyn Check>; 1] = [std::sync::Arc::new(NotStored)];
//! let judge = Judge::new(&contract, &clauses).with_checks(&checks);
//! let outcome = judge.exchange(exchange, "").expect("the contract has this operation");
//! let found: Vec<String> = outcome.failures().map(|found| found.clause.to_string()).collect();
//! assert_eq!(found, ["root/check/not-stored#cache-control"]);
//! ```
//!
//! # A target of one's own
//!
//! Whatever answers requests is a [`target::Target`]: [`target::UrlTarget`] is a server,
//! [`target::ServiceTarget`] a service in this process. One of one's own gets each request whole, and
//! gives the answer; the suite takes it with `target`.
//!
//! # A run, piece by piece
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
//! let files = case::CaseFiles::of_folder("cases".as_ref(), "cases").map_err(|_| "unreadable")?;
//! let cases = case::bind_cases(files, &contract).map_err(|_| "not cases")?;
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
