//! Conflicts: messages refused because the stream already has something in their place, perhaps an earlier attempt
//! whose answer was lost, perhaps another's event.

use std::time::Duration;

use tokio::time::Instant;

use super::Task;
use crate::engine::job::{Job, Phase};
use crate::engine::load::Load;
use crate::engine::lookup::{self, Batch, Found, Question};
use crate::engine::streams::StreamId;
use crate::error::{Cause, EmitError, Reason};
use crate::jetstream::Api;
use crate::message::{Outcome, Receipt};

/// The pause before a resend if the conflicting message could not be read, doubled each time.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// After this many lookups that find nothing on the subject, the conflicting message must be on another one.
const VAIN: u32 = 10;

impl Task {
    pub(super) fn on_taken(&mut self, sequence: u64, reason: Reason) {
        let Some(job) = self.ring.get(sequence) else { return };
        // A batch is refused as a whole and no attempt is open, so it is not stored.
        if matches!(job.load, Load::Atomic(_)) && !job.uncertain {
            let error = job.refused(reason);
            return self.finish(sequence, Err(error));
        }
        self.no_longer_sent(sequence);
        self.pauses.ended(sequence);
        let Some(job) = self.ring.get_mut(sequence) else { return };
        job.attempt_taken(reason);
        let last = job.load.last();
        let (stream, subject) = (last.stream.to_string(), last.subject.clone());
        let batch = match &job.load {
            Load::One(_) => None,
            Load::Atomic(_) => Some(Batch::of(&job.load)),
        };
        let id = job.stream;
        self.ask_for(sequence, id, Question { stream, subject, batch });
    }

    /// Stops resending for this reason, and looks up whether an earlier attempt was stored.
    pub(super) fn look_for(&mut self, sequence: u64, reason: Reason) {
        self.no_longer_sent(sequence);
        self.pauses.ended(sequence);
        let Some(job) = self.ring.get_mut(sequence) else { return };
        (job.phase, job.forbidden) = (Phase::Looking, Some(reason));
        let last = job.load.last();
        let batch = Some(Batch::of(&job.load));
        let question = Question { stream: last.stream.to_string(), subject: last.subject.clone(), batch };
        let id = job.stream;
        self.ask_for(sequence, id, question);
    }

    fn ask_for(&mut self, sequence: u64, id: StreamId, question: Question) {
        let prefix = self.streams.prefix(id);
        let api = Api { client: self.link.client().clone(), prefix, timeout: lookup::TIMEOUT };
        self.lookups.ask(api, question, sequence);
    }

    pub(super) fn on_found(&mut self, question: &Question, found: &Found) {
        let patience = Instant::now().checked_sub(self.limits.deadline).filter(|_| self.link.is_up());
        for sequence in self.lookups.waiting.remove(question).unwrap_or_default() {
            let Some(job) = self.ring.get_mut(sequence).filter(|job| job.phase == Phase::Looking) else { continue };
            let judged = match job.forbidden.clone() {
                Some(reason) => Some(judge_forbidden(job, found, reason, self.limits.ack_timeout)),
                None => judge(job, found, patience),
            };
            match judged {
                Some(end) => self.finish(sequence, end),
                None => {
                    job.phase = Phase::Ready;
                    job.vain += 1;
                    let again = job.delayed(LONGEST_PAUSE.min(PAUSE * (1 << (job.vain - 1).min(6))));
                    let last = job.last_attempt_before(self.limits.ack_timeout);
                    self.sent_again_later(sequence);
                    self.due(again);
                    self.due(last);
                }
            }
        }
    }

    /// The server denied reading the stream.
    pub(super) fn end_unread(&mut self, stream: &str) {
        let unread =
            self.ring.iter().filter(|(_, job)| job.phase == Phase::Looking && job.load.last().stream == stream);
        let unread = unread.filter(|(_, job)| job.forbidden.is_none());
        let unread: Vec<_> =
            unread.map(|(sequence, job)| (sequence, job.load.possibly_stored(Cause::KeyUnread))).collect();
        for (sequence, error) in unread {
            self.finish(sequence, Err(error));
        }
    }
}

/// The job's result; `None` if it is to be resent. A message unreadable since `patience` is not due to the network or a
/// leader election; without a connection, the wait does not count.
fn judge(job: &mut Job, found: &Found, patience: Option<Instant>) -> Option<Result<Receipt, EmitError>> {
    let batch = matches!(job.load, Load::Atomic(_));
    let refused = |job: &Job| {
        let reason = job.refusal.clone().unwrap_or(Reason::DuplicateInBatch);
        Some(Err(job.refused(reason)))
    };
    let (sequence, ours) = match found {
        Found::Message { sequence, message_id, first_id } => {
            let first = job.load.messages().first()?;
            (*sequence, *message_id == job.load.last().message_id && *first_id == first.message_id)
        }
        Found::Nothing if batch => return refused(job),
        // The conflicting message is gone, so there is room now; or the stream stores it on another subject.
        Found::Nothing if job.vain < VAIN => return None,
        Found::Nothing => {
            return Some(Err(match job.uncertain {
                true => job.load.possibly_stored(Cause::KeyUnread),
                false => return refused(job),
            }));
        }
        Found::Unknown => {
            let Some(patience) = patience else {
                job.unread = None;
                return None;
            };
            return match *job.unread.get_or_insert_with(Instant::now) {
                since if since > patience => None,
                _ if batch => refused(job),
                _ => Some(Err(job.load.possibly_stored(Cause::KeyUnread))),
            };
        }
    };
    if batch && !ours {
        return refused(job);
    }
    Some(Ok(receipt(job, sequence, ours)))
}

/// The result of a job that is not resent.
fn judge_forbidden(job: &Job, found: &Found, reason: Reason, ack_timeout: Duration) -> Result<Receipt, EmitError> {
    match found {
        Found::Message { sequence, .. } => Ok(receipt(job, *sequence, true)),
        // Its stream still remembers the id, and no other stream takes it.
        Found::Nothing
            if job.load.last().expect_stream
                && job.last_attempt_before(ack_timeout).is_some_and(|last| Instant::now() < last) =>
        {
            Err(job.load.not_stored(reason))
        }
        Found::Nothing | Found::Unknown => Err(job.refused(reason)),
    }
}

fn receipt(job: &Job, sequence: u64, ours: bool) -> Receipt {
    let last = job.load.last();
    // A generated id can only have been stored by an earlier attempt.
    let outcome = if ours && last.fresh_id { Outcome::Stored(sequence) } else { Outcome::Duplicate(sequence) };
    let (stream, message_id) = (last.stream.to_string(), last.message_id.clone());
    Receipt { outcome, stream, domain: None, message_id }
}
