//! The acceptance gate: `cargo test`, `cargo test -- --target-url URL`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    proofmark::Suite::built_in().cases("cases").main()
}
