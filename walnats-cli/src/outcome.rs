//! How a command ends.

use std::error::Error;

/// The result of a command that could run.
pub enum Outcome {
    /// No problems; exit code 0.
    Clean,
    /// Problems were found and reported; exit code 1.
    Findings,
}

/// Why a command could not run; exit code 2.
pub type Failure = Box<dyn Error>;
