//! The server: requests in, answers out.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, DATE, SERVER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::answers::{Denied, json_answer, refuse};
use super::body::{self, BODY_LIMIT};
use super::contract;
use super::fault::{Fault, apply, around};
use super::finish::{FOREIGN_IMAGE, FULL_IMAGE, IMAGE, OTHER_TOKEN, SAVING_IMAGE, TOKEN};
use super::store::{ITEM_LIMIT, Store, Tenant};

/// How many connections are served at once; more wait for their turn.
const CONNECTIONS: usize = 1024;

/// How long a client may take for the head of a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// What all handlers share.
#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<Store>);

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

impl Server {
    /// A server that keeps the contract, freshly seeded.
    #[must_use]
    pub fn new() -> Self {
        Self::with_faults(&[])
    }

    /// A server with faults, each of which breaks one clause.
    #[must_use]
    pub fn with_faults(faults: &[&'static Fault]) -> Self {
        let (routes, _) = contract::router();
        let service = routes
            .fallback(|| async { refuse(Denied::NotFound("There is nothing here.")) })
            .method_not_allowed_fallback(|request: Request| async move {
                let item = request.uri().path().matches('/').count() > 3;
                refuse(Denied::BadMethod(if item {
                    "GET, HEAD, PUT, DELETE"
                } else {
                    "GET, HEAD"
                }))
            })
            .layer(middleware::from_fn(authenticate))
            .layer(middleware::from_fn(sign))
            .with_state(Shared(Arc::new(Store::new())));
        Self {
            router: apply(service, faults),
            faults: faults.into(),
        }
    }

    /// The service.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Serves HTTP/1.1 on one byte stream until it is closed.
    pub async fn connection<IO>(&self, io: IO)
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let io = TokioIo::new(around(io, &self.faults));
        // How a connection ends is the client's business.
        let _ = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .serve_connection(io, TowerToHyperService::new(self.router()))
            .await;
    }

    /// Serves every connection a listener takes, until `shutdown`.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut shutdown => return,
            };
            // A connection that was lost before it was taken is nobody's loss.
            let Ok((stream, _)) = accepted else { continue };
            let Ok(place) = places.clone().acquire_owned().await else {
                return;
            };
            let server = self.clone();
            connections.spawn(async move {
                let _ = stream.set_nodelay(true);
                server.connection(stream).await;
                drop(place);
            });
            while connections.try_join_next().is_some() {}
        }
    }

    /// What a tester must know of the server: variables and tokens.
    #[must_use]
    pub fn fixtures(&self) -> Value {
        json!({
            "variables": {
                "image_id": IMAGE,
                "saving_image_id": SAVING_IMAGE,
                "foreign_image_id": FOREIGN_IMAGE,
                "full_image_id": FULL_IMAGE,
                "item_limit": ITEM_LIMIT,
                "body_limit": BODY_LIMIT,
            },
            "identities": { "default": TOKEN, "other-tenant": OTHER_TOKEN },
        })
    }
}

/// Credentials are judged before anything else of a request.
async fn authenticate(request: Request, next: Next) -> Response {
    if tenant(&request).is_none() {
        return refuse(Denied::Unauthorized);
    }
    next.run(request).await
}

/// What every answer carries.
async fn sign(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let id = format!("req-{}", Uuid::new_v4());
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-compute-request-id", id);
    }
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(std::time::SystemTime::now()))
    {
        headers.insert(DATE, date);
    }
    headers.insert(SERVER, HeaderValue::from_static("proofmark-reference"));
    response
}

fn tenant(request: &Request) -> Option<Tenant> {
    let mut tokens = request.headers().get_all("x-auth-token").iter();
    match (tokens.next()?.to_str().ok()?, tokens.next()) {
        (TOKEN, None) => Some(Tenant::Own),
        (OTHER_TOKEN, None) => Some(Tenant::Other),
        _ => None,
    }
}

/// Caller, image and item of a request.
struct Asked {
    tenant: Tenant,
    image: Uuid,
    /// Decoded once.
    key: String,
}

fn asked(request: &Request) -> Result<Asked, Denied> {
    let tenant = tenant(request).ok_or(Denied::Unauthorized)?;
    let mut segments = request.uri().path().split('/').skip(2);
    let image = segments.next().unwrap_or_default();
    let image = (image.len() == 36).then(|| image.parse().ok()).flatten();
    let image = image.ok_or(Denied::BadRequest("The image id is no UUID."))?;
    let key = percent_decode_str(segments.nth(1).unwrap_or_default()).decode_utf8();
    let key = key
        .map_err(|_| Denied::BadRequest("The key is no UTF-8."))?
        .into_owned();
    Ok(Asked { tenant, image, key })
}

impl Shared {
    pub(super) async fn set_item(&self, request: Request) -> Result<Response, Denied> {
        let asked = asked(&request)?;
        let media = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = media.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Denied::BadRequest("The body must be application/json."));
        }
        let body = body::read(request.into_body()).await?;
        let value = body::item(&body, &asked.key)?;
        self.0
            .set(asked.tenant, asked.image, &asked.key, &value)
            .map_err(Denied::of_set)?;
        Ok(json_answer(
            StatusCode::OK,
            &json!({ "meta": { asked.key: value } }),
        ))
    }

    pub(super) fn get_item(&self, request: &Request) -> Result<Response, Denied> {
        let asked = asked(request)?;
        let value = self
            .0
            .get(asked.tenant, asked.image, &asked.key)
            .map_err(Denied::of)?;
        Ok(json_answer(
            StatusCode::OK,
            &json!({ "meta": { asked.key: value } }),
        ))
    }

    pub(super) fn delete_item(&self, request: &Request) -> Result<Response, Denied> {
        debug_assert_eq!(request.method(), Method::DELETE);
        let asked = asked(request)?;
        self.0
            .delete(asked.tenant, asked.image, &asked.key)
            .map_err(Denied::of)?;
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        Ok(response)
    }

    pub(super) fn list_items(&self, request: &Request) -> Result<Response, Denied> {
        let asked = asked(request)?;
        let items = self.0.list(asked.tenant, asked.image).map_err(Denied::of)?;
        Ok(json_answer(StatusCode::OK, &json!({ "metadata": items })))
    }
}
