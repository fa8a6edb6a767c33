//! The result of one row of a batch.

use super::options::Tally;
use crate::settle::Mark;

/// The result of a row.
pub(super) struct Step {
    pub(super) mark: Mark,
    /// Whether the next row of the key may be sent.
    pub(super) go_on: bool,
    pub(super) tally: Tally,
    pub(super) publisher_closed: bool,
}
