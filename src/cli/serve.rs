//! `proofmark serve`: the reference as a real server.

use std::io::Write;

use tokio::net::TcpListener;

use super::args::ServeArgs;
use super::engine;
use super::exit::Exit;
use super::stop::Stop;
use crate::diag::{Diagnostic, closest};
use crate::reference::{Fault, Server, fault, faults};

pub(super) fn list_faults(out: &mut impl Write) -> std::io::Result<()> {
    for fault in faults() {
        writeln!(
            out,
            "{:<10} {:<28} {:<74} {}",
            fault.category.as_str(),
            fault.name,
            fault.clause,
            fault.summary
        )?;
    }
    Ok(())
}

pub(super) fn run(args: &ServeArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    if args.faults.iter().any(|name| name == "list") {
        list_faults(out)?;
        return Ok(Exit::Conforms);
    }
    let mut chosen: Vec<&'static Fault> = Vec::new();
    let mut problems = Vec::new();
    for name in &args.faults {
        match fault(name) {
            Some(found) => chosen.push(found),
            None => problems.push(unknown(name)),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let server = Server::with_faults(&chosen);
    engine::runtime().block_on(async {
        let listener = TcpListener::bind(args.addr).await.map_err(|error| {
            Diagnostic::error(
                "addr",
                format!("{} can't be listened at: {error}", args.addr),
            )
            .help("give another with --addr; port 0 takes a free one")
        })?;
        let mut ready = server.fixtures();
        ready["url"] = format!("http://{}", listener.local_addr()?).into();
        writeln!(out, "{ready:#}")?;
        out.flush()?;
        server.serve(listener, engine::stopped()).await;
        Ok(Exit::Conforms)
    })
}

fn unknown(name: &str) -> Diagnostic {
    let help = match closest(name, faults().map(|fault| fault.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "--fault list lists them".to_owned(),
    };
    Diagnostic::error("fault", format!("there is no fault `{name}`")).help(help)
}
