//! What is kept of a run, and what other tools kept of theirs: enough to judge it again without the
//! target.
//!
//! A record is a folder. Each process that took part has one file of JSON lines in it, which is only
//! ever added to, a whole line at a time; what is lost in a crash is at most the line being written:
//!
//! ```json
//! {"proofmark":2,"about":{"contract":"… 1.0.0","contract_hash":"…"},"origin":"http://127.0.0.1:8080","prefix":""}
//! {"started":{"cases":148}}
//! {"exchange":{"case":"op/name","record":{"step":0,"role":"main","operation":"op","result":{"Ok":{}}}}}
//! {"closed":{"case":"op/name","ending":{"bindings":{}},"verdict":"pass","broken":[]}}
//! {"finished":{"summary":{},"notices":[]}}
//! ```
//!
//! Credentials are masked before a line is written. A body above 4 KiB is kept once, packed, as
//! `bodies/SHA-256.gz` beside the files, and the line has `{"sha256": …}` in its place.
//!
//! This room knows no target and sends nothing. Read [`Recorder`] and [`read_records`] first.

mod bodies;
mod cassette;
mod credentials;
mod har;
mod hash;
mod line;
mod merge;
mod read;
mod recording;
mod routed;
mod write;

pub use hash::{digest, digest_of};
pub use merge::{MergeError, merge};
pub use read::{ReadError, Record, RecordFile, read_records};
pub use recording::{Entry, Kept, Recording, read_kept};
pub use routed::{Routed, route_entries, route_exchange, route_traces};
pub use write::Recorder;
