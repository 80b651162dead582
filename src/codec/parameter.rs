//! A parameter of a sent request, in every way its style can be read.

use serde_json::Value;

use super::declared::Declared;
use super::encode::{is_form, style_of};
use super::escape::{unescape, unescape_form};
use super::json::read_json;
use super::read_form::form_readings;
use super::read_style::{both_ways, deep, delimited, named, pairs, query_readings, styled, whole};
use super::reading::{Reading, scalars};
use super::style::Style;
use crate::http::{FieldValue, Headers, MediaType};
use crate::openapi::{Location, Operation, Parameter};

/// Where the values of parameters stand in a sent request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent<'a> {
    /// The contract's document.
    pub(super) root: &'a Value,
    pub(super) operation: &'a Operation,
    /// The raw values of the path's parameters.
    pub(super) path: &'a [(&'a str, &'a str)],
    /// The raw query.
    pub(super) query: &'a str,
    pub(super) headers: &'a Headers,
}

/// A parameter's texts, unescaped, and its readings; none of either: it isn't there.
pub(super) type Found = (Vec<String>, Vec<Reading>);

pub(super) fn read(sent: &Sent<'_>, parameter: &Parameter) -> Found {
    match parameter.location {
        Location::Path => path(sent, parameter),
        Location::Query => query(sent, parameter),
        Location::Header => header(sent, parameter),
        Location::Cookie => cookie(sent, parameter),
        Location::QueryString => query_string(sent, parameter),
    }
}

fn path(sent: &Sent<'_>, parameter: &Parameter) -> Found {
    let mut all = sent.path.iter();
    let Some((_, raw)) = all.find(|(name, _)| *name == parameter.name) else {
        return Found::default();
    };
    if let Some(media) = &parameter.content_type {
        let text = unescape(raw);
        let readings = content(sent.root, parameter, media, &text);
        return (vec![text], readings);
    }
    match style_of(parameter) {
        Some(Style::Label) if raw.starts_with('.') => {
            let raw = &raw[1..];
            let text = unescape(raw);
            let mut readings = vec![whole(&text)];
            readings.extend(delimited(raw, ",", unescape));
            readings.extend(delimited(raw, ".", unescape));
            (vec![text], readings)
        }
        Some(Style::Matrix) if raw.starts_with(';') => matrix(parameter, &raw[1..]),
        _ => {
            let readings = styled(&[raw], (",", false), unescape);
            (vec![unescape(raw)], readings)
        }
    }
}

/// `color=blue`, `color=blue,black`, `color=blue;color=black`, `R=100;G=200`.
fn matrix(parameter: &Parameter, raw: &str) -> Found {
    let pairs: Vec<(String, &str)> = raw
        .split(';')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (unescape(name), value))
        .collect();
    let own = pairs.iter().filter(|(name, _)| *name == parameter.name);
    let own: Vec<&str> = own.map(|(_, raw)| *raw).collect();
    let texts: Vec<String> = own.iter().map(|raw| unescape(raw)).collect();
    let mut readings = styled(&own, (",", parameter.explode), unescape);
    let members = pairs.iter();
    readings.push(Reading::members(
        members
            .map(|(name, raw)| (name.clone(), scalars(&unescape(raw))))
            .collect(),
    ));
    (texts, readings)
}

fn query(sent: &Sent<'_>, parameter: &Parameter) -> Found {
    let pairs = pairs(sent.query);
    let own: Vec<&str> = named(&pairs, &parameter.name);
    let texts: Vec<String> = own.iter().map(|raw| unescape(raw)).collect();
    if let Some(media) = &parameter.content_type {
        let both = own
            .iter()
            .flat_map(|raw| [unescape(raw), unescape_form(raw)]);
        let readings = both.flat_map(|text| content(sent.root, parameter, media, &text));
        return (texts, readings.collect());
    }
    let style = style_of(parameter).unwrap_or(Style::Form);
    let mut readings = query_readings(&own, style, parameter.explode);
    if style == Style::DeepObject {
        readings.extend(deep(&pairs, &parameter.name));
    } else {
        readings.extend(others(sent, parameter, &pairs, unescape_form, both_ways));
    }
    (texts, readings)
}

/// The pairs that are no other parameter's: the members of an exploded object. All of them may be, or
/// those alone that its schema names, since others may stand there for reasons of their own.
fn others(
    sent: &Sent<'_>,
    parameter: &Parameter,
    pairs: &[(&str, &str)],
    unescape: fn(&str) -> String,
    ways: fn(&str) -> Vec<Value>,
) -> Vec<Reading> {
    let declared = Declared::of(sent.root, parameter.schema.as_ref());
    if !parameter.explode || !declared.may_be_object() {
        return Vec::new();
    }
    let all = sent.operation.parameters.iter();
    let names: Vec<&str> = all
        .filter(|other| other.location == parameter.location)
        .map(|other| other.name.as_str())
        .collect();
    let mut members: Vec<(String, Vec<Value>)> = Vec::new();
    for (name, raw) in pairs {
        let name = unescape(name);
        if names.contains(&name.as_str()) {
            continue;
        }
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(ways(raw)),
            None => members.push((name, ways(raw))),
        }
    }
    let known = declared.members();
    let mut own = members.clone();
    own.retain(|(name, _)| known.contains(&name.as_str()));
    let readings = [members, own].into_iter();
    readings
        .filter(|members| !members.is_empty())
        .map(Reading::members)
        .collect()
}

fn header(sent: &Sent<'_>, parameter: &Parameter) -> Found {
    let values = sent.headers.all(&parameter.name);
    let texts: Vec<String> = values.map(FieldValue::shown).collect();
    if texts.is_empty() {
        return Found::default();
    }
    // RFC 9110, 5.3: several fields are one, their values separated by commas.
    let joined = texts.join(", ");
    if let Some(media) = &parameter.content_type {
        let readings = content(sent.root, parameter, media, &joined);
        return (texts, readings);
    }
    let mut readings: Vec<Reading> = texts.iter().map(|text| whole(text)).collect();
    readings.push(whole(&joined));
    readings.extend(delimited(&joined, ",", |part| part.trim().to_owned()));
    (texts, readings)
}

fn cookie(sent: &Sent<'_>, parameter: &Parameter) -> Found {
    let fields: Vec<String> = sent.headers.all("cookie").map(FieldValue::open).collect();
    let pairs: Vec<(&str, &str)> = fields
        .iter()
        .flat_map(|field| field.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .collect();
    let own: Vec<&str> = pairs
        .iter()
        .filter(|(name, _)| *name == parameter.name || unescape(name) == parameter.name)
        .map(|(_, raw)| *raw)
        .collect();
    let texts: Vec<String> = own.iter().map(|raw| unescape(raw)).collect();
    if let Some(media) = &parameter.content_type {
        let all = own
            .iter()
            .flat_map(|raw| [(*raw).to_owned(), unescape(raw)]);
        let readings = all.flat_map(|text| content(sent.root, parameter, media, &text));
        return (texts, readings.collect());
    }
    let written = (",", parameter.explode);
    let mut readings = styled(&own, written, unescape);
    readings.extend(others(sent, parameter, &pairs, unescape, |raw| {
        scalars(&unescape(raw))
    }));
    // Most readers take nothing off a cookie.
    if fields.iter().any(|field| field.contains('%')) {
        readings.extend(styled(&own, written, str::to_owned));
        readings.extend(others(sent, parameter, &pairs, str::to_owned, scalars));
    }
    (texts, readings)
}

/// The query as a whole (OpenAPI 3.2.0, 4.12.1).
fn query_string(sent: &Sent<'_>, parameter: &Parameter) -> Found {
    if sent.query.is_empty() {
        return Found::default();
    }
    let text = unescape(sent.query);
    let media = parameter.content_type.as_deref().unwrap_or_default();
    let readings = if is_form(media) {
        form_readings(sent.root, parameter.schema.as_ref(), &[], sent.query)
    } else {
        let both = [text.clone(), unescape_form(sent.query)];
        let readings = both
            .iter()
            .flat_map(|text| content(sent.root, parameter, media, text));
        readings.collect()
    };
    (vec![text], readings)
}

/// The readings of a text of a media type.
fn content(root: &Value, parameter: &Parameter, media: &str, text: &str) -> Vec<Reading> {
    if is_form(media) {
        return form_readings(root, parameter.schema.as_ref(), &[], text);
    }
    let media = media.parse::<MediaType>();
    if media.is_ok_and(|media| media.is_json())
        && let Ok(value) = read_json(text.as_bytes())
    {
        return vec![Reading::whole(vec![value])];
    }
    vec![whole(text)]
}
