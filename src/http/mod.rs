//! Requests, responses and exchanges as plain values, and the small grammars of HTTP they need.
//!
//! Nothing here opens a socket, and nothing here knows a contract. A [`Secret`] lives here because
//! it is a part of requests: whatever prints or stores a request prints or stores `***` in its
//! place. Read [`Exchange`] first.

mod base_url;
mod body_form;
mod body_text;
mod exchange;
mod headers;
mod media_type;
mod secret;
mod status;

pub use base_url::{BaseUrl, BaseUrlError};
pub use body_form::BodyForm;
pub use body_text::excerpt;
pub(crate) use body_text::{decode_stored, encode_stored};
pub use exchange::{Exchange, Request, Response, TargetSecret};
pub use headers::{FieldValue, Headers};
pub use media_type::{MediaRange, MediaType};
pub use secret::Secret;
pub use status::StatusPattern;
