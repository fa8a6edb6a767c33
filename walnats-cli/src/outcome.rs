//! How a command ends.

use std::error::Error;

use crate::report::Conclusion;

/// The result of a command that could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No problems; exit code 0.
    Clean,
    /// Problems were found and reported; exit code 1.
    Findings,
    /// Files could not be read, which was reported; exit code 2.
    Unreadable,
}

impl From<Conclusion> for Outcome {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::Clean => Self::Clean,
            Conclusion::Findings => Self::Findings,
            Conclusion::Failure => Self::Unreadable,
        }
    }
}

/// Why a command could not run; exit code 2.
pub type Failure = Box<dyn Error>;
