//! What only the bytes of a connection show.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::reference::fixtures::{IMAGE, TOKEN};
use crate::reference::{Server, fault};

/// A connection to a server of its own.
fn connected(server: Server) -> DuplexStream {
    let (client, service) = duplex(4096);
    tokio::spawn(async move { server.connection(service).await });
    client
}

fn head(method: &str, key: &str, token: &str, more: &str) -> String {
    format!(
        "{method} /images/{IMAGE}/metadata/{key} HTTP/1.1\r\nHost: reference\r\nX-Auth-Token: {token}\r\n\
         Content-Type: application/json\r\n{more}\r\n"
    )
}

/// Reads one answer whose length is declared, head and body.
async fn answer(client: &mut (impl tokio::io::AsyncRead + Unpin)) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.expect("the head is whole"));
    }
    let head = String::from_utf8(head).expect("the head is text");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().expect("the length is a number"));
    let mut body = vec![0; length];
    client
        .read_exact(&mut body)
        .await
        .expect("the body is whole");
    (head, String::from_utf8(body).expect("the body is text"))
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another() {
    let mut client = connected(Server::new());
    let body = r#"{"meta":{"label":"Replaced"}}"#;
    let put = head(
        "PUT",
        "label",
        TOKEN,
        &format!("Content-Length: {}\r\n", body.len()),
    );
    client
        .write_all((put + body).as_bytes())
        .await
        .expect("it is written");
    let (first, stored) = answer(&mut client).await;
    assert!(first.starts_with("HTTP/1.1 200 OK\r\n"), "{first}");
    assert!(!first.contains("connection:"), "{first}");
    assert_eq!(stored, body);
    client
        .write_all(head("GET", "label", TOKEN, "").as_bytes())
        .await
        .expect("it is written");
    assert_eq!(answer(&mut client).await.1, body);
}

#[tokio::test]
async fn a_body_that_says_it_is_too_long_is_not_asked_for() {
    let mut client = connected(Server::new());
    let more = "Content-Length: 65537\r\nExpect: 100-continue\r\n";
    client
        .write_all(head("PUT", "label", TOKEN, more).as_bytes())
        .await
        .expect("it is written");
    let (answer, _) = answer(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_taken_is_asked_for() {
    let mut client = connected(Server::new());
    let body = r#"{"meta":{"label":"Replaced"}}"#;
    let more = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", body.len());
    client
        .write_all(head("PUT", "label", TOKEN, &more).as_bytes())
        .await
        .expect("it is written");
    assert_eq!(answer(&mut client).await.0, "HTTP/1.1 100 Continue\r\n\r\n");
    client
        .write_all(body.as_bytes())
        .await
        .expect("it is written");
    assert!(
        answer(&mut client)
            .await
            .0
            .starts_with("HTTP/1.1 200 OK\r\n")
    );
}

/// Over a real socket, since only there a close resets what was not read.
#[tokio::test]
async fn a_client_that_is_still_writing_can_read_the_refusal() {
    const LENGTH: usize = 4 << 20;
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let shutdown = async {
            let _ = stopped.await;
        };
        Server::new().serve(listener, shutdown).await;
    });
    let declared = format!("Content-Length: {LENGTH}\r\n");
    let chunked = format!("Transfer-Encoding: chunked\r\n\r\n{LENGTH:x}\r\n");
    for (token, length, status) in [
        (TOKEN, &declared, "413"),
        (TOKEN, &chunked, "413"),
        ("unknown", &declared, "401"),
    ] {
        let mut client = TcpStream::connect(address).await.expect("it listens");
        let head = head("PUT", "label", token, length);
        // The chunk's own line has ended the head already.
        let head = head
            .strip_suffix("\r\n")
            .filter(|_| length == &chunked)
            .unwrap_or(&head);
        client
            .write_all(head.as_bytes())
            .await
            .expect("it is written");
        client
            .write_all(&vec![b' '; LENGTH])
            .await
            .expect("all is written");
        let mut text = String::new();
        client
            .read_to_string(&mut text)
            .await
            .expect("nothing is reset");
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{text}");
        assert!(text.contains("connection: close\r\n"), "{text}");
    }
    drop(stop);
    server.await.expect("it ends by itself");
}

#[tokio::test]
async fn a_stopped_server_closes_its_idle_connections() {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let shutdown = async {
            let _ = stopped.await;
        };
        Server::new().serve(listener, shutdown).await;
    });
    let mut client = TcpStream::connect(address).await.expect("it listens");
    client
        .write_all(head("GET", "label", TOKEN, "").as_bytes())
        .await
        .expect("it is written");
    answer(&mut client).await;
    drop(stop);
    // Well before the grace that answers under way are given is over.
    let ended = tokio::time::timeout(std::time::Duration::from_secs(3), server).await;
    ended
        .expect("nothing holds it up")
        .expect("it ends by itself");
    assert_eq!(client.read(&mut [0]).await.expect("it ends cleanly"), 0);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn the_short_length_is_that_of_a_successful_put_also_after_a_100() {
    let short = fault("content-length-short").expect("the fault is known");
    for expect in ["", "Expect: 100-continue\r\n"] {
        let mut client = connected(Server::with_faults(&[short]));
        let body = r#"{"meta":{"label":"Replaced"}}"#;
        let more = format!("Content-Length: {}\r\n{expect}", body.len());
        client
            .write_all(head("PUT", "label", TOKEN, &more).as_bytes())
            .await
            .expect("it is written");
        if !expect.is_empty() {
            assert_eq!(answer(&mut client).await.0, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        client
            .write_all(body.as_bytes())
            .await
            .expect("it is written");
        assert_eq!(answer(&mut client).await.1, body[..body.len() - 1]);
        assert_eq!(
            client.read_u8().await.expect("the byte comes"),
            b'}',
            "the byte is there"
        );
        client
            .write_all(head("GET", "label", TOKEN, "").as_bytes())
            .await
            .expect("it is written");
        assert_eq!(answer(&mut client).await.1, body);
    }
}
