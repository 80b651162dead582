//! One request is the same bytes, whatever carries it.

use std::sync::Arc;

use tokio::io::AsyncWrite;
use tokio::sync::mpsc;

use super::*;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

/// Reads as many bytes as expected, answers, and hands over all that came until the other side
/// closed.
async fn capture(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    expected: usize,
    into: mpsc::Sender<Vec<u8>>,
) {
    let mut seen = vec![0; expected];
    if stream.read_exact(&mut seen).await.is_ok() {
        let _ = stream.write_all(ANSWER).await;
        let _ = stream.read_to_end(&mut seen).await;
    }
    let _ = into.send(seen).await;
}

/// What a listener, and what a pipe, gets of the request by each way.
async fn seen(of: impl Fn(&str) -> Request) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let (into, mut captured) = mpsc::channel(1);
    let expected = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let wanted = Arc::clone(&expected);
    let loaded = move || wanted.load(std::sync::atomic::Ordering::SeqCst);
    let (socket, amount) = (into.clone(), loaded.clone());
    let base = server(move |stream| capture(stream, amount(), socket.clone())).await;
    let targets: [Box<dyn Target>; 2] = [
        Box::new(target(&base)),
        Box::new(ServiceTarget::connecting(move |stream| {
            capture(stream, loaded(), into.clone())
        })),
    ];
    let mut all = Vec::new();
    for target in &targets {
        let request = of(&target.authority());
        let wire = request.to_wire();
        expected.store(wire.len(), std::sync::atomic::Ordering::SeqCst);
        for way in WAYS {
            let name = format!(
                "{} {} by {way:?} of {}",
                request.method,
                request.target,
                target.describe()
            );
            let exchange = target.send(&request, way).await.expect(&name);
            assert_eq!(
                (exchange.response.status, &exchange.response.body[..]),
                (200, &b"ok"[..]),
                "{name}"
            );
            assert_eq!(exchange.request, request);
            assert_eq!(
                exchange.response.surplus.is_some(),
                way == Way::Wire,
                "{name}"
            );
            all.push((name, wire.clone(), captured.recv().await.expect("bytes")));
        }
    }
    all
}

async fn assert_same(of: impl Fn(&str) -> Request) {
    for (name, wanted, seen) in seen(of).await {
        let text =
            |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
        assert!(
            wanted == seen,
            "{name}:\n{}\nbut seen\n{}",
            text(&wanted),
            text(&seen)
        );
    }
}

fn with(mut request: Request, fields: &[(&str, &str)]) -> Request {
    for (name, value) in fields {
        request.headers.push(name, *value);
    }
    request
}

#[tokio::test]
async fn ordinary_requests() {
    assert_same(|host| request(host, "GET", "/v2/images?limit=1&x=%2F", b"")).await;
    assert_same(|host| request(host, "PUT", "/a", b"{\"meta\":{}}")).await;
    assert_same(|host| request(host, "DELETE", "/a/b/", b"")).await;
    assert_same(|host| request(host, "GET", "/body", b"of a GET")).await;
    assert_same(|host| with(request(host, "POST", "/", b""), &[("content-length", "0")])).await;
    assert_same(|host| request(host, "POST", "/", b"")).await;
}

#[tokio::test]
async fn odd_targets() {
    for path in [
        "/a/../b",
        "/a/%2E%2e/b",
        "/./a",
        "/a\\b",
        "//a//b",
        "/a|b",
        "/a\"b",
        "/a b",
        "/%zz",
        "/?",
        "/a?x='y'",
        "/{id}",
        "/a#b",
        "/caf\u{e9}",
        "*",
        "http://elsewhere/a",
    ] {
        assert_same(|host| request(host, "GET", path, b"")).await;
    }
}

#[tokio::test]
async fn odd_fields() {
    let get = |host: &str| request(host, "GET", "/", b"");
    assert_same(|host| {
        with(
            get(host),
            &[
                ("zeta", "1"),
                ("alpha", ""),
                ("mid", "a, b"),
                ("x-y", "a\tb"),
            ],
        )
    })
    .await;
    assert_same(|host| with(get(host), &[("x", "1"), ("x", "2")])).await;
    assert_same(|host| with(get(host), &[("x", "1"), ("y", "2"), ("x", "3")])).await;
    assert_same(|host| with(get(host), &[("host", "another")])).await;
    assert_same(|host| with(get(host), &[("user agent", "x")].map(|_| ("x(y)", "x")))).await;
    assert_same(|host| with(get(host), &[("x", "\u{7f}")])).await;
    assert_same(|host| with(get(host), &[("connection", "close")])).await;
    assert_same(|host| {
        with(
            get(host),
            &[("connection", "keep-alive"), ("te", "trailers")],
        )
    })
    .await;
    assert_same(|host| with(get(host), &[("expect", "100-continue"), ("upgrade", "h2c")])).await;
    assert_same(|host| with(get(host), &[("x", "f\u{fc}r")])).await;
    assert_same(|host| {
        let mut bare = get(host);
        bare.headers.remove("accept");
        bare.headers.remove("host");
        bare
    })
    .await;
}

#[tokio::test]
async fn odd_methods_and_bodies() {
    for method in ["get", "PURGE", "TRACE", "M-SEARCH", "G{}T"] {
        assert_same(|host| request(host, method, "/", b"")).await;
    }
    assert_same(|host| request(host, "PUT", "/", &vec![b'x'; 300_000])).await;
    assert_same(|host| {
        let mut chunked = with(
            request(host, "PUT", "/", b""),
            &[("transfer-encoding", "chunked")],
        );
        chunked.body = Bytes::from_static(b"3;x=y\r\nabc\r\n0\r\ntrailer: t\r\n\r\n");
        chunked
    })
    .await;
    assert_same(|host| {
        let mut short = request(host, "PUT", "/", b"abc");
        short.headers.set("content-length", "2");
        short
    })
    .await;
}

#[tokio::test]
async fn a_request_that_would_be_another_message_is_not_sent() {
    let base = answering("").await;
    let target = target(&base);
    for broken in [
        get(&target, "/ HTTP/1.1\r\nx: y"),
        request(&base.authority(), "GET /", "/", b""),
        with(get(&target, "/"), &[("x", "y\r\nz: 1")]),
        with(get(&target, "/"), &[("x:y", "z")]),
    ] {
        for way in WAYS {
            let error = target.send(&broken, way).await.expect_err("refused");
            assert!(
                matches!(error, TransportError::Unsendable { .. }),
                "{error:?}"
            );
        }
    }
}
