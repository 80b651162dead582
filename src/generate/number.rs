//! Numbers within their bounds.

use serde_json::{Number, Value};

use super::build::Builder;
use super::parts::{Flat, Impossible};

/// Which numbers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole ones.
    Integer,
    /// Any.
    Any,
}

/// Bounds beyond which a whole number isn't exact any more as a double (RFC 8259, 6).
const EXACT: f64 = 9_007_199_254_740_991.0;

/// 1 if that may be, or else the number nearest to where the bounds begin; variants count on.
pub(super) fn make(
    builder: &mut Builder<'_>,
    flat: &Flat<'_>,
    variant: usize,
    kind: Kind,
) -> Result<Value, Impossible> {
    let candidates = candidates(flat, variant, kind);
    let value = candidates
        .into_iter()
        .find(|value| builder.keeps(flat, value));
    match value {
        Some(value) => Ok(builder.invent(value)),
        None => Err(Impossible::new(
            &flat.at(),
            "no number was found within its bounds",
        )),
    }
}

fn candidates(flat: &Flat<'_>, variant: usize, kind: Kind) -> Vec<Value> {
    let (low, high) = bounds(flat);
    let step = flat
        .all("multipleOf")
        .filter_map(|(_, value)| value.as_f64())
        .filter(|step| *step > 0.0)
        .fold(None, |known: Option<f64>, step| {
            Some(known.map_or(step, |known| common(known, step)))
        });
    let whole = kind == Kind::Integer;
    let unit = match step {
        Some(step) if whole && step.fract() != 0.0 => common(step, 1.0),
        Some(step) => step,
        None => 1.0,
    };
    let offset = unit * f64::from(u32::try_from(variant).unwrap_or(u32::MAX));
    let mut found = Vec::new();
    // Onto the grid of multiples, from below, and one step further where the bound is excluded.
    let above = low.map(|low| (low / unit).ceil() * unit);
    let below = high.map(|high| (high / unit).floor() * unit);
    if low.is_none_or(|low| low <= unit) && high.is_none_or(|high| high >= unit) {
        found.push(unit + offset);
    }
    found.extend(
        above
            .iter()
            .flat_map(|above| [above + offset, above + unit + offset]),
    );
    found.extend(
        below
            .iter()
            .flat_map(|below| [below - offset, below - unit - offset]),
    );
    found.push(offset);
    if let (Kind::Any, Some(low), Some(high)) = (kind, low, high) {
        found.push(f64::midpoint(low, high));
        let part = (high - low) / f64::from(u32::try_from(variant + 3).unwrap_or(u32::MAX));
        found.push(low + part);
    }
    found.into_iter().filter_map(number).collect()
}

/// The bounds, exclusive ones as if they weren't: candidates are judged.
fn bounds(flat: &Flat<'_>) -> (Option<f64>, Option<f64>) {
    let all = |keywords: [&'static str; 2]| {
        keywords.into_iter().flat_map(|keyword| {
            flat.all(keyword)
                .filter_map(|(_, value)| value.as_f64())
                .collect::<Vec<_>>()
        })
    };
    let (format_low, format_high) = match flat.text("format") {
        Some("int32") => (Some(f64::from(i32::MIN)), Some(f64::from(i32::MAX))),
        Some("int64") => (Some(-EXACT), Some(EXACT)),
        Some("uint8") => (Some(0.0), Some(255.0)),
        _ => (None, None),
    };
    let low = all(["minimum", "exclusiveMinimum"])
        .chain(format_low)
        .reduce(f64::max);
    let high = all(["maximum", "exclusiveMaximum"])
        .chain(format_high)
        .reduce(f64::min);
    (low, high)
}

/// A multiple of both, where a small one is found.
fn common(a: f64, b: f64) -> f64 {
    let multiple = (1..=1000).map(|n| a * f64::from(n)).find(|multiple| {
        let ratio = multiple / b;
        (ratio - ratio.round()).abs() < 1e-9
    });
    multiple.unwrap_or(a)
}

/// A whole number as one, so that it is written without a point.
fn number(value: f64) -> Option<Value> {
    if value.fract() == 0.0 && value.abs() <= EXACT {
        let whole: i64 = format!("{value:.0}").parse().ok()?;
        return Some(Value::from(whole));
    }
    // Away from what binary fractions make of 0.1 × 3.
    let rounded: f64 = format!("{value:.10}").parse().ok()?;
    Number::from_f64(rounded).map(Value::Number)
}
