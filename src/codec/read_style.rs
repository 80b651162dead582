//! Raw values in every way a style can be read.

use serde_json::{Map, Value};

use super::escape::{unescape, unescape_form};
use super::reading::{Reading, scalars};
use super::style::Style;

/// The raw pairs of a query.
pub(super) fn pairs(query: &str) -> Vec<(&str, &str)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect()
}

/// The raw values of a name.
pub(super) fn named<'q>(pairs: &[(&'q str, &'q str)], name: &str) -> Vec<&'q str> {
    let mut found = Vec::new();
    for (known, raw) in pairs {
        if unescape(known) == name || unescape_form(known) == name {
            found.push(*raw);
        }
    }
    found
}

/// The readings of the values of one name in a query, which readers take `+` in for a plus or for a
/// space (OpenAPI 3.1.1, appendix E).
pub(super) fn query_readings(own: &[&str], style: Style, explode: bool) -> Vec<Reading> {
    both(own, style, explode, [unescape, unescape_form])
}

/// The same in a form, whose own reading of `+` is a space.
pub(super) fn form_field_readings(own: &[&str], style: Style, explode: bool) -> Vec<Reading> {
    both(own, style, explode, [unescape_form, unescape])
}

fn both(
    own: &[&str],
    style: Style,
    explode: bool,
    [first, second]: [fn(&str) -> String; 2],
) -> Vec<Reading> {
    let delimiter = style.delimiter().to_string();
    let mut readings = styled(own, (&delimiter, explode), first);
    if own.iter().any(|raw| raw.contains('+')) {
        readings.extend(styled(own, (&delimiter, explode), second));
    }
    readings
}

/// Values of one name: each by itself, all together, and each as the list it may be. Of lists the one
/// goes first that the contract's own style makes.
pub(super) fn styled(
    own: &[&str],
    (delimiter, explode): (&str, bool),
    unescape: fn(&str) -> String,
) -> Vec<Reading> {
    let texts: Vec<String> = own.iter().map(|raw| unescape(raw)).collect();
    let mut readings: Vec<Reading> = texts.iter().map(|text| whole(text)).collect();
    let together = (!texts.is_empty()).then(|| list(&texts));
    if explode {
        readings.extend(together.clone());
    }
    for (raw, text) in own.iter().zip(&texts) {
        // Other delimiters than commas stand escaped themselves.
        if delimiter != "," {
            readings.extend(delimited(text, delimiter, str::to_owned));
        }
        readings.extend(delimited(raw, ",", unescape));
        readings.extend(split_late(raw, text));
    }
    if !explode {
        readings.extend(together);
    }
    readings
}

/// `color[R]=100`, and what is deeper as most writers have it.
pub(super) fn deep(pairs: &[(&str, &str)], name: &str) -> Option<Reading> {
    let mut members: Vec<(String, Vec<Value>)> = Vec::new();
    for (key, raw) in pairs {
        let key = unescape_form(key);
        let Some(path) = key
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('['))
        else {
            continue;
        };
        let Some(path) = path.strip_suffix(']') else {
            continue;
        };
        let mut steps = path.split("][");
        let member = steps.next().unwrap_or_default().to_owned();
        let ways = both_ways(raw);
        let deeper: Vec<&str> = steps.collect();
        match members.iter_mut().find(|(known, _)| *known == member) {
            Some((_, known)) => put_deeper(known, &deeper, &ways),
            None if deeper.is_empty() => members.push((member, ways)),
            None => {
                let mut known = vec![Value::Object(Map::new()); 3];
                put_deeper(&mut known, &deeper, &ways);
                members.push((member, known));
            }
        }
    }
    (!members.is_empty()).then(|| Reading::members(members))
}

/// Puts a value into each way of a member: the first way takes its first way, and so on. A second value
/// of one place makes a list of the two.
fn put_deeper(known: &mut [Value], path: &[&str], ways: &[Value]) {
    for (number, way) in known.iter_mut().enumerate() {
        let Some(value) = ways.get(number).or(ways.last()) else {
            continue;
        };
        let mut at = way;
        for step in path {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            at = &mut at[*step];
        }
        match at {
            Value::Array(elements) => elements.push(value.clone()),
            Value::Null => *at = value.clone(),
            Value::Object(members) if members.is_empty() => *at = value.clone(),
            first => *first = Value::Array(vec![first.take(), value.clone()]),
        }
    }
}

/// A raw value's ways, a plus taken for itself and for a space.
pub(super) fn both_ways(raw: &str) -> Vec<Value> {
    let mut ways = scalars(&unescape(raw));
    for way in scalars(&unescape_form(raw)) {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

pub(super) fn whole(text: &str) -> Reading {
    Reading::whole(scalars(text))
}

fn list(texts: &[String]) -> Reading {
    Reading::list(texts.iter().map(|text| scalars(text)).collect())
}

/// What stands between delimiters: a list, or an object's names and values, one after the other or
/// with an equals sign between.
pub(super) fn delimited(raw: &str, delimiter: &str, unescape: fn(&str) -> String) -> Vec<Reading> {
    let mut readings = Vec::new();
    if raw.is_empty() {
        readings.extend([Reading::list(Vec::new()), Reading::members(Vec::new())]);
    }
    let parts: Vec<&str> = raw.split(delimiter).collect();
    let texts: Vec<String> = parts.iter().map(|part| unescape(part)).collect();
    readings.push(list(&texts));
    if texts.len().is_multiple_of(2) {
        let pairs = texts.chunks_exact(2);
        let members = pairs.map(|pair| (pair[0].clone(), scalars(&pair[1])));
        readings.push(Reading::members(members.collect()));
    }
    let pairs: Option<Vec<(&str, &str)>> = parts.iter().map(|part| part.split_once('=')).collect();
    if let Some(pairs) = pairs {
        let members = pairs
            .into_iter()
            .map(|(name, value)| (unescape(name), scalars(&unescape(value))));
        readings.push(Reading::members(members.collect()));
    }
    readings
}

/// The list of a reader that takes escapes off before it splits.
fn split_late(raw: &str, text: &str) -> Option<Reading> {
    let parts: Vec<String> = text.split(',').map(str::to_owned).collect();
    (parts.len() > raw.split(',').count()).then(|| list(&parts))
}
