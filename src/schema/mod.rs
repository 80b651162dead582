//! JSON Schema: compile, validate, and say which demands an instance put to the test.
//!
//! A document's schemas are compiled where they stand, so that a mismatch names its place. This
//! room knows dialects and instances; it doesn't know where in an API a schema is used. Read
//! [`Schemas`] first.

mod branch;
mod compiled;
mod content;
mod format;
mod formats;
mod mismatch;
mod pattern;
mod shape;

pub use compiled::{LazySchema, Schema, SchemaError, Schemas};
pub use content::Content;
pub use format::Format;
pub use mismatch::Mismatch;
pub use pattern::pattern_problem;
pub use shape::{Demand, Noted, Segment, Shape};
