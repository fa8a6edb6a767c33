//! Questions to streams in doubt: see [`Doubts`](crate::engine::doubt::Doubts).

use tokio::time::Instant;

use super::Task;
use crate::engine::Load;
use crate::engine::wire;

/// What the last token of an answer to a question begins with.
pub(super) const MARK: char = 'q';
/// No stream has this name.
const NOWHERE: &str = ".";

impl Task {
    /// A stream that is to be asked now, and how often it was asked in vain.
    pub(super) fn question_due(&self, now: Instant) -> Option<(String, u32)> {
        if self.doubts.is_empty() { None } else { self.doubts.due(now, |stream| self.pauses.admits(stream, now)) }
    }

    /// Sends one of the stream's messages as if it were for another stream, so that none stores it. Beside streams,
    /// whoever listens to the subject gets an event as he gets it when it is sent again.
    ///
    /// The newest comes first: of all that wait, the oldest are the most likely to be without an answer for reasons of their
    /// own.
    pub(super) fn ask(&mut self, stream: &str, vain: u32, now: Instant) {
        let of_stream = |(_, job): &(u64, &crate::engine::job::Job)| job.is_ready() && job.load.last().stream == stream;
        let waiting = self.ring.iter().filter(of_stream).count();
        if waiting == 0 {
            return self.doubts.drop_stream(stream);
        }
        let chosen = waiting - 1 - vain as usize % waiting;
        let Some((_, job)) = self.ring.iter().filter(of_stream).nth(chosen) else { return };
        let mut message = job.load.last().clone();
        message.stream = NOWHERE.into();
        let number = self.doubts.asked(stream, &message.subject, now);
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

    pub(super) fn on_question_answered(&mut self, number: &str) {
        if number.parse().is_ok_and(|number| self.doubts.answered(number)) {
            self.cursor = self.ring.base();
        }
    }
}
