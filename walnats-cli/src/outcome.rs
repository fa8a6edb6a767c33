//! How a command ends.

use std::error::Error;

/// How a command ended that could run.
pub enum Outcome {
    /// Nothing to mend; exit code 0.
    Clean,
    /// Something to mend, and it has been said; exit code 1.
    Findings,
}

/// Why a command could not run; exit code 2.
pub type Failure = Box<dyn Error>;
