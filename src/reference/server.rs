//! The server: a state of its own, the routes around it, and the connections it serves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::fault::{Fault, apply, around};
use super::fixtures;
use super::service::conforming;
use super::store::Store;
use super::wire::converse;

/// How many connections are served at once; more wait for their turn.
const CONNECTIONS: usize = 1024;

/// How long after a connection couldn't be taken the next one is tried. What keeps the system from
/// giving one, such as too many open files, is not over at once.
const RESPITE: Duration = Duration::from_millis(100);

/// How long the answers that are under way when the server is stopped may still take.
const GRACE: Duration = Duration::from_secs(5);

/// A conforming implementation of the built-in contract, on a state of its own; clones share it.
#[derive(Clone)]
pub struct Server {
    router: Router,
    faults: Arc<[&'static Fault]>,
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<&str> = self.faults.iter().map(|fault| fault.name).collect();
        f.debug_struct("Server")
            .field("faults", &faults)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// A server that keeps the contract, freshly seeded.
    #[must_use]
    pub fn new() -> Self {
        Self::with_faults(&[])
    }

    /// A server with faults, each of which breaks one clause.
    #[must_use]
    pub fn with_faults(faults: &[&'static Fault]) -> Self {
        Self {
            router: apply(conforming(Store::new()), faults),
            faults: faults.into(),
        }
    }

    /// The service, with its faults but for those of the bytes, which only a connection has.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Serves HTTP/1.1 on one byte stream until it is closed.
    pub async fn connection<IO>(&self, io: IO)
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.connection_until(io, std::future::pending()).await;
    }

    async fn connection_until<IO>(&self, io: IO, stop: impl Future<Output = ()>)
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        converse(around(io, &self.faults), self.router(), stop).await;
    }

    /// Serves every connection a listener takes until `shutdown`, and then what is under way.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let (stop, stopped) = watch::channel(());
        let mut connections = JoinSet::new();
        let accepting = async {
            // The place comes first, so that no connection is taken that can't be served.
            while let Ok(place) = places.clone().acquire_owned().await {
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(RESPITE).await;
                    continue;
                };
                let server = self.clone();
                let mut stopped = stopped.clone();
                connections.spawn(async move {
                    let _ = stream.set_nodelay(true);
                    let stop = async {
                        // Nothing is ever sent: it is over when the sender is gone.
                        let _ = stopped.changed().await;
                    };
                    server.connection_until(stream, stop).await;
                    drop(place);
                });
                while connections.try_join_next().is_some() {}
            }
        };
        tokio::select! {
            () = accepting => {}
            () = shutdown => {}
        }
        drop(stop);
        drop(listener);
        let rest = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GRACE, rest).await;
    }

    /// What a tester must know of the server: variables and tokens.
    #[must_use]
    pub fn fixtures(&self) -> Value {
        fixtures::fixtures()
    }
}

#[cfg(test)]
mod tests;
