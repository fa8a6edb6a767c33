//! What is sent next, and sending it.

use std::future::poll_fn;

use async_nats::PublishErrorKind;
use futures_util::FutureExt;
use tokio::time::Instant;

use super::{TURN, Task};
use crate::engine::job::{Job, Phase};
use crate::engine::wire;
use crate::error::{Cause, Reason};
use crate::metric;

/// An atomic batch of which not everything is sent. Until then the server stores nothing of it.
pub(super) struct Partly {
    pub(super) sequence: u64,
    next: usize,
    batch_id: String,
}

impl Task {
    /// Moves the cursor to the first job that may be sent now; `false` where there is none, or no room for it.
    pub(super) fn find_next(&mut self) -> bool {
        if !self.link.is_up() || !self.inbox_open || self.inbox_denied || self.client_gone {
            return false;
        }
        if self.partly.is_some() {
            return true;
        }
        let now = (!self.pauses.is_empty() || !self.doubts.is_empty()).then(Instant::now);
        if now.is_some_and(|now| self.question_due(now).is_some()) {
            return true;
        }
        self.cursor = self.cursor.max(self.ring.base());
        while self.cursor < self.ring.end() {
            match self.ring.get(self.cursor) {
                Some(job) if job.is_ready() && now.is_none_or(|now| self.admits(job, now)) => {
                    let messages = self.sent_messages + job.load.messages().len();
                    let fits = messages <= self.limits.window_messages
                        && self.sent_bytes + job.bytes <= self.limits.window_bytes;
                    // What is larger than the whole window goes when nothing else is under way.
                    return (fits || self.sent_messages == 0) && !(job.uncertain && self.queue.is_full());
                }
                _ => self.cursor += 1,
            }
        }
        false
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
            if !self.find_next() || !self.link.is_same() {
                return;
            }
            if turn > 0 && !matches!(poll_fn(|cx| self.link.poll_ready(cx)).now_or_never(), Some(Ok(()))) {
                return;
            }
            match self.question_due(now) {
                Some((stream, vain)) => self.ask(&stream, vain, now),
                None => self.send_one(now),
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
        if job.uncertain {
            self.queue.count(self.link.client(), size);
        } else if !self.doubts.is_empty() {
            self.doubts.sent_new(&job.load.last().stream);
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
