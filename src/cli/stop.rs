//! Why a command ends without having done its work.

use std::io::{self, Write as _};

use super::engine;
use super::exit::Exit;
use crate::diag::Diagnostic;
use crate::evidence::ReadError;
use crate::run::RunError;

/// Why a command ends without having done its work.
pub(super) enum Stop {
    /// The input is wrong.
    Input(Vec<Diagnostic>),
    /// What was done can't be kept.
    Unkept(Diagnostic),
    /// The target can't be tested.
    Run(RunError),
    /// Output can't be written.
    Output(io::Error),
}

impl Stop {
    /// Says so on standard error.
    pub(super) fn report(&self) -> Exit {
        let mut err = anstream::AutoStream::auto(io::stderr());
        match self {
            Self::Input(problems) => {
                let count = problems.len();
                let plural = if count == 1 { "problem" } else { "problems" };
                let shown = engine::rendered(problems);
                let _ = writeln!(err, "{shown}\n\n{count} {plural}; nothing was run");
                Exit::Usage
            }
            Self::Unkept(problem) => {
                let shown = engine::rendered(std::slice::from_ref(problem));
                let _ = writeln!(err, "{shown}");
                Exit::Usage
            }
            Self::Run(error) => {
                let _ = writeln!(err, "error: {error}");
                match error {
                    RunError::Interrupted => Exit::Interrupted,
                    _ => Exit::CouldNotTell,
                }
            }
            // Whoever closed the pipe has read enough.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Conforms,
            Self::Output(error) => {
                let _ = writeln!(err, "error: the output can't be written: {error}");
                Exit::CouldNotTell
            }
        }
    }
}

/// How many warnings are shown in whole before a command does its work.
const SHOWN: usize = 5;

/// Says on standard error what is wrong with a contract but can be lived with; of many only that there
/// are many.
pub(super) fn warn(warnings: &[Diagnostic]) {
    let mut err = anstream::AutoStream::auto(io::stderr());
    if warnings.len() > SHOWN {
        let _ = writeln!(
            err,
            "warning: the contract has {} mistakes that can be lived with; `proofmark lint` shows them\n",
            warnings.len()
        );
    } else if !warnings.is_empty() {
        let _ = writeln!(err, "{}\n", engine::rendered(warnings));
    }
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(problems: Vec<Diagnostic>) -> Self {
        Self::Input(problems)
    }
}

impl From<Diagnostic> for Stop {
    fn from(problem: Diagnostic) -> Self {
        Self::Input(vec![problem])
    }
}

impl From<RunError> for Stop {
    fn from(error: RunError) -> Self {
        Self::Run(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(problems) => Self::Input(problems),
            other => Self::Input(vec![
                Diagnostic::error("record", other.to_string())
                    .help("give the folder that a run wrote with --record"),
            ]),
        }
    }
}
