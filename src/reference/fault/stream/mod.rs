//! Byte streams whose outgoing bytes a fault changes.
//!
//! Read [`ByteFault`] first; [`Framing`] is the one there is.

mod faulty;
mod framing;

pub(super) use faulty::{ByteFault, Faulty};
pub(super) use framing::{Change, Exchange, Framing};
