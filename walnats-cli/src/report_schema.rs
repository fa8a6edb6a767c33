//! `walnats report-schema`

use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::json;

/// Prints the JSON Schema of `--format json`.
pub fn run() -> Result<Outcome, Failure> {
    output::print(json::SCHEMA)?;
    Ok(Outcome::Clean)
}
