//! How many payloads were judged, and how.

use crate::output;

/// Counts of payloads.
#[derive(Default)]
pub struct Tally {
    pub valid: usize,
    pub invalid: usize,
    /// Those that are no payload of a known event.
    pub unclear: usize,
    /// Messages of other events than the one that is named.
    pub others: usize,
    /// Messages with headers that cannot be right.
    pub faulty: usize,
    pub hidden: usize,
}

impl Tally {
    /// One line.
    pub fn text(&self) -> String {
        let Self { valid, invalid, unclear, others, faulty, hidden } = *self;
        let mut text =
            output::count(valid + invalid + unclear, "payload") + &format!(": {valid} valid, {invalid} invalid");
        if unclear > 0 {
            text += &format!(", {unclear} not judged");
        }
        if faulty > 0 {
            text += &format!("; {} with wrong headers", output::count(faulty, "message"));
        }
        if others > 0 {
            text += &format!("; {} of other events left out", output::count(others, "message"));
        }
        if hidden > 0 {
            text += &format!("; {} more not shown", output::count(hidden, "finding"));
        }
        text
    }
}
