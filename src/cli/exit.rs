//! How a program ends.

use std::process::ExitCode;

use crate::outcome::Answer;

/// How a program ends; the number is the process' exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The target conforms, or what was asked for was done.
    Conforms = 0,
    /// Something that must hold was broken.
    Findings = 1,
    /// Arguments, contract, cases or configuration are wrong.
    Usage = 2,
    /// We could not tell: the target can't be reached, a fixture is missing, no answer came.
    CouldNotTell = 3,
    /// Nothing was put to the test.
    NothingTested = 4,
    /// It was cut short.
    Interrupted = 130,
}

impl Exit {
    /// How a run ends.
    #[must_use]
    pub fn of(answer: Answer) -> Self {
        match answer {
            Answer::Conforms => Self::Conforms,
            Answer::DoesNotConform => Self::Findings,
            Answer::CouldNotTell => Self::CouldNotTell,
            Answer::NothingTested => Self::NothingTested,
            Answer::Interrupted => Self::Interrupted,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Summary;

    fn of(passed: usize, failed: usize, errors: usize, skipped: usize) -> u8 {
        let summary = Summary {
            passed,
            failed,
            skipped,
            errors,
            ..Summary::default()
        };
        Exit::of(summary.answer()) as u8
    }

    #[test]
    fn findings_come_before_errors_and_nothing_is_no_success() {
        assert_eq!(of(5, 0, 0, 0), 0);
        assert_eq!(of(5, 1, 1, 0), 1);
        assert_eq!(of(5, 0, 1, 0), 3);
        assert_eq!(of(0, 0, 0, 5), 4);
        assert_eq!(of(0, 0, 0, 0), 4);
        let interrupted = Summary {
            failed: 1,
            interrupted: true,
            ..Summary::default()
        };
        assert_eq!(Exit::of(interrupted.answer()) as u8, 130);
    }
}
