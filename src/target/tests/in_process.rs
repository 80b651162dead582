//! A service in this process answers as it would over a socket.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use hyper::body::Incoming;
use tokio::sync::oneshot;
use tower_service::Service;

use super::*;

type Answer = hyper::Response<String>;

/// Answers with the request's method and target, and counts the connections it got.
struct Echo(Arc<AtomicUsize>);

impl Clone for Echo {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(&self.0))
    }
}

impl Service<hyper::Request<Incoming>> for Echo {
    type Response = Answer;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Answer, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: hyper::Request<Incoming>) -> Self::Future {
        let status = if request.uri().path() == "/refused" {
            413
        } else {
            200
        };
        let mut answer = Answer::new(format!("{} {}", request.method(), request.uri()));
        *answer.status_mut() = status.try_into().expect("a status");
        std::future::ready(Ok(answer))
    }
}

#[tokio::test]
async fn a_service_is_asked_over_connections_that_are_used_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let target = ServiceTarget::new(Echo(Arc::clone(&asked))).with_prefix("/v2/");
    assert_eq!(
        (target.prefix(), target.describe().as_str()),
        ("/v2", "in process")
    );
    let clones = |of: &AtomicUsize| of.swap(0, Ordering::SeqCst);
    let ask = async |way| {
        target
            .send(&get(&target, "/v2/a"), way)
            .await
            .expect("an answer")
            .response
    };
    let first = ask(Way::Client).await;
    assert_eq!(
        (first.status, &first.body[..], first.surplus),
        (200, &b"GET /v2/a"[..], None)
    );
    let (connection, request) = (clones(&asked), {
        ask(Way::Client).await;
        clones(&asked)
    });
    assert!(
        request < connection,
        "the second request made no connection"
    );
    assert_eq!(ask(Way::Wire).await.surplus, Some(Bytes::new()));
    assert_eq!(
        clones(&asked),
        connection,
        "the wire has a connection of its own"
    );
}

#[tokio::test]
async fn a_service_may_refuse_before_the_body_is_read() {
    let target = ServiceTarget::new(Echo(Arc::default()));
    let long = request(
        &target.authority(),
        "PUT",
        "/refused",
        &vec![b'x'; 10 * 1024 * 1024],
    );
    for way in WAYS {
        let response = target.send(&long, way).await.expect("a refusal").response;
        assert_eq!(
            (response.status, &response.body[..]),
            (413, &b"PUT /refused"[..])
        );
    }
}

#[tokio::test]
async fn many_requests_at_once_get_their_own_answers() {
    let target = ServiceTarget::new(Echo(Arc::default()));
    let target: Arc<dyn Target> = Arc::new(target);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let target = Arc::clone(&target);
        tasks.spawn(async move {
            let path = format!("/{number}");
            let exchange = target
                .send(&get(&*target, &path), WAYS[number % 2])
                .await
                .expect("an answer");
            assert_eq!(exchange.response.body, format!("GET {path}"));
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
}

#[tokio::test]
async fn a_server_that_closes_its_pipe_is_closed_early() {
    let target = ServiceTarget::connecting(|stream| async move { drop(stream) });
    for way in WAYS {
        let error = target
            .send(&get(&target, "/"), way)
            .await
            .expect_err("no answer");
        assert!(
            matches!(error, TransportError::ClosedEarly { .. }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn dropping_the_target_ends_its_tasks() {
    let (sender, ended) = oneshot::channel::<()>();
    let sender = std::sync::Mutex::new(Some(sender));
    let target = ServiceTarget::connecting(move |stream| {
        let held = sender.lock().expect("a lock").take();
        async move {
            std::future::pending::<()>().await;
            drop((held, stream));
        }
    })
    .with_limits(hasty());
    let error = target
        .send(&get(&target, "/"), Way::Wire)
        .await
        .expect_err("too late");
    assert!(
        matches!(error, TransportError::TimedOut { .. }),
        "{error:?}"
    );
    drop(target);
    ended
        .await
        .expect_err("the task is gone, and what it held with it");
}
