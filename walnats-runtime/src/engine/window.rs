//! What is under way: sent, and neither answered nor given up.

use std::time::Duration;

use tokio::time::Instant;

use super::job::Job;
use super::load::Load;

/// How much of what is sent again may be under way at a time: all of it can be held up from the moment on in which the stream has
/// answered, and arrive when its ids are forgotten.
const AGAIN_MESSAGES: usize = 32;
const AGAIN_BYTES: usize = 64 << 10;
const AGAIN_PATIENCE: Duration = Duration::from_millis(250);
/// A server works on 50 atomic batches of a stream at a time, and refuses more in a way that looks like a broken one.
const BATCHES: usize = 32;

/// How much is under way, and what else may be sent.
#[derive(Debug)]
pub(super) struct Window {
    max_messages: usize,
    max_bytes: usize,
    messages: usize,
    bytes: usize,
    batches: usize,
    /// Of these, what may be stored already by an earlier attempt.
    again_messages: usize,
    again_bytes: usize,
    /// When the last of these was sent or answered.
    again_since: Instant,
    /// A job that is under way alone, because the connection may not survive it.
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

    /// Messages under way.
    pub(super) fn messages(&self) -> usize {
        self.messages
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages == 0
    }

    /// Whether messages leave one at a time, so that their order is kept whatever happens.
    pub(super) fn keeps_order(&self) -> bool {
        self.max_messages == 1
    }

    /// The job that is under way alone, if one is.
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

    /// Whether there is room. What is larger than the whole window goes when nothing else is under way.
    pub(super) fn fits(&self, job: &Job) -> bool {
        let messages = self.messages + job.load.messages().len();
        let fits = messages <= self.max_messages && self.bytes + job.bytes <= self.max_bytes;
        self.messages == 0 || (fits && (!is_batch(job) || self.batches < BATCHES))
    }

    /// Whether it may be sent once more before what was sent again is answered.
    pub(super) fn fits_again(&self, job: &Job) -> bool {
        let messages = self.again_messages + job.load.messages().len();
        self.again_messages == 0 || (messages <= AGAIN_MESSAGES && self.again_bytes + job.bytes <= AGAIN_BYTES)
    }

    /// Whether what was sent again is being answered; else it must not hold up anything else.
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

    /// The job, which is under way, is no longer.
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

    /// The connection is gone, and with it everything that was under way.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.max_messages, self.max_bytes);
    }
}

fn is_batch(job: &Job) -> bool {
    matches!(job.load, Load::Atomic(_))
}
