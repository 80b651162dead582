//! In the place of `tls.rs` in a build without TLS: `https` is refused when a target is made.

use std::error::Error;

use tokio::net::TcpStream;

use crate::http::BaseUrl;

use super::error::SetupError;
use super::options::TlsOptions;
use super::url::Connection;

/// Connections as they are.
pub(super) struct Security;

impl Security {
    pub(super) fn new(base: &BaseUrl, _options: &TlsOptions) -> Result<Self, SetupError> {
        if base.is_tls() {
            return Err(SetupError::NoTls(base.to_string()));
        }
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "with TLS it is used")]
    pub(super) fn apply(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        builder
    }

    #[expect(clippy::unused_async, reason = "with TLS there is a handshake")]
    pub(super) async fn wrap(&self, stream: TcpStream, _host: &str) -> Result<Connection, String> {
        Ok(Box::new(stream))
    }
}

pub(super) fn is_handshake(_error: &(dyn Error + 'static)) -> bool {
    false
}
