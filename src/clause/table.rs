//! All clauses of a contract, and where a check finds them.

use std::collections::HashMap;

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
}

/// The clauses of a header field.
#[derive(Clone, Debug)]
pub struct HeaderClauses {
    /// That it is there.
    pub required: Option<ClauseIndex>,
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
    operations: Vec<OperationClauses>,
}

impl Clauses {
    /// Enumerates a contract's clauses.
    #[must_use]
    pub fn of(contract: &Contract) -> Self {
        let mut clauses = Self {
            all: Vec::new(),
            by_id: HashMap::new(),
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

    /// Adds a clause. Two demands of one name are told apart by what they demand, so that neither
    /// hides the other and a new order of them changes no name.
    pub(super) fn add(&mut self, mut clause: Clause, operand: &serde_json::Value) -> ClauseIndex {
        if let Some(known) = self.by_id.get(&clause.id).copied() {
            if self.get(known).at == clause.at {
                return known;
            }
            clause.id.demand = format!("{}~{}", clause.id.demand, content_hash(operand));
            if let Some(known) = self.by_id.get(&clause.id) {
                return *known;
            }
        }
        let index = ClauseIndex(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.by_id.insert(clause.id.clone(), index);
        self.all.push(clause);
        index
    }
}

/// FNV-1a over the operand's JSON: short, and the same everywhere and always.
fn content_hash(value: &serde_json::Value) -> String {
    let hash = value
        .to_string()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
    format!("{hash:08x}")
}
