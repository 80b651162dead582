//! Objects: what is required, and no more.

use serde_json::{Map, Value};

use super::build::{Builder, component, referred};
use super::parts::{Flat, Impossible, target};
use super::pattern;
use crate::diag::Pointer;

/// How many members an object may be filled up to.
const MOST: usize = 256;

/// An object with its required members, and as many others as `minProperties` asks for.
pub(super) fn make<'d>(
    builder: &mut Builder<'d>,
    flat: &Flat<'d>,
    variant: usize,
) -> Result<Value, Impossible> {
    let fixed = fixed(builder, flat);
    let mut object = Map::new();
    let mut waiting = required(flat);
    waiting.extend(flat.fixed.iter().map(|(name, _)| name.clone()));
    let mut next = 0;
    while let Some(name) = waiting.get(next).cloned() {
        next += 1;
        if object.contains_key(&name) {
            continue;
        }
        if is_read_only(builder, flat, &name) && !builder.gives_read_only() {
            builder.leave_out(&name);
            continue;
        }
        let value = match fixed.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => Value::from(value.as_str()),
            None => member(builder, flat, &name, variant)?,
        };
        object.insert(name.clone(), value);
        // JSON Schema Validation 2020-12, 6.5.4: members that others bring with them.
        let brought = flat
            .all("dependentRequired")
            .filter_map(|(_, map)| map.get(&name)?.as_array());
        waiting.extend(
            brought
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
    }
    let least = flat.at_least("minProperties");
    if least > MOST {
        return Err(Impossible::new(
            &flat.at(),
            format!("it must have {least} members"),
        ));
    }
    // What must differ from others can only do so in a member.
    let least = least.max(usize::from(
        variant > 0 && object.is_empty() && flat.has("properties"),
    ));
    fill(builder, flat, variant, least, &mut object)?;
    Ok(Value::Object(object))
}

/// The names of required members, in the order in which the schema describes them.
fn required(flat: &Flat<'_>) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for (_, list) in flat.all("required") {
        for name in list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let described: Vec<&String> = described(flat);
    names.sort_by_key(|name| {
        described
            .iter()
            .position(|known| known == name)
            .unwrap_or(usize::MAX)
    });
    names.into_iter().map(str::to_owned).collect()
}

fn described<'d>(flat: &Flat<'d>) -> Vec<&'d String> {
    let mut names: Vec<&String> = Vec::new();
    for (_, map) in flat.all("properties") {
        for name in map.as_object().into_iter().flat_map(Map::keys) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn member<'d>(
    builder: &mut Builder<'d>,
    flat: &Flat<'d>,
    name: &str,
    variant: usize,
) -> Result<Value, Impossible> {
    let mut places = flat.places("properties", name);
    if places.is_empty() {
        for (at, value) in flat.all("additionalProperties") {
            match value {
                Value::Bool(false) if !flat.has("patternProperties") => {
                    return Err(Impossible::new(
                        &at,
                        format!("`{name}` is required of it and not admitted"),
                    ));
                }
                Value::Object(_) => places.push(at),
                _ => {}
            }
        }
    }
    if places.is_empty() {
        // The contract says nothing of it.
        return Ok(builder.invent(Value::from("example")));
    }
    builder.value(&places, variant)
}

/// Adds members until there are enough: those that are described, then others.
fn fill<'d>(
    builder: &mut Builder<'d>,
    flat: &Flat<'d>,
    variant: usize,
    least: usize,
    object: &mut Map<String, Value>,
) -> Result<(), Impossible> {
    for name in described(flat) {
        if object.len() >= least {
            return Ok(());
        }
        if object.contains_key(name) || is_read_only(builder, flat, name) {
            continue;
        }
        match member(builder, flat, name, variant) {
            Ok(value) => {
                object.insert(name.clone(), value);
            }
            Err(error) if error.is_final => return Err(error),
            Err(_) => {}
        }
    }
    let mut number = 0;
    while object.len() < least && number < 2 * MOST {
        let (name, places) = further(builder, flat, number)?;
        number += 1;
        if object.contains_key(&name) {
            continue;
        }
        let value = if places.is_empty() {
            Value::from("example")
        } else {
            builder.value(&places, variant)?
        };
        object.insert(name, builder.invent(value));
    }
    if object.len() < least {
        return Err(Impossible::new(
            &flat.at(),
            format!("no {least} members were found for it"),
        ));
    }
    Ok(())
}

/// A member that is described by the pattern of its name or not at all.
fn further<'d>(
    builder: &mut Builder<'d>,
    flat: &Flat<'d>,
    number: usize,
) -> Result<(String, Vec<Pointer>), Impossible> {
    for (at, map) in flat.all("patternProperties") {
        let patterns = map.as_object().into_iter().flat_map(Map::keys);
        for pattern in patterns {
            if let Some(name) = pattern::matching(pattern, 0, number) {
                return Ok((name, vec![at.child(pattern)]));
            }
        }
    }
    let mut places = Vec::new();
    for (at, value) in flat.all("additionalProperties") {
        match value {
            Value::Bool(false) => {
                return Err(Impossible::new(
                    &at,
                    "it must have more members than are described",
                ));
            }
            Value::Object(_) => places.push(at),
            _ => {}
        }
    }
    let names: Vec<Pointer> = flat.all("propertyNames").map(|(at, _)| at).collect();
    let name = if names.is_empty() {
        Value::Null
    } else {
        builder.value(&names, number)?
    };
    let plain = || {
        format!(
            "example{}",
            if number == 0 {
                String::new()
            } else {
                (number + 1).to_string()
            }
        )
    };
    Ok((name.as_str().map_or_else(plain, str::to_owned), places))
}

fn is_read_only<'d>(builder: &Builder<'d>, flat: &Flat<'d>, name: &str) -> bool {
    let places = flat.places("properties", name);
    Flat::of(builder.document(), &places).is_ok_and(|member| member.says("readOnly"))
}

/// The member that a discriminator fixes when a branch is taken: the branch's name in the mapping, or
/// its own (OpenAPI 3.1.1, 4.8.25.1).
pub(super) fn discriminated(
    flat: &Flat<'_>,
    document: &Value,
    branch: &Pointer,
) -> Option<(String, String)> {
    let referred = branch
        .of(document)
        .and_then(Value::as_object)
        .and_then(referred)?;
    let (_, discriminator) = flat.all("discriminator").next()?;
    let property = discriminator.get("propertyName")?.as_str()?;
    Some((property.to_owned(), name_in(discriminator, &referred)?))
}

/// Members whose values discriminators fix: those of the branch taken, and those of a base that the
/// schema extends. Where the member's own schema lists its values, it knows better.
fn fixed(builder: &Builder<'_>, flat: &Flat<'_>) -> Vec<(String, String)> {
    let mut fixed = flat.fixed.clone();
    let required = required(flat);
    for (_, discriminator) in flat.all("discriminator") {
        let property = discriminator.get("propertyName").and_then(Value::as_str);
        let Some(property) = property.filter(|name| required.iter().any(|known| known == name))
        else {
            continue;
        };
        if fixed.iter().any(|(known, _)| known == property) {
            continue;
        }
        let mut places = flat.parts.iter().map(|part| &part.at);
        let mapped = places.clone().find_map(|at| mapped(discriminator, at));
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let name = mapped
            .or_else(|| mapping.and_then(|mapping| mapping.keys().next().cloned()))
            .or_else(|| places.find_map(component));
        fixed.extend(name.map(|name| (property.to_owned(), name)));
    }
    let is_listed = |name: &str| {
        let places = flat.places("properties", name);
        Flat::of(builder.document(), &places).is_ok_and(|member| member.allowed().is_some())
    };
    fixed.retain(|(name, _)| !is_listed(name));
    fixed
}

fn name_in(discriminator: &Value, referred: &Pointer) -> Option<String> {
    mapped(discriminator, referred).or_else(|| component(referred))
}

/// A schema's name in the mapping, whose values are references or names of components.
fn mapped(discriminator: &Value, referred: &Pointer) -> Option<String> {
    let mapping = discriminator.get("mapping")?.as_object()?;
    let leads = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        target(text).as_ref() == Some(referred) || component(referred).as_deref() == Some(text)
    };
    mapping
        .iter()
        .find(|(_, value)| leads(value))
        .map(|(name, _)| name.clone())
}
