//! Answers arrive as they were given, by each way.

use std::sync::Arc;

use super::*;

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let base =
        answering("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n").await;
    for way in WAYS {
        let response = fetch(&base, way).await.expect("an answer").response;
        assert_eq!(
            (response.status, response.headers.text("location")),
            (302, Some("/elsewhere"))
        );
    }
}

#[tokio::test]
async fn compressed_content_stays_compressed() {
    let base = answering(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x7f\x08\x00",
    )
    .await;
    for way in WAYS {
        let response = fetch(&base, way).await.expect("an answer").response;
        assert_eq!(&response.body[..], b"\x1f\x7f\x08\x00");
        assert_eq!(response.headers.text("content-encoding"), Some("gzip"));
    }
}

#[tokio::test]
async fn a_chunked_body_is_put_together() {
    let base = answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nWiki\r\n5\r\npedia\r\n0\r\nEtag: x\r\n\r\n",
    )
    .await;
    for way in WAYS {
        let response = fetch(&base, way).await.expect("an answer").response;
        assert_eq!(&response.body[..], b"Wikipedia");
        let fields: Vec<&str> = response.headers.iter().map(|(name, _)| name).collect();
        assert_eq!(fields, ["transfer-encoding"]);
    }
}

#[tokio::test]
async fn a_body_may_end_with_the_connection() {
    let base = answering("HTTP/1.1 200 OK\r\n\r\nto the end").await;
    for way in WAYS {
        assert_eq!(
            &fetch(&base, way).await.expect("an answer").response.body[..],
            b"to the end"
        );
    }
}

#[tokio::test]
async fn bytes_behind_a_204_are_surplus_on_the_wire() {
    let base = answering("HTTP/1.1 204 No Content\r\n\r\nsurplus").await;
    let response = fetch(&base, Way::Wire).await.expect("an answer").response;
    assert_eq!((response.status, response.body.len()), (204, 0));
    assert_eq!(response.surplus.as_deref(), Some(&b"surplus"[..]));
    let raw = b"HTTP/1.1 204 No Content\r\n\r\nsurplus";
    assert_eq!(response.raw.as_deref(), Some(&raw[..]));
    let response = fetch(&base, Way::Client).await.expect("an answer").response;
    assert_eq!((response.status, response.surplus), (204, None));
}

#[tokio::test]
async fn the_answer_to_head_has_a_length_and_no_body() {
    let base = answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n").await;
    let target = target(&base);
    let head = request(&target.authority(), "HEAD", "/", b"");
    for way in WAYS {
        let response = target.send(&head, way).await.expect("an answer").response;
        assert_eq!(
            (response.body.len(), response.headers.text("content-length")),
            (0, Some("5"))
        );
    }
}

#[tokio::test]
async fn a_server_that_keeps_its_connection_open_has_no_surplus() {
    let base = server(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            .await;
        std::future::pending::<()>().await;
    })
    .await;
    let response = fetch(&base, Way::Wire).await.expect("an answer").response;
    assert_eq!(response.surplus, Some(Bytes::new()));
}

#[tokio::test]
async fn a_refusal_arrives_while_the_body_is_still_being_written() {
    let base = server(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream
            .write_all(
                b"HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno",
            )
            .await;
        let mut some = [0; 4096];
        let _ = stream.read(&mut some).await;
    })
    .await;
    let target = target(&base);
    let long = request(
        &target.authority(),
        "PUT",
        "/",
        &vec![b'x'; 10 * 1024 * 1024],
    );
    for way in WAYS {
        let response = target.send(&long, way).await.expect("a refusal").response;
        assert_eq!((response.status, &response.body[..]), (413, &b"no"[..]));
    }
}

#[tokio::test]
async fn many_requests_at_once_get_their_own_answers() {
    let base = server(|mut stream| async move {
        loop {
            let head = read_head(&mut stream).await;
            let text = String::from_utf8_lossy(&head);
            let Some(path) = text.split(' ').nth(1) else {
                break;
            };
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{path}",
                path.len()
            );
            if stream.write_all(answer.as_bytes()).await.is_err() {
                break;
            }
        }
    })
    .await;
    let target: Arc<dyn Target> = Arc::new(target(&base));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let target = Arc::clone(&target);
        tasks.spawn(async move {
            let way = WAYS[number % 2];
            let path = format!("/{number}");
            let exchange = target
                .send(&get(&*target, &path), way)
                .await
                .expect("an answer");
            assert_eq!(exchange.response.body, path);
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
}

#[tokio::test]
async fn connections_are_used_again_by_the_client_and_not_on_the_wire() {
    let (opened, mut count) = tokio::sync::mpsc::unbounded_channel();
    let base = server(move |mut stream| {
        let _ = opened.send(());
        async move {
            while !read_head(&mut stream).await.is_empty() {
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                    .await;
            }
        }
    })
    .await;
    let target = target(&base);
    for (way, connections) in [(Way::Client, 1), (Way::Wire, 3)] {
        for _ in 0..3 {
            target
                .send(&get(&target, "/"), way)
                .await
                .expect("an answer");
        }
        let opened = std::iter::from_fn(|| count.try_recv().ok()).count();
        assert_eq!(opened, connections, "{way:?}");
    }
}

#[tokio::test]
async fn an_old_server_does_not_change_what_is_sent() {
    let base = server(|mut stream| async move {
        loop {
            let head = read_head(&mut stream).await;
            if head.is_empty() {
                break;
            }
            let body = if head.windows(8).any(|part| part == b"HTTP/1.1") {
                "new"
            } else {
                "old"
            };
            let answer = format!(
                "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 3\r\n\r\n{body}"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await;
    let target = target(&base);
    for _ in 0..3 {
        let exchange = target
            .send(&get(&target, "/"), Way::Client)
            .await
            .expect("an answer");
        assert_eq!(&exchange.response.body[..], b"new");
    }
}
