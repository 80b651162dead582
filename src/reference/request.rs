//! What a request asks for, read from its head.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::answers::Denied;
use super::fixtures::{OTHER_TOKEN, TOKEN};
use super::store::Tenant;
use super::types::KEY_LENGTH;

/// Caller, image and item of a request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) tenant: Tenant,
    pub(super) image: Uuid,
    /// Decoded once; empty where the path has no item.
    pub(super) key: String,
}

impl Asked {
    /// What is asked by a request that one of the contract's routes took.
    ///
    /// The path is read here and not by axum, whose own refusals are no faults of this API and which
    /// takes an escape that isn't one as it stands.
    pub(super) fn of(request: &Request) -> Result<Self, Denied> {
        let tenant = tenant(request.headers()).ok_or(Denied::Unauthorized)?;
        let mut segments = request.uri().path().split('/').skip(2);
        let image = decoded(segments.next().unwrap_or_default())?;
        let key = decoded(segments.nth(1).unwrap_or_default())?;
        // The crate also reads UUIDs in braces and without hyphens; only this form is of this length.
        let image = (image.len() == 36).then(|| image.parse().ok()).flatten();
        let image = image.ok_or(Denied::BadRequest("The image id is no UUID."))?;
        if key.chars().count() > KEY_LENGTH {
            return Err(Denied::BadRequest("The key is longer than 255 characters."));
        }
        Ok(Self { tenant, image, key })
    }
}

/// A segment of a path with its escapes decoded.
fn decoded(segment: &str) -> Result<String, Denied> {
    let mut pieces = segment.split('%');
    pieces.next();
    let escaped = |piece: &str| {
        piece
            .get(..2)
            .is_some_and(|two| two.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    if !pieces.all(escaped) {
        return Err(Denied::BadRequest(
            "The path holds a `%` without two hexadecimal digits.",
        ));
    }
    match percent_decode_str(segment).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Denied::BadRequest("The path is no UTF-8.")),
    }
}

/// Whose the request's token is; a request with two tokens is nobody's.
pub(super) fn tenant(headers: &HeaderMap) -> Option<Tenant> {
    match only(headers, "x-auth-token")? {
        TOKEN => Some(Tenant::Own),
        OTHER_TOKEN => Some(Tenant::Other),
        _ => None,
    }
}

/// Whether the request says that its body is JSON.
pub(super) fn says_json(headers: &HeaderMap) -> bool {
    only(headers, CONTENT_TYPE.as_str()).is_some_and(|media| {
        let essence = media.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/json")
    })
}

/// The value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    match values.next() {
        None => value.to_str().ok(),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn escapes_are_decoded_once_and_exactly() {
        let read = |segment| decoded(segment).ok();
        assert_eq!(read("label").as_deref(), Some("label"));
        assert_eq!(read("a%2Fb%20c").as_deref(), Some("a/b c"));
        assert_eq!(read("%252F").as_deref(), Some("%2F"));
        assert_eq!(read("a+b").as_deref(), Some("a+b"));
        assert_eq!(read("%C3%A9").as_deref(), Some("é"));
        for malformed in ["%", "a%2", "%zz", "%%41", "%ff", "%C3"] {
            assert_eq!(read(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn a_header_that_is_there_twice_says_nothing() {
        let mut headers = HeaderMap::new();
        headers.append("x-auth-token", HeaderValue::from_static(TOKEN));
        assert_eq!(tenant(&headers), Some(Tenant::Own));
        headers.append("x-auth-token", HeaderValue::from_static(TOKEN));
        assert_eq!(tenant(&headers), None);
    }

    #[test]
    fn parameters_and_case_of_the_media_type_dont_matter() {
        let says = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, value.parse().expect("a header's value"));
            says_json(&headers)
        };
        assert!(says("application/json"));
        assert!(says("Application/JSON ; charset=utf-8"));
        assert!(!says("application/json-patch+json"));
        assert!(!says("text/plain"));
        assert!(!says_json(&HeaderMap::new()));
    }
}
