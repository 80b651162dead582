//! Serves the stock until it is stopped; with `--faulty` what is out of stock is counted as -1.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    let is_sound = !std::env::args().any(|argument| argument == "--faulty");
    writeln!(io::stdout(), "{}", foreign_gate::serve(is_sound)?)?;
    loop {
        std::thread::park();
    }
}
