//! A case, read and bound.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::diag::{Document, Place, Pointer};
use crate::http::StatusPattern;
use crate::openapi::Level;

/// A case's name: its file's path below the folder of cases, without the extension.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CaseId(pub(super) Arc<str>);

impl CaseId {
    /// Takes a name as it is.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The expression that counts a step's repetitions.
pub const INDEX: &str = "index";

/// Where a case comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A person wrote it.
    File,
    /// It was made from the contract, with values that rest on this.
    Generated(Grounds),
    /// It was made for exchanges that were recorded without one.
    Recording,
}

/// What the values of a generated request rest on: the weakest of what each of them rests on.
///
/// A request that keeps the contract is a valid one, whatever its values rest on. But that the target
/// knows what they name is another matter, and nobody promised it unless the target's owner did. So
/// an answer that says "I don't know this" without being documented is held against the target only
/// as far as these grounds reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grounds {
    /// On the target's own variables, or there are none.
    Target,
    /// On the same, of which an earlier request of the run may have taken something away or changed it.
    Spent,
    /// On the contract's examples, defaults and enumerations: they keep the contract by its own word.
    Contract,
    /// Some of them were made up to fit a schema.
    Invented,
}

/// One or more requests to make, and what to expect of the answers beyond what the contract
/// already demands.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub id: CaseId,
    /// What it shows.
    pub description: String,
    /// The sentence it rests on.
    pub requirement: String,
    /// How much its own expectations demand.
    pub level: Level,
    /// Variables the target must have for it.
    pub needs: Vec<String>,
    /// The values of the variables of its row, where it is one row of a table.
    pub row: Map<String, Value>,
    /// Whether it must run alone.
    pub serial: bool,
    /// Where it comes from.
    pub origin: Origin,
    /// All its steps in the order they are sent.
    pub steps: Vec<Step>,
    /// Its file.
    pub document: Arc<Document>,
}

impl Case {
    /// A case for an exchange that was recorded without one: it has no step, and expects nothing.
    #[must_use]
    pub fn recording(id: CaseId, document: Arc<Document>) -> Self {
        Self {
            description: format!("the exchange {id}"),
            id,
            requirement: String::new(),
            level: Level::Must,
            needs: Vec::new(),
            row: Map::new(),
            serial: false,
            origin: Origin::Recording,
            steps: Vec::new(),
            document,
        }
    }

    /// The place of a step in the case's file.
    #[must_use]
    pub fn place(&self, step: Option<&Step>) -> Place {
        self.document
            .place(step.map_or(&Pointer::root(), |step| &step.at))
    }

    /// Where a key of a step stands: the main step's keys are the file's own.
    #[must_use]
    pub fn key_of(&self, step: &Step, key: &str) -> Pointer {
        match step.role {
            Role::Main => step.at.parent().child(key),
            _ => step.at.child(key),
        }
    }

    /// The variables it uses that nothing in it makes.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        let mut all: Vec<String> = self.needs.clone();
        for step in &self.steps {
            for name in step.names() {
                let captured = self.steps.iter().any(|s| s.capture.contains_key(&name));
                let own = is_unique(&name) || self.row.contains_key(&name);
                if !own && !captured && !all.contains(&name) {
                    all.push(name);
                }
            }
        }
        all
    }

    /// The `unique` expressions it uses.
    #[must_use]
    pub fn uniques(&self) -> Vec<String> {
        let mut all = Vec::new();
        for name in self.steps.iter().flat_map(Step::names) {
            if is_unique(&name) && !all.contains(&name) {
                all.push(name);
            }
        }
        all
    }
}

/// Whether an expression's name is one that gives a value of the case's own.
pub(super) fn is_unique(name: &str) -> bool {
    name.strip_prefix("unique")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']))
}

/// What a step is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Set-up: if it goes wrong, the case is an error.
    Given,
    /// The request the case is about.
    Main,
    /// A look at what the main request did.
    Then,
    /// The main request without its one violation.
    Control,
    /// Takes away what the case made.
    Teardown,
}

/// Which credential a step sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// The default identity's.
    #[default]
    Default,
    /// None at all.
    None,
    /// A named identity's.
    Identity(String),
    /// This value, which no server knows.
    Value(String),
    /// For each of these security schemes one of the above, and for the others the default identity's.
    Schemes(BTreeMap<String, Auth>),
}

impl Auth {
    /// What a security scheme is given.
    #[must_use]
    pub fn of(&self, scheme: &str) -> &Self {
        match self {
            Self::Schemes(schemes) => schemes.get(scheme).unwrap_or(&Self::Default),
            all => all,
        }
    }

    /// Whether a security scheme is given nothing that a server could know.
    #[must_use]
    pub fn withholds(&self, scheme: &str) -> bool {
        matches!(self.of(scheme), Self::None | Self::Value(_))
    }

    /// The security schemes it speaks of by name.
    pub fn schemes(&self) -> impl Iterator<Item = &str> {
        let schemes = match self {
            Self::Schemes(schemes) => Some(schemes.keys()),
            _ => None,
        };
        schemes.into_iter().flatten().map(String::as_str)
    }

    /// The values in it that a case gives itself, expressions and all.
    pub(super) fn values(&self) -> Vec<&str> {
        match self {
            Self::Value(text) => vec![text],
            Self::Schemes(schemes) => schemes.values().flat_map(Self::values).collect(),
            _ => Vec::new(),
        }
    }
}

/// What a step sends as its body.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Payload {
    /// Nothing.
    #[default]
    None,
    /// A value, written as the operation's media type.
    Value(Value),
    /// A text as it stands, expressions filled in.
    Raw(String),
    /// Bytes as they stand, expressions filled in.
    Bytes(Bytes),
}

/// JSON white space behind the body, so that a valid body has a certain length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Padding {
    /// One byte more than the number this expression gives.
    Over(String),
    /// As many bytes as the number this expression gives.
    Exactly(String),
}

/// How often a step is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Repeat {
    /// Once, without an index.
    #[default]
    Once,
    /// So often.
    Times(usize),
    /// As often as this CEL expression over the case's variables says.
    Expression(String),
}

/// What a step expects of its answer beyond what the contract demands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// Any of these; empty: whatever is documented.
    pub status: Vec<StatusPattern>,
    /// Objects as subsets, arrays and scalars exactly.
    pub body: Option<Value>,
    /// The whole body, member by member.
    pub body_exactly: Option<Value>,
    /// A JSON Schema of the body.
    pub schema: Option<Value>,
    /// Values by name; null: must not be there.
    pub headers: Map<String, Value>,
    /// How long it may take, from the first byte sent to the last one received.
    pub time: Option<Duration>,
}

/// Where a later step's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capture {
    /// From the answer's body, by JSON pointer.
    Body(Pointer),
    /// From a header of the answer.
    Header(String),
}

/// One request of a case and what is expected of its answer.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is there for.
    pub role: Role,
    /// The operation's number in the contract.
    pub operation: usize,
    /// Another method than the operation's.
    pub method: Option<String>,
    /// A raw request target in the place of the operation's.
    pub target: Option<String>,
    /// Values of path parameters.
    pub path: Map<String, Value>,
    /// Values of path parameters as they stand in the path, escapes and all.
    pub path_raw: Map<String, Value>,
    /// Values of query parameters.
    pub query: Map<String, Value>,
    /// Header fields; null leaves one out that would be sent by itself.
    pub headers: Map<String, Value>,
    /// Values of cookie parameters; null leaves one out that would be sent by itself.
    pub cookies: Map<String, Value>,
    /// The credential.
    pub auth: Auth,
    /// The body.
    pub payload: Payload,
    /// White space behind the body.
    pub padding: Option<Padding>,
    /// Whether it needs a raw connection of its own.
    pub wire: bool,
    /// How often it is sent.
    pub repeat: Repeat,
    /// Whether its repetitions are sent at the same time.
    pub parallel: bool,
    /// It is only sent if the main request was answered so.
    pub when: Vec<StatusPattern>,
    /// What it expects.
    pub expect: Expect,
    /// The clause its expectations speak for, within the operation of the main request.
    pub clause: Option<String>,
    /// Values for later steps.
    pub capture: BTreeMap<String, Capture>,
    /// Where it stands in the case's file.
    pub at: Pointer,
}

impl Step {
    /// A step that sends its operation's plain request and expects nothing of its own.
    #[must_use]
    pub fn plain(role: Role, operation: usize, path: Map<String, Value>) -> Self {
        Self {
            role,
            operation,
            method: None,
            target: None,
            path,
            path_raw: Map::new(),
            query: Map::new(),
            headers: Map::new(),
            cookies: Map::new(),
            auth: Auth::Default,
            payload: Payload::None,
            padding: None,
            wire: false,
            repeat: Repeat::Once,
            parallel: false,
            when: Vec::new(),
            expect: Expect::default(),
            clause: None,
            capture: BTreeMap::new(),
            at: Pointer::root(),
        }
    }

    /// The names in its expressions, but for the index of its repetitions.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for map in [
            &self.path,
            &self.path_raw,
            &self.query,
            &self.headers,
            &self.cookies,
            &self.expect.headers,
        ] {
            super::template::names(&Value::Object(map.clone()), &mut names);
        }
        match &self.payload {
            Payload::Value(value) => super::template::names(value, &mut names),
            Payload::Raw(text) => super::template::names(&Value::from(text.as_str()), &mut names),
            Payload::Bytes(bytes) => {
                let text = super::template::latin1(bytes);
                super::template::names(&Value::from(text), &mut names);
            }
            Payload::None => {}
        }
        for text in self.auth.values() {
            super::template::names(&Value::from(text), &mut names);
        }
        let expected = [
            &self.expect.body,
            &self.expect.body_exactly,
            &self.expect.schema,
        ];
        for value in expected.into_iter().flatten() {
            super::template::names(value, &mut names);
        }
        if let Some(Padding::Over(text) | Padding::Exactly(text)) = &self.padding {
            super::template::names(&Value::from(text.as_str()), &mut names);
        }
        for text in [&self.method, &self.target].into_iter().flatten() {
            super::template::names(&Value::from(text.as_str()), &mut names);
        }
        if self.repeat != Repeat::Once {
            names.retain(|name| name != INDEX);
        }
        names
    }
}
