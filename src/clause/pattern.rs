//! Patterns of clause ids.

use std::fmt;
use std::str::FromStr;

use super::id::{ClauseId, ClauseIdError};

/// A pattern of clause ids: `*` stands for one segment, `**` for any number of them. A pattern
/// without `#` takes every demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClausePattern {
    text: String,
    segments: Vec<String>,
    demand: Option<String>,
}

impl ClausePattern {
    /// Whether the id fits.
    #[must_use]
    pub fn matches(&self, id: &ClauseId) -> bool {
        let whole = id.to_string();
        let Some((place, demand)) = whole.split_once('#') else {
            return false;
        };
        let demand_fits = self
            .demand
            .as_deref()
            .is_none_or(|d| d == "*" || d == demand);
        let place: Vec<&str> = place.split('/').collect();
        demand_fits && fits(&self.segments, &place)
    }
}

/// Linear in pattern times text, whatever the stars.
fn fits(pattern: &[String], text: &[&str]) -> bool {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for segment in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut any = false;
        for at in 0..=text.len() {
            if segment == "**" {
                any |= reached[at];
                next[at] = any;
            } else if at < text.len() && reached[at] && (segment == "*" || segment == text[at]) {
                next[at + 1] = true;
            }
        }
        reached = next;
    }
    reached[text.len()]
}

impl FromStr for ClausePattern {
    type Err = ClauseIdError;

    fn from_str(text: &str) -> Result<Self, ClauseIdError> {
        let (place, demand) = match text.split_once('#') {
            Some((place, demand)) => (place, Some(demand.to_owned())),
            None => (text, None),
        };
        // A pattern is checked like an id whose stars are names.
        let plain = format!(
            "{}#{}",
            place.replace('*', "s"),
            demand.as_deref().unwrap_or("x").replace('*', "s")
        );
        plain
            .parse::<ClauseId>()
            .map_err(|_| ClauseIdError::of(text))?;
        Ok(Self {
            text: text.to_owned(),
            segments: place.split('/').map(str::to_owned).collect(),
            demand,
        })
    }
}

impl fmt::Display for ClausePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_segments() {
        let id = ClauseId::new("op", &["200", "application/json", "meta"], "type");
        let matches = |text: &str| {
            text.parse::<ClausePattern>()
                .expect("a pattern")
                .matches(&id)
        };
        for text in [
            "op/**",
            "**#type",
            "op/*/*/meta#type",
            "op/200/**/meta",
            "op/**/meta/**#*",
            "**",
        ] {
            assert!(matches(text), "{text}");
        }
        for text in ["op/*", "op/200/**#pattern", "other/**", "op/**/meta/*"] {
            assert!(!matches(text), "{text}");
        }
    }

    #[test]
    fn what_can_match_no_id_is_refused() {
        assert!("op/~9/**".parse::<ClausePattern>().is_err());
        assert!("op/200#".parse::<ClausePattern>().is_err());
    }
}
