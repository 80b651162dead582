//! Where a generated value comes from.

use serde_json::Value;

use crate::diag::Pointer;
use crate::openapi::Contract;

/// Where a generated value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A variable of the target.
    Variable(String),
    /// An example of the contract.
    Example(Pointer),
    /// A default of the contract.
    Default(Pointer),
    /// The first value of an enumeration, or a constant.
    Enumeration(Pointer),
    /// It was made to fit the schema at this place.
    Schema(Pointer),
}

impl Source {
    /// In words, with the place in the contract.
    #[must_use]
    pub fn describe(&self, contract: &Contract) -> String {
        let (what, at) = match self {
            Self::Variable(name) => return format!("the variable {name}"),
            Self::Example(at) => ("the example at", at),
            Self::Default(at) => ("the default at", at),
            Self::Enumeration(at) => ("the values listed at", at),
            Self::Schema(at) => ("made to fit the schema at", at),
        };
        format!("{what} {}", contract.place(at))
    }
}

/// A value of a generated request.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// What it is the value of, such as `path petId` or `body application/json`.
    pub name: String,
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub source: Source,
    /// Whether any of it was made up: nobody says that the target knows it.
    pub is_invented: bool,
}
