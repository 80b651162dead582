//! What the faults around the router have in common.
//!
//! [`around()`] puts a function around a router. What most faults are made of stands on it: answers
//! that are changed ([`changed()`], [`replaced()`]), PUTs that are judged once they are stored ([`writes()`]),
//! and PUTs that are refused and asked for again ([`resent()`]). All of them ask the router first, so
//! that what it refuses for another reason stays refused, in the order it judges in. A client that
//! waits for one answer before it sends the next request never sees the steps between; two PUTs of one
//! item at the same moment may.

mod answers;
mod caller;
mod item;
mod notes;
mod phantoms;
mod resent;
mod router;
mod writes;

pub(super) use answers::{Answer, When, changed, replaced};
pub(super) use caller::Caller;
pub(super) use item::{Item, Operation};
pub(super) use notes::Notes;
pub(super) use phantoms::Phantoms;
pub(super) use resent::{
    Answers, Refusal, asked_again, pair, refusals, remembered, resent, stored_though_refused,
};
pub(super) use router::{
    TOKEN, around, ask, item_answer, item_body, no_content, refusal, server_failed,
};
pub(super) use writes::{Verdict, refused, writes};
