//! The state shared by all parts of a running relay.

use walnats_runtime::Publisher;

use super::options::Options;
use super::pause::Pauses;
use super::suspect::Suspects;
use crate::database::Database;
use crate::outbox::Outbox;

/// The state shared by a relay and its batches.
pub(super) struct Context<D: Database> {
    pub(super) outbox: Outbox<D>,
    pub(super) publisher: Publisher,
    pub(super) options: Options,
    pub(super) pauses: Pauses,
    pub(super) suspects: Suspects,
}
