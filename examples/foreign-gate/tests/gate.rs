//! Gates the server by its document: `cargo test`, `cargo test -- --target-url URL`.

fn main() -> std::process::ExitCode {
    proofmark::Suite::file("openapi.yaml")
        .cases("cases")
        .start(|| foreign_gate::serve(true))
        .main()
}
