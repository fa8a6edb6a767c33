//! What the publisher's handles ask of the task, and who waits for the end of it.

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::job::Job;
use crate::error::{FlushError, ShutdownError};

/// What the task is told. The channel is unbounded, the [`Buffer`](super::buffer::Buffer) is not.
#[derive(Debug)]
pub(super) enum Command {
    Send(Box<Job>),
    Flush { until: Instant, end: oneshot::Sender<Result<(), FlushError>> },
    Shutdown { until: Instant, end: oneshot::Sender<Result<(), ShutdownError>> },
}

/// Somebody waits until everything before a sequence number has ended.
pub(super) struct Flush {
    pub(super) before: u64,
    pub(super) until: Instant,
    pub(super) end: oneshot::Sender<Result<(), FlushError>>,
}

/// Nothing more is accepted.
pub(super) struct Closing {
    pub(super) until: Instant,
    pub(super) ends: Vec<oneshot::Sender<Result<(), ShutdownError>>>,
}
