//! Ordinary requests through reqwest, and which those are.

use std::error::Error;
use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::Uri;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url, Version};
use tokio::time::{Instant, timeout_at};

use crate::http::{BaseUrl, Exchange, FieldValue, Headers, Request, Response};

use super::error::{Part, Phase, SetupError, TransportError};
use super::options::Limits;
use super::tls::{Security, is_handshake};

/// The longest body that is left to the client. A longer one may be refused while it is being
/// written, and only the raw connection is sure to read such a refusal.
const LONGEST_BODY: usize = 64 * 1024;

/// How long a connection may lie idle and be used again. Nothing is sent twice, so a request
/// that meets its connection's end is lost; servers close idle ones after 2 seconds at the
/// earliest.
const IDLE: Duration = Duration::from_secs(1);

/// Fields that make hyper frame the message itself, or wait, or hand the connection over.
const FRAMING: [&str; 3] = ["transfer-encoding", "upgrade", "expect"];

/// reqwest, with everything it does by itself turned off.
pub(super) struct Client {
    inner: reqwest::Client,
    origin: String,
    address: String,
    is_tls: bool,
    limits: Limits,
}

impl Client {
    pub(super) fn new(
        base: &BaseUrl,
        limits: &Limits,
        security: &Security,
    ) -> Result<Self, SetupError> {
        // Some of these are off by reqwest's features as we build it; another package in the
        // same build may turn them on.
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .no_hickory_dns()
            .http1_only()
            .tcp_nodelay(true)
            .pool_idle_timeout(IDLE)
            .connect_timeout(limits.connect);
        let inner = security.apply(builder).build().map_err(|error| {
            let reason = causes(&error).last().map(ToString::to_string);
            SetupError::Client(reason.unwrap_or_default())
        })?;
        Ok(Self {
            inner,
            origin: base.origin(),
            address: format!("{}:{}", base.host(), base.port()),
            is_tls: base.is_tls(),
            limits: limits.clone(),
        })
    }

    /// The request as reqwest has it, if reqwest sends it as it is.
    pub(super) fn prepare(&self, request: &Request) -> Option<reqwest::Request> {
        if request.body.len() > LONGEST_BODY || !request.target.starts_with('/') {
            return None;
        }
        let method = Method::from_bytes(request.method.as_bytes()).ok()?;
        if method == Method::CONNECT {
            return None;
        }
        let headers = header_map(request)?;
        let url = Url::parse(&format!("{}{}", self.origin, request.target)).ok()?;
        // The URL's text becomes a URI, whose path and query are sent: both parsers may change
        // them (dot segments, backslashes, escapes, a fragment).
        let uri: Uri = url.as_str().parse().ok()?;
        if uri.path_and_query()?.as_str() != request.target {
            return None;
        }
        let mut unchanged = reqwest::Request::new(method, url);
        *unchanged.headers_mut() = headers;
        if !request.body.is_empty() {
            *unchanged.body_mut() = Some(request.body.clone().into());
        }
        Some(unchanged)
    }

    /// Sends what [`Client::prepare`] made of the request. The second value says whether the
    /// answer was in HTTP/1.0.
    pub(super) async fn send(
        &self,
        unchanged: reqwest::Request,
        request: &Request,
        deadline: Instant,
    ) -> Result<(Exchange, bool), TransportError> {
        let late = |phase| TransportError::TimedOut {
            after: self.limits.total,
            phase,
        };
        let start = Instant::now();
        let mut answer = timeout_at(deadline, self.inner.execute(unchanged))
            .await
            .map_err(|_| late(Phase::Head))?
            .map_err(|error| self.explain(&error, Phase::Head, 0, None))?;
        let (headers, size) = fields(answer.headers());
        if size > self.limits.head {
            return Err(TransportError::TooLarge {
                part: Part::Head,
                limit: self.limits.head,
            });
        }
        let expected = answer
            .content_length()
            .filter(|_| answer.headers().contains_key(CONTENT_LENGTH))
            .map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        let body = timeout_at(deadline, self.body(&mut answer, expected))
            .await
            .map_err(|_| late(Phase::Body))??;
        let exchange = Exchange {
            request: request.clone(),
            response: Response {
                status: answer.status().as_u16(),
                headers,
                body,
                surplus: None,
                raw: None,
            },
            elapsed: start.elapsed(),
        };
        Ok((exchange, answer.version() == Version::HTTP_10))
    }

    async fn body(
        &self,
        answer: &mut reqwest::Response,
        expected: Option<usize>,
    ) -> Result<Bytes, TransportError> {
        let limit = self.limits.body;
        let too_large = TransportError::TooLarge {
            part: Part::Body,
            limit,
        };
        if expected.is_some_and(|length| length > limit) {
            return Err(too_large);
        }
        let mut body = BytesMut::new();
        loop {
            match answer.chunk().await {
                Ok(None) => return Ok(body.freeze()),
                Ok(Some(chunk)) if chunk.len() > limit - body.len() => return Err(too_large),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Err(error) => return Err(self.explain(&error, Phase::Body, body.len(), expected)),
            }
        }
    }

    /// What an error of the client is in our words.
    fn explain(
        &self,
        error: &reqwest::Error,
        phase: Phase,
        received: usize,
        expected: Option<usize>,
    ) -> TransportError {
        let causes = causes(error);
        let reason = causes.last().map(ToString::to_string).unwrap_or_default();
        if error.is_connect() {
            return self.explain_connect(error, &causes, reason);
        }
        let closed = TransportError::ClosedEarly {
            phase,
            received,
            expected,
        };
        for cause in &causes {
            if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
                if hyper.is_parse_too_large() {
                    return TransportError::TooLarge {
                        part: Part::Head,
                        limit: self.limits.head,
                    };
                }
                if hyper.is_parse() {
                    let reason = format!("{reason} in its head");
                    return TransportError::NotHttp { reason };
                }
                if hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled() {
                    return closed;
                }
            } else if let Some(io) = cause.downcast_ref::<io::Error>() {
                // hyper's own words on a broken chunk come as errors of these kinds.
                if matches!(
                    io.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
                ) {
                    return TransportError::NotHttp { reason };
                }
                return match TransportError::from_io(io, phase) {
                    TransportError::ClosedEarly { .. } => closed,
                    other => other,
                };
            }
        }
        TransportError::Broken { phase, reason }
    }

    fn explain_connect(
        &self,
        error: &reqwest::Error,
        causes: &[&(dyn Error + 'static)],
        reason: String,
    ) -> TransportError {
        if error.is_timeout() {
            return TransportError::TimedOut {
                after: self.limits.connect,
                phase: Phase::Connect,
            };
        }
        let address = self.address.clone();
        // The handshake's end of file is rustls' as well, but comes as an I/O error.
        let is_cut = |cause: &&(dyn Error + 'static)| {
            cause
                .downcast_ref::<io::Error>()
                .is_some_and(|io| io.kind() == io::ErrorKind::UnexpectedEof)
        };
        if self.is_tls
            && (causes.iter().any(|cause| is_handshake(*cause)) || causes.iter().any(is_cut))
        {
            TransportError::Tls { address, reason }
        } else {
            TransportError::Connect { address, reason }
        }
    }
}

/// The fields, if neither reqwest nor hyper adds, drops, or reorders one.
fn header_map(request: &Request) -> Option<HeaderMap> {
    let fields = &request.headers;
    // Both are added where they are missing.
    if fields.all("host").count() != 1 || !fields.contains("accept") {
        return None;
    }
    if FRAMING.iter().any(|name| fields.contains(name)) {
        return None;
    }
    let lengths: Vec<&[u8]> = fields
        .all("content-length")
        .map(FieldValue::reveal)
        .collect();
    match lengths.as_slice() {
        [] if request.body.is_empty() => {}
        [length] if *length == request.body.len().to_string().as_bytes() => {}
        _ => return None,
    }
    let mut headers = HeaderMap::with_capacity(16);
    for (name, value) in fields.iter() {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).ok()?,
            HeaderValue::from_bytes(value.reveal()).ok()?,
        );
    }
    // A map holds fields of one name together.
    let sent = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    let wanted = fields.iter().map(|(name, value)| (name, value.reveal()));
    sent.eq(wanted).then_some(headers)
}

/// The fields as ours, and their size on the wire.
fn fields(map: &HeaderMap) -> (Headers, usize) {
    let mut headers = Headers::new();
    let mut size = 0;
    for (name, value) in map {
        size += name.as_str().len() + value.len() + 4;
        headers.push(
            name.as_str(),
            FieldValue::Plain(Bytes::copy_from_slice(value.as_bytes())),
        );
    }
    (headers, size)
}

/// The error and what caused it, the innermost last. An I/O error made from another error hides
/// it from `source`.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes = vec![error];
    let mut last = error;
    while let Some(next) = cause(last) {
        causes.push(next);
        last = next;
    }
    causes
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::TlsOptions;

    fn is_client(target: &str, change: impl Fn(&mut Request)) -> bool {
        let base: BaseUrl = "http://[::1]:8774/v2".parse().expect("a base URL");
        let security = Security::new(&base, &TlsOptions::default()).expect("no TLS");
        let client = Client::new(&base, &Limits::default(), &security).expect("a client");
        let headers = [
            ("host", "[::1]:8774"),
            ("accept", "*/*"),
            ("content-length", "2"),
        ];
        let mut request = Request {
            method: "PUT".to_owned(),
            target: target.to_owned(),
            headers: headers.into_iter().collect(),
            body: Bytes::from_static(b"{}"),
            secrets: Vec::new(),
        };
        change(&mut request);
        client.prepare(&request).is_some()
    }

    #[test]
    fn what_reqwest_leaves_as_it_is_goes_through_it() {
        for target in [
            "/v2/a?b=c%20d&e",
            "/",
            "/~a/%41;b=c",
            "//a//",
            "/a?x={y}",
            "/a:b@c,d",
        ] {
            assert!(is_client(target, |_| ()), "{target}");
        }
        assert!(is_client("/", |request| request
            .headers
            .push("x-auth-token", "t")));
        assert!(is_client("/", |request| request.method = "PURGE".to_owned()));
    }

    #[test]
    fn what_reqwest_would_change_does_not() {
        for target in [
            "/a/../b",
            "/%2e%2E/b",
            "/./",
            "/a\\b",
            "/a b",
            "/a#b",
            "/\u{e9}",
            "/a\"b",
            "*",
            "http://h/",
        ] {
            assert!(!is_client(target, |_| ()), "{target}");
        }
        let without =
            |name: &'static str| move |request: &mut Request| request.headers.remove(name);
        let with = |name: &'static str, value: &'static str| {
            move |request: &mut Request| request.headers.push(name, value)
        };
        assert!(!is_client("/", without("host")));
        assert!(!is_client("/", without("accept")));
        assert!(!is_client("/", without("content-length")));
        assert!(!is_client("/", with("host", "b")));
        assert!(!is_client("/", with("accept", "between come others")));
        assert!(!is_client("/", with("content-length", "2")));
        assert!(!is_client("/", with("expect", "100-continue")));
        assert!(!is_client("/", with("a b", "c")));
        assert!(!is_client("/", with("a", "\u{7f}")));
        assert!(!is_client("/", |request| request.method = "CONNECT".to_owned()));
        assert!(!is_client("/", |request| request.body =
            vec![b' '; LONGEST_BODY + 1].into()));
    }
}
