//! What is sent next, and sending it.

use std::future::poll_fn;
use std::time::Duration;

use async_nats::PublishErrorKind;
use futures_util::FutureExt;
use tokio::time::Instant;

use super::{TURN, Task};
use crate::engine::job::{Job, Phase};
use crate::engine::wire;
use crate::error::{Cause, Reason};
use crate::metric;

/// How much of what is sent again may be under way at a time: all of it can be held up from the moment on in which the stream has
/// answered, and arrive when its ids are forgotten.
const AGAIN_MESSAGES: usize = 32;
const AGAIN_BYTES: usize = 64 << 10;
const AGAIN_PATIENCE: Duration = Duration::from_millis(250);

/// An atomic batch of which not everything is sent. Until then the server stores nothing of it.
pub(super) struct Partly {
    pub(super) sequence: u64,
    next: usize,
    batch_id: String,
}

/// What is sent next.
pub(super) enum Next {
    /// A question to this stream, which was asked so often in vain.
    Question(String, u32),
    /// The job at the cursor, or the rest of a batch.
    Job,
}

impl Task {
    /// What may be sent now. Moves the cursor to the first job that may be; `None` where there is none, or no room for it.
    pub(super) fn find_next(&mut self) -> Option<Next> {
        if !self.link.is_up() || !self.inbox_open || self.inbox_denied || self.client_gone {
            return None;
        }
        if self.partly.is_some() {
            return Some(Next::Job);
        }
        let now = (!self.pauses.is_empty() || !self.doubts.is_empty()).then(Instant::now);
        if let Some((stream, vain)) = now.and_then(|now| self.question_due(now)) {
            return Some(Next::Question(stream, vain));
        }
        self.cursor = self.cursor.max(self.ring.base());
        while self.cursor < self.ring.end() {
            match self.ring.get(self.cursor) {
                Some(job) if job.is_ready() && job.uncertain && !self.fits_again(job) => {
                    // Those before it are answered one by one, or never: then it holds up nothing else.
                    if self.again_since.elapsed() < AGAIN_PATIENCE {
                        return None;
                    }
                    self.passed_over.get_or_insert(self.cursor);
                    self.cursor += 1;
                }
                Some(job) if job.is_ready() && now.is_none_or(|now| self.admits(job, now)) => {
                    let messages = self.sent_messages + job.load.messages().len();
                    let fits = messages <= self.limits.window_messages
                        && self.sent_bytes + job.bytes <= self.limits.window_bytes;
                    // What is larger than the whole window goes when nothing else is under way.
                    return (fits || self.sent_messages == 0).then_some(Next::Job);
                }
                _ => self.cursor += 1,
            }
        }
        None
    }

    /// Whether it may be sent once more before what was sent again is answered.
    fn fits_again(&self, job: &Job) -> bool {
        let messages = self.again_messages + job.load.messages().len();
        self.again_messages == 0 || (messages <= AGAIN_MESSAGES && self.again_bytes + job.bytes <= AGAIN_BYTES)
    }

    /// Whether its stream may get it now.
    fn admits(&self, job: &Job, now: Instant) -> bool {
        let stream = &job.load.last().stream;
        // With one message under way at a time, the order is kept, whatever it takes.
        let passes = || !job.uncertain && self.limits.window_messages > 1 && self.doubts.admits_new(stream);
        self.pauses.admits(stream, now) && (!self.doubts.holds(stream) || passes())
    }

    /// Sends what may be sent. The client has room for one message.
    pub(super) fn send_some(&mut self) {
        let now = Instant::now();
        for turn in 0..TURN {
            // What is handed to a connection that is gone may be sent by the next one, after what is sent again.
            let Some(next) = self.find_next().filter(|_| self.link.is_same()) else { return };
            if turn > 0 && !matches!(poll_fn(|cx| self.link.poll_ready(cx)).now_or_never(), Some(Ok(()))) {
                return;
            }
            match next {
                Next::Question(stream, vain) => self.ask(&stream, vain, now),
                Next::Job => self.send_one(now),
            }
        }
    }

    fn send_one(&mut self, now: Instant) {
        let partly = self.partly.take();
        let sequence = partly.as_ref().map_or(self.cursor, |partly| partly.sequence);
        let limit = self.link.client().max_payload();
        if self.ring.get(sequence).is_some_and(|job| job.uncertain) {
            self.count_unseen();
        }
        let Some(job) = self.ring.get_mut(sequence) else { return };
        if job.last_attempt_before(self.limits.ack_timeout).is_some_and(|last| last <= now) {
            let error = job.load.possibly_stored(Cause::WindowExpired);
            return self.finish(sequence, Err(error));
        }
        let index = partly.as_ref().map_or(0, |partly| partly.next);
        let batch_id = partly.map_or_else(|| batch_id(&job.load), |partly| partly.batch_id);
        let Some(message) = job.load.messages().get(index) else { return };
        let size = message.wire_size();
        if size > limit {
            let error = job.refused(Reason::TooLarge { size, limit });
            return self.finish(sequence, Err(error));
        }
        let Some(wire) = wire::outbound(&job.load, index, wire::reply(&self.inbox, sequence), &batch_id) else {
            return;
        };
        if let Err(error) = self.link.send(wire) {
            return match error.kind() {
                PublishErrorKind::MaxPayloadExceeded => {
                    let error = job.refused(Reason::TooLarge { size, limit });
                    self.finish(sequence, Err(error));
                }
                PublishErrorKind::InvalidSubject | PublishErrorKind::Send => self.lose_client(),
            };
        }
        let (next, messages) = (index + 1, job.load.messages().len());
        if next < messages {
            self.partly = Some(Partly { sequence, next, batch_id });
            return;
        }
        if job.first_sent.is_some() || job.refusal.is_some() {
            self.counters.resent(messages);
        }
        metric::sent(&job.load.last().event, messages);
        let until = now + self.limits.ack_timeout;
        job.phase = Phase::Sent { until, denied: false };
        job.first_sent.get_or_insert(now);
        self.sent_messages += messages;
        self.sent_bytes += job.bytes;
        if job.uncertain {
            self.again_since = now;
            self.again_messages += messages;
            self.again_bytes += job.bytes;
        } else if !self.doubts.is_empty() {
            self.doubts.sent_new(&job.load.last().stream);
        }
        if !self.pauses.is_empty() {
            self.pauses.sent(&job.load.last().stream, sequence);
        }
        self.due(Some(until));
        self.cursor = self.cursor.max(sequence + 1);
    }
}

/// Every attempt of a batch is a batch of its own for the server.
fn batch_id(load: &crate::engine::Load) -> String {
    match load {
        crate::engine::Load::One(_) => String::new(),
        crate::engine::Load::Atomic(_) => uuid::Uuid::now_v7().to_string(),
    }
}
