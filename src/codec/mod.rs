//! Parameters and bodies as the contract writes them on the wire, and the inverse.
//!
//! Writing turns values into an escaped path, query, header values, cookies and bodies. Reading takes
//! a request as it was sent apart again by the contract's own rules, with every reading the contract
//! admits, so that what was meant never counts for what was sent. Answers' bodies are read likewise, as far as
//! the contract says how. Read [`Decoded`] and [`read_body`] first.

mod body;
mod declared;
mod decode;
mod encode;
mod escape;
mod event_stream;
mod every_request;
mod field;
mod form;
mod json;
mod multipart;
mod parameter;
mod read_body;
mod read_form;
mod read_parts;
mod read_style;
mod read_xml;
mod reading;
#[cfg(test)]
mod round_trip_tests;
mod sequence;
mod style;
#[cfg(test)]
mod style_tests;
mod write_xml;
mod xml;
#[cfg(test)]
mod xml_tests;

pub use body::{WrittenBody, encode_body, write_body};
pub use decode::{Decoded, DecodedBody, DecodedParameter};
pub use encode::{
    EncodeError, encode_cookies, encode_header, encode_path, encode_query, header_value,
};
pub use escape::unescape;
pub use every_request::{every_body_keeps, every_parameter_keeps};
pub use json::{JsonProblem, read_json};
pub use read_body::{BodyProblem, BodyRead, answered_value, read_body};
pub use reading::Judged;
