//! One delivered message in hand: decoded, handled, settled.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::{Client, Message};
use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tracing::Instrument;

use super::acknowledgement::Acknowledgement;
use super::dead_letter::{DeadLetter, Form, Reason};
use super::delivery::{Delivery, Position};
use super::handler::AnyHandler;
use super::incoming::{ConsumedEvent, Incoming, ReadMessageError, header, placed};
use super::key::AnyKey;
use super::monitor::Shared;
use super::options::ReaderOptions;
use super::replayed;
use super::respond;
use super::served::Counts;
use super::settle::Settle;
use super::source::Source;
use crate::chain::Chain;
use crate::metric;
use crate::publisher::Publisher;
use crate::trace;

/// The pause of an event that was given back because the reader stops.
pub(super) const GIVEN_BACK: Duration = Duration::from_secs(1);

/// How long a handler that blocks its thread, and cannot be cancelled, may keep its event beyond its time.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// The pause of an event for which no dead letter can be stored.
const UNSTORABLE: Duration = Duration::from_secs(15 * 60);

/// What all messages of a reader are handled with.
pub(super) struct Dispatcher {
    pub(super) publisher: Publisher,
    pub(super) client: Client,
    pub(super) service: &'static str,
    pub(super) events: &'static [ConsumedEvent],
    /// Those of `events` on this server.
    pub(super) filters: Vec<String>,
    /// By event.
    pub(super) handlers: Vec<Arc<dyn AnyHandler>>,
    /// By event, for those that are handled in order.
    pub(super) keys: Vec<Option<Arc<dyn AnyKey>>>,
    pub(super) options: ReaderOptions,
    /// What it shows to others.
    pub(super) shared: Arc<Shared>,
    /// Whether the reader stops: then every acknowledgement is confirmed.
    pub(super) stopping: watch::Receiver<bool>,
    /// Whether handlers are cancelled.
    pub(super) cut: watch::Receiver<bool>,
}

/// The result of handling.
pub(super) enum Verdict {
    Done,
    /// Not an event of the service.
    Ignored,
    /// Not yet due; this is not an attempt.
    Early(Duration),
    Retry {
        after: Option<Duration>,
        why: String,
    },
    Dead(Reason),
}

impl Dispatcher {
    /// Handles a message and settles it.
    pub(super) async fn handle(&self, message: Message, source: &Source) {
        let reply = message.reply.clone();
        let Some((reply, position)) =
            reply.and_then(|reply| Some((reply.clone(), Position::of(&reply, &source.stream)?)))
        else {
            let stream = &*source.stream;
            tracing::error!(
                service = self.service,
                stream,
                "a message cannot be acknowledged, because its reply subject is not one of JetStream's ($JS.ACK.>): it was not handled"
            );
            return;
        };
        let (message, position) =
            if source.is_replay { replayed::restored(message, position) } else { (message, position) };
        let message = Arc::new(message);
        let limit = self.options.handler_timeout.saturating_add(GRACE);
        // There is a permit, unless the server sent more than it was asked for.
        let permit = source.permits.try_acquire().ok();
        let in_hand = source.progress.takes(position.pending, Some(reply.clone()), permit.is_some().then_some(limit));
        let _permit = match permit {
            Some(permit) => permit,
            None => {
                let Ok(permit) = source.permits.acquire().await else { return };
                in_hand.for_at_most(limit);
                permit
            }
        };
        let mut event = None;
        let most = self.attempts(&message);
        let verdict = self.judge(&message, &position, source, &mut event, most).await;
        if !matches!(verdict, Verdict::Done) {
            in_hand.for_at_most(Duration::from_secs(120));
        }
        let end = self.end(verdict, event, &message, &position, source).await;
        in_hand.is_settled().await;
        let confirm = self.options.confirm || *self.stopping.borrow();
        end.send(&self.client, reply, confirm).await;
    }

    /// `most` is how many deliveries it may have had.
    pub(super) async fn judge(
        &self,
        message: &Arc<Message>,
        position: &Position,
        source: &Source,
        event: &mut Option<usize>,
        most: u64,
    ) -> Verdict {
        if let Some(pause) = early(message, self.publisher.options().now()) {
            return Verdict::Early(pause);
        }
        let incoming = match placed(self.events, &self.filters, message) {
            Ok(incoming) => incoming,
            // Of a work queue, what is acknowledged is gone.
            Err(ReadMessageError::NotConsumed) if !source.is_work_queue => return Verdict::Ignored,
            Err(error) => return Verdict::Dead((&error).into()),
        };
        *event = Some(incoming.index);
        if position.attempt > most {
            let why = "its attempts are used up: the last one did not end, because the reader died or was cut off, or \
                       because the dead letter could not be stored";
            return Verdict::Dead(Reason::new(why));
        }
        self.call(message, position, incoming).await
    }

    async fn call(&self, message: &Arc<Message>, position: &Position, mut incoming: Incoming<'_>) -> Verdict {
        let Some(handler) = self.handlers.get(incoming.index) else { return Verdict::Ignored };
        let Some(ConsumedEvent { descriptor, .. }) = self.events.get(incoming.index) else { return Verdict::Ignored };
        let about = Delivery::new(descriptor.name, message.clone(), position.clone(), incoming.cloud_event.take());
        let span = trace::process(descriptor, about.stream(), self.service, about.traceparent(), about.tracestate());
        incoming.mode = self.options.read;
        let layers = &self.options.layers;
        let started =
            span.in_scope(|| catch_unwind(AssertUnwindSafe(|| layers.start(handler, self.events, &incoming, &about))));
        let handling = match started {
            Ok(Ok(handling)) => handling,
            Ok(Err(error)) => {
                trace::failed(&span, "decode");
                return Verdict::Dead((&error).into());
            }
            Err(panic) => {
                trace::failed(&span, "retry");
                return panicked(&*panic);
            }
        };
        drop(incoming);
        let limit = self.options.handler_timeout;
        let begun = Instant::now();
        let mut answer = None;
        // What is needed while a handler waits is made when it does.
        let cut = async { self.cut.clone().wait_for(|cut| *cut).await.is_ok() };
        let verdict = tokio::select! {
            biased;
            ended = timeout(limit, AssertUnwindSafe(handling.instrument(span.clone())).catch_unwind()) => match ended {
                Ok(Ok(Settle::Done)) => Verdict::Done,
                Ok(Ok(Settle::Respond(own))) => {
                    answer = Some(own);
                    Verdict::Done
                }
                Ok(Ok(Settle::Retry { after, why })) => Verdict::Retry { after, why },
                Ok(Ok(Settle::DeadLetter { why })) => Verdict::Dead(Reason::new(why)),
                Ok(Err(panic)) => panicked(&*panic),
                Err(_) => Verdict::Retry { after: None, why: format!("its handler did not end within {limit:?}") },
            },
            _ = cut => {
                Verdict::Retry { after: Some(GIVEN_BACK), why: "its handler did not end before the reader stopped".to_owned() }
            }
        };
        metric::reader::handled(self.service, descriptor.name, begun.elapsed());
        if let Some(answer) = answer {
            Box::pin(respond::respond(&self.client, self.service, message, answer)).await;
        }
        match &verdict {
            Verdict::Retry { .. } => trace::failed(&span, "retry"),
            Verdict::Dead(_) => trace::failed(&span, "dead_letter"),
            _ => {}
        }
        verdict
    }

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
                metric::reader::settled(self.service, name.unwrap_or("unknown"), position.time, position.attempt);
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
                metric::reader::settled(service, event.unwrap_or("unknown"), position.time, position.attempt);
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
    fn attempts(&self, message: &Message) -> u64 {
        let held = message.headers.as_ref().is_some_and(|headers| header(headers, "Walnats-Delay").is_some());
        self.options.retry.most().saturating_add(u64::from(held))
    }
}

/// The time until an event is due, if its emitter delayed it: `Walnats-Delay`, in seconds since 1970.
pub(super) fn early(message: &Message, now: SystemTime) -> Option<Duration> {
    let due: f64 = header(message.headers.as_ref()?, "Walnats-Delay")?.trim().parse().ok()?;
    let now = now.duration_since(UNIX_EPOCH).ok()?;
    let rest = due - now.as_secs_f64();
    // More than a `Duration` can hold is as good as never.
    (rest > 0.0).then(|| Duration::try_from_secs_f64(rest).unwrap_or(Duration::MAX))
}

fn panicked(_: &(dyn Any + Send)) -> Verdict {
    // Its message can contain a part of the event.
    Verdict::Retry { after: None, why: "its handler panicked".to_owned() }
}
