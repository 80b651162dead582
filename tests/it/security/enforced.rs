//! Who judges that a security requirement is enforced: a request that lacks the credential, wherever it
//! stands, is refused, and the same request with it is not.

use std::sync::Arc;
use std::time::Duration;

use super::super::support::{answer, told};
use super::{Api, profile};
use crate::http::{Exchange, Headers, Request, Response};
use crate::profile::Profile;
use crate::run::RunResult;
use crate::target::{Sending, Target, Way};

const CASE: &str = "expect: { status: 401 }\ncontrol: { auth: default, expect: { status: 200 } }";

/// The verdict of the requirement's clause for a scheme.
fn verdict(api: &Api, result: &RunResult, scheme: &str) -> &'static str {
    let id = format!("get/security/{scheme}#enforced");
    let mut records = result.ledger.records(&api.clauses);
    let record = records.find(|record| record.clause.id.to_string() == id);
    record.expect("the clause is there").verdict.as_str()
}

#[tokio::test]
async fn a_server_that_asks_for_the_credential_holds_the_clause_and_another_breaks_it() {
    for scheme in ["field", "query", "cookie", "basic", "oauth"] {
        for auth in ["auth: none", "auth: { value: wrong }"] {
            for (is_strict, expected) in [(true, "held"), (false, "broken")] {
                let server = told(move |request| {
                    // It stands there as it is, or in the base64 of `me:right`.
                    let head = &request.head;
                    let is_known = head.contains("right") || head.contains("bWU6cmlnaHQ=");
                    let refused = is_strict && !is_known;
                    answer(
                        if refused {
                            "401 Unauthorized"
                        } else {
                            "200 OK"
                        },
                        "{}",
                    )
                })
                .await;
                let security = format!("[{{ {scheme}: [] }}]");
                let case = format!("{auth}\n{CASE}");
                let operations = [("get", security.as_str())];
                let api = Api::of(&server.url, &operations, &[("get/case", &case)]);
                let value = if scheme == "basic" {
                    "me:right"
                } else {
                    "right"
                };
                let profile = profile(&[(scheme, "default", value)]);
                let result = api.run(&server.url, &profile).await;
                let found = verdict(&api, &result, scheme);
                assert_eq!(found, expected, "{scheme} {auth} {is_strict}");
            }
        }
    }
}

/// Whoever shows a certificate is let in; it is the target without one itself, too.
struct Guarded {
    shows: bool,
    without: Option<Box<Guarded>>,
}

impl Target for Guarded {
    fn describe(&self) -> String {
        "guarded".to_owned()
    }

    fn origin(&self) -> String {
        "https://h".to_owned()
    }

    fn authority(&self) -> String {
        "h".to_owned()
    }

    fn prefix(&self) -> &'static str {
        ""
    }

    fn without_certificate(&self) -> Option<&dyn Target> {
        self.without.as_deref().map(|target| target as &dyn Target)
    }

    fn send<'a>(&'a self, request: &'a Request, _way: Way) -> Sending<'a> {
        let exchange = Exchange {
            request: request.clone(),
            response: Response {
                status: if self.shows { 200 } else { 401 },
                headers: Headers::new(),
                body: bytes::Bytes::new(),
                surplus: None,
                raw: None,
            },
            elapsed: Duration::ZERO,
        };
        Box::pin(async move { Ok(exchange) })
    }
}

#[tokio::test]
async fn what_must_lack_the_certificate_is_sent_without_it() {
    let guarded = || Guarded {
        shows: true,
        without: Some(Box::new(Guarded {
            shows: false,
            without: None,
        })),
    };
    let certified = Profile {
        shows_certificate: true,
        ..profile(&[("field", "default", "k1k1")])
    };
    for (security, scheme, expected) in [
        ("[{ certificate: [] }]", "certificate", "held"),
        // Where the contract asks for no certificate, the connection is the owner's business.
        ("[{ field: [] }]", "field", "broken"),
    ] {
        let case = format!("auth: none\n{CASE}");
        let api = Api::of("http://h", &[("get", security)], &[("get/case", &case)]);
        assert!(api.skips(&certified).is_empty());
        let result = api.run_at(Arc::new(guarded()), &certified).await;
        assert_eq!(verdict(&api, &result, scheme), expected);
    }
}
