//! Choosing what is sent next, and sending it.

use std::future::poll_fn;
use std::time::Duration;

use async_nats::PublishErrorKind;
use futures_util::FutureExt;
use tokio::time::Instant;

use super::{TURN, Task};
use crate::engine::job::{Job, Partly, Phase};
use crate::engine::load::Load;
use crate::engine::wire;
use crate::error::{Cause, Reason};
use crate::metric;

/// How long a message is put off while something is being asked.
const A_LITTLE: Duration = Duration::from_millis(50);
/// How long suspects let everything else go first.
const SUSPECTS_WAIT: Duration = Duration::from_secs(1);

/// What is sent next.
pub(super) enum Next {
    /// A probe to this stream, with its number of unanswered probes.
    Probe(String, u32),
    /// This job, or the rest of a batch.
    Job(u64),
    /// This job, and nothing else until it is answered.
    Alone(u64),
}

impl Task {
    /// What may be sent now. Moves the cursor to the first job that may be sent; `None` if there is none, or no room
    /// for it.
    pub(super) fn find_next(&mut self) -> Option<Next> {
        if !self.link.is_up() || !self.inbox_open || self.inbox_denied || self.client_lost {
            return None;
        }
        if let Some(partly) = &self.partly {
            return Some(Next::Job(partly.sequence));
        }
        let now = Instant::now();
        self.expire_probe(now);
        if self.window.alone().is_some() {
            return None;
        }
        if self.hang_ups.hold_until.is_some_and(|until| until > now) {
            return None;
        }
        if let Some((stream, unanswered)) = self.probe_due(now) {
            return Some(Next::Probe(stream, unanswered));
        }
        if self.suspect_since.is_some_and(|since| now.duration_since(since) > SUSPECTS_WAIT) {
            return self.find_suspect(now);
        }
        self.cursor = self.cursor.max(self.ring.base());
        while self.cursor < self.ring.end() {
            match self.ring.get(self.cursor) {
                Some(job) if !job.is_ready() => self.cursor += 1,
                Some(job) if job.not_before.is_some_and(|at| at > now) => {
                    if self.window.keeps_order() {
                        return None;
                    }
                    self.cursor += 1;
                }
                Some(job) if job.losses.suspect => {
                    self.suspect_since.get_or_insert(now);
                    self.cursor += 1;
                }
                Some(job) if job.uncertain && !self.window.fits_again(job) => {
                    // Earlier resends are being answered one by one; if they never are, they hold up nothing else.
                    if self.window.moves_again() {
                        return None;
                    }
                    self.passed_over.get_or_insert(self.cursor);
                    self.cursor += 1;
                }
                Some(job) if self.admits(job, now) => return self.window.fits(job).then_some(Next::Job(self.cursor)),
                Some(job) if self.window.keeps_order() && self.waits(job) => return None,
                _ => self.cursor += 1,
            }
        }
        if self.suspect_since.is_some() { self.find_suspect(now) } else { None }
    }

    /// The suspect to send alone, once nothing else is in flight.
    fn find_suspect(&mut self, now: Instant) -> Option<Next> {
        let suspects = || self.ring.iter().filter(|(_, job)| job.losses.suspect && job.is_ready());
        if suspects().next().is_none() {
            self.suspect_since = None;
            return None;
        }
        let ready = |job: &Job| job.not_before.is_none_or(|at| at <= now) && self.admits(job, now);
        // Fewest lost connections first: an answer proves that nothing of the others is left in the queue. Then the
        // smallest: either it passes, or nothing larger does.
        let size = |job: &Job| job.bytes + job.load.longest_subject();
        let found = suspects().filter(|(_, job)| ready(job)).min_by_key(|(_, job)| (job.losses.alone, size(job)));
        let found = found.map(|(sequence, _)| sequence);
        let wait = self.hang_ups.next_alone.max(self.hang_ups.drains_until());
        if let Some(next) = wait.filter(|next| *next > now) {
            // Others may go meanwhile.
            self.suspect_since = Some(next);
            self.due(Some(next));
            return None;
        }
        let Some(sequence) = found else {
            self.suspect_since = Some(now);
            return None;
        };
        self.window.is_empty().then_some(Next::Alone(sequence))
    }

    /// Whether its stream accepts it now.
    fn admits(&self, job: &Job, now: Instant) -> bool {
        let stream = &job.load.last().stream;
        if !self.pauses.admits(stream, now) || self.waits(job) {
            return false;
        }
        // A window of one message keeps the order under all circumstances.
        let passes = || !job.uncertain && !self.window.keeps_order() && self.probes.admits_new(stream);
        !self.probes.holds(stream) || passes()
    }

    /// Whether its resend waits for the stream's real duplicate window.
    fn waits(&self, job: &Job) -> bool {
        job.uncertain && self.streams.get(job.stream).is_waited_for()
    }

    /// Sends what may be sent. The client has room for at least one message.
    pub(super) fn send_some(&mut self) {
        let now = Instant::now();
        for turn in 0..TURN {
            // A message handed over after the connection is lost may be sent by the next one, after the resends.
            let Some(next) = self.find_next().filter(|_| self.link.is_same()) else { return };
            if turn > 0 && !matches!(poll_fn(|cx| self.link.poll_ready(cx)).now_or_never(), Some(Ok(()))) {
                return;
            }
            match next {
                Next::Probe(stream, unanswered) => self.send_probe(&stream, unanswered, now),
                Next::Job(sequence) => self.send_one(sequence, now),
                Next::Alone(sequence) => {
                    self.suspect_since = None;
                    self.window.send_alone(sequence);
                    self.send_one(sequence, now);
                }
            }
        }
    }

    fn send_one(&mut self, sequence: u64, now: Instant) {
        let partly = self.partly.take();
        let limit = self.link.client().max_payload();
        if self.ring.get(sequence).is_some_and(|job| job.uncertain) {
            self.count_unseen();
        }
        if let Some(said) = self.ring.get(sequence).and_then(|job| self.hang_ups.forbids(&job.load)) {
            let said = said.text.clone();
            return self.end_forbidden(sequence, &said, false);
        }
        let Some(job) = self.ring.get_mut(sequence) else { return };
        if job.last_attempt_before(self.limits.ack_timeout).is_some_and(|last| last <= now) {
            let error = job.load.possibly_stored(Cause::WindowExpired);
            return self.finish(sequence, Err(error));
        }
        let index = partly.as_ref().map_or(0, |partly| partly.next);
        if index == 0 && !job.needs.is_empty() {
            let (stream, needs) = (job.stream, job.needs.clone());
            match self.lacks(stream, &needs) {
                Some(None) => {}
                Some(Some(setting)) => return self.end_lacking(sequence, setting),
                None => return self.put_off(sequence),
            }
        }
        let (is_new, connection) = (self.link.is_new(), self.link.connection());
        let Some(job) = self.ring.get_mut(sequence) else { return };
        job.connection = connection;
        if index == 0 {
            job.attempt = job.attempt.wrapping_add(1);
        }
        let batch_id = partly.map_or_else(|| batch_id(&job.load), |partly| partly.batch_id);
        let Some(message) = job.load.messages().get(index) else { return };
        let size = message.wire_size();
        if size > limit {
            // async-nats reports a connection shortly before it knows the server's limit.
            if is_new {
                return self.put_off(sequence);
            }
            let error = job.refused(Reason::TooLarge { size, limit });
            return self.finish(sequence, Err(error));
        }
        let reply = wire::reply(&self.inbox, sequence, job.attempt);
        let Some(wire) = wire::outbound(&job.load, index, reply, &batch_id) else { return };
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
        let stream = job.stream;
        let until = now + self.patience_with(stream);
        let Some(job) = self.ring.get_mut(sequence) else { return };
        job.phase = Phase::Sent { until, denied: false };
        let is_first = job.first_sent.replace(job.first_sent.unwrap_or(now)).is_none();
        job.not_before = None;
        self.window.enter(job, now);
        if !job.uncertain && !self.probes.is_empty() {
            self.probes.sent_new(&job.load.last().stream);
        }
        if !self.pauses.is_empty() {
            self.pauses.sent(&job.load.last().stream, sequence);
        }
        self.due(Some(until));
        if is_first {
            self.note_first_attempt(stream, sequence);
        }
        if self.window.alone() != Some(sequence) {
            self.cursor = self.cursor.max(sequence + 1);
        }
    }
}

impl Task {
    /// Something has to be asked before it can be sent.
    fn put_off(&mut self, sequence: u64) {
        self.window.end_alone(sequence);
        let again = self.ring.get_mut(sequence).and_then(|job| job.delayed(A_LITTLE));
        self.due(again);
        self.cursor = self.cursor.min(sequence);
    }

    /// The server would store it without honouring its headers.
    fn end_lacking(&mut self, sequence: u64, setting: &'static str) {
        let Some(job) = self.ring.get(sequence) else { return };
        let stream = job.load.last().stream.to_string();
        let error = job.refused(Reason::Lacks { stream, setting });
        self.finish(sequence, Err(error));
    }
}

/// Each attempt of a batch is a new batch to the server.
fn batch_id(load: &Load) -> String {
    match load {
        Load::One(_) => String::new(),
        Load::Atomic(_) => uuid::Uuid::now_v7().to_string(),
    }
}
