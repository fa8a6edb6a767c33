//! Where messages in hand are from.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::consumer::Wanted;
use super::monitor::Progress;
use super::options::ReaderOptions;
use super::registration::Registered;

/// The stream that messages in hand are from.
#[derive(Debug)]
pub(super) struct Source {
    /// Its name on this server.
    pub(super) stream: Arc<str>,
    /// Whether a message is deleted when it is acknowledged.
    pub(super) is_work_queue: bool,
    /// Whether a message may be deleted when it is settled.
    pub(super) deletes_settled: bool,
    /// Whether its messages are replayed dead letters.
    pub(super) is_replay: bool,
    pub(super) progress: Arc<Progress>,
    /// One for each handler that may run.
    pub(super) permits: Arc<Semaphore>,
}

impl Source {
    pub(super) fn new(consumer: &Registered, options: &ReaderOptions) -> Self {
        let Wanted { stream, name, is_ordered, .. } = &consumer.wanted;
        // In order, as many are in hand as the consumer permits, and those are handled.
        let limit = if *is_ordered { u32::MAX } else { options.max_ack_pending };
        let progress = Progress::new(stream, name, &options.clone().max_ack_pending(limit));
        progress.seen(&consumer.present);
        Self::with(consumer, progress, Arc::new(Semaphore::new(options.concurrency)))
    }

    /// The same, after the stream was created again.
    pub(super) fn changed(&self, consumer: &Registered) -> Self {
        Self::with(consumer, self.progress.clone(), self.permits.clone())
    }

    fn with(consumer: &Registered, progress: Arc<Progress>, permits: Arc<Semaphore>) -> Self {
        let Registered { wanted, stream, .. } = consumer;
        let (is_work_queue, deletes_settled) = (stream.is_work_queue, stream.deletes_settled);
        let (stream, is_replay) = (wanted.stream.as_str().into(), wanted.is_replay);
        Self { stream, is_work_queue, deletes_settled, is_replay, progress, permits }
    }
}
