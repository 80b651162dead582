//! One connection: HTTP/1.1 on a byte stream, from the first request until it is closed cleanly.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::response::Response;
use bytes::Bytes;
use hyper::Request;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tower_service::Service as _;

/// How long a client may take for the head of a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long, after the last answer, a client may go on writing.
const LINGER: Duration = Duration::from_secs(10);

/// How many bytes it may still write in that time.
const LINGERED: u64 = 64 << 20;

/// Serves a byte stream until the client closes it, a time runs out, or `stop` comes; then the
/// request that is being answered is still answered, and no other.
pub(super) async fn converse<IO>(io: IO, router: Router, stop: impl Future<Output = ()>)
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| Box::pin(answer(router.clone(), request)));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(io), service);
    let mut stop = pin!(stop);
    let stopped = tokio::select! {
        // How a connection ends is the client's business.
        _ = std::future::poll_fn(|context| connection.poll_without_shutdown(context)) => false,
        () = &mut stop => true,
    };
    if stopped {
        Pin::new(&mut connection).graceful_shutdown();
        let _ = std::future::poll_fn(|context| connection.poll_without_shutdown(context)).await;
    }
    let mut io = connection.into_parts().io.into_inner();
    if io.shutdown().await.is_ok() && !stopped {
        let _ = tokio::time::timeout(LINGER, linger(io)).await;
    }
}

/// Reads what the client still writes, and forgets it.
///
/// A stream that is closed while bytes come in is reset, and a reset takes away an answer which the
/// client has not read yet: that of a request refused before its body was there.
async fn linger<IO: AsyncRead + Unpin>(io: IO) {
    let mut rest = io.take(LINGERED);
    let _ = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
}

/// The router's answer to a request, which says so where it is the connection's last.
///
/// Hyper closes the connection after an answer that came before the request's body was read to its
/// end; a client that wasn't told could send the next request in vain.
async fn answer(mut router: Router, request: Request<Incoming>) -> Result<Response, Infallible> {
    let finished = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let request = request.map(|body| Watched {
        body,
        finished: finished.clone(),
    });
    let mut answer = router.call(request).await?;
    if !finished.load(Ordering::Relaxed) {
        answer
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(answer)
}

/// A request's body, and whether it was read to its end.
struct Watched {
    body: Incoming,
    finished: Arc<AtomicBool>,
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.finished.store(true, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
