//! Where each kind of credential stands in a request, and which alternative is taken.

use super::super::support::{Seen, answer, told};
use super::{Api, profile, seen};
use crate::profile::Profile;

/// What the only case of an operation with this security sends.
async fn sent(security: &str, case: &str, profile: &Profile) -> Seen {
    let server = told(|_| answer("200 OK", "{}")).await;
    let api = Api::of(&server.url, &[("get", security)], &[("get/case", case)]);
    assert_eq!(api.skips(profile), Vec::<String>::new());
    api.run(&server.url, profile).await;
    let mut seen = seen(&server);
    assert_eq!(seen.len(), 1);
    seen.remove(0)
}

#[tokio::test]
async fn every_kind_stands_where_its_scheme_has_it() {
    for (scheme, value, field, expected) in [
        ("field", "k1k1", "x-key", "k1k1"),
        ("cookie", "c1c1", "cookie", "session=c1c1"),
        ("basic", "me:pass", "authorization", "Basic bWU6cGFzcw=="),
        (
            "basic",
            "bWU6cGFzcw==",
            "authorization",
            "Basic bWU6cGFzcw==",
        ),
        (
            "basic",
            "basic bWU6cGFzcw==",
            "authorization",
            "basic bWU6cGFzcw==",
        ),
        ("bearer", "t1t1", "authorization", "Bearer t1t1"),
        ("bearer", "bearer t1t1", "authorization", "bearer t1t1"),
        ("bearer", "bearert1", "authorization", "Bearer bearert1"),
        ("digest", "qop=auth", "authorization", "Digest qop=auth"),
        ("oauth", "t1t1", "authorization", "Bearer t1t1"),
        ("oidc", "t1t1", "authorization", "Bearer t1t1"),
    ] {
        let profile = profile(&[(scheme, "default", value)]);
        let seen = sent(&format!("[{{ {scheme}: [] }}]"), "", &profile).await;
        assert_eq!(seen.fields(field), [expected], "{scheme}");
        assert_eq!(seen.path, "/get");
    }
}

#[tokio::test]
async fn a_key_in_the_query_is_escaped_and_joins_what_is_there() {
    let profile = profile(&[("query", "default", "a b&c")]);
    let security = "[{ query: [] }]";
    for (case, path) in [
        ("", "/get?api_key=a%20b%26c"),
        ("target: /get?x=1", "/get?x=1&api_key=a%20b%26c"),
        ("target: /get?api_key=other", "/get?api_key=other"),
        ("auth: none", "/get"),
        ("auth: { value: 'wr ng' }", "/get?api_key=wr%20ng"),
    ] {
        assert_eq!(sent(security, case, &profile).await.path, path, "{case}");
    }
}

#[tokio::test]
async fn a_cookie_joins_those_that_are_there() {
    let profile = profile(&[("cookie", "default", "c1c1")]);
    let security = "[{ cookie: [] }]";
    for (case, cookies) in [
        (
            "headers: { Cookie: theme=dark }",
            &["theme=dark; session=c1c1"][..],
        ),
        ("headers: { cookie: session=other }", &["session=other"]),
        ("headers: { Cookie: null }", &[]),
        ("auth: none", &[]),
        (
            "auth: none\nheaders: { Cookie: theme=dark }",
            &["theme=dark"],
        ),
        ("auth: { value: wrong }", &["session=wrong"]),
    ] {
        let seen = sent(security, case, &profile).await;
        assert_eq!(seen.fields("cookie"), cookies, "{case}");
    }
}

#[tokio::test]
async fn schemes_that_are_needed_together_are_all_sent() {
    let security = "[{ field: [], query: [], bearer: [] }]";
    let all = profile(&[
        ("field", "default", "k1k1"),
        ("query", "default", "q1q1"),
        ("bearer", "default", "t1t1"),
        ("bearer", "other-tenant", "t2t2"),
    ]);
    let parts = |seen: &Seen| {
        let fields = [seen.fields("x-key"), seen.fields("authorization")].concat();
        format!("{} {}", seen.path, fields.join(" "))
    };
    let seen = sent(security, "", &all).await;
    assert_eq!(parts(&seen), "/get?api_key=q1q1 k1k1 Bearer t1t1");
    // The keys name the application and are the same for every user.
    let seen = sent(security, "auth: other-tenant", &all).await;
    assert_eq!(parts(&seen), "/get?api_key=q1q1 k1k1 Bearer t2t2");
    let seen = sent(security, "auth: none", &all).await;
    assert_eq!(parts(&seen), "/get ");
    let seen = sent(security, "auth: { value: wrong }", &all).await;
    assert_eq!(parts(&seen), "/get?api_key=wrong wrong Bearer wrong");
    // One that doesn't say which scheme it is for is for the one that is left.
    let left = profile(&[
        ("field", "default", "k1k1"),
        ("query", "default", "q1q1"),
        ("", "default", "t3t3"),
    ]);
    let seen = sent(security, "", &left).await;
    assert_eq!(parts(&seen), "/get?api_key=q1q1 k1k1 Bearer t3t3");
}

#[tokio::test]
async fn the_first_alternative_that_can_be_had_is_taken() {
    let security = "[{}, { field: [], certificate: [] }, { cookie: [] }, { bearer: [] }]";
    for (scheme, sends) in [
        ("field", ""),
        ("cookie", "session=v1v1"),
        ("bearer", "Bearer v1v1"),
    ] {
        let seen = sent(security, "", &profile(&[(scheme, "default", "v1v1")])).await;
        let fields = [seen.fields("cookie"), seen.fields("authorization")].concat();
        assert_eq!(fields.join(" "), sends, "{scheme}");
        assert!(seen.fields("x-key").is_empty());
    }
}

#[test]
fn what_cannot_be_satisfied_is_skipped_and_says_what_to_give() {
    let skips = |security: &str, case: &str, profile: &Profile| {
        Api::of("http://h", &[("get", security)], &[("get/case", case)]).skips(profile)
    };
    let none = Profile::default();
    let key = profile(&[("field", "default", "k1k1")]);
    assert_eq!(
        skips("[{ field: [], bearer: [] }]", "", &key),
        Vec::<String>::new()
            .into_iter()
            .chain([
                "needs a credential for `bearer` (give it in PROOFMARK_TOKEN_BEARER)".to_owned()
            ])
            .collect::<Vec<_>>()
    );
    assert_eq!(
        skips("[{ field: [] }, { oauth: [] }]", "", &none),
        [
            "needs a credential for `field` (give it in PROOFMARK_TOKEN_FIELD), or a credential for `oauth` (give it in PROOFMARK_TOKEN_OAUTH)"
        ]
    );
    assert_eq!(
        skips("[{ field: [] }]", "auth: other-tenant", &key),
        [
            "needs a credential of the identity other-tenant for `field` (give it in PROOFMARK_TOKEN_FIELD_OTHER_TENANT)"
        ]
    );
    assert_eq!(
        skips("[{ certificate: [] }]", "", &none),
        [
            "needs a client certificate for `certificate` (give it with --client-certificate and --client-key)"
        ]
    );
    assert_eq!(
        skips("[{ odd: [] }]", "", &none),
        ["needs a way to send the security scheme `odd`, whose type `telepathy` is not known"]
    );
    // Anonymous requests are allowed, but nobody's is not another tenant's.
    let optional = "[{ field: [] }, {}]";
    assert!(skips(optional, "", &none).is_empty());
    assert_eq!(skips(optional, "auth: other-tenant", &none).len(), 1);
    assert!(skips("[{ field: [] }]", "auth: none", &none).is_empty());
    assert!(skips("[{ field: [] }]", "auth: { value: x }", &none).is_empty());
}

#[tokio::test]
async fn a_credential_that_no_cookie_can_hold_is_not_sent() {
    let server = told(|_| answer("200 OK", "{}")).await;
    let api = Api::of(
        &server.url,
        &[("get", "[{ cookie: [] }]")],
        &[("get/case", "")],
    );
    let profile = profile(&[("cookie", "default", "a; admin=1")]);
    let result = api.run(&server.url, &profile).await;
    let said = result.outcomes[0].troubles[0].to_string();
    assert!(
        said.contains("`cookie`") && !said.contains("admin"),
        "{said}"
    );
    assert!(seen(&server).is_empty());
}
