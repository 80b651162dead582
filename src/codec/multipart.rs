//! `multipart/form-data` (RFC 7578) and its kin (RFC 2046, 5.1), written and read. The parts of a form have
//! names; those of others have their places, and their values are an array (OpenAPI 3.2.0, 4.14.5.2).
//!
//! ```text
//! --proofmark-0
//! content-disposition: form-data; name="photo"; filename="photo"
//! content-type: image/png
//!
//! …
//! --proofmark-0--
//! ```

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::declared::Declared;
use super::encode::header_value;
use super::field::{FieldForm, bytes, default_type, first_type, styled};
use super::form::field_text;
use super::write_xml;
use super::xml::Mapped;
use crate::http::{BodyForm, MediaType};
use crate::openapi::{Encoding, MediaTypeObject};

/// One part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// None for a part of a body that isn't a form's.
    pub(super) name: Option<String>,
    /// None: text (RFC 7578, 4.4).
    pub(super) media: Option<String>,
    /// Further header fields, name and value.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Whether a body's parts are known by their places, by what the contract says of it.
pub(super) fn is_positional(root: &Value, object: &MediaTypeObject) -> bool {
    let declared = Declared::of(root, object.schema.as_ref());
    object.item_schema.is_some()
        || declared.is("array")
        || declared.keyword("items").is_some()
        || declared.keyword("prefixItems").is_some()
}

/// What is said of the part at a place: its encoding, and its schema.
pub(super) fn at_place<'d>(
    root: &'d Value,
    object: &'d MediaTypeObject,
    place: usize,
) -> (Option<&'d Encoding>, Mapped<'d>) {
    let prefix = object.prefix_encoding.get(place);
    let mapped = match &object.item_schema {
        Some(item) => Mapped::of(root, Some(item)),
        None => Mapped::of(root, object.schema.as_ref()).item(place),
    };
    (prefix.or(object.item_encoding.as_ref()), mapped)
}

/// The parts of a body, each element of an array one.
/// None where a value has no form.
pub(super) fn parts_by_place(
    root: &Value,
    object: &MediaTypeObject,
    elements: &[Value],
) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    for (place, element) in elements.iter().enumerate() {
        let (encoding, mapped) = at_place(root, object, place);
        let headers = encoding.map(headers).unwrap_or_default();
        let content = encoding.and_then(|encoding| encoding.content_type.as_deref());
        let content = content.map_or_else(|| type_of(&mapped, element), first_type);
        parts.push(part(None, &content, &headers, element, &mapped)?);
    }
    Some(parts)
}

/// The media type of a value where no encoding says one.
fn type_of(mapped: &Mapped<'_>, value: &Value) -> String {
    let by_schema = mapped.declared().map(default_type);
    let by_value = || match value {
        Value::Object(_) | Value::Array(_) => "application/json",
        _ => "text/plain",
    };
    by_schema.unwrap_or_else(by_value).to_owned()
}

/// The parts of a form: one for each field, and one for each element of an array (RFC 7578, 4.3).
/// None where a value has no form.
pub(super) fn parts(
    root: &Value,
    media: &MediaTypeObject,
    fields: &Map<String, Value>,
) -> Option<Vec<Part>> {
    let declared = Declared::of(root, media.schema.as_ref());
    let whole = Mapped::of(root, media.schema.as_ref());
    let mut parts = Vec::new();
    for (name, value) in fields {
        let encoding = media.encoding.iter().find(|known| known.name == *name);
        let headers = encoding.map(headers).unwrap_or_default();
        let named = Some(name.as_str());
        match (FieldForm::of(encoding, declared.member(name)), value) {
            (_, Value::Null) => {}
            (FieldForm::Styled(style, explode, _), value) => {
                // OpenAPI 3.1.1, 4.8.15.1.2: nothing is escaped here.
                let plain = (style, explode, super::escape::Escape::Nothing);
                let pairs = styled(name, plain, value).into_iter();
                parts.extend(pairs.map(|(name, text)| Part {
                    name: Some(name),
                    media: None,
                    headers: headers.clone(),
                    body: text.into_bytes(),
                }));
            }
            (FieldForm::Content(content), Value::Array(elements)) => {
                for (place, element) in elements.iter().enumerate() {
                    let mapped = whole.any_member(name).item(place);
                    parts.push(part(named, &content, &headers, element, &mapped)?);
                }
            }
            (FieldForm::Content(content), value) => {
                let mapped = whole.any_member(name);
                parts.push(part(named, &content, &headers, value, &mapped)?);
            }
        }
    }
    Some(parts)
}

/// The fields an encoding gives a value for, and that can stand in a line.
fn headers(encoding: &Encoding) -> Vec<(String, String)> {
    let given = encoding.headers.iter().filter_map(|header| {
        let text = header_value(header.value.as_ref()?);
        let is_line = !text.contains(['\r', '\n']) && !header.name.contains(['\r', '\n', ':', ' ']);
        is_line.then(|| (header.name.clone(), text))
    });
    given.collect()
}

fn part(
    name: Option<&str>,
    content: &str,
    headers: &[(String, String)],
    value: &Value,
    mapped: &Mapped<'_>,
) -> Option<Part> {
    let media: Option<MediaType> = content.parse().ok();
    let form = media.as_ref().map_or(BodyForm::Bytes, BodyForm::of);
    let is_text = media.is_some_and(|media| media.essence().starts_with("text/"));
    let (media, body) = if form == BodyForm::Json {
        (content, value.to_string().into_bytes())
    } else if form == BodyForm::Xml && !value.is_string() {
        (content, write_xml::write(mapped, value).ok()?)
    } else if is_text {
        let media = match value {
            Value::Object(_) | Value::Array(_) => "application/json",
            _ => content,
        };
        (media, field_text(content, value).into_bytes())
    } else {
        // An object that is no bytes is JSON, whatever the type is called.
        match bytes(value) {
            Some(bytes) => (content, bytes),
            None if value.is_null() => return None,
            None => ("application/json", value.to_string().into_bytes()),
        }
    };
    Some(Part {
        name: name.map(str::to_owned),
        media: (media != "text/plain").then(|| media.to_owned()),
        headers: headers.to_vec(),
        body,
    })
}

const TRANSFER_ENCODING: &str = "content-transfer-encoding";

impl Part {
    /// Whether the body stands in it in another form than its own (RFC 2045, 6).
    pub(super) fn is_coded(&self) -> bool {
        let plain = ["7bit", "8bit", "binary"];
        let mut codings = self
            .headers
            .iter()
            .filter(|(name, _)| name == TRANSFER_ENCODING);
        codings.any(|(_, coding)| !plain.contains(&coding.to_ascii_lowercase().as_str()))
    }

    /// Whether the part is a file to most readers: they tell by the file's name (RFC 7578, 4.2).
    fn is_file(&self) -> bool {
        let media: Option<MediaType> = self.media.as_ref().and_then(|media| media.parse().ok());
        media.is_some_and(|media| !media.is_json() && !media.essence().starts_with("text/"))
    }
}

/// A boundary that no part holds. The same parts have the same one, so that a request is the same in
/// every run.
pub(super) fn boundary(parts: &[Part]) -> String {
    let is_held = |boundary: &str| {
        let needle = boundary.as_bytes();
        parts.iter().any(|part| {
            let mut windows = part.body.windows(needle.len());
            let mut names = part.name.iter();
            names.any(|name| name.contains(boundary)) || windows.any(|window| window == needle)
        })
    };
    let mut number = 0_usize;
    loop {
        let boundary = format!("proofmark-{number}");
        if !is_held(&boundary) {
            return boundary;
        }
        number += 1;
    }
}

pub(super) fn write(parts: &[Part], boundary: &str) -> Vec<u8> {
    let mut written = Vec::new();
    for part in parts {
        let mut head = format!("--{boundary}");
        if let Some(name) = &part.name {
            // The escapes of the WHATWG's HTML standard, which RFC 7578, 2 leaves to implementations.
            let name = name
                .replace('"', "%22")
                .replace('\r', "%0D")
                .replace('\n', "%0A");
            let _ = write!(head, "\r\ncontent-disposition: form-data; name=\"{name}\"");
            if part.is_file() {
                let _ = write!(head, "; filename=\"{name}\"");
            }
        }
        if let Some(media) = &part.media {
            let _ = write!(head, "\r\ncontent-type: {media}");
        }
        for (name, value) in &part.headers {
            let _ = write!(head, "\r\n{name}: {value}");
        }
        written.extend_from_slice(head.as_bytes());
        written.extend_from_slice(b"\r\n\r\n");
        written.extend_from_slice(&part.body);
        written.extend_from_slice(b"\r\n");
    }
    written.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    written
}

/// The parts of a body; none where it isn't well-formed.
pub(super) fn read(body: &[u8], boundary: &str) -> Option<Vec<Part>> {
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter has no line before it where there is no preamble (RFC 2046, 5.1.1).
    let mut whole = b"\r\n".to_vec();
    whole.extend_from_slice(body);
    let mut rest = after(&whole, delimiter.as_bytes())?.1;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let (line, behind) = after(rest, b"\r\n")?;
        if !line.trim_ascii().is_empty() {
            return None;
        }
        let (inner, next) = after(behind, delimiter.as_bytes())?;
        parts.push(read_part(inner)?);
        rest = next;
    }
    Some(parts)
}

fn read_part(text: &[u8]) -> Option<Part> {
    // A part without fields begins with the empty line.
    let (head, body) = match text.strip_prefix(b"\r\n") {
        Some(body) => (&b""[..], body),
        None => after(text, b"\r\n\r\n")?,
    };
    let head = std::str::from_utf8(head).ok()?;
    let field = |wanted: &str| {
        head.split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
    };
    let disposition = field("content-disposition");
    let name = disposition.and_then(|disposition| parameter(disposition, "name"));
    let headers = field("content-transfer-encoding")
        .map(|coding| (TRANSFER_ENCODING.to_owned(), coding.to_owned()));
    Some(Part {
        name: name.map(super::escape::unescape),
        media: field("content-type").map(str::to_owned),
        headers: headers.into_iter().collect(),
        body: body.to_vec(),
    })
}

/// A parameter of a field's, without its quotes.
fn parameter<'f>(field: &'f str, wanted: &str) -> Option<&'f str> {
    let mut rest = field.split_once(';')?.1;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let (value, next) = if let Some(quoted) = behind.trim_start().strip_prefix('"') {
            quoted.split_once('"')?
        } else {
            let (value, next) = behind.split_at(behind.find(';').unwrap_or(behind.len()));
            (value.trim(), next)
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next.split_once(';')?.1;
    }
}

/// What is before the first `needle`, and what is behind it.
fn after<'b>(bytes: &'b [u8], needle: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = bytes
        .windows(needle.len())
        .position(|window| window == needle)?;
    Some((&bytes[..at], &bytes[at + needle.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, media: Option<&str>, body: &str) -> Part {
        Part {
            name: Some(name.to_owned()),
            media: media.map(str::to_owned),
            headers: Vec::new(),
            body: body.into(),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let parts = [
            part("a \"b\"", None, "text\r\n--other\r\n"),
            part("empty", None, ""),
            part("photo", Some("image/png"), "\u{0}\r\n"),
        ];
        let written = write(&parts, "x");
        assert_eq!(read(&written, "x").as_deref(), Some(&parts[..]));
        assert_eq!(read(&written, "y"), None);
        assert_eq!(read(&written[..written.len() - 6], "x"), None);
        assert_eq!(read(b"--x--", "x"), Some(Vec::new()));
    }

    #[test]
    fn a_boundary_is_in_no_part_and_the_same_each_time() {
        let parts = [
            part("a", None, "proofmark-0"),
            part("proofmark-1", None, ""),
        ];
        assert_eq!(boundary(&parts), "proofmark-2");
        assert_eq!(boundary(&[]), "proofmark-0");
    }

    #[test]
    fn files_have_a_name_and_texts_have_none() {
        let written = write(
            &[part("a", None, "1"), part("b", Some("image/png"), "2")],
            "x",
        );
        assert_eq!(
            String::from_utf8_lossy(&written),
            "--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
             --x\r\ncontent-disposition: form-data; name=\"b\"; filename=\"b\"\r\n\
             content-type: image/png\r\n\r\n2\r\n--x--\r\n"
        );
    }
}
