//! The `proofmark` binary.

fn main() -> std::process::ExitCode {
    proofmark::cli::main()
}
