//! Faults that only the bytes of a connection show, or only several connections at once.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use super::super::fault;
use crate::reference::Server;
use crate::reference::fixtures::{IMAGE, TOKEN};
use crate::reference::testing::{Ask, items};

/// All a server with the fault sends on a connection that asks for this once.
async fn sent(name: Option<&str>, method: &str, body: &str) -> String {
    let faults: Vec<_> = name
        .map(|name| fault(name).expect("the fault is known"))
        .into_iter()
        .collect();
    let (mut client, service) = duplex(4096);
    let server = Server::with_faults(&faults);
    let task = tokio::spawn(async move { server.connection(service).await });
    let request = format!(
        "{method} /images/{IMAGE}/metadata/label HTTP/1.1\r\nHost: reference\r\nX-Auth-Token: {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    client
        .write_all(request.as_bytes())
        .await
        .expect("it is written");
    let mut answer = String::new();
    client
        .read_to_string(&mut answer)
        .await
        .expect("it is read");
    drop(client);
    task.await.expect("the connection ends");
    answer
}

/// The declared length, and what follows the head.
fn framing(answer: &str) -> (&str, &str) {
    let (head, rest) = answer.split_once("\r\n\r\n").expect("the head is whole");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    (length.unwrap_or_default(), rest)
}

#[tokio::test]
async fn each_fault_of_the_bytes_is_seen_where_it_is_meant() {
    let body = r#"{"meta":{"label":"Replaced"}}"#;
    let surplus = format!("{body}\r\n");
    let shown = [
        ("PUT", "content-length-short", "28", body),
        ("PUT", "surplus-bytes", "29", &surplus),
        ("DELETE", "body-after-204", "", "{}"),
        ("HEAD", "body-after-head", "29", r#"{"meta":{}}"#),
        ("HEAD", "head-length", "30", ""),
    ];
    for (method, name, length, rest) in shown {
        for other in ["PUT", "DELETE", "HEAD"] {
            let body = if other == "PUT" { body } else { "" };
            let good = sent(None, other, body).await;
            let expected = if other == method {
                (length, rest)
            } else {
                framing(&good)
            };
            let answer = sent(Some(name), other, body).await;
            assert_eq!(framing(&answer), expected, "{name} {other}");
        }
    }
}

#[tokio::test]
async fn of_puts_at_the_same_time_only_the_first_is_stored() {
    for (name, stored) in [(None, 3), (Some("lost-update"), 1)] {
        let faults: Vec<_> = name.and_then(fault).into_iter().collect();
        let router = Server::with_faults(&faults).router();
        let set = |key| Ask::put(IMAGE, key, "v").of(&router);
        let (a, b, c) = tokio::join!(set("a"), set("b"), set("c"));
        assert_eq!([a.status, b.status, c.status], [200; 3]);
        let all = items(&router).await;
        let there = ["a", "b", "c"].iter().filter(|key| all[**key] == "v");
        assert_eq!(there.count(), stored);
        for key in ["d", "e"] {
            assert_eq!(set(key).await.status, 200);
            assert_eq!(items(&router).await[key], "v");
        }
    }
}
