//! Which item of which image a request is about.

use axum::extract::Request;
use axum::http::Method;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What a request asks for, as far as faults tell requests apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A PUT of an item.
    Set,
    /// A GET of an item, or a HEAD.
    Get,
    /// A DELETE of an item.
    Delete,
    /// A GET of all items of an image, or a HEAD.
    List,
    /// Anything on an item's path.
    OnItem,
}

impl Operation {
    /// Whether requests of this method may be the operation.
    fn has(self, method: &Method) -> bool {
        match self {
            Self::Set => method == Method::PUT,
            Self::Get | Self::List => method == Method::GET || method == Method::HEAD,
            Self::Delete => method == Method::DELETE,
            Self::OnItem => true,
        }
    }
}

/// A metadata item, and where it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The path of the image's whole metadata, as it was sent.
    pub(crate) list: String,
    /// The key as it stands in the path; empty where the path is that of all items.
    pub(crate) segment: String,
    /// The item's key, decoded.
    pub(crate) key: String,
}

impl Item {
    /// The item a request is about, where the request is this operation.
    pub(crate) fn of(operation: Operation, request: &Request) -> Option<Self> {
        if !operation.has(request.method()) {
            return None;
        }
        let path = request.uri().path();
        let (list, segment) = match operation {
            Operation::List => (path, ""),
            _ => path
                .rsplit_once('/')
                .filter(|(_, segment)| !segment.is_empty())?,
        };
        let image = list.strip_prefix("/images/")?.strip_suffix("/metadata")?;
        if image.is_empty() || image.contains('/') {
            return None;
        }
        let key = percent_decode_str(segment).decode_utf8().ok()?.into_owned();
        Some(Self {
            list: list.to_owned(),
            segment: segment.to_owned(),
            key,
        })
    }

    /// The item a PUT is about.
    pub(crate) fn put_by(request: &Request) -> Option<Self> {
        Self::of(Operation::Set, request)
    }

    /// Another item of the same image.
    pub(crate) fn beside(&self, key: impl Into<String>) -> Self {
        let key = key.into();
        Self {
            list: self.list.clone(),
            segment: utf8_percent_encode(&key, NON_ALPHANUMERIC).to_string(),
            key,
        }
    }

    /// The item of the same key that another image may have.
    pub(crate) fn on(&self, image: &str) -> Self {
        Self {
            list: format!("/images/{image}/metadata"),
            ..self.clone()
        }
    }

    /// The item's own path.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.list, self.segment)
    }

    /// The image's id, however it was written.
    pub(crate) fn image(&self) -> String {
        let id = self.list.split('/').nth(2).unwrap_or_default();
        percent_decode_str(id)
            .decode_utf8_lossy()
            .to_ascii_lowercase()
    }

    /// What tells the item from every other, of whatever image.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.image(), self.key)
    }
}
