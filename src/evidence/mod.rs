//! The record of a run: enough to judge it again without the target.
//!
//! A record is a folder with one file of JSON lines for each process that took part. The first line
//! names the format; each further line is the trace of one case, credentials masked:
//!
//! ```json
//! {"proofmark":1,"contract":"… 1.0.0","target":"http://127.0.0.1:8080"}
//! {"case":"op/name","origin":"http://127.0.0.1:8080","bindings":{},"steps":[…]}
//! ```

mod read;
mod write;

pub use read::{ReadError, read_exchange, read_traces};
pub use write::{Header, write_traces};
