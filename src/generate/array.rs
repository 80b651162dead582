//! Arrays: as few elements as may be.

use serde_json::Value;

use super::build::Builder;
use super::parts::{Flat, Impossible};
use crate::diag::Pointer;

/// How many elements an array may be given.
const MOST: usize = 1000;

/// How often another element is looked for where all must differ.
const TRIES: usize = 16;

/// An array of as many elements as `minItems` asks for, and one that `contains` speaks of.
pub(super) fn make<'d>(
    builder: &mut Builder<'d>,
    flat: &Flat<'d>,
    variant: usize,
) -> Result<Value, Impossible> {
    let contained: Vec<Pointer> = flat.all("contains").map(|(at, _)| at).collect();
    let wanted = flat.at_least("minContains").max(usize::from(
        !contained.is_empty() && !flat.has("minContains"),
    ));
    let asked = flat.at_least("minItems").max(builder.least()).max(wanted);
    // What must differ from others can only do so in an element.
    let count = asked.max(usize::from(
        variant > 0 && flat.at_most("maxItems") != Some(0),
    ));
    if count > MOST {
        return Err(Impossible::new(
            &flat.at(),
            format!("it must have {count} elements"),
        ));
    }
    let is_unique = flat.says("uniqueItems");
    let mut elements: Vec<Value> = Vec::with_capacity(count);
    for number in 0..count {
        let mut places = places(flat, number)?;
        if number < wanted {
            places.extend(contained.iter().cloned());
        }
        let mut element = one(
            builder,
            &places,
            variant + if is_unique { number } else { 0 },
        )?;
        let mut tries = 0;
        while is_unique && elements.contains(&element) && tries < TRIES {
            tries += 1;
            element = one(builder, &places, variant + number + tries)?;
        }
        elements.push(element);
    }
    Ok(Value::Array(elements))
}

fn one(builder: &mut Builder<'_>, places: &[Pointer], variant: usize) -> Result<Value, Impossible> {
    if places.is_empty() {
        let text = format!(
            "example{}",
            if variant == 0 {
                String::new()
            } else {
                format!("-{}", variant + 1)
            }
        );
        return Ok(builder.invent(Value::from(text)));
    }
    builder.value(places, variant)
}

/// The places of an element's schemas (JSON Schema Core 2020-12, 10.3.1).
fn places(flat: &Flat<'_>, number: usize) -> Result<Vec<Pointer>, Impossible> {
    let mut places = Vec::new();
    for part in &flat.parts {
        let prefix = part.schema.get("prefixItems").and_then(Value::as_array);
        if prefix.is_some_and(|prefix| number < prefix.len()) {
            places.push(part.at.child("prefixItems").child(number));
        } else if let Some(items) = part.schema.get("items") {
            let at = part.at.child("items");
            if items == &Value::Bool(false) {
                return Err(Impossible::new(
                    &at,
                    "it must have more elements than are described",
                ));
            }
            if items.is_object() {
                places.push(at);
            }
        }
    }
    Ok(places)
}
