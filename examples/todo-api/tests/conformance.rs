//! The document as the test suite, in this process: `cargo test`.

mod rules;

fn main() -> std::process::ExitCode {
    proofmark::Suite::new(todo_api::document())
        .cases("cases")
        .credential("default", todo_api::TOKEN)
        .check(rules::ProblemStatus)
        .after_each(rules::keep_commands)
        .service(todo_api::app())
        .main()
}
