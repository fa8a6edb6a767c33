//! Questions to streams in doubt: see [`Probes`](crate::engine::probe::Probes).

use std::cmp::Reverse;

use tokio::time::Instant;

use super::Task;
use crate::engine::job::Job;
use crate::engine::load::Load;
use crate::engine::probe::Question;
use crate::engine::wire;

/// What the last token of an answer to a question begins with.
pub(super) const MARK: char = 'q';
/// No stream has this name.
const NOWHERE: &str = ".";

impl Task {
    /// A stream that is to be asked now, and how often it was asked in vain. Nothing may come between the answer and what is sent
    /// again: what else has to be known is asked first.
    pub(super) fn question_due(&self, now: Instant) -> Option<(String, u32)> {
        if self.probes.is_empty() {
            None
        } else {
            self.probes.due(now, |stream| self.pauses.admits(stream, now) && !self.streams.is_waited_for(stream))
        }
    }

    /// Sends one of the stream's messages as if it were for another stream, so that none stores it. Beside streams,
    /// whoever listens to the subject gets an event as he gets it when it is sent again.
    ///
    /// The newest comes first, since what has waited long is the most likely to be without an answer for reasons of its own;
    /// after that, the smallest of those of which nobody knows whether they are too large; and at last, alone, what the
    /// connection may be lost over, which is not asked with again before the others were.
    pub(super) fn ask(&mut self, stream: &str, vain: u32, now: Instant) {
        let of_stream = |(_, job): &(u64, &Job)| job.is_ready() && job.load.last().stream == stream;
        let key = |(sequence, job): (u64, &Job)| {
            let size = job.bytes + job.load.longest_subject();
            let unproven = if self.hang_ups.is_unproven(&job.load) { size } else { 0 };
            ((job.losses.suspect, job.losses.alone), unproven, Reverse(sequence))
        };
        let mut waiting: Vec<_> = self.ring.iter().filter(of_stream).map(key).collect();
        if waiting.is_empty() {
            return self.probes.drop_stream(stream);
        }
        let chosen = vain as usize % waiting.len();
        let (_, ((suspect, _), _, Reverse(carrier)), _) = waiting.select_nth_unstable(chosen);
        let carrier = *carrier;
        if *suspect {
            if !self.window.is_empty() || self.hang_ups.next_alone.is_some_and(|next| next > now) {
                return self.probes.put_off(stream, now);
            }
            self.window.send_alone(carrier);
        }
        let Some(job) = self.ring.get(carrier) else { return };
        let mut message = job.load.last().clone();
        message.stream = NOWHERE.into();
        message.expect_stream = true;
        let id = job.stream;
        let (number, until) = self.probes.asked(stream, &message.subject, now);
        if vain > 0 {
            // Perhaps it never answers.
            self.decide(id);
        }
        self.question = Some(Question { number, carrier, until });
        // It may be time for what was never sent.
        self.cursor = self.ring.base();
        let reply = format!("{}{MARK}{number}", self.inbox);
        if let Some(wire) = wire::outbound(&Load::One(message), 0, reply, "")
            && let Err(error) = self.link.send(wire)
            && error.kind() != async_nats::PublishErrorKind::MaxPayloadExceeded
        {
            self.lose_client();
        }
    }

    /// A question that was asked alone, and whose answer may be lost, holds up nothing else any longer.
    pub(super) fn end_question(&mut self, now: Instant) {
        let Some(Question { carrier, .. }) = self.question.filter(|question| question.until <= now) else { return };
        // It may have been sent since, alone as well.
        if self.ring.get(carrier).is_none_or(Job::is_ready) {
            self.window.end_alone(carrier);
        }
    }

    pub(super) fn on_question_answered(&mut self, number: &str) {
        let Ok(number) = number.parse() else { return };
        if let Some(Question { carrier, .. }) = self.question.take_if(|question| question.number == number) {
            self.window.end_alone(carrier);
            if let Some(job) = self.ring.get_mut(carrier).filter(|job| job.losses.suspect) {
                // It arrived, and the connection stands.
                job.losses.suspect = false;
                self.hang_ups.survived();
            }
        }
        if self.probes.answered(number) {
            self.cursor = self.ring.base();
        }
    }
}
