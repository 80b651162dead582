//! The contract as documentation: one HTML page that needs nothing beside it, or Markdown.
//!
//! A contract becomes a `page::Page`, which says what is shown in which order and knows no format;
//! each format is a projection of it, so that both say the same. Texts of the document are shown,
//! never obeyed: markup in them is escaped, and nothing of them is fetched. The same contract gives
//! the same bytes. Read `page` first, then `content`.

mod constraints;
mod content;
mod html;
mod markdown;
mod members;
mod observed;
mod operation;
mod page;
mod prose;

#[cfg(test)]
mod tests;

pub use html::html;
pub use markdown::markdown;

use super::{escape, frame};
