//! What is wrong with a payload, as it is collected.

use walnats_schema::{MAX_VIOLATIONS, Violation};

/// Violations so far.
#[derive(Default)]
pub struct Found {
    pub list: Vec<Violation>,
    /// Whether readers ignore members and names of enumerations that they do not know.
    pub is_tolerant: bool,
    /// Whether there was such a name.
    pub has_unknown_name: bool,
}

impl Found {
    pub fn push(&mut self, pointer: &str, keyword: &'static str, expected: impl Into<String>) {
        if self.list.len() < MAX_VIOLATIONS {
            self.list.push(Violation { pointer: pointer.to_owned(), keyword, expected: expected.into() });
        }
    }
}
