//! The options of a reader.

use std::time::{Duration, SystemTime};

use super::around::Layers;
use super::backoff::Backoff;
use crate::tolerated::ReadMode;

/// The options of a reader. They apply to each of the service's streams.
#[derive(Clone, Debug)]
pub struct ReaderOptions {
    pub(super) concurrency: usize,
    pub(super) retry: Backoff,
    pub(super) read: Option<ReadMode>,
    pub(super) ack_wait: Duration,
    pub(super) max_ack_pending: u32,
    pub(super) handler_timeout: Duration,
    pub(super) shutdown_timeout: Duration,
    pub(super) missing_stream_timeout: Duration,
    pub(super) confirm: bool,
    pub(super) start: Option<Start>,
    pub(super) allow_skipping: bool,
    pub(super) dead_letter_stream: String,
    pub(super) dead_letter_max_age: Option<Duration>,
    pub(super) dead_letter_replicas: Option<u8>,
    pub(super) layers: Layers,
}

/// Where a consumer begins when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// With the first event in the stream.
    All,
    /// With the next event that is stored.
    New,
    /// With the first event that was stored at this time or later.
    Time(SystemTime),
    /// With this sequence number.
    Sequence(u64),
}

impl ReaderOptions {
    /// The default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many events of each stream are handled concurrently. Default 16; at least 1. No more events than that are fetched
    /// from the server.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.clamp(1, 100_000);
        self
    }

    /// The pauses between attempts and their number. Default: [`Backoff::default`].
    pub fn retry(mut self, backoff: Backoff) -> Self {
        self.retry = backoff;
        self
    }

    /// How strictly all events are read. Default: as `walnats.toml` says of the service, or of each event.
    pub fn read(mut self, mode: ReadMode) -> Self {
        self.read = Some(mode);
        self
    }

    /// How long the server waits for a sign of life before it delivers an event again. Default 30 s; at least 1 s. While a
    /// handler runs, the reader says every third of it that the event is in progress, so that this is only about readers that
    /// were killed or cut off.
    pub fn ack_wait(mut self, wait: Duration) -> Self {
        self.ack_wait = wait.clamp(Duration::from_secs(1), Duration::from_secs(3_600));
        self
    }

    /// How many events may be delivered and not settled, those that wait for their next attempt included, over all instances
    /// of the service. Default 10,000. The consumer delivers nothing new at the limit.
    pub fn max_ack_pending(mut self, events: u32) -> Self {
        self.max_ack_pending = events.clamp(1, i32::MAX as u32);
        self
    }

    /// How long a handler may run. Default 5 minutes. After that it is cancelled, and the event is tried again.
    pub fn handler_timeout(mut self, limit: Duration) -> Self {
        self.handler_timeout = limit.max(Duration::from_millis(1));
        self
    }

    /// How long handlers may run after the shutdown began. Default 30 s; at least 5 s, so that what the server was just sending
    /// has been handed out by then. After that they are cancelled, and their events are given back to the server.
    ///
    /// Every delivery is an attempt for the server, also one that was cut off like this; if it was the last one, the event becomes a
    /// dead letter. So give handlers the time that they need: no handler that ends in time loses an attempt by a stop.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.shutdown_timeout = limit.max(Duration::from_secs(5));
        self
    }

    /// How long a stream may be missing, or the server may refuse the consumer or every pull, before
    /// [`Reader::run`](crate::Reader::run) ends with an error. Default 1 minute. A server that does not answer, or whose JetStream has
    /// no leader or no space, is waited for without limit.
    pub fn missing_stream_timeout(mut self, missing_stream_timeout: Duration) -> Self {
        self.missing_stream_timeout = missing_stream_timeout;
        self
    }

    /// Waits for the server's confirmation of each acknowledgement. Without it, an acknowledgement can be lost together with
    /// a connection or a consumer, and the event comes again.
    pub fn confirm_acknowledgements(mut self) -> Self {
        self.confirm = true;
        self
    }

    /// Where a consumer begins when it is created. Default: [`Start::All`]. A consumer that exists and began elsewhere is
    /// refused if this is set, because the server cannot move it.
    pub fn start(mut self, start: Start) -> Self {
        self.start = Some(start);
        self
    }

    /// Permits changes of the service's subject filters by which stored events are never delivered to it: see
    /// [`ConsumerRefusal`](crate::ConsumerRefusal). Nothing is read from the stream then to see whether there are any.
    pub fn allow_skipping(mut self) -> Self {
        self.allow_skipping = true;
        self
    }

    /// The stream for dead letters; without the prefix of [`Options::stream_prefix`](crate::Options::stream_prefix). Default
    /// `dead-letters`. Services can share it.
    pub fn dead_letter_stream(mut self, name: impl Into<String>) -> Self {
        self.dead_letter_stream = name.into();
        self
    }

    /// How long dead letters are kept. Default: not stated, so without limit if the stream is created.
    pub fn dead_letter_max_age(mut self, age: Duration) -> Self {
        self.dead_letter_max_age = Some(age);
        self
    }

    /// How many replicas the stream of dead letters has at least, 1 to 5. Default: as many as the stream that is read; the most,
    /// if there are several. A stream that has more keeps them.
    pub fn dead_letter_replicas(mut self, replicas: u8) -> Self {
        self.dead_letter_replicas = Some(replicas.clamp(1, 5));
        self
    }
}

impl Default for ReaderOptions {
    fn default() -> Self {
        Self {
            concurrency: 16,
            retry: Backoff::default(),
            read: None,
            ack_wait: Duration::from_secs(30),
            max_ack_pending: 10_000,
            handler_timeout: Duration::from_secs(300),
            shutdown_timeout: Duration::from_secs(30),
            missing_stream_timeout: Duration::from_secs(60),
            confirm: false,
            start: None,
            allow_skipping: false,
            dead_letter_stream: "dead-letters".to_owned(),
            dead_letter_max_age: None,
            dead_letter_replicas: None,
            layers: Layers::default(),
        }
    }
}
