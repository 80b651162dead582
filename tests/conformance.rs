//! The acceptance gate: `cargo test`, `cargo test -- --target-url URL`.

use std::path::Path;

fn main() -> std::process::ExitCode {
    proofmark::cli::libtest::main(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"))
}
