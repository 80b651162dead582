//! Texts by format, pattern and length.

use serde_json::Value;

use super::build::Builder;
use super::parts::{Flat, Impossible};
use super::pattern;

/// How long a text may be made.
const LONGEST: usize = 64 * 1024;

/// Texts that keep many a pattern which can't be turned into a text, above all one that looks ahead.
const USUAL: [&str; 22] = [
    "example",
    "Example1",
    "Example-1!",
    "Aa1!Aa1!Aa1!Aa1!",
    "EXAMPLE",
    "A",
    "a",
    "1",
    "10",
    "0001",
    "AB",
    "ABC",
    "en",
    "en-US",
    "example.com",
    "/example",
    "https://example.com/",
    "1.0.0",
    "v1",
    "2024-01-15",
    "person@example.com",
    "+14155550100",
];

/// A text that keeps the schemas.
pub(super) fn make(
    builder: &mut Builder<'_>,
    flat: &Flat<'_>,
    variant: usize,
) -> Result<Value, Impossible> {
    let least = flat.at_least("minLength").max(builder.least());
    let most = flat.at_most("maxLength");
    if least > LONGEST {
        return Err(Impossible::new(
            &flat.at(),
            format!("it must have {least} characters"),
        ));
    }
    let mut candidates: Vec<String> = Vec::new();
    let format = flat.text("format").or_else(|| encoded(flat));
    let formatted = format.and_then(|format| formatted(format, variant));
    // Where there is nothing to judge by but the length, the first that fits is good.
    let is_plain = !flat.has("pattern") && !flat.has("not") && formatted.is_none();
    if is_plain {
        return Ok(builder.invent(Value::from(plain(least, most, variant))));
    }
    if let Some(text) = &formatted {
        candidates.push(text.clone());
        candidates.extend(lengthened(text, least));
    }
    for (_, value) in flat.all("pattern") {
        let Some(pattern) = value.as_str() else {
            continue;
        };
        candidates.extend(pattern::texts(pattern, least, variant));
    }
    candidates.push(plain(least, most, variant));
    candidates.extend(
        USUAL
            .iter()
            .cycle()
            .skip(variant)
            .take(USUAL.len())
            .map(ToString::to_string),
    );
    let value = candidates
        .into_iter()
        .filter(|text| text.len() <= LONGEST && text.chars().count() >= least)
        .map(Value::from)
        .find(|value| builder.keeps(flat, value));
    match value {
        Some(value) => Ok(builder.invent(value)),
        None => Err(Impossible::new(&flat.at(), what_fails(flat))),
    }
}

fn what_fails(flat: &Flat<'_>) -> String {
    match (flat.text("pattern"), flat.text("format")) {
        (Some(pattern), _) => format!("no text was found that matches `{pattern}`"),
        (None, Some(format)) => {
            format!("no text was found in the format `{format}` and of its length")
        }
        _ => "no text was found for it".to_owned(),
    }
}

/// A word of a length within the bounds.
fn plain(least: usize, most: Option<usize>, variant: usize) -> String {
    let mut word = "example".to_owned();
    if variant > 0 {
        word = format!("example-{}", variant + 1);
    }
    if let Some(most) = most.filter(|most| *most < word.len()) {
        // From the end, where variants differ.
        let skipped = word.chars().count() - most;
        word = if variant == 0 {
            word.chars().take(most).collect()
        } else {
            let letter = char::from(b'a' + u8::try_from(variant % 26).unwrap_or(0));
            word.chars()
                .skip(skipped)
                .map(|c| if c == '-' { letter } else { c })
                .collect()
        };
        if most == 1 && variant > 0 {
            word = char::from(b'a' + u8::try_from(variant % 26).unwrap_or(0)).to_string();
        }
    }
    let missing = least.saturating_sub(word.chars().count());
    word.extend(std::iter::repeat_n('x', missing));
    word
}

/// The format that `contentEncoding` stands for (JSON Schema Validation 2020-12, 8.3).
fn encoded(flat: &Flat<'_>) -> Option<&'static str> {
    let encoding = flat.text("contentEncoding")?;
    encoding.starts_with("base64").then_some("byte")
}

/// A text of a format (JSON Schema Validation 2020-12, 7.3; the OpenAPI format registry), from the
/// ranges that are kept for examples (RFC 2606, RFC 5737, RFC 3849).
fn formatted(format: &str, variant: usize) -> Option<String> {
    let n = variant % 9 + 1;
    Some(match format {
        "date-time" => format!("2024-01-1{n}T09:30:00Z"),
        "date-time-local" => format!("2024-01-1{n}T09:30:00"),
        "date" | "full-date" => format!("2024-01-1{n}"),
        "time" => format!("09:3{n}:00Z"),
        "time-local" => format!("09:3{n}:00"),
        "duration" => format!("P{n}D"),
        "email" | "idn-email" if variant == 0 => "person@example.com".to_owned(),
        "email" | "idn-email" => format!("person{n}@example.com"),
        "hostname" | "idn-hostname" if variant == 0 => "example.com".to_owned(),
        "hostname" | "idn-hostname" => format!("host{n}.example.com"),
        "ipv4" => format!("192.0.2.{n}"),
        "ipv6" => format!("2001:db8::{n}"),
        "uri" | "url" | "iri" if variant == 0 => "https://example.com/".to_owned(),
        "uri" | "url" | "iri" => format!("https://example.com/{n}"),
        "uri-reference" | "iri-reference" | "uri-template" | "json-pointer" => {
            format!("/example/{n}")
        }
        "uuid" | "guid" => format!("3f2504e0-4f89-41d3-9a0c-0305e82c330{n}"),
        "relative-json-pointer" => format!("{n}"),
        "regex" => format!("^example{n}$"),
        "byte" | "base64url" => "ZXhhbXBsZXMx".to_owned() + &"AAAA".repeat(variant),
        "int32" | "int64" | "integer" | "uint64" | "uint32" | "number" | "double" | "float" => {
            n.to_string()
        }
        "decimal" => format!("{n}.50"),
        "password" => format!("Passw0rd-{n}"),
        "color" => format!("#00000{n}"),
        _ => return None,
    })
}

/// A formatted text made longer where its format lets it be.
fn lengthened(text: &str, least: usize) -> Option<String> {
    let missing = least
        .checked_sub(text.chars().count())
        .filter(|missing| *missing > 0)?;
    let padding = "x".repeat(missing);
    if let Some((name, host)) = text.split_once('@') {
        return Some(format!("{name}{padding}@{host}"));
    }
    if text.len().is_multiple_of(4) && text.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Some(format!("{text}{}", "AAAA".repeat(missing.div_ceil(4))));
    }
    Some(format!("{text}{padding}"))
}
