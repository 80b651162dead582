//! The room's promises, held against servers that do one thing each.

mod answers;
mod bytes_sent;
#[cfg(feature = "tls")]
mod encrypted;
mod faults;
mod in_process;

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::http::{BaseUrl, Headers, Request};

use super::*;

/// A server on loopback that does the same with each connection.
async fn server<F>(script: impl Fn(TcpStream) -> F + Send + 'static) -> BaseUrl
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(script(stream));
        }
    });
    format!("http://{address}").parse().expect("a base URL")
}

/// A server that reads a request without a body, answers with these bytes, and closes.
async fn answering(answer: impl Into<Bytes>) -> BaseUrl {
    let answer: Bytes = answer.into();
    server(move |mut stream| {
        let answer = answer.clone();
        async move {
            read_head(&mut stream).await;
            let _ = stream.write_all(&answer).await;
        }
    })
    .await
}

/// Reads up to the empty line that ends a head.
async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    head
}

fn target(base: &BaseUrl) -> UrlTarget {
    UrlTarget::new(base.clone(), Limits::default(), &TlsOptions::default()).expect("a target")
}

fn impatient(base: &BaseUrl) -> UrlTarget {
    UrlTarget::new(base.clone(), hasty(), &TlsOptions::default()).expect("a target")
}

/// Short enough to wait for, long enough for a busy machine to answer within.
fn hasty() -> Limits {
    Limits {
        total: Duration::from_millis(250),
        ..Limits::default()
    }
}

/// A request as a case makes them, with its length where it has a body.
fn request(authority: &str, method: &str, path: &str, body: &[u8]) -> Request {
    let mut headers = Headers::new();
    headers.push("host", authority);
    headers.push("accept", "application/json");
    if !body.is_empty() {
        headers.push("content-type", "application/json");
        headers.push("content-length", body.len().to_string().as_str());
    }
    Request {
        method: method.to_owned(),
        target: path.to_owned(),
        headers,
        body: Bytes::copy_from_slice(body),
        secrets: Vec::new(),
    }
}

fn get(target: &dyn Target, path: &str) -> Request {
    request(&target.authority(), "GET", path, b"")
}

/// The answer to a GET, by one way.
async fn fetch(base: &BaseUrl, way: Way) -> Result<Exchange, TransportError> {
    let target = target(base);
    target.send(&get(&target, "/"), way).await
}

const WAYS: [Way; 2] = [Way::Client, Way::Wire];
