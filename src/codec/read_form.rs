//! The fields of a form as an object, in every way they can be read (OpenAPI 3.1.1, 4.8.15).

use serde_json::Value;

use super::declared::Declared;
use super::escape::unescape_form;
use super::field::FieldForm;
use super::read_style::{deep, form_field_readings, named, pairs};
use super::reading::Reading;
use super::style::Style;
use crate::diag::Pointer;
use crate::openapi::Encoding;

/// The members of a form, each with its ways.
type Members = Vec<(String, Vec<Value>)>;

/// The readings of an urlencoded text.
pub(super) fn form_readings(
    root: &Value,
    schema: Option<&Pointer>,
    encodings: &[Encoding],
    text: &str,
) -> Vec<Reading> {
    let declared = Declared::of(root, schema);
    let pairs = pairs(text);
    let mut members: Members = Vec::new();
    let mut spread: Vec<(&str, Vec<&str>)> = Vec::new();
    for name in declared.members() {
        let encoding = encodings.iter().find(|encoding| encoding.name == name);
        let FieldForm::Styled(style, explode, _) = FieldForm::of(encoding, declared.member(name))
        else {
            continue;
        };
        if style == Style::DeepObject {
            let found = deep(&pairs, name).into_iter();
            members.extend(found.map(|reading| (name.to_owned(), reading.ways())));
        } else if explode && declared.member(name).may_be_object() {
            spread.push((name, declared.member(name).members()));
        }
    }
    let deep_names: Vec<String> = members.iter().map(|(name, _)| format!("{name}[")).collect();
    for (raw_name, _) in &pairs {
        let name = unescape_form(raw_name);
        let is_known = members.iter().any(|(known, _)| *known == name)
            || deep_names.iter().any(|deep| name.starts_with(deep));
        if is_known {
            continue;
        }
        let encoding = encodings.iter().find(|encoding| encoding.name == name);
        let ways = field_ways(&named(&pairs, &name), encoding, declared.member(&name));
        members.push((name, ways));
    }
    let gathered = gather(&members, &spread);
    let plain = Reading::members(members);
    gathered.into_iter().chain([plain]).collect()
}

/// The ways of a field by its raw values: as its style has them, and as the JSON they may be.
fn field_ways(own: &[&str], encoding: Option<&Encoding>, declared: Declared<'_>) -> Vec<Value> {
    let (style, explode) = match FieldForm::of(encoding, declared) {
        FieldForm::Styled(style, explode, _) => (style, explode),
        FieldForm::Content(_) => (Style::Form, true),
    };
    let readings = form_field_readings(own, style, explode);
    let mut ways: Vec<Value> = readings.iter().flat_map(Reading::ways).collect();
    let json: Vec<Value> = own
        .iter()
        .filter_map(|raw| json(&unescape_form(raw)))
        .collect();
    if json.len() == own.len() {
        ways.extend(json.first().cloned());
        ways.push(Value::Array(json));
    }
    ways
}

/// Values that stand for an object or array, or a text in quotes.
pub(super) fn json(text: &str) -> Option<Value> {
    let is_one = text.trim_start().starts_with(['{', '[', '"']);
    serde_json::from_str(text).ok().filter(|_| is_one)
}

/// The members with those of exploded objects gathered in them again.
fn gather(members: &Members, spread: &[(&str, Vec<&str>)]) -> Option<Reading> {
    let mut rest = members.clone();
    let mut whole = Vec::new();
    for (name, inner) in spread {
        if members.iter().any(|(known, _)| known == name) {
            continue;
        }
        let (own, others): (Members, Members) = rest
            .into_iter()
            .partition(|(known, _)| inner.contains(&known.as_str()));
        rest = others;
        if !own.is_empty() {
            whole.push(((*name).to_owned(), Reading::members(own).ways()));
        }
    }
    let is_any = !whole.is_empty();
    rest.extend(whole);
    is_any.then(|| Reading::members(rest))
}
