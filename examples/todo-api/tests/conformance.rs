//! The document as the test suite, in this process: `cargo test`.

fn main() -> std::process::ExitCode {
    proofmark::Suite::new(todo_api::document())
        .cases("cases")
        .credential("default", todo_api::TOKEN)
        .service(todo_api::app())
        .main()
}
