//! The `x-conformance` extension: levels, relations, laws and named identities.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diag::{Diagnostic, Document, Pointer, closest};

/// How much a clause demands (RFC 2119's words).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// An implementation that breaks it doesn't conform.
    #[default]
    Must,
    /// Breaking it is reported and fails nothing.
    Should,
    /// Breaking it is worth a line.
    May,
}

impl Level {
    /// The word itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

impl schemars::JsonSchema for Level {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Level".into()
    }

    /// A plain choice of words: of a choice of schemas a reader would not learn them.
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "enum": ["must", "should", "may"] })
    }
}

/// In which part of its life a promise is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It is made.
    #[default]
    Current,
    /// It is still kept, and not for long: breaking it is an advice at most.
    Deprecated,
    /// It is made no more, and what was promised is to be gone.
    Removed,
}

/// What a relation speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationSide {
    /// A request the contract allows.
    Request,
    /// An answer.
    Response,
}

/// A relation as the contract declares it: what a schema can't say, in CEL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationDecl {
    /// Its id, kebab-case.
    pub id: String,
    /// What it speaks of.
    pub side: RelationSide,
    /// The requirement in words; the rule itself if the contract gives none.
    pub text: String,
    /// The CEL expression that must be true.
    pub rule: String,
    /// The CEL expression that says when it is asked for.
    pub when: Option<String>,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub at: Pointer,
}

/// A promise across exchanges, put to the test by cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    /// Its id, kebab-case.
    pub id: String,
    /// The requirement in words.
    pub text: String,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub at: Pointer,
}

/// A named credential that a security scheme's contract gives away as a fixture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its name: `default`, `other-tenant`, …
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The extension on one node, read. What is left out is inherited by whoever lowers the node.
#[derive(Clone, Debug, Default)]
pub struct Conformance {
    /// Its level.
    pub level: Option<Level>,
    /// The part of its life it is in.
    pub phase: Phase,
    /// The version it is demanded from.
    pub since: Option<String>,
    /// Its relations.
    pub relations: Vec<RelationDecl>,
    /// Its laws.
    pub laws: Vec<Law>,
    /// Named credentials, on a security scheme.
    pub identities: Vec<Identity>,
}

const KEYS: [&str; 5] = ["level", "since", "relations", "laws", "identities"];
const RELATION_KEYS: [&str; 6] = ["id", "on", "text", "rule", "when", "level"];
const LAW_KEYS: [&str; 3] = ["id", "text", "level"];

impl Conformance {
    /// The level and the part of its life that the extension's value says, as a word or as an object's
    /// `level`; none where it says none that is known.
    #[must_use]
    pub fn declared(value: &Value, inherited: Level) -> Option<(Level, Phase)> {
        let word = value.as_str().or_else(|| value.get("level")?.as_str())?;
        Some(match word {
            "must" => (Level::Must, Phase::Current),
            "should" => (Level::Should, Phase::Current),
            "may" => (Level::May, Phase::Current),
            "deprecated" => (inherited.max(Level::Should), Phase::Deprecated),
            "removed" => (inherited.max(Level::Should), Phase::Removed),
            _ => return None,
        })
    }

    /// Reads the extension of the node at `at`, if it has one. `inherited` is the level its
    /// relations and laws have when they name none.
    pub(super) fn read(
        document: &Document,
        at: &Pointer,
        inherited: Level,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let at = at.child("x-conformance");
        let Some(value) = document.get(&at) else {
            return Self::default();
        };
        let mut reader = Reader { document, problems };
        reader.keys(&at, value, &KEYS);
        let declared = reader.declared(&at, value, inherited);
        let level = declared.map(|(level, _)| level);
        let inherited = level.unwrap_or(inherited);
        Self {
            level,
            phase: declared.map_or(Phase::Current, |(_, phase)| phase),
            since: reader.text(&at, value, "since", false),
            relations: reader
                .list(&at, value, "relations", &RELATION_KEYS)
                .into_iter()
                .filter_map(|(at, value)| reader.relation(&at, value, inherited))
                .collect(),
            laws: reader
                .list(&at, value, "laws", &LAW_KEYS)
                .into_iter()
                .filter_map(|(at, value)| {
                    Some(Law {
                        id: reader.text(&at, value, "id", true)?,
                        text: reader.text(&at, value, "text", true)?,
                        level: reader.level(&at, value, inherited),
                        at,
                    })
                })
                .collect(),
            identities: value
                .get("identities")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| {
                    Some(Identity {
                        name: name.clone(),
                        value: value.as_str()?.to_owned(),
                    })
                })
                .collect(),
        }
    }
}

struct Reader<'a> {
    document: &'a Document,
    problems: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn problem(&mut self, at: &Pointer, message: String, help: String) {
        self.problems.push(
            Diagnostic::warning("x-conformance", message)
                .at_key(self.document, at, "this is left out")
                .help(help),
        );
    }

    fn keys(&mut self, at: &Pointer, value: &Value, known: &[&str]) {
        for key in value
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::keys)
        {
            if !known.contains(&key.as_str()) {
                let help = match closest(key, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its keys are {}", known.join(", ")),
                };
                self.problem(
                    &at.child(key),
                    format!("`{key}` is not a key of x-conformance here"),
                    help,
                );
            }
        }
    }

    fn text(&mut self, at: &Pointer, value: &Value, key: &str, needed: bool) -> Option<String> {
        match value.get(key) {
            Some(Value::String(text)) => Some(text.clone()),
            None if !needed => None,
            found => {
                let what = if found.is_some() {
                    "is no text"
                } else {
                    "is missing"
                };
                self.problem(
                    &at.child(key),
                    format!("`{key}` {what}"),
                    format!("give `{key}` a text"),
                );
                None
            }
        }
    }

    fn level(&mut self, at: &Pointer, value: &Value, inherited: Level) -> Level {
        let declared = self.declared(at, value, inherited);
        declared.map_or(inherited, |(level, _)| level)
    }

    fn declared(
        &mut self,
        at: &Pointer,
        value: &Value,
        inherited: Level,
    ) -> Option<(Level, Phase)> {
        let (at, word) = if value.is_object() {
            (at.child("level"), value.get("level")?)
        } else {
            (at.clone(), value)
        };
        let declared = Conformance::declared(word, inherited);
        if declared.is_none() {
            self.problem(
                &at,
                format!("{word} is not a level"),
                "use must, should, may, deprecated or removed".into(),
            );
        }
        declared
    }

    fn list<'v>(
        &mut self,
        at: &Pointer,
        value: &'v Value,
        key: &str,
        known: &[&str],
    ) -> Vec<(Pointer, &'v Value)> {
        let Some(list) = value.get(key) else {
            return Vec::new();
        };
        let at = at.child(key);
        let Some(list) = list.as_array() else {
            self.problem(
                &at,
                format!("`{key}` is no list"),
                format!("write `{key}` as a list"),
            );
            return Vec::new();
        };
        let entries: Vec<_> = list
            .iter()
            .enumerate()
            .map(|(n, v)| (at.child(n), v))
            .collect();
        for (at, value) in &entries {
            self.keys(at, value, known);
        }
        entries
    }

    fn relation(&mut self, at: &Pointer, value: &Value, inherited: Level) -> Option<RelationDecl> {
        let id = self.text(at, value, "id", true);
        let on = self.text(at, value, "on", true);
        let rule = self.text(at, value, "rule", true);
        let side = match on?.as_str() {
            "request" => RelationSide::Request,
            "response" => RelationSide::Response,
            other => {
                self.problem(
                    &at.child("on"),
                    format!("a relation can't be on `{other}`"),
                    "use request or response".into(),
                );
                return None;
            }
        };
        let rule = rule?;
        Some(RelationDecl {
            id: id?,
            side,
            text: self
                .text(at, value, "text", false)
                .unwrap_or_else(|| rule.clone()),
            when: self.text(at, value, "when", false),
            level: self.level(at, value, inherited),
            at: at.clone(),
            rule,
        })
    }
}
