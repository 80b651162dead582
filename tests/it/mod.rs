//! Tests of the whole, as files of the library's own test binary.

mod binaries;
mod exchanges;
mod first_use;
mod generated;
mod hostile;
mod layers;
mod matrix;
mod pages;
mod published_example;
mod same_verdicts;
mod secrets;
mod security;
mod support;
