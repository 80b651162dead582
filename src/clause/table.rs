//! All clauses of a contract, and where a check finds them.

use std::collections::HashMap;

use serde_json::Value;

use super::enumerate;
use super::id::ClauseId;
use crate::diag::Pointer;
use crate::openapi::{Contract, Level};

/// A clause's number in its [`Clauses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClauseIndex(pub(crate) u32);

/// Who has to keep a clause, and how it is put to the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Requests that break it must be refused; held only with a control.
    Request,
    /// Answers must keep it.
    Response,
    /// A promise across exchanges; cases put it to the test.
    Law,
}

impl Side {
    /// The word itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Law => "law",
        }
    }
}

/// One thing the contract demands.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Its name.
    pub id: ClauseId,
    /// The demand in words.
    pub requirement: String,
    /// How much it demands.
    pub level: Level,
    /// Who has to keep it.
    pub side: Side,
    /// Where the document makes the demand.
    pub at: Pointer,
}

/// The clauses of a schema, parallel to its demands.
#[derive(Clone, Debug, Default)]
pub struct ValueClauses {
    /// By the demand's number.
    pub demands: Vec<ClauseIndex>,
}

/// The clauses of a parameter.
#[derive(Clone, Debug)]
pub struct ParameterClauses {
    /// That it is there.
    pub required: Option<ClauseIndex>,
    /// On its value.
    pub value: ValueClauses,
}

/// The clauses of a body of one media type.
#[derive(Clone, Debug)]
pub struct BodyClauses {
    /// That it can be parsed; none for a media type of which anything can.
    pub well_formed: Option<ClauseIndex>,
    /// On its value.
    pub value: ValueClauses,
    /// On each item, where it is a sequence of them.
    pub items: ValueClauses,
    /// That texts in events which are documents of their own keep their schemas; none where there are none.
    pub documents: Option<ClauseIndex>,
}

/// The clauses of a header field.
#[derive(Clone, Debug)]
pub struct HeaderClauses {
    /// That it is there.
    pub required: Option<ClauseIndex>,
    /// That it is not there any more.
    pub removed: Option<ClauseIndex>,
    /// On its value.
    pub value: ValueClauses,
}

/// The clauses of the answers of a status, its lists parallel to the response object's.
#[derive(Clone, Debug)]
pub struct ResponseClauses {
    /// That the media type is a documented one; none where no body is spoken of.
    pub content_type: Option<ClauseIndex>,
    /// That the declared length is the true one; none for a status that has no content.
    pub content_length: Option<ClauseIndex>,
    /// By header.
    pub headers: Vec<HeaderClauses>,
    /// By media type.
    pub content: Vec<BodyClauses>,
}

/// What HTTP itself demands of every answer of an operation, whatever the contract says.
#[derive(Clone, Debug)]
pub struct HttpClauses {
    /// That an answer which can have no content has none; none for an operation without such answers.
    pub no_content: Option<ClauseIndex>,
    /// That HEAD is answered as GET is; none for an operation of another method.
    pub head_agrees: Option<ClauseIndex>,
    /// That a length in the answer to HEAD is GET's; none for an operation of another method.
    pub head_length: Option<ClauseIndex>,
    /// That a Date is well-formed.
    pub date: ClauseIndex,
    /// That a Retry-After is well-formed.
    pub retry_after: ClauseIndex,
    /// That a field which holds one value is there once.
    pub single_valued: ClauseIndex,
    /// That no answer shows the server's inside.
    pub no_stack_trace: ClauseIndex,
}

/// What a path demands of methods it doesn't have; the same for all its operations.
#[derive(Clone, Copy, Debug)]
pub struct MethodClauses {
    /// That they are refused.
    pub not_allowed: ClauseIndex,
    /// That the Allow of a 405 doesn't name the method it refuses.
    pub allow: ClauseIndex,
}

/// The clauses of an operation, its lists parallel to the operation's.
#[derive(Clone, Debug)]
pub struct OperationClauses {
    /// That every answer's status is a documented one.
    pub documented: ClauseIndex,
    /// That a request which keeps the contract is accepted.
    pub accepted: ClauseIndex,
    /// By response.
    pub responses: Vec<ResponseClauses>,
    /// By parameter.
    pub parameters: Vec<ParameterClauses>,
    /// That the body is there.
    pub body_required: Option<ClauseIndex>,
    /// That the body is of a documented media type.
    pub body_type: Option<ClauseIndex>,
    /// By media type of the request body.
    pub body: Vec<BodyClauses>,
    /// By scheme: that requests without its credential are refused.
    pub security: Vec<(String, ClauseIndex)>,
    /// By relation.
    pub relations: Vec<ClauseIndex>,
    /// By law.
    pub laws: Vec<ClauseIndex>,
    /// What HTTP itself demands.
    pub http: HttpClauses,
    /// What its path demands of other methods.
    pub methods: MethodClauses,
}

/// All clauses of a contract.
#[derive(Debug)]
pub struct Clauses {
    all: Vec<Clause>,
    by_id: HashMap<ClauseId, ClauseIndex>,
    /// Those that would have one id, by it: what tells them apart, and which they are.
    shared: HashMap<ClauseId, Vec<(String, ClauseIndex)>>,
    operations: Vec<OperationClauses>,
}

impl Clauses {
    /// Enumerates a contract's clauses.
    #[must_use]
    pub fn of(contract: &Contract) -> Self {
        let mut clauses = Self {
            all: Vec::new(),
            by_id: HashMap::new(),
            shared: HashMap::new(),
            operations: Vec::new(),
        };
        for operation in &contract.operations {
            let numbered = enumerate::operation(&mut clauses, contract, operation);
            clauses.operations.push(numbered);
        }
        clauses
    }

    /// All of them, in the document's order.
    pub fn iter(&self) -> impl Iterator<Item = &Clause> {
        self.all.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The clause of a number.
    #[must_use]
    pub fn get(&self, index: ClauseIndex) -> &Clause {
        &self.all[index.0 as usize]
    }

    /// The number of a clause.
    #[must_use]
    pub fn find(&self, id: &ClauseId) -> Option<ClauseIndex> {
        self.by_id.get(id).copied()
    }

    /// The clauses of the operation of this number in its contract.
    #[must_use]
    pub fn operation(&self, number: usize) -> &OperationClauses {
        &self.operations[number]
    }

    /// Adds a clause. Demands that would have one name are told apart by what they demand, all of them, so
    /// that none hides another and their order names none; those that demand the same are one.
    pub(super) fn add(&mut self, clause: Clause, document: &Value) -> ClauseIndex {
        let id = clause.id.clone();
        if let Some(known) = self.shared.get(&id) {
            let content = content(&clause, &id, document);
            if let Some((_, known)) = known.iter().find(|(other, _)| *other == content) {
                return self.join(*known, &clause);
            }
            return self.add_told_apart(&id, content, clause);
        }
        let Some(known) = self.by_id.get(&id).copied() else {
            return self.push(clause);
        };
        if self.get(known).at == clause.at {
            return known;
        }
        let contents = [self.get(known), &clause].map(|one| content(one, &id, document));
        let [before, now] = contents;
        if before == now {
            return self.join(known, &clause);
        }
        self.by_id.remove(&id);
        let first = &mut self.all[known.0 as usize].id;
        first.demand = format!("{}~{before}", id.demand);
        self.by_id.insert(first.clone(), known);
        self.shared.insert(id.clone(), vec![(before, known)]);
        self.add_told_apart(&id, now, clause)
    }

    fn add_told_apart(
        &mut self,
        id: &ClauseId,
        content: String,
        mut clause: Clause,
    ) -> ClauseIndex {
        clause.id.demand = format!("{}~{content}", id.demand);
        let index = self.push(clause);
        self.shared
            .entry(id.clone())
            .or_default()
            .push((content, index));
        index
    }

    /// The same demand in a second place: the stronger level counts.
    fn join(&mut self, known: ClauseIndex, clause: &Clause) -> ClauseIndex {
        let first = &mut self.all[known.0 as usize];
        first.level = first.level.min(clause.level);
        known
    }

    fn push(&mut self, clause: Clause) -> ClauseIndex {
        let index = ClauseIndex(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.by_id.insert(clause.id.clone(), index);
        self.all.push(clause);
        index
    }
}

/// What tells a clause from others of its id: a schema's keyword by its operand, whatever is written where
/// and called how; anything else by its words.
fn content(clause: &Clause, id: &ClauseId, document: &Value) -> String {
    let is_keyword = clause.at.last().as_deref() == Some(id.demand.as_str());
    match clause.at.of(document).filter(|_| is_keyword) {
        // One of the members it lists; which, the place says.
        Some(_) if id.demand == "required" => "required".to_owned(),
        Some(operand) => hash_text(&Canonical::of(document, operand)),
        None => hash_text(&clause.requirement),
    }
}

/// Annotations: what a schema demands doesn't hang on them.
const ANNOTATIONS: [&str; 8] = [
    "title",
    "description",
    "summary",
    "example",
    "examples",
    "default",
    "deprecated",
    "$comment",
];

/// How many nodes of an operand are looked at: what doubles at every level would have no end.
const MOST: usize = 20_000;

/// Writes an operand as a text that neither the order of members nor the name or the place of what is
/// referred to changes.
struct Canonical<'d> {
    document: &'d Value,
    /// The schemas that are being referred to, and how deep each stands.
    way: Vec<(Pointer, usize)>,
    left: usize,
}

impl<'d> Canonical<'d> {
    fn of(document: &'d Value, operand: &Value) -> String {
        let mut canonical = Canonical {
            document,
            way: Vec::new(),
            left: MOST,
        };
        canonical.text(operand, 0)
    }

    fn text(&mut self, value: &Value, depth: usize) -> String {
        if self.left == 0 {
            return "…".to_owned();
        }
        match value {
            Value::Object(members) => {
                let is_alone = members
                    .keys()
                    .all(|key| key == "$ref" || is_annotation(key));
                let target = members.get("$ref").and_then(Value::as_str);
                let target = target.and_then(|reference| reference.strip_prefix('#'));
                let target = target.map(|fragment| self.referred(fragment, depth));
                match target {
                    Some(text) if is_alone => return text,
                    _ => self.left -= 1,
                }
                let mut parts: Vec<String> = Vec::new();
                parts.extend(target.map(|text| format!("$ref:{text}")));
                let mut names: Vec<&String> = members.keys().collect();
                names.sort();
                for name in names {
                    if name == "$ref" || is_annotation(name) {
                        continue;
                    }
                    // Beside names there are the branches themselves.
                    let text = if name == "discriminator" {
                        members[name]["propertyName"].to_string()
                    } else {
                        self.text(&members[name], depth + 1)
                    };
                    parts.push(format!("{name:?}:{text}"));
                }
                shortened(format!("{{{}}}", parts.join(",")))
            }
            Value::Array(elements) => {
                self.left -= 1;
                let parts: Vec<String> = elements
                    .iter()
                    .map(|element| self.text(element, depth + 1))
                    .collect();
                shortened(format!("[{}]", parts.join(",")))
            }
            other => {
                self.left -= 1;
                other.to_string()
            }
        }
    }

    /// What is referred to; back into itself, how far up that stands, whatever references are between.
    fn referred(&mut self, fragment: &str, depth: usize) -> String {
        let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        let at = Pointer::from_text(decoded);
        if let Some((_, above)) = self.way.iter().find(|(known, _)| *known == at) {
            return format!("^{}", depth - above);
        }
        let document = self.document;
        let target = at.of(document).unwrap_or(&Value::Null);
        self.way.push((at, depth));
        let text = self.text(target, depth);
        self.way.pop();
        text
    }
}

fn is_annotation(key: &str) -> bool {
    ANNOTATIONS.contains(&key)
}

/// A long text by its hash.
fn shortened(text: String) -> String {
    if text.len() > 256 {
        hash_text(&text)
    } else {
        text
    }
}

/// FNV-1a: short, and the same everywhere and always.
fn hash_text(text: &str) -> String {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{hash:08x}")
}
