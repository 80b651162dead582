//! A clause's name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A clause's name: an operation or a path, a place in its exchanges, and what is demanded there.
///
/// The textual form is `operation/place/…#demand`, each segment escaped, and is read back to the
/// same id. It is made of data paths, so that it doesn't change when the document is reordered or a
/// schema moves behind a reference.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClauseId {
    /// The operation's name, or a path for what belongs to no single operation.
    pub subject: String,
    /// The place, outermost first.
    pub place: Vec<String>,
    /// What is demanded: a keyword, a relation's or law's id, or a word of this house.
    pub demand: String,
}

impl ClauseId {
    /// Puts an id together.
    #[must_use]
    pub fn new(subject: &str, place: &[&str], demand: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            place: place.iter().map(|segment| (*segment).to_owned()).collect(),
            demand: demand.to_owned(),
        }
    }

    /// The id without its subject, for where the operation is known.
    #[must_use]
    pub fn within_operation(&self) -> String {
        let whole = self.to_string();
        let subject = escaped(&self.subject).len();
        whole[subject..].trim_start_matches('/').to_owned()
    }
}

fn escaped(segment: &str) -> String {
    let mut text = String::with_capacity(segment.len());
    for c in segment.chars() {
        match c {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            '#' => text.push_str("~2"),
            '*' => text.push_str("~3"),
            other => text.push(other),
        }
    }
    text
}

pub(super) fn unescaped(segment: &str) -> Option<String> {
    let mut text = String::with_capacity(segment.len());
    let mut chars = segment.chars();
    while let Some(c) = chars.next() {
        match c {
            '~' => text.push(match chars.next()? {
                '0' => '~',
                '1' => '/',
                '2' => '#',
                '3' => '*',
                _ => return None,
            }),
            other => text.push(other),
        }
    }
    Some(text)
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escaped(&self.subject))?;
        for segment in &self.place {
            write!(f, "/{}", escaped(segment))?;
        }
        write!(f, "#{}", escaped(&self.demand))
    }
}

/// Why a text is no clause id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no clause id; one looks like operation/200/header/date#required")]
pub struct ClauseIdError(String);

impl ClauseIdError {
    pub(super) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl FromStr for ClauseId {
    type Err = ClauseIdError;

    fn from_str(text: &str) -> Result<Self, ClauseIdError> {
        let read = || {
            let (place, demand) = text.split_once('#')?;
            if demand.is_empty() || demand.contains(['#', '/']) {
                return None;
            }
            let mut segments = place.split('/').map(unescaped);
            Some(Self {
                subject: segments.next()??,
                place: segments.collect::<Option<_>>()?,
                demand: unescaped(demand)?,
            })
        };
        read().ok_or_else(|| ClauseIdError(text.to_owned()))
    }
}

impl Serialize for ClauseId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClauseId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_reads_as_the_design_has_it() {
        let id = ClauseId::new(
            "setImageMetadataItem",
            &["200", "application/json", "meta"],
            "required",
        );
        assert_eq!(
            id.to_string(),
            "setImageMetadataItem/200/application~1json/meta#required"
        );
        assert_eq!(id.within_operation(), "200/application~1json/meta#required");
        let id = ClauseId::new("PUT /images/{id}", &[], "x");
        assert_eq!(id.to_string(), "PUT ~1images~1{id}#x");
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "a", "a#", "a#b#c", "a~9#b", "a#b/c"] {
            assert!(text.parse::<ClauseId>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_id_is_read_back(subject in ".*", place in proptest::collection::vec(".*", 0..4), demand in ".+") {
            let id = ClauseId { subject, place, demand };
            prop_assert_eq!(id.to_string().parse::<ClauseId>(), Ok(id));
        }
    }
}
