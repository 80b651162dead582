//! What goes wrong is named, by each way alike.

use super::*;

async fn error(base: &BaseUrl, way: Way) -> TransportError {
    fetch(base, way).await.expect_err("no answer")
}

#[tokio::test]
async fn a_server_that_hangs_times_out() {
    let silent = server(|mut stream| async move {
        read_head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let slow = server(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")
            .await;
        std::future::pending::<()>().await;
    })
    .await;
    for way in WAYS {
        for (base, phase) in [(&silent, Phase::Head), (&slow, Phase::Body)] {
            let target = impatient(base);
            let error = target
                .send(&get(&target, "/"), way)
                .await
                .expect_err("too late");
            let after = hasty().total;
            assert_eq!(error, TransportError::TimedOut { after, phase });
            assert!(!error.is_connect());
        }
    }
}

#[tokio::test]
async fn a_server_that_takes_no_body_times_out_while_sending() {
    let base = server(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let target = impatient(&base);
    let long = request(
        &target.authority(),
        "PUT",
        "/",
        &vec![b'x'; 30 * 1024 * 1024],
    );
    let error = target.send(&long, Way::Wire).await.expect_err("too late");
    assert!(
        matches!(
            error,
            TransportError::TimedOut {
                phase: Phase::Request,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_dead_port_is_no_connection() {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let base: BaseUrl = format!("http://{address}").parse().expect("a base URL");
    let by_client = error(&base, Way::Client).await;
    assert!(by_client.is_connect());
    assert!(by_client.to_string().contains(&address), "{by_client}");
    assert!(by_client.to_string().contains("refused"), "{by_client}");
    assert_eq!(by_client, error(&base, Way::Wire).await);
}

#[tokio::test]
async fn a_connection_closed_at_once_is_closed_early() {
    // With the request unread the connection is reset, else it is closed.
    for reads in [true, false] {
        let base = server(move |mut stream| async move {
            if reads {
                read_head(&mut stream).await;
            }
        })
        .await;
        for way in WAYS {
            let error = error(&base, way).await;
            assert!(
                matches!(error, TransportError::ClosedEarly { received: 0, .. }),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_cut_short_says_how_much_came() {
    let base = answering("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").await;
    let chunked =
        answering("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n").await;
    for way in WAYS {
        let closed = |expected| TransportError::ClosedEarly {
            phase: Phase::Body,
            received: 3,
            expected,
        };
        assert_eq!(error(&base, way).await, closed(Some(9)));
        assert_eq!(error(&chunked, way).await, closed(None));
    }
}

#[tokio::test]
async fn endless_answers_are_cut_off() {
    let endless = |start: &'static str| {
        server(move |mut stream| async move {
            read_head(&mut stream).await;
            let _ = stream.write_all(start.as_bytes()).await;
            while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
        })
    };
    let body = endless("HTTP/1.1 200 OK\r\n\r\n").await;
    let head = endless("HTTP/1.1 200 OK\r\nx: ").await;
    let limits = Limits::default();
    for way in WAYS {
        let too_large = |part, limit| TransportError::TooLarge { part, limit };
        assert_eq!(error(&body, way).await, too_large(Part::Body, limits.body));
        assert_eq!(error(&head, way).await, too_large(Part::Head, limits.head));
    }
}

#[tokio::test]
async fn what_is_no_http_is_named() {
    for answer in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\ncontent-length: abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/3.0 200 OK\r\n\r\n",
    ] {
        let base = answering(answer).await;
        for way in WAYS {
            let error = error(&base, way).await;
            assert!(
                matches!(error, TransportError::NotHttp { .. }),
                "{answer:?} by {way:?}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_head_beyond_the_limit_is_refused_by_both_ways() {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 0\r\n\r\n",
        "y".repeat(70_000)
    );
    let base = answering(answer).await;
    for way in WAYS {
        let error = error(&base, way).await;
        assert!(
            matches!(
                error,
                TransportError::TooLarge {
                    part: Part::Head,
                    ..
                }
            ),
            "{error:?}"
        );
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn https_without_tls_is_refused_when_the_target_is_made() {
    let base: BaseUrl = "https://h/v2".parse().expect("a base URL");
    let refused = UrlTarget::new(base, Limits::default(), &TlsOptions::default()).map(|_| ());
    assert_eq!(refused, Err(SetupError::NoTls("https://h/v2".to_owned())));
}
