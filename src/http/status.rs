//! Status codes as a contract names them.

use std::fmt;
use std::str::FromStr;

/// A key of an OpenAPI responses object: `200`, `4XX` or `default`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StatusPattern {
    /// One code.
    Exact(u16),
    /// All codes of a class, by its first digit.
    Class(u8),
    /// Whatever no other pattern covers.
    Default,
}

impl StatusPattern {
    /// Whether the pattern covers the code; `default` covers all.
    #[must_use]
    pub fn covers(self, status: u16) -> bool {
        match self {
            Self::Exact(code) => code == status,
            Self::Class(class) => u16::from(class) == status / 100,
            Self::Default => true,
        }
    }

    /// The most specific of the patterns that covers the code.
    pub fn best(patterns: impl IntoIterator<Item = Self>, status: u16) -> Option<Self> {
        patterns.into_iter().filter(|p| p.covers(status)).min()
    }
}

impl FromStr for StatusPattern {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "default" {
            return Ok(Self::Default);
        }
        let bytes = text.as_bytes();
        match bytes {
            [class @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Ok(Self::Class(class - b'0')),
            [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9'] => {
                text.parse().map(Self::Exact).map_err(|_| ())
            }
            _ => Err(()),
        }
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(code) => write!(f, "{code}"),
            Self::Class(class) => write!(f, "{class}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_pattern_wins() {
        let patterns: Vec<StatusPattern> = ["default", "4XX", "404"]
            .iter()
            .map(|text| text.parse().expect("a pattern"))
            .collect();
        let best = |status| StatusPattern::best(patterns.clone(), status).map(|p| p.to_string());
        assert_eq!(best(404).as_deref(), Some("404"));
        assert_eq!(best(409).as_deref(), Some("4XX"));
        assert_eq!(best(200).as_deref(), Some("default"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", "20", "2xX0", "6XX", "x00", "2000", "+20"] {
            assert!(text.parse::<StatusPattern>().is_err(), "{text}");
        }
    }
}
