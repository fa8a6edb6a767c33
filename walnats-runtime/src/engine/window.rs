//! The window: what is in flight, sent and neither answered nor given up.

use std::time::Duration;

use tokio::time::Instant;

use super::job::Job;
use super::load::Load;

/// How many resent messages, and bytes, may be in flight: all of them can be held up just after the probe was answered,
/// and arrive when the stream has forgotten their ids.
const AGAIN_MESSAGES: usize = 32;
const AGAIN_BYTES: usize = 64 << 10;
const AGAIN_PATIENCE: Duration = Duration::from_millis(250);
/// A server handles 50 atomic batches of a stream concurrently, and refuses more with the error of an incomplete batch.
const BATCHES: usize = 32;

/// How much is in flight, and what else may be sent.
#[derive(Debug)]
pub(super) struct Window {
    max_messages: usize,
    max_bytes: usize,
    messages: usize,
    bytes: usize,
    batches: usize,
    /// Of these, resends that an earlier attempt may have stored.
    again_messages: usize,
    again_bytes: usize,
    /// When the last resend was sent or answered.
    again_since: Instant,
    /// The job in flight alone, because the connection may not survive it.
    alone: Option<u64>,
}

impl Window {
    pub(super) fn new(max_messages: usize, max_bytes: usize) -> Self {
        Self {
            max_messages,
            max_bytes,
            messages: 0,
            bytes: 0,
            batches: 0,
            again_messages: 0,
            again_bytes: 0,
            again_since: Instant::now(),
            alone: None,
        }
    }

    /// Messages in flight.
    pub(super) fn messages(&self) -> usize {
        self.messages
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages == 0
    }

    /// Whether only one message may be in flight, which keeps the order under all circumstances.
    pub(super) fn keeps_order(&self) -> bool {
        self.max_messages == 1
    }

    /// The job in flight alone, if any.
    pub(super) fn alone(&self) -> Option<u64> {
        self.alone
    }

    pub(super) fn send_alone(&mut self, sequence: u64) {
        self.alone = Some(sequence);
    }

    pub(super) fn end_alone(&mut self, sequence: u64) {
        if self.alone == Some(sequence) {
            self.alone = None;
        }
    }

    /// Whether there is room. A job larger than the whole window goes when nothing else is in flight.
    pub(super) fn fits(&self, job: &Job) -> bool {
        let messages = self.messages + job.load.messages().len();
        let fits = messages <= self.max_messages && self.bytes + job.bytes <= self.max_bytes;
        self.messages == 0 || (fits && (!is_batch(job) || self.batches < BATCHES))
    }

    /// Whether there is room for another resend.
    pub(super) fn fits_again(&self, job: &Job) -> bool {
        let messages = self.again_messages + job.load.messages().len();
        self.again_messages == 0 || (messages <= AGAIN_MESSAGES && self.again_bytes + job.bytes <= AGAIN_BYTES)
    }

    /// Whether resends are being answered; if not, they must not hold up other messages.
    pub(super) fn moves_again(&self) -> bool {
        self.again_since.elapsed() < AGAIN_PATIENCE
    }

    pub(super) fn enter(&mut self, job: &Job, now: Instant) {
        self.messages += job.load.messages().len();
        self.bytes += job.bytes;
        self.batches += usize::from(is_batch(job));
        if job.uncertain {
            self.again_since = now;
            self.again_messages += job.load.messages().len();
            self.again_bytes += job.bytes;
        }
    }

    /// The job is no longer in flight.
    pub(super) fn leave(&mut self, job: &Job) {
        self.messages -= job.load.messages().len();
        self.bytes -= job.bytes;
        self.batches -= usize::from(is_batch(job));
        if job.uncertain {
            self.again_messages -= job.load.messages().len();
            self.again_bytes -= job.bytes;
            self.again_since = Instant::now();
        }
    }

    /// The connection is lost, and everything in flight with it.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.max_messages, self.max_bytes);
    }
}

fn is_batch(job: &Job) -> bool {
    matches!(job.load, Load::Atomic(_))
}
