//! Serves the API until it is stopped; with `--faulty` behind a proxy that breaks it.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Port 0 takes a free one.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        writeln!(io::stdout(), "http://{}", listener.local_addr()?)?;
        let is_faulty = std::env::args().any(|argument| argument == "--faulty");
        let app = if is_faulty {
            todo_api::faulty()
        } else {
            todo_api::app()
        };
        axum::serve(listener, app).await
    })
}
