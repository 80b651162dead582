//! A target behind a URL.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::http::{BaseUrl, Exchange, Request};

use super::client::Client;
use super::error::{Phase, SetupError, TransportError};
use super::options::{Limits, TlsOptions, Way};
use super::raw;
use super::tls::Security;
use super::{Sending, Target};

/// Both directions of a connection.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A raw connection, encrypted or not.
pub(super) type Connection = Box<dyn Duplex>;

/// Everything below one URL.
///
/// By [`Way::Client`] a request goes through reqwest, over pooled connections, if reqwest sends
/// it byte by byte as it is; any other goes over a raw connection of its own, as all do by
/// [`Way::Wire`]. That a request without an `accept` field is such another is worth knowing
/// where there are many of them.
///
/// What is measured as [`Exchange::elapsed`] includes connecting where reqwest does it.
pub struct UrlTarget {
    base: BaseUrl,
    limits: Limits,
    insecure: bool,
    security: Security,
    client: Client,
    /// Set once the target has answered in HTTP/1.0: reqwest would then speak it, too, on
    /// connections it uses again.
    is_old: AtomicBool,
    /// The same without the client's certificate, where there is one.
    without_certificate: Option<Box<UrlTarget>>,
}

impl UrlTarget {
    /// A target for a base URL. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// If the URL asks for TLS and this build has none, or the authorities to believe cannot be
    /// read.
    pub fn new(base: BaseUrl, limits: Limits, tls: &TlsOptions) -> Result<Self, SetupError> {
        let security = Security::new(&base, tls)?;
        let client = Client::new(&base, &limits, &security)?;
        let without_certificate = match &tls.identity {
            Some(_) if base.is_tls() => {
                let tls = TlsOptions {
                    identity: None,
                    ..tls.clone()
                };
                Some(Box::new(Self::new(base.clone(), limits.clone(), &tls)?))
            }
            _ => None,
        };
        Ok(Self {
            insecure: tls.insecure && base.is_tls(),
            is_old: AtomicBool::new(false),
            without_certificate,
            base,
            limits,
            security,
            client,
        })
    }

    async fn ask(&self, request: &Request, way: Way) -> Result<Exchange, TransportError> {
        raw::check_sendable(request)?;
        let deadline = self.limits.deadline();
        if way == Way::Client
            && !self.is_old.load(Ordering::Relaxed)
            && let Some(unchanged) = self.client.prepare(request)
        {
            let (exchange, is_old) = self.client.send(unchanged, request, deadline).await?;
            if is_old {
                self.is_old.store(true, Ordering::Relaxed);
            }
            return Ok(exchange);
        }
        let within = self.limits.connect.min(self.limits.total);
        let mut connection =
            timeout(within, self.connect())
                .await
                .map_err(|_| TransportError::TimedOut {
                    after: within,
                    phase: Phase::Connect,
                })??;
        let (exchange, _) =
            raw::exchange(&mut connection, request, way, &self.limits, deadline).await?;
        Ok(exchange)
    }

    async fn connect(&self) -> Result<Connection, TransportError> {
        let address = || format!("{}:{}", self.base.host(), self.base.port());
        let refused = |error: std::io::Error| TransportError::Connect {
            address: address(),
            reason: error.to_string(),
        };
        let stream = TcpStream::connect((self.base.host(), self.base.port()))
            .await
            .map_err(refused)?;
        // A head and its body are one message: waiting for more of it only costs time.
        stream.set_nodelay(true).map_err(refused)?;
        self.security
            .wrap(stream, self.base.host())
            .await
            .map_err(|reason| TransportError::Tls {
                address: address(),
                reason,
            })
    }
}

impl Target for UrlTarget {
    fn describe(&self) -> String {
        let note = if self.insecure {
            " (certificates are NOT verified)"
        } else {
            ""
        };
        format!("{}{note}", self.base)
    }

    fn origin(&self) -> String {
        self.base.origin()
    }

    fn authority(&self) -> String {
        self.base.authority()
    }

    fn prefix(&self) -> &str {
        self.base.prefix()
    }

    fn without_certificate(&self) -> Option<&dyn Target> {
        let target = self.without_certificate.as_deref();
        target.map(|target| target as &dyn Target)
    }

    fn send<'a>(&'a self, request: &'a Request, way: Way) -> Sending<'a> {
        Box::pin(self.ask(request, way))
    }
}
