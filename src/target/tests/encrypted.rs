//! Behind https: whom to believe, and the same by each way.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{WantsServerCert, WebPkiClientVerifier};
use rustls::{ConfigBuilder, RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::*;

// A CA of the tests' own and its certificate for 127.0.0.1, good until 2126, made with openssl.
const CA: &[u8] = include_bytes!("../testdata/ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("../testdata/server.pem");
const KEY: &[u8] = include_bytes!("../testdata/server.key");

// A client's certificate that nobody but itself vouches for, and its key.
const CLIENT: &[u8] = include_bytes!("../testdata/client.pem");
const CLIENT_KEY: &[u8] = include_bytes!("../testdata/client.key");

async fn encrypted() -> BaseUrl {
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth();
    serving(builder).await
}

/// A server that lets nobody in without the client's certificate.
async fn encrypted_for_the_client() -> BaseUrl {
    let mut roots = RootCertStore::empty();
    let client = CertificateDer::from_pem_slice(CLIENT).expect("a certificate");
    roots.add(client).expect("a usable certificate");
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .expect("a verifier");
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier);
    serving(builder).await
}

async fn serving(builder: ConfigBuilder<ServerConfig, WantsServerCert>) -> BaseUrl {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = builder
        .with_single_cert(vec![certificate], key)
        .expect("a usable certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let base = server(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            read_head(&mut stream).await;
            let _ = stream
                .write_all(b"HTTP/1.1 204 No Content\r\n\r\nextra")
                .await;
            let _ = stream.shutdown().await;
        }
    })
    .await;
    base.to_string()
        .replace("http:", "https:")
        .parse()
        .expect("a base URL")
}

fn believing(base: &BaseUrl, tls: &TlsOptions) -> UrlTarget {
    UrlTarget::new(base.clone(), Limits::default(), tls).expect("a target")
}

#[tokio::test]
async fn a_certificate_is_believed_by_its_ca_or_on_the_users_word() {
    let base = encrypted().await;
    let by_ca = TlsOptions {
        ca: Some(CA.to_vec()),
        insecure: false,
        identity: None,
    };
    let anybody = TlsOptions {
        ca: None,
        insecure: true,
        identity: None,
    };
    for tls in [&by_ca, &anybody] {
        let target = believing(&base, tls);
        assert_eq!(target.describe().contains("NOT verified"), tls.insecure);
        for way in WAYS {
            let response = target
                .send(&get(&target, "/"), way)
                .await
                .expect("an answer")
                .response;
            let surplus = (way == Way::Wire).then_some(Bytes::from_static(b"extra"));
            assert_eq!((response.status, response.surplus), (204, surplus));
        }
    }
}

#[tokio::test]
async fn a_certificate_of_nobody_is_refused() {
    let base = encrypted().await;
    // Any other certificate will do for an authority that didn't sign this one.
    let other = TlsOptions {
        ca: Some(CERTIFICATE.to_vec()),
        insecure: false,
        identity: None,
    };
    let target = believing(&base, &other);
    let mut errors = Vec::new();
    for way in WAYS {
        errors.push(
            target
                .send(&get(&target, "/"), way)
                .await
                .expect_err("refused"),
        );
    }
    assert!(errors[0].is_connect());
    assert!(
        matches!(&errors[0], TransportError::Tls { .. }),
        "{errors:?}"
    );
    assert_eq!(errors[0], errors[1]);
}

#[tokio::test]
async fn a_server_without_tls_is_refused() {
    let plain = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let base: BaseUrl = plain
        .to_string()
        .replace("http:", "https:")
        .parse()
        .expect("a base URL");
    let tls = TlsOptions {
        ca: None,
        insecure: true,
        identity: None,
    };
    let target = believing(&base, &tls);
    for way in WAYS {
        let error = target
            .send(&get(&target, "/"), way)
            .await
            .expect_err("refused");
        assert!(matches!(error, TransportError::Tls { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn the_clients_certificate_is_shown_to_a_server_that_asks_for_it() {
    let base = encrypted_for_the_client().await;
    let tls = TlsOptions {
        ca: Some(CA.to_vec()),
        insecure: false,
        identity: Some(ClientIdentity {
            certificates: CLIENT.to_vec(),
            key: CLIENT_KEY.to_vec(),
        }),
    };
    let shown = format!("{tls:?}");
    assert!(shown.contains("identity: Some(***)"), "{shown}");
    let target = believing(&base, &tls);
    let without = target.without_certificate().expect("it has one");
    assert!(without.without_certificate().is_none());
    for way in WAYS {
        let answer = target.send(&get(&target, "/"), way).await;
        assert_eq!(answer.expect("an answer").response.status, 204);
        // By TLS 1.3 a client learns of its refusal with the first answer.
        without
            .send(&get(&target, "/"), way)
            .await
            .expect_err("nobody vouches for nobody");
    }
}

#[test]
fn a_clients_certificate_that_is_none_is_refused() {
    let base: BaseUrl = "https://127.0.0.1:1".parse().expect("a base URL");
    for (certificates, key) in [
        (&b"no pem"[..], CLIENT_KEY),
        (CLIENT, CLIENT),
        (CLIENT, KEY),
    ] {
        let tls = TlsOptions {
            ca: Some(CA.to_vec()),
            insecure: false,
            identity: Some(ClientIdentity {
                certificates: certificates.to_vec(),
                key: key.to_vec(),
            }),
        };
        let refused = UrlTarget::new(base.clone(), Limits::default(), &tls).map(|_| ());
        assert!(
            matches!(refused, Err(SetupError::Identity(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_ca_file_without_a_certificate_is_refused() {
    let base: BaseUrl = "https://127.0.0.1:1".parse().expect("a base URL");
    for ca in [&b"no pem at all"[..], KEY] {
        let tls = TlsOptions {
            ca: Some(ca.to_vec()),
            insecure: false,
            identity: None,
        };
        let refused = UrlTarget::new(base.clone(), Limits::default(), &tls).map(|_| ());
        assert!(matches!(refused, Err(SetupError::Ca(_))), "{refused:?}");
    }
}
