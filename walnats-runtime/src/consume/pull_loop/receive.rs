//! What a loop does with what its subscription brings.

use std::time::Duration;

use async_nats::{Message, Subject, Subscriber};
use futures_util::{FutureExt, StreamExt};
use tokio::time::Instant;

use super::{BETWEEN_SHORT_PULLS, HEARTBEAT, PullLoop};
use crate::consume::job::Job;
use crate::consume::status::Status;

impl PullLoop {
    /// Takes a message of the subscription, and those that are there with it.
    pub(super) fn take_all(&mut self, first: Message, messages: &mut Subscriber, stopping: bool) {
        let mut message = Some(first);
        let (mut is_heard, mut is_served) = (false, false);
        let mut jobs = Vec::new();
        while let Some(next) = message.take() {
            match Status::of(&next) {
                _ if self.ordered.as_mut().is_some_and(|ordered| ordered.hears(&next)) => {}
                None => {
                    (is_heard, is_served) = (true, true);
                    jobs.extend(self.take(next));
                }
                Some(status) => {
                    is_heard = true;
                    is_served |= !matches!(status, Status::Refused { .. } | Status::Gone);
                    self.hear(status, &next.subject, stopping);
                }
            }
            message = messages.next().now_or_never().flatten();
        }
        // Together, because each start wakes tasks.
        self.workers.start(jobs);
        let now = Instant::now();
        if is_heard {
            self.last_sign = now;
        }
        if is_served {
            self.source.progress.sign(now);
        }
    }

    /// Takes a message of the stream. Returns what is to be done with it now.
    fn take(&mut self, message: Message) -> Option<Job> {
        self.refusals.over();
        self.open = self.open.saturating_sub(1);
        match &mut self.ordered {
            Some(ordered) => {
                ordered.take(message, &self.dispatcher, &self.source.stream, self.consumer.wanted.ack_wait);
                None
            }
            None => Some(Job::Handle(message, self.source.clone())),
        }
    }

    /// Takes what the server says about a pull.
    fn hear(&mut self, status: Status, subject: &Subject, stopping: bool) {
        match status {
            status
                if let Some(open) =
                    self.ordered.as_mut().and_then(|ordered| ordered.ends(&status, subject, self.pulls)) =>
            {
                self.refusals.over();
                if open {
                    self.open = 0;
                }
            }
            Status::Heartbeat => self.refusals.over(),
            Status::Ended { left, batch } => {
                self.refusals.over();
                self.open = self.open.saturating_sub(left);
                if left == batch && self.expires() < HEARTBEAT {
                    self.pause_for(BETWEEN_SHORT_PULLS);
                }
            }
            Status::Refused { left, status } => {
                self.open = self.open.saturating_sub(left);
                let pause = self.refusals.add(&self.consumer.wanted, status);
                // Its limits may have changed.
                self.is_suspect = true;
                self.pause_for(pause);
            }
            Status::Gone => {
                self.refusals.over();
                self.open = 0;
                self.give_up();
                self.is_suspect |= !stopping;
                self.pause_for(Duration::from_millis(100));
            }
        }
    }
}
