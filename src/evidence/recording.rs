//! What other tools recorded, whatever they wrote it as.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{GzDecoder, ZlibDecoder};
use jiff::Timestamp;
use serde_json::Value;

use super::read::ReadError;
use super::{cassette, har};
use crate::diag::{Diagnostic, Document, Pointer, Source, Syntax};
use crate::http::{Exchange, Headers};

/// A content that was packed may unpack to so many bytes.
const LARGEST: u64 = 64 << 20;

/// What a path leads to, by its content.
#[derive(Debug)]
pub enum Kept {
    /// A record of ours: a folder, or one file of it.
    Record(PathBuf),
    /// A single exchange.
    Exchange(Arc<Document>, Box<Exchange>),
    /// What another tool recorded.
    Recording(Recording),
}

/// What another tool recorded.
#[derive(Debug)]
pub struct Recording {
    /// Its text.
    pub document: Arc<Document>,
    /// The exchanges, in its order.
    pub entries: Vec<Entry>,
    /// When the first of them was recorded, if it is said.
    pub began: Option<Timestamp>,
}

/// One exchange that another tool recorded.
#[derive(Debug)]
pub struct Entry {
    /// Where it stands in the text.
    pub at: Pointer,
    /// The request's scheme.
    pub scheme: String,
    /// The host, and the port if one is named.
    pub authority: String,
    /// What was sent and what came back; or why it can't be judged: nothing came back, or too little of
    /// it was kept.
    pub exchange: Result<Exchange, String>,
    /// The request's method and target, for people, whatever became of it.
    pub asked: String,
    /// Why nothing is known of the answer's body, if so.
    pub bodiless: Option<String>,
}

/// Reads whatever may be judged: a record of ours, a HAR file, a cassette of VCR or vcrpy, a single
/// exchange.
///
/// # Errors
/// What can't be read, or is none of these.
pub fn read_kept(path: &Path) -> Result<Kept, ReadError> {
    // A record ends anywhere, and may be large: it is known by its name, or by how it begins.
    let is_named = path.extension().is_some_and(|e| e == "ndjson");
    if is_named || path.is_dir() {
        return Ok(Kept::Record(path.to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|source| ReadError::io(path, source))?;
    if bytes.starts_with(br#"{"proofmark":"#) {
        return Ok(Kept::Record(path.to_owned()));
    }
    let name = path.display().to_string();
    let damaged = |problem: Diagnostic| ReadError::Damaged(vec![problem]);
    let source = Source::from_bytes(name.as_str(), bytes).map_err(|reason| {
        damaged(Diagnostic::error(
            "recording",
            format!("{name} can't be read: {reason}"),
        ))
    })?;
    let source = match source.text().strip_prefix('\u{feff}') {
        Some(text) => Source::new(name.as_str(), text),
        None => source,
    };
    let syntax = Syntax::of(&name, source.text());
    let (document, slips) =
        Document::parse_leniently(source, syntax).map_err(ReadError::Damaged)?;
    let document = Arc::new(document);
    let root = document.root();
    if root
        .get("log")
        .is_some_and(|log| log.get("entries").is_some())
    {
        return Ok(Kept::Recording(har::read(document)));
    }
    if cassette::interactions(root).is_some() {
        return Ok(Kept::Recording(cassette::read(document)));
    }
    if !slips.is_empty() {
        return Err(ReadError::Damaged(slips));
    }
    match serde_json::from_value(root.clone()) {
        Ok(exchange) => Ok(Kept::Exchange(document, Box::new(exchange))),
        Err(error) => Err(damaged(
            Diagnostic::error("exchange", format!("this is no exchange: {error}"))
                .at(document.source(), document.span(&Pointer::root()), "")
                .help("what is judged is a record, a HAR file, a cassette of VCR or vcrpy, or one exchange: `request` (method, target, headers, body) and `response` (status, headers, body)"),
        )),
    }
}

/// A URL's scheme, authority without user and password, and target.
pub(super) fn parts_of(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let target = target.split('#').next().unwrap_or_default();
    let is_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (is_http && !authority.is_empty()).then_some((scheme, authority, target))
}

/// A request for people: method, host and path. What else is in a URL may be a credential.
pub(super) fn asked(method: &str, url: &str) -> String {
    if let Some((_, authority, target)) = parts_of(url) {
        let path = target.split('?').next().unwrap_or_default();
        return format!("{method} {authority}{path}");
    }
    let scheme = url.split(':').next().unwrap_or_default();
    format!("{method} {}:", scheme.chars().take(16).collect::<String>())
}

/// The target in origin form: with a path, if only `/`.
pub(super) fn origin_form(target: &str) -> String {
    if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    }
}

/// A whole number, or a text that spells one.
pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    }
}

/// A body in base64, white space allowed.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    STANDARD.decode(text).ok()
}

/// The body with its content coding (RFC 9110, 8.4) taken off, if the recording still has it; the fields
/// that speak of the coding go with it, since what they say is no longer true.
///
/// # Errors
/// In words, when it can't be unpacked.
pub(super) fn uncoded(headers: &mut Headers, body: Vec<u8>) -> Result<Vec<u8>, String> {
    let coding = headers
        .text("content-encoding")
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity");
    let Some(coding) = coding else {
        return Ok(body);
    };
    let mut plain = Vec::new();
    let unpacked = match coding.as_str() {
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => GzDecoder::new(body.as_slice())
            .take(LARGEST)
            .read_to_end(&mut plain),
        "deflate" if std::str::from_utf8(&body).is_err() => ZlibDecoder::new(body.as_slice())
            .take(LARGEST)
            .read_to_end(&mut plain),
        // Most tools keep a content as it is without its coding.
        _ if std::str::from_utf8(&body).is_ok() => {
            plain = body;
            Ok(plain.len())
        }
        _ => return Err(format!("its body is coded as {coding}")),
    };
    unpacked.map_err(|error| format!("its body can't be unpacked ({coding}): {error}"))?;
    headers.remove("content-encoding");
    headers.remove("content-length");
    Ok(plain)
}

/// Whether an answer that was recorded without a body is known to have had none.
pub(super) fn is_empty(method: &str, status: u16, headers: &Headers) -> bool {
    let never = method == "HEAD" || matches!(status, 100..=199 | 204 | 304);
    let length = headers.text("content-length").map(str::trim);
    never || length == Some("0") || (length.is_none() && !headers.contains("content-type"))
}
