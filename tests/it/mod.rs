//! Tests of the whole, as files of the library's own test binary.

mod binaries;
mod bodies;
mod case_files;
mod clause_ids;
mod cut_off;
mod events_and_parts;
mod exchanges;
mod first_use;
mod generated;
mod hostile;
mod interrupted;
mod layers;
mod matrix;
mod pace;
mod pages;
mod published_example;
mod rearranged;
mod recordings;
mod records;
mod removed;
mod same_verdicts;
mod secrets;
mod security;
mod server_made;
mod support;
mod waivers;
