//! A check's metadata.

use crate::openapi::Level;

/// What part of an exchange a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// The status.
    Status,
    /// The header fields.
    Headers,
    /// The body.
    Body,
    /// What was sent and had to be refused.
    Request,
    /// The message's framing.
    Wire,
    /// Relations between parts, and what a case alone expects.
    Semantics,
}

impl Area {
    /// The word itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::Request => "request",
            Self::Wire => "wire",
            Self::Semantics => "semantics",
        }
    }
}

/// A check's metadata.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case, stable, the name of the check's file.
    pub id: &'static str,
    /// What it looks for, in a few words.
    pub title: &'static str,
    /// What it demands, in a sentence.
    pub requirement: &'static str,
    /// How much it demands where the contract names no level.
    pub level: Level,
    /// What it looks at.
    pub area: Area,
    /// Where the demand comes from.
    pub reference: &'static str,
}
