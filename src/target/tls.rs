//! TLS by rustls with ring, the same for reqwest and for raw connections.

use std::error::Error;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::http::BaseUrl;

use super::error::SetupError;
use super::options::{ClientIdentity, TlsOptions};
use super::url::Connection;

/// Whom a target's connections believe, if they are encrypted.
pub(super) struct Security {
    config: Arc<ClientConfig>,
    is_tls: bool,
}

impl Security {
    /// The system's authorities are read for an `https` target without a CA only: it costs tens
    /// of milliseconds.
    pub(super) fn new(base: &BaseUrl, options: &TlsOptions) -> Result<Self, SetupError> {
        let provider = Arc::new(ring::default_provider());
        let client = |error: rustls::Error| SetupError::Client(error.to_string());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(client)?;
        let builder = if !base.is_tls() {
            builder.with_root_certificates(RootCertStore::empty())
        } else if options.insecure {
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        } else if let Some(pem) = &options.ca {
            builder.with_root_certificates(roots(pem)?)
        } else {
            let system = rustls_platform_verifier::Verifier::new(provider)
                .map_err(|error| SetupError::Roots(error.to_string()))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(system))
        };
        let mut config = match &options.identity {
            Some(identity) if base.is_tls() => {
                let (certificates, key) = shown(identity)?;
                builder
                    .with_client_auth_cert(certificates, key)
                    .map_err(|error| SetupError::Identity(error.to_string()))?
            }
            _ => builder.with_no_client_auth(),
        };
        // HTTP/2 is another wire.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
            is_tls: base.is_tls(),
        })
    }

    /// The client with this security. It is given even where it isn't used: left alone, the
    /// client would read the system's authorities and look for a provider of its own.
    pub(super) fn apply(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        builder.tls_backend_preconfigured(ClientConfig::clone(&self.config))
    }

    /// The connection, encrypted if the target's are. An error is the handshake's.
    pub(super) async fn wrap(&self, stream: TcpStream, host: &str) -> Result<Connection, String> {
        if !self.is_tls {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
        let stream = TlsConnector::from(Arc::clone(&self.config))
            .connect(name, stream)
            .await
            .map_err(|error| error.to_string())?;
        Ok(Box::new(stream))
    }
}

/// Whether the error is of the handshake rather than of the connection below it.
pub(super) fn is_handshake(error: &(dyn Error + 'static)) -> bool {
    error.is::<rustls::Error>()
}

/// What the client shows of itself: the certificate's chain, and its key.
fn shown(
    identity: &ClientIdentity,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), SetupError> {
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(&identity.certificates).collect();
    let certificates = certificates.map_err(|error| SetupError::Identity(error.to_string()))?;
    if certificates.is_empty() {
        return Err(SetupError::Identity("no certificate is in it".to_owned()));
    }
    // What is wrong with a key isn't said in the parser's words: they may hold some of it.
    let key = PrivateKeyDer::from_pem_slice(&identity.key)
        .map_err(|_| SetupError::Identity("no private key is in the key's file".to_owned()))?;
    Ok((certificates, key))
}

fn roots(pem: &[u8]) -> Result<RootCertStore, SetupError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| SetupError::Ca(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| SetupError::Ca(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(SetupError::Ca("no certificate is in it".to_owned()));
    }
    Ok(roots)
}

/// Believes every certificate, on the user's explicit word.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
