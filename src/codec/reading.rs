//! Values that can be read in several ways, and whether a schema takes one of them.

use serde_json::{Map, Value};

use crate::schema::Schema;

/// How many values one reading may stand for before it can't be told whether a schema takes one.
const MOST: usize = 1024;

/// A value as it may be read: one, some or all of its parts in several ways each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    shape: Shape,
    /// The ways of each part, the plainest first.
    parts: Vec<Vec<Value>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    /// One part, which is the value.
    Whole,
    /// A part for each element.
    List,
    /// A part for each member.
    Members(Vec<String>),
}

impl Reading {
    pub(super) fn whole(ways: Vec<Value>) -> Self {
        Self {
            shape: Shape::Whole,
            parts: vec![ways],
        }
    }

    pub(super) fn list(elements: Vec<Vec<Value>>) -> Self {
        Self {
            shape: Shape::List,
            parts: elements,
        }
    }

    pub(super) fn members(members: Vec<(String, Vec<Value>)>) -> Self {
        let (names, parts) = members.into_iter().unzip();
        Self {
            shape: Shape::Members(names),
            parts,
        }
    }

    /// The value in which each part is read in its chosen way.
    fn value(&self, chosen: &[usize]) -> Value {
        let mut parts = self
            .parts
            .iter()
            .zip(chosen)
            .map(|(ways, way)| ways.get(*way).cloned().unwrap_or_default());
        match &self.shape {
            Shape::Whole => parts.next().unwrap_or_default(),
            Shape::List => parts.collect(),
            Shape::Members(names) => names
                .iter()
                .cloned()
                .zip(parts)
                .collect::<Map<_, _>>()
                .into(),
        }
    }

    /// The value in its plainest way.
    pub(super) fn plainest(&self) -> Value {
        self.value(&vec![0; self.parts.len()])
    }

    /// Values the reading stands for where it is itself a part: those in which all parts are read in
    /// the same way, as far as each can be.
    pub(super) fn ways(&self) -> Vec<Value> {
        let most = self.parts.iter().map(Vec::len).max().unwrap_or(1);
        (0..most.max(1))
            .map(|way| {
                let chosen = self
                    .parts
                    .iter()
                    .map(|ways| way.min(ways.len().saturating_sub(1)));
                self.value(&chosen.collect::<Vec<_>>())
            })
            .collect()
    }

    /// Whether it can be read as this value.
    #[cfg(test)]
    pub(super) fn admits(&self, value: &Value) -> bool {
        let each = |values: &[&Value]| {
            values.len() == self.parts.len()
                && values
                    .iter()
                    .zip(&self.parts)
                    .all(|(v, ways)| ways.contains(v))
        };
        match (&self.shape, value) {
            (Shape::Whole, value) => each(&[value]),
            (Shape::List, Value::Array(elements)) => each(&elements.iter().collect::<Vec<_>>()),
            (Shape::Members(names), Value::Object(members)) => {
                let found: Vec<&Value> = names.iter().filter_map(|n| members.get(n)).collect();
                found.len() == members.len() && each(&found)
            }
            _ => false,
        }
    }

    /// The part that a place in the value lies in.
    fn part_of(&self, place: &str) -> Option<usize> {
        match &self.shape {
            Shape::Whole => Some(0),
            Shape::List => place.parse().ok(),
            Shape::Members(names) => names.iter().position(|name| name == place),
        }
    }
}

/// What a schema says of a value that can be read in several ways.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// It takes this one.
    Accepted(Value),
    /// It takes none; this one comes nearest.
    Refused(Value),
    /// There are too many to try.
    Unclear,
}

/// How far a value is from what a schema asks for: wrong types weigh most, since a value of another
/// type was hardly meant.
type Distance = (usize, usize);

fn distance(schema: &Schema, value: &Value) -> (Distance, Vec<String>) {
    let mismatches = schema.mismatches(value);
    let wrong = mismatches.iter().filter(|m| m.keyword == "type").count();
    let places = mismatches
        .iter()
        .map(|m| m.instance.tokens().next().unwrap_or_default().into_owned());
    ((wrong, mismatches.len()), places.collect())
}

/// Whether a schema takes one of the readings.
pub(super) fn judge(readings: &[Reading], schema: &Schema) -> Judged {
    let mut nearest: Option<(Distance, Value)> = None;
    let mut is_unclear = false;
    for reading in readings {
        let (found, value) = approach(reading, schema);
        if found.1 == 0 {
            return Judged::Accepted(value);
        }
        match any_other(reading, schema) {
            Some(Judged::Accepted(value)) => return Judged::Accepted(value),
            Some(Judged::Unclear) => is_unclear = true,
            _ => {}
        }
        if nearest.as_ref().is_none_or(|(known, _)| found < *known) {
            nearest = Some((found, value));
        }
    }
    match nearest {
        Some((_, value)) if !is_unclear => Judged::Refused(value),
        _ => Judged::Unclear,
    }
}

/// The value that comes nearest when each part is read in the way that suits it best.
fn approach(reading: &Reading, schema: &Schema) -> (Distance, Value) {
    let mut chosen = vec![0; reading.parts.len()];
    let mut value = reading.value(&chosen);
    let (mut best, mut places) = distance(schema, &value);
    loop {
        let before = best;
        let mut parts: Vec<usize> = places.iter().filter_map(|p| reading.part_of(p)).collect();
        parts.sort_unstable();
        parts.dedup();
        for part in parts {
            for way in 0..reading.parts.get(part).map_or(0, Vec::len) {
                let mut other = chosen.clone();
                other[part] = way;
                let candidate = reading.value(&other);
                let (found, at) = distance(schema, &candidate);
                if found < best {
                    (best, places, chosen, value) = (found, at, other, candidate);
                }
            }
        }
        if best == before || best.1 == 0 {
            return (best, value);
        }
    }
}

/// Tries all ways, where a schema may take parts together that it refuses one by one.
fn any_other(reading: &Reading, schema: &Schema) -> Option<Judged> {
    const TOGETHER: [&str; 8] = [
        "oneOf",
        "anyOf",
        "not",
        "if",
        "dependentSchemas",
        "contains",
        "const",
        "enum",
    ];
    let mut demands = schema.demands().iter();
    let is_whole = reading.shape == Shape::Whole;
    if is_whole || !demands.any(|d| d.path.is_empty() && TOGETHER.contains(&&*d.keyword)) {
        return None;
    }
    let count = reading
        .parts
        .iter()
        .try_fold(1_usize, |count, ways| count.checked_mul(ways.len().max(1)));
    let Some(count) = count.filter(|count| *count <= MOST) else {
        return Some(Judged::Unclear);
    };
    let all = (0..count).map(|mut number| {
        let mut chosen = Vec::with_capacity(reading.parts.len());
        for ways in &reading.parts {
            chosen.push(number % ways.len().max(1));
            number /= ways.len().max(1);
        }
        reading.value(&chosen)
    });
    all.into_iter()
        .find(|value| schema.is_valid(value))
        .map(Judged::Accepted)
}

/// What a reader may take a text for: the text, a boolean or a number it spells.
pub(super) fn scalars(text: &str) -> Vec<Value> {
    let mut ways = vec![Value::from(text)];
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => ways.push(Value::Bool(true)),
        "false" | "0" => ways.push(Value::Bool(false)),
        _ => {}
    }
    let trimmed = text.trim();
    if let Ok(number) = trimmed.parse::<i64>() {
        ways.push(number.into());
    } else if let Ok(number) = trimmed.parse::<u64>() {
        ways.push(number.into());
    } else if let Some(number) = trimmed.parse().ok().and_then(serde_json::Number::from_f64) {
        ways.push(number.into());
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Pointer;
    use crate::schema::Schemas;
    use serde_json::json;
    use std::sync::Arc;

    fn judged(schema: Value, readings: &[Reading]) -> Judged {
        let schemas = Schemas::new(Arc::new(schema));
        let schema = schemas.get(&Pointer::root()).expect("it is a schema");
        judge(readings, &schema)
    }

    fn members(texts: &[(&str, &str)]) -> Reading {
        let all = texts.iter();
        Reading::members(all.map(|(n, t)| ((*n).to_owned(), scalars(t))).collect())
    }

    #[test]
    fn each_part_is_read_as_its_schema_has_it() {
        let schema = json!({ "type": "object", "properties": {
            "id": { "type": "string" }, "size": { "type": "integer" }, "on": { "type": "boolean" }
        } });
        let sent = members(&[("id", "1"), ("size", "1"), ("on", "1")]);
        assert_eq!(
            judged(schema.clone(), &[sent]),
            Judged::Accepted(json!({ "id": "1", "size": 1, "on": true }))
        );
        let sent = members(&[("id", "1"), ("size", "big"), ("on", "0")]);
        assert_eq!(
            judged(schema, &[sent]),
            Judged::Refused(json!({ "id": "1", "size": "big", "on": false }))
        );
    }

    #[test]
    fn a_number_out_of_range_is_a_number_and_no_text() {
        let schema = json!({ "type": "integer", "maximum": 100 });
        assert_eq!(
            judged(schema, &[Reading::whole(scalars("1000"))]),
            Judged::Refused(json!(1000))
        );
    }

    #[test]
    fn a_choice_of_schemas_may_take_parts_together() {
        let part =
            |kind: &str| json!({ "properties": { "a": { "type": kind }, "b": { "type": kind } } });
        let schema = json!({ "oneOf": [part("boolean"), part("array")] });
        assert_eq!(
            judged(schema.clone(), &[members(&[("a", "1"), ("b", "0")])]),
            Judged::Accepted(json!({ "a": true, "b": false }))
        );
        let many: Vec<(String, Vec<Value>)> =
            (0..12).map(|n| (n.to_string(), scalars("1"))).collect();
        let schema = json!({ "not": {} });
        assert_eq!(judged(schema, &[Reading::members(many)]), Judged::Unclear);
    }
}
