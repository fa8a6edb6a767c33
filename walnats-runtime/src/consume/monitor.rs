//! What others can see of a running reader.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::Message;
use tokio::time::Instant;

use super::consumer::Present;
use super::in_hand::{InHand, InHandGuard};
use super::options::ReaderOptions;
use super::pause::ReaderControl;
use super::served::{Counts, Served};

/// Silence of the server that is more than the pause between two pulls, and more than a restart of a server takes.
const LONG_SILENCE: Duration = Duration::from_secs(15);

/// How long settling an event may take after its handler, dead letters included.
const TO_SETTLE: Duration = Duration::from_secs(60);

/// Looks at a running [`Reader`](crate::Reader), for probes and reports. Clones are cheap, and see the same reader. Reading it
/// makes no request.
#[derive(Clone)]
pub struct ReaderMonitor {
    pub(super) shared: Arc<Shared>,
    pub(super) control: ReaderControl,
}

/// What a reader shares with its monitors.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) counts: Counts,
    is_running: AtomicBool,
    streams: Mutex<Vec<Arc<Progress>>>,
}

/// Whether a reader gets on with its work: for a readiness or liveness probe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReaderHealth {
    /// Whether [`Reader::run`](crate::Reader::run) has registered its consumers and has not ended.
    pub is_running: bool,
    /// One for each stream that is read.
    pub streams: Vec<StreamProgress>,
}

/// How a reader gets on with one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamProgress {
    /// The stream's name on this server.
    pub stream: String,
    /// The consumer's name.
    pub consumer: String,
    /// For how long the reader has been waiting for a sign of the server: an event, or a heartbeat that says that there is none.
    /// Some seconds are usual. While all handlers are busy, it does not wait.
    pub silent_for: Duration,
    /// How many events are in hand.
    pub in_hand: usize,
    /// For how long the oldest of them has been in hand.
    pub oldest_in_hand: Duration,
    /// The events in the stream that were not delivered to any instance of the service, when last seen: its lag.
    pub pending: u64,
    /// The events that were delivered to any instance and are not settled, those that wait for their next attempt included, when
    /// last seen.
    pub unsettled: u64,
    /// Whether `unsettled` has reached [`ReaderOptions::max_ack_pending`](crate::ReaderOptions::max_ack_pending) while events are
    /// pending: nothing new is delivered until some of them are settled.
    pub is_blocked: bool,
    /// Whether the last dead letter could not be stored, for a reason other than the letter itself.
    pub dead_letters_fail: bool,
    /// The longest that an event should be in hand.
    limit_in_hand: Duration,
}

impl StreamProgress {
    /// Whether events get on: the server answers, no event is in hand for longer than
    /// [`ReaderOptions::handler_timeout`](crate::ReaderOptions::handler_timeout) permits, dead letters can be stored, and failed
    /// events do not block new ones.
    pub fn is_healthy(&self) -> bool {
        self.silent_for <= LONG_SILENCE
            && self.oldest_in_hand <= self.limit_in_hand
            && !self.is_blocked
            && !self.dead_letters_fail
    }
}

impl ReaderHealth {
    /// Whether the reader runs, and events of each stream get on: see [`StreamProgress::is_healthy`].
    pub fn is_healthy(&self) -> bool {
        self.is_running && self.streams.iter().all(StreamProgress::is_healthy)
    }
}

impl ReaderMonitor {
    /// Pauses and resumes the service.
    pub fn control(&self) -> &ReaderControl {
        &self.control
    }

    /// Whether the reader gets on with its work. A connection that is up says little about that; this looks at progress.
    pub fn health(&self) -> ReaderHealth {
        let streams = self.shared.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let streams = streams.iter().map(|progress| progress.read()).collect();
        ReaderHealth { is_running: self.shared.is_running.load(Ordering::Relaxed), streams }
    }

    /// What the reader did so far.
    pub fn served(&self) -> Served {
        self.shared.counts.read()
    }
}

impl Shared {
    /// The reader runs until what this returns is dropped.
    pub(super) fn runs(self: &Arc<Self>, streams: Vec<Arc<Progress>>) -> Running {
        *self.streams.lock().unwrap_or_else(PoisonError::into_inner) = streams;
        self.is_running.store(true, Ordering::Relaxed);
        Running(self.clone())
    }
}

/// A reader that runs.
pub(super) struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.is_running.store(false, Ordering::Relaxed);
    }
}

/// What happens in one stream.
#[derive(Debug)]
pub(super) struct Progress {
    stream: String,
    consumer: String,
    max_ack_pending: u64,
    limit_in_hand: Duration,
    in_hand: Arc<InHand>,
    begun: Instant,
    /// When the server gave its last sign, in milliseconds since `begun`.
    sign: AtomicU64,
    pending: AtomicU64,
    unsettled: AtomicU64,
    dead_letters_fail: AtomicBool,
}

impl Progress {
    pub(super) fn new(stream: &str, consumer: &str, options: &ReaderOptions) -> Arc<Self> {
        Arc::new(Self {
            stream: stream.to_owned(),
            consumer: consumer.to_owned(),
            max_ack_pending: options.max_ack_pending.into(),
            limit_in_hand: options.handler_timeout.saturating_add(TO_SETTLE),
            in_hand: Arc::default(),
            begun: Instant::now(),
            sign: AtomicU64::default(),
            pending: AtomicU64::default(),
            unsettled: AtomicU64::default(),
            dead_letters_fail: AtomicBool::default(),
        })
    }

    /// The server gave a sign at this time, or the reader does not wait for one.
    pub(super) fn sign(&self, now: Instant) {
        let since = now.duration_since(self.begun).as_millis();
        self.sign.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The consumer was looked at.
    pub(super) fn seen(&self, present: &Present) {
        self.pending.store(present.pending(), Ordering::Relaxed);
        self.unsettled.store(present.unsettled(), Ordering::Relaxed);
        self.report();
    }

    /// An event is in hand until what this returns is dropped. So many were pending behind it. With the message, the
    /// server is told that it is in progress, for `limit` at most.
    pub(super) fn takes(&self, pending: u64, message: Option<Arc<Message>>, limit: Option<Duration>) -> InHandGuard {
        self.pending.store(pending, Ordering::Relaxed);
        self.in_hand.take(message, limit)
    }

    pub(super) fn in_hand(&self) -> Arc<InHand> {
        self.in_hand.clone()
    }

    pub(super) fn dead_letter(&self, is_stored: bool) {
        self.dead_letters_fail.store(!is_stored, Ordering::Relaxed);
    }

    /// Reports the lag to metrics.
    pub(super) fn report(&self) {
        let (pending, unsettled) = (self.pending.load(Ordering::Relaxed), self.unsettled.load(Ordering::Relaxed));
        crate::metric::reader::behind(&self.stream, &self.consumer, pending, unsettled);
    }

    fn read(&self) -> StreamProgress {
        let (in_hand, oldest) = self.in_hand.seen();
        let (pending, unsettled) = (self.pending.load(Ordering::Relaxed), self.unsettled.load(Ordering::Relaxed));
        let sign = Duration::from_millis(self.sign.load(Ordering::Relaxed));
        StreamProgress {
            stream: self.stream.clone(),
            consumer: self.consumer.clone(),
            silent_for: self.begun.elapsed().saturating_sub(sign),
            in_hand,
            oldest_in_hand: oldest.map(|since| since.elapsed()).unwrap_or_default(),
            pending,
            unsettled,
            is_blocked: pending > 0 && unsettled >= self.max_ack_pending,
            dead_letters_fail: self.dead_letters_fail.load(Ordering::Relaxed),
            limit_in_hand: self.limit_in_hand,
        }
    }
}

impl fmt::Debug for ReaderMonitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderMonitor").field("health", &self.health()).field("served", &self.served()).finish()
    }
}
