//! Patterns of clause ids.

use std::fmt;
use std::str::FromStr;

use super::id::{ClauseId, ClauseIdError, unescaped};

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
        self.fits(id, false)
    }

    /// Whether the id's subject and place fit, whatever it demands there.
    #[must_use]
    pub fn matches_place(&self, id: &ClauseId) -> bool {
        self.fits(id, true)
    }

    fn fits(&self, id: &ClauseId, any_demand: bool) -> bool {
        let whole = id.to_string();
        let Some((place, demand)) = whole.split_once('#') else {
            return false;
        };
        let wanted = self.demand.as_deref();
        let demand_fits = any_demand || wanted.is_none_or(|d| d == "*" || d == demand);
        let place: Vec<&str> = place.split('/').collect();
        demand_fits && fits(&self.segments, &place)
    }

    /// Whether it may fit clauses of a subject: of an operation, or of a path.
    #[must_use]
    pub fn may_be_of(&self, subject: &str) -> bool {
        let first = self.segments.first().map_or("**", String::as_str);
        first == "**" || first == "*" || unescaped(first).as_deref() == Some(subject)
    }

    /// The status of the answers it speaks of, where it names one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let segment = self.segments.get(1)?;
        segment.parse().ok()
    }
}

/// A pattern of names whose segments are told apart by slashes, such as a case's: `*` stands for one
/// segment, `**` for any number of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentPattern {
    text: String,
    segments: Vec<String>,
}

impl SegmentPattern {
    /// Reads a pattern; every text is one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            segments: text.split('/').map(str::to_owned).collect(),
        }
    }

    /// Whether the name fits.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        fits(&self.segments, &name.split('/').collect::<Vec<_>>())
    }
}

impl fmt::Display for SegmentPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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
