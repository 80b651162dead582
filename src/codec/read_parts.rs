//! The parts of a multipart body as one value, each part read by its own media type: a form's as an object
//! (OpenAPI 3.1.1, 4.8.15), others' as an array (OpenAPI 3.2.0, 4.14.5.2).

use serde_json::Value;

use super::declared::Declared;
use super::multipart::{self, Part, at_place, is_positional};
use super::read_form::json;
use super::read_xml;
use super::reading::{Judged, Reading, judge, scalars};
use super::xml::Mapped;
use crate::http::{BodyForm, MediaType};
use crate::openapi::{Encoding, MediaTypeObject};

/// Why it can't be told whether a schema takes a body.
pub(super) const UNCLEAR: &str = "it can be read in several ways, and not all could be tried";

/// What a body may be read as.
pub(super) struct PartsRead {
    pub(super) reading: Reading,
    /// Whether there are more ways than these.
    pub(super) is_ambiguous: bool,
}

/// Reads the parts of a body.
///
/// # Errors
/// Why it isn't looked into.
pub(super) fn read(
    root: &Value,
    object: &MediaTypeObject,
    media: &MediaType,
    body: &[u8],
) -> Result<PartsRead, String> {
    let boundary = media.parameter("boundary");
    let boundary = boundary.ok_or("it names no boundary")?;
    let parts = multipart::read(body, boundary).ok_or("it isn't well-formed")?;
    let mut reader = Reader::default();
    let reading = if is_positional(root, object) {
        if media.essence() == "multipart/form-data" {
            return Err("it is a form, and its schema is that of an array".to_owned());
        }
        reader.by_place(root, object, &parts)?
    } else {
        reader.by_name(root, object, &parts)?
    };
    Ok(PartsRead {
        reading,
        is_ambiguous: reader.is_ambiguous,
    })
}

#[derive(Default)]
struct Reader {
    is_ambiguous: bool,
}

impl Reader {
    fn by_place(
        &mut self,
        root: &Value,
        object: &MediaTypeObject,
        parts: &[Part],
    ) -> Result<Reading, String> {
        let mut elements = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            let (encoding, mapped) = at_place(root, object, place);
            let ways = self.ways(part, &mapped, encoding)?;
            // Without a schema of the whole each item is read by its own.
            let item = object.item_compiled.get();
            elements.push(match item.filter(|_| object.schema.is_none()) {
                Some(item) => match judge(&[Reading::whole(ways)], item) {
                    Judged::Accepted(value) => vec![value],
                    Judged::Refused(value) if !self.is_ambiguous => vec![value],
                    Judged::Refused(_) | Judged::Unclear => return Err(UNCLEAR.to_owned()),
                },
                None => ways,
            });
        }
        Ok(Reading::list(elements))
    }

    fn by_name(
        &mut self,
        root: &Value,
        object: &MediaTypeObject,
        parts: &[Part],
    ) -> Result<Reading, String> {
        let schema = object.schema.as_ref();
        let (declared, whole) = (Declared::of(root, schema), Mapped::of(root, schema));
        let mut members: Vec<(&str, Vec<Vec<Value>>)> = Vec::new();
        for part in parts {
            let name = part.name.as_deref().ok_or("its parts have no names")?;
            let known = members.iter().position(|(known, _)| *known == name);
            let place = known.map_or(0, |known| members[known].1.len());
            let mapped = whole.any_member(name).item(place);
            let encoding = object.encoding.iter().find(|known| known.name == name);
            let ways = self.ways(part, &mapped, encoding)?;
            match known {
                Some(known) => members[known].1.push(ways),
                None => members.push((name, vec![ways])),
            }
        }
        let members = members.into_iter().map(|(name, parts)| {
            let mut ways: Vec<Value> = parts.iter().flatten().cloned().collect();
            let list = Reading::list(parts).ways();
            if declared.member(name).is("array") {
                ways.splice(0..0, list);
            } else {
                ways.extend(list);
            }
            (name.to_owned(), ways)
        });
        Ok(Reading::members(members.collect()))
    }

    /// The values a part may be: its own media type counts, or else the one its encoding gives.
    fn ways(
        &mut self,
        part: &Part,
        mapped: &Mapped<'_>,
        encoding: Option<&Encoding>,
    ) -> Result<Vec<Value>, String> {
        if part.is_coded() {
            return Err("a part is in a transfer encoding, which is not undone".to_owned());
        }
        let given = encoding.and_then(|encoding| encoding.content_type.as_deref());
        let named = part.media.as_deref().or(given);
        let media: Option<MediaType> = named.and_then(|named| named.parse().ok());
        let form = media.as_ref().map(BodyForm::of);
        let is_structure = mapped.is_object() || mapped.is_array();
        if let (Some(BodyForm::Xml), Some(media), true) = (form, &media, is_structure) {
            return match read_xml::read(Some(mapped), media, &part.body) {
                Ok(read) => {
                    self.is_ambiguous |= read.is_ambiguous;
                    Ok(read.ways)
                }
                Err(read_xml::NoValue::Unread(reason)) => {
                    Err(format!("of a part in XML: {reason}"))
                }
                // What is no XML is a text, which no structure is.
                Err(read_xml::NoValue::Malformed(_)) => Ok(vec![text(&part.body).into()]),
            };
        }
        let is_foreign = matches!(form, Some(form) if !matches!(form, BodyForm::Json | BodyForm::Text | BodyForm::Xml));
        if is_structure && is_foreign {
            return Err(
                "a part holds a structure in another media type than JSON or XML".to_owned(),
            );
        }
        let text = text(&part.body);
        if form == Some(BodyForm::Json)
            && let Ok(value) = serde_json::from_str(&text)
        {
            return Ok(vec![value]);
        }
        let mut ways = scalars(&text);
        ways.extend(json(&text));
        Ok(ways)
    }
}

/// A part's text. Of bytes that are none each is a character, so that lengths are true (OpenAPI 3.2.0,
/// 4.14.3.3).
fn text(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => body.iter().copied().map(char::from).collect(),
    }
}
