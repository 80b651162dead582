//! The same cases over a socket, at a server that is started for them.

mod rules;

use std::io;

fn main() -> std::process::ExitCode {
    proofmark::Suite::new(todo_api::document())
        .cases("cases")
        .credential("default", todo_api::TOKEN)
        .check(rules::ProblemStatus)
        .after_each(rules::keep_commands)
        .start(served)
        .main()
}

/// Serves the API on a thread of its own, which ends with the process.
fn served() -> io::Result<String> {
    // Port 0 takes a free one.
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, todo_api::app()).await
        })
    });
    Ok(url)
}
