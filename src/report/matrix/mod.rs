//! Several implementations judged by one contract, as one HTML page, Markdown or JSON.
//!
//! Each format is a projection of a [`Matrix`](crate::outcome::Matrix): the holes in the contract, the
//! clauses on which the implementations differ, those on which they don't, and what was found.

mod html;
mod json;
mod markdown;

pub use html::matrix_html;
pub use json::matrix_json;
pub use markdown::matrix_markdown;

use super::{escape, frame};
