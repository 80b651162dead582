//! One scheme of several that are needed together is left out or replaced, and the others are sent.

use super::super::support::{Reply, answer, told};
use super::{Api, profile, seen};
use crate::case::load_cases;
use crate::diag::{Source, Style, render_all};

const CASE: &str = "expect: { status: 401 }\ncontrol: { auth: default, expect: { status: 200 } }";

/// What a request carries: the key, the token, both or none.
fn carried(head: &str) -> String {
    let lines = head.lines().map(str::to_ascii_lowercase);
    let fields =
        lines.filter(|line| line.starts_with("x-key:") || line.starts_with("authorization:"));
    fields.collect::<Vec<_>>().join(", ")
}

fn refused_unless(known: bool) -> Reply {
    answer(if known { "200 OK" } else { "401 Unauthorized" }, "{}")
}

#[tokio::test]
async fn each_scheme_of_several_is_put_to_the_test_by_itself() {
    for (auth, first, scheme) in [
        ("{ field: none }", "authorization: bearer t", "field"),
        (
            "{ field: { value: wrong } }",
            "authorization: bearer t, x-key: wrong",
            "field",
        ),
        ("{ bearer: none }", "x-key: k", "bearer"),
        (
            "{ bearer: { value: wrong }, field: default }",
            "x-key: k, authorization: bearer wrong",
            "bearer",
        ),
    ] {
        for (asks, expected) in [("both", "held"), ("field", "field"), ("bearer", "bearer")] {
            let server = told(move |request| {
                let has = |asked, part| asks == asked || request.head.contains(part);
                refused_unless(has("bearer", "x-key: k\r") && has("field", "Bearer t\r"))
            })
            .await;
            let case = format!("auth: {auth}\n{CASE}");
            let operations = [("get", "[{ field: [], bearer: [] }]")];
            let api = Api::of(&server.url, &operations, &[("get/case", &case)]);
            let profile = profile(&[("field", "default", "k"), ("bearer", "default", "t")]);
            let result = api.run(&server.url, &profile).await;
            assert_eq!(carried(&seen(&server)[0].head), first, "{auth}");
            let id = |name: &str| format!("get/security/{name}#enforced");
            let records = result.ledger.records(&api.clauses);
            let found: Vec<(String, &str)> = records
                .filter(|record| record.clause.id.to_string().contains("/security/"))
                .map(|record| (record.clause.id.to_string(), record.verdict.as_str()))
                .collect();
            // A server that asks for this scheme alone refuses as well.
            let verdict = if expected == "held" || asks == scheme {
                "held"
            } else {
                "broken"
            };
            for name in ["field", "bearer"] {
                let verdict = if name == scheme { verdict } else { "untested" };
                assert!(
                    found.contains(&(id(name), verdict)),
                    "{auth} {asks}: {found:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_is_enough_without_the_scheme_breaks_nothing() {
    // The token alone is an alternative, so that who lacks the key may be let in.
    let security = "[{ field: [], bearer: [] }, { bearer: [] }]";
    for is_strict in [true, false] {
        let server =
            told(move |request| refused_unless(!is_strict || request.head.contains("x-key"))).await;
        let case = format!("auth: {{ field: none }}\n{CASE}");
        let api = Api::of(&server.url, &[("get", security)], &[("get/case", &case)]);
        let profile = profile(&[("field", "default", "k"), ("bearer", "default", "t")]);
        let result = api.run(&server.url, &profile).await;
        let mut records = result.ledger.records(&api.clauses);
        assert!(records.all(|record| {
            let id = record.clause.id.to_string();
            !id.contains("/security/") || record.verdict.as_str() == "untested"
        }));
    }
}

#[tokio::test]
async fn an_identity_of_one_scheme_is_that_schemes_own() {
    let server = told(|_| refused_unless(true)).await;
    let case = "auth: { bearer: other }\nexpect: { status: 200 }";
    let security = "[{ field: [], bearer: [] }]";
    let api = Api::of(&server.url, &[("get", security)], &[("get/case", case)]);
    let both = [("field", "default", "k"), ("bearer", "default", "t")];
    assert_eq!(
        api.skips(&profile(&both)),
        [
            "needs a credential of the identity other for `bearer` (give it in PROOFMARK_TOKEN_BEARER_OTHER)"
        ]
    );
    let other = [both[0], both[1], ("bearer", "other", "o")];
    api.run(&server.url, &profile(&other)).await;
    assert_eq!(
        carried(&seen(&server)[0].head),
        "x-key: k, authorization: bearer o"
    );
}

#[test]
fn what_no_alternative_has_together_is_said() {
    let operations = [("get", "[{ field: [], certificate: [] }, { bearer: [] }]")];
    let api = Api::of("http://h", &operations, &[]);
    let text = "description: d
requirement: r
given:
  - { operation: get, auth: { feild: none } }
  - { operation: get, auth: { field: none, bearer: none } }
operation: get
auth: { certificate: other }
";
    let source = Source::new("cases/get/case.yaml", text);
    let problems = load_cases(&[source], "cases", &api.contract).expect_err("it is no case");
    insta::assert_snapshot!(render_all(&problems, Style::Plain), @r#"
    error[case-value]: `get` asks for no security scheme `feild`
     --> cases/get/case.yaml:4:31
      |
    4 |   - { operation: get, auth: { feild: none } }
      |                               ^^^^^
      |
      = help: did you mean `field`?

    error[case-value]: `get` asks for these schemes in different alternatives
     --> cases/get/case.yaml:5:29
      |
    5 |   - { operation: get, auth: { field: none, bearer: none } }
      |                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: name schemes that one alternative of its security has together

    error[case-value]: `certificate` is a certificate, of which there is one or none
     --> cases/get/case.yaml:7:22
      |
    7 | auth: { certificate: other }
      |                      ^^^^^
      |
      = help: leave it out with `none`
    "#);
}
