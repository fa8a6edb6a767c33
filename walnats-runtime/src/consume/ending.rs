//! How a delivery ends: settled, to come again, or as a dead letter.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use async_nats::Message;

use super::acknowledgement::Acknowledgement;
use super::dead_letter::{DeadLetter, Form, Reason};
use super::delivery::Position;
use super::dispatch::{Dispatcher, Verdict};
use super::incoming::header;
use super::served::Counts;
use super::source::Source;
use crate::chain::Chain;
use crate::metric;

/// The pause of an event for which no dead letter can be stored.
const UNSTORABLE: Duration = Duration::from_secs(15 * 60);

impl Dispatcher {
    /// Counts an attempt after which the event stays in hand.
    pub(super) fn retried(&self, event: Option<usize>) {
        let name = event.and_then(|index| self.events.get(index)).map(|event| event.descriptor.name);
        self.ended(name, &self.shared.counts.retried, "retried");
    }

    /// Stores the dead letter, if it is one, and says how the delivery ends.
    pub(super) async fn end(
        &self,
        verdict: Verdict,
        event: Option<usize>,
        message: &Message,
        position: &Position,
        source: &Source,
    ) -> Acknowledgement {
        let name = event.and_then(|index| self.events.get(index)).map(|event| event.descriptor.name);
        let counts = &self.shared.counts;
        let reason = match verdict {
            Verdict::Done => {
                self.ended(name, &counts.done, "done");
                self.settled(name, position);
                return Acknowledgement::Ack;
            }
            Verdict::Ignored => {
                self.ended(name, &counts.ignored, "ignored");
                return Acknowledgement::Ack;
            }
            Verdict::Early(pause) => return Acknowledgement::Nak(pause),
            Verdict::Retry { after, .. } if position.attempt < self.attempts(message) => {
                self.ended(name, &counts.retried, "retried");
                return Acknowledgement::Nak(after.unwrap_or_else(|| self.options.retry.pause_after(position.attempt)));
            }
            Verdict::Retry { why, .. } => Reason::new(why),
            Verdict::Dead(reason) => reason,
        };
        // Rare and large: it is not a part of each message's task.
        Box::pin(self.end_as_dead_letter(name, message, position, source, &reason)).await
    }

    /// Measures an event that does not come again.
    fn settled(&self, event: Option<&'static str>, position: &Position) {
        let now = || self.publisher.options().now();
        metric::reader::settled(self.service, event.unwrap_or("unknown"), now, position.time, position.attempt);
    }

    /// Counts a delivery.
    fn ended(&self, event: Option<&'static str>, count: &AtomicU64, end: &'static str) {
        Counts::add(count);
        metric::reader::ended(self.service, event.unwrap_or("unknown"), end);
    }

    /// Stores a dead letter, and says how the delivery ends.
    async fn end_as_dead_letter(
        &self,
        event: Option<&'static str>,
        message: &Message,
        position: &Position,
        source: &Source,
        reason: &Reason,
    ) -> Acknowledgement {
        let (service, stream, sequence) = (self.service, &*position.stream, position.sequence);
        let letter = DeadLetter { service, event, message, position, reason };
        let kept = letter.keep(&self.publisher, &self.options.dead_letter_stream, !source.deletes_settled).await;
        let error = match kept {
            Ok(form) => {
                source.progress.dead_letter(true);
                self.ended(event, &self.shared.counts.dead, "dead_letter");
                self.settled(event, position);
                match form {
                    Form::Whole => tracing::warn!(service, event, stream, sequence, "stored a dead letter"),
                    Form::WithoutHeaders => {
                        tracing::warn!(
                            service,
                            event,
                            stream,
                            sequence,
                            "stored a dead letter without the event's headers"
                        );
                    }
                    Form::Reference => tracing::error!(
                        service,
                        event,
                        stream,
                        sequence,
                        "stored a dead letter that only refers to the event in its stream: the whole cannot be stored"
                    ),
                }
                return Acknowledgement::Term;
            }
            Err(error) => error,
        };
        self.ended(event, &self.shared.counts.retried, "retried");
        let (is_final, error) = (error.is_final(), Chain(&error));
        if is_final {
            // Its stream would delete it. An operator can raise the limits of the stream of dead letters.
            tracing::error!(
                service,
                event,
                stream,
                sequence,
                %error,
                "no dead letter can hold an event: it stays unsettled in its stream, and is looked at again in 15 minutes"
            );
            return Acknowledgement::Nak(UNSTORABLE);
        }
        source.progress.dead_letter(false);
        tracing::error!(service, event, stream, sequence, %error, "could not store a dead letter");
        Acknowledgement::Nak(self.options.retry.pause_after(u64::MAX).max(Duration::from_secs(1)))
    }

    /// The attempts that this message has. Whoever holds an event until it is due gives it back once.
    pub(super) fn attempts(&self, message: &Message) -> u64 {
        let held = message.headers.as_ref().is_some_and(|headers| header(headers, "Walnats-Delay").is_some());
        self.options.retry.most().saturating_add(u64::from(held))
    }
}
