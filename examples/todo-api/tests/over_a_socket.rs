//! The same cases over a socket, at a server that is started for them.

use std::io;
use std::sync::mpsc;

fn main() -> std::process::ExitCode {
    proofmark::Suite::new(todo_api::document())
        .cases("cases")
        .credential("default", todo_api::TOKEN)
        .start(served)
        .main()
}

/// Serves the API on a thread of its own, which ends with the process.
fn served() -> io::Result<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            // Port 0 takes a free one.
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            let _ = sender.send(listener.local_addr()?);
            axum::serve(listener, todo_api::app()).await
        })
    });
    let address = receiver.recv().map_err(io::Error::other)?;
    Ok(format!("http://{address}"))
}
