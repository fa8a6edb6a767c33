//! How a command ends.

use std::error::Error;

use walnats_codegen::{Diagnostic, Report, Severity};

/// The result of a command that could run.
pub enum Outcome {
    /// No problems; exit code 0.
    Clean,
    /// Problems were found and reported; exit code 1.
    Findings,
    /// Files could not be read, which was reported; exit code 2.
    Unreadable,
}

impl Outcome {
    /// The outcome of a command that stops at `report`. Files that cannot be read are findings with a place, and yet the
    /// command could not run.
    pub fn of(report: &Report) -> Self {
        let is_unreadable = |found: &Diagnostic| found.code == UNREADABLE && found.severity == Severity::Error;
        if report.diagnostics.iter().any(is_unreadable) { Self::Unreadable } else { Self::Findings }
    }
}

/// The code of files and folders that cannot be read.
const UNREADABLE: &str = "WN0101";

/// Why a command could not run; exit code 2.
pub type Failure = Box<dyn Error>;
