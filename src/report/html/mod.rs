//! A run as one HTML page that needs nothing beside it.
//!
//! It opens on the answer, goes on with what is broken, and lets one walk from an operation to its
//! clauses and from a clause to the exchange that shows its verdict. Everything can be read without
//! the script, which only filters, searches, copies and opens. Whatever the target said is text:
//! it is escaped, bounded, and what can't be seen of it is shown. Read `page` first.

mod answer;
mod cases;
mod clauses;
mod exchanges;
mod findings;
mod page;

pub(super) use answer::{bar, count, counts, in_words, words as answer_words};
pub(super) use clauses::sign;
pub(super) use exchanges::command;
pub(super) use findings::{Look, fact};
pub(super) use page::FORMAT;

use super::{escape, frame};
