//! Tests of the whole, as files of the library's own test binary.

mod generated;
mod layers;
