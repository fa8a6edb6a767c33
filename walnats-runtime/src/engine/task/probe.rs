//! Sending probes: see [`Probes`](crate::engine::probe::Probes).

use std::cmp::Reverse;

use tokio::time::Instant;

use super::Task;
use crate::engine::job::Job;
use crate::engine::load::Load;
use crate::engine::probe::Probe;
use crate::engine::wire;

/// Begins the last token of a probe's reply subject.
pub(super) const MARK: char = 'q';
/// No stream has this name.
const NOWHERE: &str = ".";

impl Task {
    /// A stream to be probed now, and its number of unanswered probes. Nothing may come between the answer and the
    /// resend, so that other requests about the stream come first.
    pub(super) fn probe_due(&self, now: Instant) -> Option<(String, u32)> {
        if self.probes.is_empty() {
            None
        } else {
            self.probes.due(now, |stream| self.pauses.admits(stream, now) && !self.streams.is_waited_for(stream))
        }
    }

    /// Sends one of the stream's messages as if it were for another stream, so that no stream stores it. Plain
    /// subscribers to the subject get a copy, as they do with any resend.
    ///
    /// The newest message comes first, since one that has waited long is more likely to be unanswerable. Then come
    /// those of unproven size, smallest first. Suspects of closing the connection come last, and each goes alone.
    pub(super) fn send_probe(&mut self, stream: &str, unanswered: u32, now: Instant) {
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
        let chosen = unanswered as usize % waiting.len();
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
        let (number, until) = self.probes.sent(stream, &message.subject, now);
        if unanswered > 0 {
            // The stream may never answer.
            self.decide(id);
        }
        self.probe = Some(Probe { number, carrier, until });
        // Messages that were never sent may go now.
        self.cursor = self.ring.base();
        let reply = format!("{}{MARK}{number}", self.inbox);
        if let Some(wire) = wire::outbound(&Load::One(message), 0, reply, "")
            && let Err(error) = self.link.send(wire)
            && error.kind() != async_nats::PublishErrorKind::MaxPayloadExceeded
        {
            self.lose_client();
        }
    }

    /// A probe that was sent alone and is not answered in time holds up nothing any longer.
    pub(super) fn expire_probe(&mut self, now: Instant) {
        let Some(Probe { carrier, .. }) = self.probe.filter(|probe| probe.until <= now) else { return };
        // The job itself may have been sent alone since.
        if self.ring.get(carrier).is_none_or(Job::is_ready) {
            self.window.end_alone(carrier);
        }
    }

    pub(super) fn on_probe_answered(&mut self, number: &str) {
        let Ok(number) = number.parse() else { return };
        if let Some(Probe { carrier, .. }) = self.probe.take_if(|probe| probe.number == number) {
            self.window.end_alone(carrier);
            // It went over the current connection, after everything that an earlier one left in the client's queue.
            self.hang_ups.drained();
            // A batch is not cleared by a last message smaller than another of its messages.
            let is_cleared = |job: &&mut Job| job.losses.suspect && job.load.last_is_largest();
            if let Some(job) = self.ring.get_mut(carrier).filter(is_cleared) {
                // It arrived, and the connection is still up.
                job.losses.suspect = false;
                self.hang_ups.survived();
            }
        }
        if self.probes.answered(number) {
            self.cursor = self.ring.base();
        }
    }
}
