//! Waivers: deviations of a target that somebody has accepted, with a reason, an owner and a last day.
//!
//! A waived finding doesn't fail the gate and stays visible everywhere. A waiver whose day is over, one
//! that matched nothing though what it names was put to the test, and one that names nothing that is
//! there fail the gate in their turn, so that the file stays true. Read [`Waivers`] first.

mod apply;
mod edit;
mod file;
mod unused;

pub use edit::{Addition, EditError, added, pruned};
pub use file::{Waiver, Waivers, waiver_schema};
pub use unused::notices;
