//! How a run authenticates: against servers that keep what they were sent.

mod enforced;
mod partly;
mod providers;
mod schemes;
mod shown;

use std::fmt::Write as _;
use std::sync::Arc;

use super::support::{Told, url_target};
use crate::case::{Case, load_cases};
use crate::clause::Clauses;
use crate::diag::{Source, Style, render_all};
use crate::http::Secret;
use crate::openapi::{Contract, load};
use crate::profile::{CredentialSource, Profile};
use crate::run::{Options, Plan, RunResult, Runner, plan};
use crate::target::Target;

/// A contract with one operation a security requirement, and its cases.
struct Api {
    contract: Arc<Contract>,
    clauses: Arc<Clauses>,
    cases: Vec<Case>,
}

/// The schemes of all tests' contracts; `BASE` stands for a URL.
const SCHEMES: &str = r#"
    field: { type: apiKey, in: header, name: X-Key }
    query: { type: apiKey, in: query, name: api_key }
    cookie: { type: apiKey, in: cookie, name: session }
    basic: { type: http, scheme: basic }
    bearer: { type: http, scheme: bearer }
    digest: { type: http, scheme: digest }
    oauth:
      type: oauth2
      flows:
        clientCredentials: { tokenUrl: "BASE/token", scopes: { read: "", write: "" } }
        password: { tokenUrl: "/token", scopes: {} }
    oidc: { type: openIdConnect, openIdConnectUrl: "BASE/realm" }
    certificate: { type: mutualTLS }
    odd: { type: telepathy }
"#;

impl Api {
    /// Operations by name with their security requirements, and cases as `OPERATION/NAME` with their
    /// text behind the operation.
    fn of(base: &str, operations: &[(&str, &str)], cases: &[(&str, &str)]) -> Self {
        let mut text = format!(
            "openapi: 3.1.1\ninfo: {{ title: t, version: '1' }}\ncomponents:\n  securitySchemes:{}paths:\n",
            SCHEMES.replace("BASE", base)
        );
        for (name, security) in operations {
            let _ = write!(
                text,
                "  /{name}:\n    get:\n      operationId: {name}\n      security: {security}\n      responses:\n        '200': {{ description: d }}\n        '401': {{ description: d }}\n"
            );
        }
        let contract = load(Source::new("api.yaml", text))
            .unwrap_or_else(|problems| panic!("{}", render_all(&problems, Style::Plain)));
        let sources: Vec<_> = cases
            .iter()
            .map(|(id, text)| {
                let operation = id.split('/').next().unwrap_or_default();
                let text =
                    format!("description: d\nrequirement: r\noperation: {operation}\n{text}\n");
                Source::new(format!("cases/{id}.yaml"), text)
            })
            .collect();
        let cases = load_cases(&sources, "cases", &contract)
            .unwrap_or_else(|problems| panic!("{}", render_all(&problems, Style::Plain)));
        Self {
            clauses: Arc::new(Clauses::of(&contract)),
            contract: Arc::new(contract),
            cases,
        }
    }

    fn plan(&self, profile: &Profile) -> Plan {
        plan(&self.contract, &self.clauses, &self.cases, profile).expect("clauses exist")
    }

    /// Why cases are skipped, in their order.
    fn skips(&self, profile: &Profile) -> Vec<String> {
        let plan = self.plan(profile);
        plan.cases
            .into_iter()
            .filter_map(|planned| planned.skip)
            .collect()
    }

    /// Runs the cases one after the other.
    async fn run(&self, url: &str, profile: &Profile) -> RunResult {
        self.run_at(url_target(url), profile).await
    }

    async fn run_at(&self, target: Arc<dyn Target>, profile: &Profile) -> RunResult {
        let options = Options {
            concurrency: 1,
            nonce: "0123456789".into(),
            locks: None,
            ..Options::default()
        };
        let runner = Runner::new(
            self.contract.clone(),
            self.clauses.clone(),
            target,
            profile.clone(),
            options,
        );
        let result = runner.run(&self.cases, &self.plan(profile), &|_| {}).await;
        result.expect("the target is there")
    }
}

/// A profile with credentials as scheme, identity and value; without a scheme where that is empty.
fn profile(credentials: &[(&str, &str, &str)]) -> Profile {
    let mut profile = Profile::default();
    for (scheme, identity, value) in credentials {
        let source = CredentialSource::Fixed(Secret::new(*value, "SECRET"));
        give(&mut profile, scheme, identity, source);
    }
    profile
}

fn give(profile: &mut Profile, scheme: &str, identity: &str, source: CredentialSource) {
    let identities = match scheme {
        "" => &mut profile.identities,
        scheme => profile.schemes.entry(scheme.to_owned()).or_default(),
    };
    identities.insert(identity.to_owned(), source);
}

/// Whatever the server saw, in order.
fn seen(server: &Told) -> Vec<super::support::Seen> {
    server.seen.lock().expect("nobody panicked").clone()
}
