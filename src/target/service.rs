//! A target in the same process: a `tower` service, served by hyper over in-memory pipes.
//!
//! What passes through the pipes are the bytes that would pass through a socket, so the wire's
//! clauses are asked here as well.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead as _, DuplexStream, ReadBuf, duplex};
use tokio::task::JoinSet;
use tower_service::Service;

use crate::http::{Exchange, Request};

use super::error::TransportError;
use super::options::{Limits, Way};
use super::raw;
use super::{Sending, Target};

/// Bytes that fit into a pipe in each direction: about what fits into a socket's buffers.
const PIPE: usize = 64 * 1024;

/// Serves one connection to its end.
type Serve = dyn Fn(DuplexStream) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync;

/// Whatever serves a byte stream in this process. Dropping it ends the tasks that serve.
pub struct ServiceTarget {
    serve: Box<Serve>,
    prefix: String,
    limits: Limits,
    reuses: bool,
    idle: Mutex<Vec<DuplexStream>>,
    tasks: Mutex<JoinSet<()>>,
}

impl ServiceTarget {
    /// A target that asks a service, through an HTTP/1.1 server. Each connection gets a clone.
    #[must_use]
    pub fn new<S, B>(service: S) -> Self
    where
        S: Service<hyper::Request<Incoming>, Response = hyper::Response<B>>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        // The lock makes a service shareable that can only be cloned.
        let service = Mutex::new(service);
        let serve = move |stream| {
            let service = locked(&service).clone();
            async move {
                let connection = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
                // What goes wrong here shows on the other end of the pipe.
                let _ = connection.await;
            }
        };
        let mut target = Self::connecting(serve);
        target.reuses = true;
        target
    }

    /// A target whose connections are served by a closure, one byte stream each, until the
    /// future it returns is done. Connections are not used again: what a closure does to one is
    /// its own affair.
    #[must_use]
    pub fn connecting<C, F>(serve: C) -> Self
    where
        C: Fn(DuplexStream) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        Self {
            serve: Box::new(move |stream| Box::pin(serve(stream))),
            prefix: String::new(),
            limits: Limits::default(),
            reuses: false,
            idle: Mutex::default(),
            tasks: Mutex::default(),
        }
    }

    /// The same below a base path, such as `/v2`.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        prefix.trim_end_matches('/').clone_into(&mut self.prefix);
        self
    }

    /// The same with other limits. There is no limit on connecting, which takes no time here.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    async fn ask(&self, request: &Request, way: Way) -> Result<Exchange, TransportError> {
        raw::check_sendable(request)?;
        let deadline = self.limits.deadline();
        let idle = match way {
            Way::Client => self.take_idle(),
            Way::Wire => None,
        };
        let mut stream = idle.unwrap_or_else(|| self.connect());
        let (exchange, reusable) =
            raw::exchange(&mut stream, request, way, &self.limits, deadline).await?;
        if reusable && self.reuses {
            locked(&self.idle).push(stream);
        }
        Ok(exchange)
    }

    fn take_idle(&self) -> Option<DuplexStream> {
        let mut idle = locked(&self.idle);
        while let Some(mut stream) = idle.pop() {
            if is_silent(&mut stream) {
                return Some(stream);
            }
        }
        None
    }

    fn connect(&self) -> DuplexStream {
        let (ours, theirs) = duplex(PIPE);
        let mut tasks = locked(&self.tasks);
        // Tasks that have ended are kept until somebody asks for them.
        while tasks.try_join_next().is_some() {}
        tasks.spawn((self.serve)(theirs));
        ours
    }
}

impl Target for ServiceTarget {
    fn describe(&self) -> String {
        "in process".to_owned()
    }

    fn origin(&self) -> String {
        "http://in-process".to_owned()
    }

    fn authority(&self) -> String {
        "in-process".to_owned()
    }

    fn prefix(&self) -> &str {
        &self.prefix
    }

    fn send<'a>(&'a self, request: &'a Request, way: Way) -> Sending<'a> {
        Box::pin(self.ask(request, way))
    }
}

/// Whether an idle connection is still open and nothing has come on it unasked.
fn is_silent(stream: &mut DuplexStream) -> bool {
    let mut byte = [0];
    let mut context = Context::from_waker(Waker::noop());
    let read = Pin::new(stream).poll_read(&mut context, &mut ReadBuf::new(&mut byte));
    matches!(read, Poll::Pending)
}

/// The lock, also after a panic elsewhere: nothing is left half done under any of ours.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
