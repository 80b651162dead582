//! From a step to the request that is sent.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::authenticate::{Given, put_fields, put_others};
use super::given;
use crate::case::{Padding, Payload, Step, Unbound, expand, expand_bytes, expand_text};
use crate::codec::{
    EncodeError, encode_body, encode_cookies, encode_header, encode_path, encode_query, unescape,
};
use crate::http::{FieldValue, Headers, Request, Secret};
use crate::openapi::{Contract, Location, Operation};

/// The largest body a case may ask for.
const LONGEST: usize = 64 << 20;

/// Why a request can't be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// An expression has no value.
    #[error(transparent)]
    Unbound(#[from] Unbound),
    /// A value can't be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A body's length is no number, or too large a one.
    #[error("a body can't be made {0} bytes long")]
    Length(String),
    /// A credential goes into a cookie and can't.
    #[error("the credential for `{0}` holds characters that no cookie can hold")]
    Cookie(String),
}

/// What a request is made of beside its step.
pub(super) struct Parts<'a> {
    pub(super) contract: &'a Contract,
    pub(super) authority: &'a str,
    pub(super) prefix: &'a str,
    pub(super) bindings: &'a Map<String, Value>,
    pub(super) given: &'a [Given<'a>],
    pub(super) headers: &'a [(String, Secret)],
    pub(super) correlation: &'a str,
}

/// Makes a step's request: everything that is sent is put here and nothing is added later.
pub(super) fn build(step: &Step, parts: &Parts<'_>) -> Result<Request, BuildError> {
    let operation = &parts.contract.operations[step.operation];
    let bindings = parts.bindings;
    let target = if let Some(target) = &step.target {
        expand_text(target, bindings)?
    } else {
        let path = path_values(step, operation, bindings)?;
        let query = given::values(Location::Query, step, operation, parts)?;
        format!(
            "{}{}{}",
            parts.prefix,
            encode_path(operation, &path, &expanded(&step.path_raw, bindings)?)?,
            encode_query(parts.contract, operation, &query)?
        )
    };
    let method = match &step.method {
        Some(method) => expand_text(method, bindings)?,
        None => operation.method.clone(),
    };
    let (body, media) = body(step, operation, parts)?;
    let mut headers = Headers::new();
    headers.push("host", parts.authority);
    if let Some(accept) = accept(operation) {
        headers.push("accept", accept.as_str());
    }
    // Without this field any coding would be welcome (RFC 9110, 12.5.3), and none is read here.
    headers.push("accept-encoding", "identity");
    put_fields(parts.given, &mut headers);
    if let Some(media) = &media {
        headers.push("content-type", media.as_str());
    }
    // RFC 9110, 8.6: a method that has a meaning for content says its length even when it is zero.
    if !body.is_empty() || matches!(method.as_str(), "PUT" | "POST" | "PATCH") {
        headers.push("content-length", body.len().to_string().as_str());
    }
    headers.push("x-proofmark", parts.correlation);
    for (name, value) in parts.headers {
        headers.set(name, value.clone());
    }
    let own = given::values(Location::Header, step, operation, parts)?;
    let cookies = given::values(Location::Cookie, step, operation, parts)?;
    let cookies = encode_cookies(operation, &cookies)?;
    put_cookies(&cookies, &mut headers);
    for (name, value) in &own {
        match value {
            Value::Null => headers.remove(name),
            // What was written has a boundary, which only its own field names (RFC 2046, 5.1.1).
            Value::String(asked)
                if name.eq_ignore_ascii_case("content-type")
                    && media
                        .as_ref()
                        .and_then(|media| media.strip_prefix(asked.as_str()))
                        .is_some_and(|rest| rest.starts_with("; boundary=")) => {}
            value => headers.set(name, encode_header(operation, name, value).as_str()),
        }
    }
    let mut request = Request {
        method,
        target,
        headers,
        body,
        secrets: Vec::new(),
    };
    put_others(parts.given, step, &mut request)?;
    Ok(request)
}

pub(super) fn expanded(
    values: &Map<String, Value>,
    bindings: &Map<String, Value>,
) -> Result<Map<String, Value>, Unbound> {
    values
        .iter()
        .map(|(name, value)| Ok((name.clone(), expand(value, bindings)?)))
        .collect()
}

/// The step's own values, raw ones unescaped, and the target's variables for what it leaves out.
pub(super) fn path_values(
    step: &Step,
    operation: &Operation,
    bindings: &Map<String, Value>,
) -> Result<Map<String, Value>, Unbound> {
    let mut values = expanded(&step.path, bindings)?;
    for (name, raw) in expanded(&step.path_raw, bindings)? {
        let text = raw.as_str().map_or_else(|| raw.to_string(), str::to_owned);
        values.insert(name, unescape(&text).into());
    }
    for name in operation.path.parameters() {
        if let Some(value) = bindings.get(name).filter(|_| !values.contains_key(name)) {
            values.insert(name.to_owned(), value.clone());
        }
    }
    Ok(values)
}

fn body(
    step: &Step,
    operation: &Operation,
    parts: &Parts<'_>,
) -> Result<(Bytes, Option<String>), BuildError> {
    let bindings = parts.bindings;
    let media = operation
        .request_body
        .iter()
        .flat_map(|body| &body.content)
        .next();
    let mut media = media
        .and_then(|media| media.range.media_type())
        .map(ToString::to_string);
    let mut body: Vec<u8> = match &step.payload {
        Payload::None => return Ok((Bytes::new(), None)),
        Payload::Value(value) => {
            let value = expand(value, bindings)?;
            let asked = step.headers.iter().find_map(|(name, value)| {
                let value = value.as_str()?;
                name.eq_ignore_ascii_case("content-type").then_some(value)
            });
            let asked = asked
                .map(|asked| expand_text(asked, bindings))
                .transpose()?;
            // A case may name a media type on purpose that its body isn't of: then the body stays
            // what it would have been.
            let written = encode_body(parts.contract, operation, asked.as_deref(), &value)
                .or_else(|error| match error {
                    EncodeError::Xml(..) => Err(error),
                    _ => encode_body(parts.contract, operation, None, &value),
                })?;
            media = Some(written.media);
            written.bytes
        }
        Payload::Raw(text) => expand_text(text, bindings)?.into_bytes(),
        Payload::Bytes(bytes) => expand_bytes(bytes, bindings)?,
    };
    if let Some(padding) = &step.padding {
        let (Padding::Over(text) | Padding::Exactly(text)) = padding;
        let text = expand_text(text, bindings)?;
        let number: usize = text.parse().map_err(|_| BuildError::Length(text.clone()))?;
        let length = number.saturating_add(usize::from(matches!(padding, Padding::Over(_))));
        if length < body.len() || length > LONGEST {
            return Err(BuildError::Length(length.to_string()));
        }
        body.resize(length, b' ');
    }
    Ok((
        body.into(),
        media.or_else(|| Some("application/json".to_owned())),
    ))
}

/// Puts cookies before those that are sent with every request: there is one such field (RFC 6265, 5.4).
fn put_cookies(cookies: &str, headers: &mut Headers) {
    if cookies.is_empty() {
        return;
    }
    let value = match headers.get("cookie") {
        None => FieldValue::from(cookies),
        Some(FieldValue::Plain(others)) => {
            let others = String::from_utf8_lossy(others);
            FieldValue::from(format!("{cookies}; {others}").as_str())
        }
        Some(FieldValue::Secret(others)) => {
            FieldValue::Secret(others.clone().within(&format!("{cookies}; "), ""))
        }
    };
    headers.set("cookie", value);
}

/// The media types the operation's answers are documented in, in the document's order.
fn accept(operation: &Operation) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for media in operation
        .responses
        .iter()
        .flat_map(|response| &response.content)
    {
        if !names.contains(&media.name.as_str()) {
            names.push(&media.name);
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}
