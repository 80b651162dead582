//! The answer of a run, in one word and in a sentence.

use serde::{Deserialize, Serialize};

/// Whether the target keeps its contract, as far as a run can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Nothing that must hold was broken, and something was put to the test.
    Conforms,
    /// Something that must hold was broken, or what was asked of the run itself isn't kept: a waiver
    /// that is no longer true, a clause that had to be tested and wasn't.
    DoesNotConform,
    /// Nothing was found, but not every case could be judged.
    CouldNotTell,
    /// No case was run.
    NothingTested,
    /// The run was cut short.
    Interrupted,
}

impl Answer {
    /// The word itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::DoesNotConform => "does-not-conform",
            Self::CouldNotTell => "could-not-tell",
            Self::NothingTested => "nothing-tested",
            Self::Interrupted => "interrupted",
        }
    }

    /// The answer in a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Conforms => "CONFORMS in everything that was put to the test",
            Self::DoesNotConform => "DOES NOT CONFORM",
            Self::CouldNotTell => "COULD NOT TELL: no finding, but not every case could be judged",
            Self::NothingTested => "NOTHING WAS TESTED: no case was run",
            Self::Interrupted => "INTERRUPTED: this is what was done until then",
        }
    }
}
