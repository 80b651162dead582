//! Parameters and bodies as the contract writes them on the wire, and the inverse.
//!
//! Writing turns values into an escaped path, query and header values. Reading takes a request as
//! it was sent apart again by the contract's own rules, with every reading the contract admits, so
//! that what was meant never counts for what was sent. Read [`Decoded`] first.

mod decode;
mod encode;
mod json;

pub use decode::{Decoded, DecodedBody, DecodedParameter, unescape};
pub use encode::{EncodeError, encode_path, encode_query, header_value};
pub use json::{JsonProblem, read_json};
