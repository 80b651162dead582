//! The body of a sent request, by its media type.

use serde_json::Value;

use super::body::Form;
use super::decode::DecodedBody;
use super::json::read_json;
use super::multipart;
use super::read_form::{form_readings, multipart_readings};
use super::reading::{Judged, Reading, judge, scalars};
use crate::http::{MediaType, Request};
use crate::openapi::{MediaTypeObject, Operation};

pub(super) fn body(root: &Value, operation: &Operation, request: &Request) -> DecodedBody {
    if request.body.is_empty() {
        return DecodedBody::Absent;
    }
    let content = operation.request_body.iter().flat_map(|body| &body.content);
    let media: Option<MediaType> = request
        .headers
        .text("content-type")
        .and_then(|text| text.parse().ok());
    let best = media.as_ref().and_then(|media| {
        content
            .enumerate()
            .filter_map(|(number, object)| Some((object.range.covers(media)?, number, object)))
            .max_by_key(|(covered, ..)| *covered)
    });
    let (Some((_, number, object)), Some(media)) = (best, media) else {
        return DecodedBody::OtherType;
    };
    if media.is_json() {
        return DecodedBody::Json(number, read_json(&request.body));
    }
    let Some(readings) = readings(root, object, &media, &request.body) else {
        return DecodedBody::Opaque(number);
    };
    let Some(schema) = object.compiled.get() else {
        let plainest = readings.first().map(Reading::plainest);
        return plainest.map_or(DecodedBody::Opaque(number), |value| {
            DecodedBody::Read(number, value)
        });
    };
    match judge(&readings, schema) {
        Judged::Accepted(value) | Judged::Refused(value) => DecodedBody::Read(number, value),
        Judged::Unclear => DecodedBody::Opaque(number),
    }
}

/// The readings of a body of another type than JSON; none where it isn't well-formed or isn't read.
fn readings(
    root: &Value,
    object: &MediaTypeObject,
    media: &MediaType,
    body: &[u8],
) -> Option<Vec<Reading>> {
    let schema = object.schema.as_ref();
    let text = || std::str::from_utf8(body).ok();
    Some(match Form::of(media) {
        Form::Urlencoded => form_readings(root, schema, &object.encoding, text()?),
        Form::Multipart => {
            let parts = multipart::read(body, media.parameter("boundary")?)?;
            multipart_readings(root, schema, &parts)
        }
        Form::Sequence(sequence) => vec![Reading::whole(vec![sequence.read(body).ok()?])],
        Form::Text => vec![Reading::whole(scalars(text()?))],
        Form::Json | Form::Xml | Form::Bytes => return None,
    })
}
