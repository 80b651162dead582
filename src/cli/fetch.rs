//! Documents from the disk, standard input and the network.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use super::{built_in, engine};
use crate::diag::{Diagnostic, Source};
use crate::http::{BaseUrl, Headers, Request};
use crate::openapi::{Contract, Disk, Files, load_overlaid};
use crate::target::{Limits, Target as _, TlsOptions, UrlTarget, Way};

/// Where redirects to a document may lead on, in steps.
const REDIRECTS: usize = 5;

/// The text a `--spec` names: a file, `-` for standard input, or a URL.
pub(super) fn document(spec: &Path) -> Result<Arc<Source>, Diagnostic> {
    let shown = spec.display().to_string();
    let read = if shown == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().read_to_end(&mut bytes);
        read.map_err(|error| error.to_string())
            .and_then(|_| Source::from_bytes("(standard input)", bytes))
    } else if is_remote(&shown) {
        remote(&shown)
    } else {
        std::fs::read(spec)
            .map_err(|error| error.to_string())
            .and_then(|bytes| Source::from_bytes(shown.clone(), bytes))
    };
    read.map_err(|reason| {
        Diagnostic::error("contract", format!("{shown} can't be read: {reason}"))
            .help("give the OpenAPI document with --spec: a file, a URL, or - for standard input")
    })
}

/// The contract a `--spec` names, overlays applied; without one the built-in contract.
pub(super) fn contract(
    spec: Option<&Path>,
    overlays: &[PathBuf],
    remote: bool,
) -> Result<Contract, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut read =
        |read: Result<Arc<Source>, Diagnostic>| read.map_err(|problem| problems.push(problem)).ok();
    let source = match spec {
        None => Some(built_in::contract()),
        Some(spec) => read(document(spec)),
    };
    let overlays: Vec<_> = overlays
        .iter()
        .filter_map(|overlay| read(document(overlay)))
        .collect();
    let Some(source) = source.filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let spec = spec.unwrap_or(Path::new(built_in::CONTRACT));
    load_overlaid(source, &overlays, &Beside::new(spec, remote))
}

/// The files a document refers to: beside it on the disk, or where it came from on the network;
/// elsewhere on the network if that is allowed.
pub(super) struct Beside {
    disk: Disk,
    remote: bool,
}

impl Beside {
    pub(super) fn new(spec: &Path, remote: bool) -> Self {
        Self {
            disk: Disk::beside(spec),
            remote,
        }
    }
}

impl Files for Beside {
    fn resolve(&self, base: &str, reference: &str) -> Result<String, String> {
        let base_url = Url::parse(base).ok().filter(|_| is_remote(base));
        let target = match &base_url {
            Some(base) => base.join(reference).ok(),
            None => Url::parse(reference).ok().filter(|_| is_remote(reference)),
        };
        let Some(target) = target else {
            return self.disk.resolve(base, reference);
        };
        let is_own = base_url.is_some_and(|base| base.origin() == target.origin());
        if is_own || self.remote {
            Ok(target.to_string())
        } else {
            Err("remote references are only followed with --allow-remote-refs".to_owned())
        }
    }

    fn read(&self, location: &str) -> Result<Arc<Source>, String> {
        if is_remote(location) {
            remote(location)
        } else {
            self.disk.read(location)
        }
    }
}

fn is_remote(location: &str) -> bool {
    location.starts_with("http://") || location.starts_with("https://")
}

fn remote(location: &str) -> Result<Arc<Source>, String> {
    let mut url = Url::parse(location).map_err(|error| error.to_string())?;
    let runtime = engine::runtime();
    for _ in 0..=REDIRECTS {
        let (status, headers, body) = runtime.block_on(get(&url))?;
        let further = headers
            .text("location")
            .filter(|_| (301..=308).contains(&status));
        match further {
            Some(further) => url = url.join(further).map_err(|error| error.to_string())?,
            None if status == 200 => return Source::from_bytes(location, body),
            None => return Err(format!("it is answered with {status}")),
        }
    }
    Err(format!("more than {REDIRECTS} redirects"))
}

async fn get(url: &Url) -> Result<(u16, Headers, Vec<u8>), String> {
    let base: BaseUrl = url
        .origin()
        .ascii_serialization()
        .parse()
        .map_err(|error: <BaseUrl as std::str::FromStr>::Err| error.to_string())?;
    let limits = Limits {
        body: 64 << 20,
        ..Limits::default()
    };
    let target =
        UrlTarget::new(base, limits, &TlsOptions::default()).map_err(|error| error.to_string())?;
    let mut headers = Headers::default();
    headers.push("host", target.authority().as_str());
    headers.push("accept", "application/json, application/yaml, */*;q=0.5");
    headers.push("accept-encoding", "identity");
    let query = url
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let request = Request {
        method: "GET".to_owned(),
        target: format!("{}{query}", url.path()),
        headers,
        body: Vec::new().into(),
        secrets: Vec::new(),
    };
    let exchange = target
        .send(&request, Way::Client)
        .await
        .map_err(|error| error.to_string())?;
    let response = exchange.response;
    Ok((response.status, response.headers, response.body.to_vec()))
}
