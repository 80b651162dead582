//! Case files: discovered, parsed, bound to the contract's operations.
//!
//! Every problem of every file is a diagnostic with its line, and all of them are reported at
//! once. A case knows which operations it calls; it knows no target and no clause. Read [`Case`]
//! first.

mod bind;
mod discover;
mod file;
mod model;
mod parse;
mod template;

pub use discover::{DiscoverError, discover};
pub use file::case_schema;
pub use model::{
    Auth, Capture, Case, CaseId, Expect, Grounds, INDEX, Origin, Padding, Payload, Repeat, Role,
    Step,
};
pub use parse::{CaseFiles, bind_cases, bind_some, load_cases};
pub use template::{
    Unbound, expand, expand_bytes, expand_text, literal, literal_text, names, unique_names,
    unique_prefix, with_index,
};
