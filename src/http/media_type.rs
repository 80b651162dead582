//! Media types and ranges (RFC 9110, 8.3.1 and 12.5.1).

use std::fmt;
use std::str::FromStr;

/// A media type as a `Content-Type` field names it: type, subtype and parameters, names in lower
/// case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType {
    kind: String,
    subtype: String,
    parameters: Vec<(String, String)>,
}

impl MediaType {
    /// Type and subtype without parameters.
    #[must_use]
    pub fn essence(&self) -> String {
        format!("{}/{}", self.kind, self.subtype)
    }

    /// A parameter by its name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether bodies of this type are JSON (RFC 6839, 3.1 for the suffix).
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.subtype == "json" || self.subtype.ends_with("+json")
    }
}

impl FromStr for MediaType {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = split_outside_quotes(text);
        let essence = parts.next().ok_or(())?.trim();
        let (kind, subtype) = essence.split_once('/').ok_or(())?;
        if !is_token(kind) || !is_token(subtype) {
            return Err(());
        }
        let mut parameters = Vec::new();
        for part in parts {
            let part = part.trim();
            // RFC 9110, 5.6.6 allows empty parameters: `text/html;`.
            if part.is_empty() {
                continue;
            }
            let (name, value) = part.split_once('=').ok_or(())?;
            if !is_token(name) {
                return Err(());
            }
            let value = match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
                Some(quoted) => quoted.replace('\\', ""),
                None if is_token(value) => value.to_owned(),
                None => return Err(()),
            };
            parameters.push((name.to_ascii_lowercase(), value));
        }
        Ok(Self {
            kind: kind.to_ascii_lowercase(),
            subtype: subtype.to_ascii_lowercase(),
            parameters,
        })
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.subtype)?;
        for (name, value) in &self.parameters {
            write!(f, "; {name}={value}")?;
        }
        Ok(())
    }
}

/// A key of an OpenAPI content map: a media type, `text/*` or `*/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRange(MediaType);

impl MediaRange {
    /// How well the range covers the type: higher is more specific, none is not at all.
    /// Parameters of the range must be there with the same value; `charset` is compared without
    /// regard to case, as its registry has it.
    #[must_use]
    pub fn covers(&self, media: &MediaType) -> Option<usize> {
        let wide = |range: &str| range == "*";
        let range = &self.0;
        let kind = wide(&range.kind) || range.kind == media.kind;
        let subtype = wide(&range.subtype) || range.subtype == media.subtype;
        let parameters = range.parameters.iter().all(|(name, value)| {
            media.parameter(name).is_some_and(|found| {
                found == value || (name == "charset" && found.eq_ignore_ascii_case(value))
            })
        });
        (kind && subtype && parameters).then(|| {
            usize::from(!wide(&range.kind))
                + usize::from(!wide(&range.subtype))
                + range.parameters.len()
        })
    }

    /// The range as a media type, if it names just one.
    #[must_use]
    pub fn media_type(&self) -> Option<&MediaType> {
        (self.0.kind != "*" && self.0.subtype != "*").then_some(&self.0)
    }
}

impl FromStr for MediaRange {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(Self)
    }
}

fn split_outside_quotes(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c| {
        let ends = c == ';' && !quoted;
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && quoted && !escaped;
        ends
    })
}

/// RFC 9110, 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(text: &str) -> MediaType {
        text.parse().expect("a media type")
    }

    #[test]
    fn case_blanks_and_quotes_do_not_matter() {
        assert_eq!(
            media("Application/JSON ; Charset=\"UTF-8\";"),
            media("application/json;charset=UTF-8")
        );
        assert!(media("application/problem+json").is_json());
        assert!(!media("application/jsonl").is_json());
    }

    #[test]
    fn the_more_specific_range_covers_better() {
        let covers = |range: &str, text: &str| {
            range
                .parse::<MediaRange>()
                .expect("a range")
                .covers(&media(text))
        };
        assert_eq!(covers("*/*", "text/html"), Some(0));
        assert_eq!(covers("text/*", "text/html"), Some(1));
        assert_eq!(covers("text/html", "text/html; charset=utf-8"), Some(2));
        assert_eq!(
            covers("text/html; charset=utf-8", "text/html; charset=UTF-8"),
            Some(3)
        );
        assert_eq!(covers("text/html; charset=utf-8", "text/html"), None);
        assert_eq!(covers("application/json", "application/problem+json"), None);
    }

    #[test]
    fn what_is_no_media_type_is_refused() {
        for text in ["", "json", "a/b c", "a/b;c", "/", "a/b; c=d e"] {
            assert!(text.parse::<MediaType>().is_err(), "{text}");
        }
    }
}
