//! Behind https: whom to believe, and the same by each way.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::*;

// A CA of the tests' own and its certificate for 127.0.0.1, good until 2126, made with openssl.
const CA: &[u8] = include_bytes!("../testdata/ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("../testdata/server.pem");
const KEY: &[u8] = include_bytes!("../testdata/server.key");

async fn encrypted() -> BaseUrl {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
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
