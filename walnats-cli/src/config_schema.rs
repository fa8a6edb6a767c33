//! `walnats config-schema`

use crate::outcome::{Failure, Outcome};
use crate::output;

/// Prints the JSON Schema of `walnats.toml`.
pub fn run() -> Result<Outcome, Failure> {
    let schema = serde_json::to_string_pretty(&walnats_codegen::config_schema())?;
    output::print(&(schema + "\n"))?;
    Ok(Outcome::Clean)
}
