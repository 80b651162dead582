//! Tokens from those who give them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::support::{Reply, Seen, Told, answer, told};
use super::{Api, give, seen};
use crate::http::Secret;
use crate::outcome::CaseVerdict;
use crate::profile::{
    CredentialSource, KeystoneUser, OAuth2Client, OAuth2Grant, Profile, TokenProvider,
};

fn client(grant: OAuth2Grant) -> OAuth2Client {
    OAuth2Client {
        grant,
        client_id: "me".to_owned(),
        client_secret: Some(Secret::new("geheim", "")),
        secret_in_body: false,
        scopes: None,
        token_url: None,
    }
}

fn user_password() -> OAuth2Grant {
    OAuth2Grant::Password {
        username: "ann".to_owned(),
        password: Secret::new("p&w", ""),
    }
}

fn asking(scheme: &str, provider: TokenProvider) -> Profile {
    let mut profile = Profile::default();
    let source = CredentialSource::Provider(Box::new(provider), "SECRET".to_owned());
    give(&mut profile, scheme, "default", source);
    profile
}

/// A server that gives tokens `t-1`, `t-2`, … and knows the `valid`th only.
async fn giving(valid: u32) -> Told {
    let given = AtomicU32::new(0);
    let own = Mutex::new(String::new());
    told(move |request: &Seen| {
        if let Some(host) = request.fields("host").first() {
            *own.lock().expect("nobody panicked") = format!("http://{host}");
        }
        let base = own.lock().expect("nobody panicked").clone();
        match request.path.as_str() {
            "/token" => {
                let number = given.fetch_add(1, Ordering::Relaxed) + 1;
                let body = format!(
                    r#"{{"access_token":"t-{number}","token_type":"Bearer","expires_in":1}}"#
                );
                answer("200 OK", &body)
            }
            "/realm/.well-known/openid-configuration" => answer(
                "200 OK",
                &format!(r#"{{"issuer":"{base}/realm","token_endpoint":"{base}/token"}}"#),
            ),
            "/v3/auth/tokens" => Reply::Bytes(
                b"HTTP/1.1 201 Created\r\nx-subject-token: k-1\r\ncontent-length: 2\r\n\r\n{}"
                    .to_vec(),
            ),
            _ => {
                let known = [format!("Bearer t-{valid}")];
                let is_known = request.fields("authorization") == known;
                answer(
                    if is_known {
                        "200 OK"
                    } else {
                        "401 Unauthorized"
                    },
                    "{}",
                )
            }
        }
    })
    .await
}

const TWO_CASES: &[(&str, &str)] = &[
    ("get/one", "expect: { status: 200 }"),
    ("get/two", "expect: { status: 200 }"),
];

#[tokio::test]
async fn a_token_is_asked_for_once_with_all_scopes_that_are_required() {
    let server = giving(1).await;
    let operations = [
        ("get", "[{ oauth: [write] }]"),
        ("list", "[{ oauth: [read] }]"),
    ];
    let api = Api::of(&server.url, &operations, TWO_CASES);
    let client = client(OAuth2Grant::ClientCredentials);
    let profile = asking("oauth", TokenProvider::OAuth2(client));
    let result = api.run(&server.url, &profile).await;
    assert!(
        result
            .outcomes
            .iter()
            .all(|o| o.verdict == CaseVerdict::Pass)
    );
    let seen = seen(&server);
    let paths: Vec<&str> = seen.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths, ["/token", "/get", "/get"]);
    assert_eq!(
        seen[0].body,
        "grant_type=client_credentials&scope=read+write"
    );
    // me:geheim
    assert_eq!(seen[0].fields("authorization"), ["Basic bWU6Z2VoZWlt"]);
    assert_eq!(
        seen[0].fields("content-type"),
        ["application/x-www-form-urlencoded"]
    );
}

#[tokio::test]
async fn a_refused_token_is_asked_for_once_more_and_no_further_time() {
    for (valid, passed) in [(2, 2), (9, 0)] {
        let server = giving(valid).await;
        let api = Api::of(&server.url, &[("get", "[{ oauth: [] }]")], TWO_CASES);
        let client = client(OAuth2Grant::ClientCredentials);
        let profile = asking("oauth", TokenProvider::OAuth2(client));
        let result = api.run(&server.url, &profile).await;
        assert_eq!(result.summary.passed, passed);
        let seen = seen(&server);
        let asked = seen.iter().filter(|seen| seen.path == "/token").count();
        assert_eq!(asked, 2);
    }
}

#[tokio::test]
async fn a_users_password_is_sent_to_the_contracts_relative_token_url() {
    let server = giving(1).await;
    let api = Api::of(&server.url, &[("get", "[{ oauth: [] }]")], TWO_CASES);
    let client = OAuth2Client {
        secret_in_body: true,
        scopes: Some(vec!["a".to_owned()]),
        ..client(user_password())
    };
    let profile = asking("oauth", TokenProvider::OAuth2(client));
    assert_eq!(api.run(&server.url, &profile).await.summary.passed, 2);
    let asked = &seen(&server)[0];
    assert_eq!(
        asked.body,
        "grant_type=password&username=ann&password=p%26w&scope=a&client_id=me&client_secret=geheim"
    );
    assert!(asked.fields("authorization").is_empty());
}

#[tokio::test]
async fn the_token_endpoint_is_discovered() {
    let server = giving(1).await;
    let api = Api::of(&server.url, &[("get", "[{ oidc: [] }]")], TWO_CASES);
    let client = client(OAuth2Grant::ClientCredentials);
    let profile = asking("oidc", TokenProvider::OAuth2(client));
    assert_eq!(api.run(&server.url, &profile).await.summary.passed, 2);
    let seen = seen(&server);
    assert_eq!(seen[0].path, "/realm/.well-known/openid-configuration");
    assert_eq!(seen[1].path, "/token");
}

#[tokio::test]
async fn another_issuers_configuration_is_given_no_password() {
    let server = told(|request| match request.method.as_str() {
        "GET" => answer(
            "200 OK",
            r#"{"issuer":"http://other","token_endpoint":"http://other/token"}"#,
        ),
        _ => answer("200 OK", "{}"),
    })
    .await;
    let api = Api::of(&server.url, &[("get", "[{ oidc: [] }]")], &TWO_CASES[..1]);
    let client = client(OAuth2Grant::ClientCredentials);
    let profile = asking("oidc", TokenProvider::OAuth2(client));
    let result = api.run(&server.url, &profile).await;
    let said = result.outcomes[0].troubles[0].to_string();
    assert!(
        said.contains("not the configuration of the issuer"),
        "{said}"
    );
    assert_eq!(seen(&server).len(), 1);
}

#[tokio::test]
async fn keystone_gives_a_token_in_a_header_field() {
    let server = giving(1).await;
    let api = Api::of(
        &server.url,
        &[("get", "[{ field: [] }]")],
        &[("get/one", "")],
    );
    let user = KeystoneUser {
        auth_url: format!("{}/v3/", server.url),
        username: "ann".to_owned(),
        password: Secret::new("p\"w", ""),
        user_domain: Some("Users".to_owned()),
        project: Some("demo".to_owned()),
        project_domain: None,
    };
    api.run(&server.url, &asking("", TokenProvider::Keystone(user)))
        .await;
    let seen = seen(&server);
    assert_eq!(seen[1].fields("x-key"), ["k-1"]);
    let asked: serde_json::Value = serde_json::from_str(&seen[0].body).expect("it is JSON");
    let expected = serde_json::json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": "ann", "domain": { "name": "Users" }, "password": "p\"w"
        } } },
        "scope": { "project": { "name": "demo", "domain": { "id": "default" } } }
    } });
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_provider_that_refuses_is_named_with_its_status_and_no_secret() {
    let server = told(|request| {
        let body = format!(r#"{{"error":"invalid_client","echo":{:?}}}"#, request.body);
        answer("302 Found", &body)
    })
    .await;
    let api = Api::of(&server.url, &[("get", "[{ oauth: [] }]")], &TWO_CASES[..1]);
    for token_url in [
        format!("{}/token?key=hidden", server.url),
        "http://127.0.0.1:1/token?key=hidden".to_owned(),
        "ftp://h/token?key=hidden".to_owned(),
    ] {
        let client = OAuth2Client {
            secret_in_body: true,
            token_url: Some(token_url.clone()),
            ..client(user_password())
        };
        let profile = asking("oauth", TokenProvider::OAuth2(client));
        let result = api.run(&server.url, &profile).await;
        let outcome = &result.outcomes[0];
        assert!(matches!(outcome.verdict, CaseVerdict::Error), "{token_url}");
        let said = outcome.troubles[0].to_string();
        assert!(
            said.contains("the token for `oauth` can't be had"),
            "{said}"
        );
        if token_url.contains(&server.url) {
            assert!(
                said.contains("/token was answered 302 invalid_client"),
                "{said}"
            );
        }
        for secret in ["geheim", "p&w", "p%26w", "hidden"] {
            assert!(!said.contains(secret), "{said}");
        }
    }
}
