//! Texts, places in them, and how a problem is shown on them.
//!
//! Everything a person wrote (contract, case, profile) is read through a [`Document`], which
//! keeps the place of every node, so that any later problem can point at a line. Every problem
//! is a [`Diagnostic`]. This room knows nothing of HTTP or OpenAPI. Read [`Document`] first.

mod diagnostic;
mod document;
mod json;
mod pointer;
mod source;
mod suggest;
mod yaml;

pub use diagnostic::{Diagnostic, Label, Severity, Style, render_all};
pub use document::{Document, Syntax};
pub use pointer::Pointer;
pub use source::{Place, Source, Span};
pub use suggest::closest;

#[cfg(feature = "cli")]
pub(crate) use document::Mark;
