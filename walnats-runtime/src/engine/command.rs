//! Commands from the publisher's handles to the task, and the callers that wait for their results.

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::job::Job;
use crate::error::{FlushError, ShutdownError};

/// A command. The channel is unbounded; the [`Buffer`](super::buffer::Buffer) is not.
#[derive(Debug)]
pub(super) enum Command {
    Send(Box<Job>),
    Flush { until: Instant, end: oneshot::Sender<Result<(), FlushError>> },
    Shutdown { until: Instant, end: oneshot::Sender<Result<(), ShutdownError>> },
}

/// A caller waits until everything before a sequence number has ended.
pub(super) struct Flush {
    pub(super) before: u64,
    pub(super) until: Instant,
    pub(super) end: oneshot::Sender<Result<(), FlushError>>,
}

/// The publisher is shutting down.
pub(super) struct Closing {
    pub(super) until: Instant,
    pub(super) ends: Vec<oneshot::Sender<Result<(), ShutdownError>>>,
}
