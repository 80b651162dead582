//! The styles of parameters and of urlencoded fields, and how each writes a value.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::escape::{Escape, escape};

/// How a value is written (OpenAPI 3.1.1, 4.8.12.3; `cookie`: OpenAPI 3.2.0, 4.12.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `;color=blue` (RFC 6570, 3.2.7).
    Matrix,
    /// `.blue` (RFC 6570, 3.2.5).
    Label,
    /// `blue` (RFC 6570, 3.2.2).
    Simple,
    /// `color=blue` (RFC 6570, 3.2.8).
    Form,
    /// `color=blue%20black`.
    SpaceDelimited,
    /// `color=blue%7Cblack`.
    PipeDelimited,
    /// `color=blue%09black`: the `tsv` of Swagger 2.0, which later versions have no word for.
    TabDelimited,
    /// `color%5BR%5D=100`.
    DeepObject,
    /// `color=blue`, not escaped, `; ` between several.
    Cookie,
}

impl FromStr for Style {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "matrix" => Self::Matrix,
            "label" => Self::Label,
            "simple" => Self::Simple,
            "form" => Self::Form,
            "spaceDelimited" => Self::SpaceDelimited,
            "pipeDelimited" => Self::PipeDelimited,
            "tabDelimited" => Self::TabDelimited,
            "deepObject" => Self::DeepObject,
            "cookie" => Self::Cookie,
            _ => return Err(()),
        })
    }
}

impl Style {
    /// What stands between the elements of an array that isn't exploded, as the value holds it.
    pub(super) fn delimiter(self) -> char {
        match self {
            Self::SpaceDelimited => ' ',
            Self::PipeDelimited => '|',
            Self::TabDelimited => '\t',
            _ => ',',
        }
    }

    /// The delimiter as it is written: those that no query can hold are escaped themselves.
    fn separator(self) -> String {
        match self.delimiter() {
            ',' => ",".to_owned(),
            other => escape(&other.to_string()),
        }
    }
}

/// One value's name and style.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing<'a> {
    pub(super) name: &'a str,
    pub(super) style: Style,
    pub(super) explode: bool,
    pub(super) escape: Escape,
}

impl Writing<'_> {
    /// The value in a style that is a text of its own: matrix, label or simple.
    pub(super) fn text(&self, value: &Value) -> String {
        match (self.style, self.explode) {
            (Style::Matrix, _) => self.matrix(value),
            (Style::Label, true) => format!(".{}", self.joined(value, ".", "=")),
            (Style::Label, false) => format!(".{}", self.joined(value, ",", ",")),
            (_, true) => self.joined(value, ",", "="),
            (_, false) => self.joined(value, ",", ","),
        }
    }

    /// The value as `name=value` pairs, each part written as it goes on the wire. What the standard
    /// leaves undefined is written as the style `form` has it.
    pub(super) fn pairs(&self, value: &Value) -> Vec<(String, String)> {
        let name = self.part(self.name);
        match value {
            Value::Object(members) if self.style == Style::DeepObject => {
                let mut pairs = Vec::new();
                self.nested(self.name, members, &mut pairs);
                pairs
            }
            Value::Array(elements) if self.explode || self.style == Style::DeepObject => elements
                .iter()
                .map(|element| (name.clone(), self.scalar(element)))
                .collect(),
            Value::Object(members) if self.explode => members
                .iter()
                .map(|(name, member)| (self.part(name), self.scalar(member)))
                .collect(),
            other => {
                let separator = self.style.separator();
                vec![(name, self.joined(other, &separator, &separator))]
            }
        }
    }

    fn matrix(&self, value: &Value) -> String {
        let pair = |name: &str, value: String| match value.as_str() {
            // RFC 6570, 3.2.7: an empty value has no equals sign.
            "" => format!(";{}", self.part(name)),
            value => format!(";{}={value}", self.part(name)),
        };
        match value {
            Value::Array(elements) if self.explode && !elements.is_empty() => elements
                .iter()
                .map(|element| pair(self.name, self.scalar(element)))
                .collect(),
            Value::Object(members) if self.explode && !members.is_empty() => members
                .iter()
                .map(|(name, member)| pair(name, self.scalar(member)))
                .collect(),
            other => pair(self.name, self.joined(other, ",", ",")),
        }
    }

    fn joined(&self, value: &Value, between: &str, within: &str) -> String {
        let parts: Vec<String> = match value {
            Value::Array(elements) => elements.iter().map(|e| self.scalar(e)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, member)| format!("{}{within}{}", self.part(name), self.scalar(member)))
                .collect(),
            other => return self.scalar(other),
        };
        parts.join(between)
    }

    /// `color[R]=100`. What is deeper is not defined; it is written as most readers take it.
    fn nested(&self, name: &str, members: &Map<String, Value>, into: &mut Vec<(String, String)>) {
        for (member, value) in members {
            let name = format!("{name}[{member}]");
            match value {
                Value::Object(members) => self.nested(&name, members, into),
                Value::Array(elements) => {
                    let all = elements.iter();
                    into.extend(all.map(|e| (self.part(&name), self.scalar(e))));
                }
                other => into.push((self.part(&name), self.scalar(other))),
            }
        }
    }

    fn scalar(&self, value: &Value) -> String {
        self.escape.apply(&scalar(value))
    }

    /// A name, in which reserved characters never stand as they are.
    fn part(&self, name: &str) -> String {
        match self.escape {
            Escape::Nothing => name.to_owned(),
            _ => escape(name),
        }
    }
}

/// A value as a text: a string itself, null as nothing, anything else as JSON has it.
pub(super) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
