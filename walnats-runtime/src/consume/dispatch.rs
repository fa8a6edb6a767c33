//! One delivered message in hand: decoded, handled, settled.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::{Client, Message};
use futures_util::FutureExt;
use futures_util::future::poll_immediate;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::Instrument;

use super::dead_letter::Reason;
use super::delivery::{Delivery, Position};
use super::handler::AnyHandler;
use super::incoming::{ConsumedEvent, Incoming, ReadMessageError, header, placed};
use super::key::AnyKey;
use super::monitor::Shared;
use super::options::ReaderOptions;
use super::replayed;
use super::respond;
use super::settle::Settle;
use super::source::Source;
use crate::metric;
use crate::publisher::Publisher;
use crate::trace;

/// The pause of an event that was given back because the reader stops.
pub(super) const GIVEN_BACK: Duration = Duration::from_secs(1);

/// How long a handler that blocks its thread, and cannot be cancelled, may keep its event beyond its time.
pub(super) const GRACE: Duration = Duration::from_secs(10);

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
        let position = message.reply.as_ref().and_then(|reply| Position::of(reply, &source.stream));
        let Some(position) = position else {
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
        let in_hand = source.progress.takes(position.pending, Some(message.clone()), permit.is_some().then_some(limit));
        let _permit = match permit {
            Some(permit) => permit,
            None => {
                let Ok(permit) = source.permits.acquire().await else { return };
                in_hand.for_at_most(limit);
                permit
            }
        };
        let mut event = None;
        let most = self.options.retry.most();
        let most = if position.attempt > most { self.attempts(&message) } else { most };
        let verdict = self.judge(&message, &position, source, &mut event, most).await;
        if !matches!(verdict, Verdict::Done) {
            in_hand.for_at_most(Duration::from_secs(120));
        }
        let end = self.end(verdict, event, &message, &position, source).await;
        in_hand.is_settled().await;
        let confirm = self.options.confirm || *self.stopping.borrow();
        if let Some(reply) = message.reply.clone() {
            end.send(&self.client, reply, confirm).await;
        }
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
        if let Some(pause) = early(message, || self.publisher.options().now()) {
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
        let context = || Some((about.traceparent()?, about.tracestate().unwrap_or_default()));
        let span = trace::process(descriptor, about.stream(), self.service, context);
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
        let time = metric::reader::Handling::begin();
        let mut handling = AssertUnwindSafe(handling.instrument(span.clone())).catch_unwind();
        let mut answer = None;
        // Most need not wait, and what waiting takes is made for those that do.
        let ended = match poll_immediate(&mut handling).await {
            Some(ended) => Ok(ended),
            None => Box::pin(self.waited(handling)).await,
        };
        let verdict = match ended {
            Ok(Ok(Settle::Done)) => Verdict::Done,
            Ok(Ok(Settle::Respond(own))) => {
                answer = Some(own);
                Verdict::Done
            }
            Ok(Ok(Settle::Retry { after, why })) => Verdict::Retry { after, why },
            Ok(Ok(Settle::DeadLetter { why })) => Verdict::Dead(Reason::new(why)),
            Ok(Err(panic)) => panicked(&*panic),
            Err(verdict) => verdict,
        };
        time.end(self.service, descriptor.name);
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

    /// Waits until a handler ends, its time is over or it is cancelled.
    async fn waited<T>(&self, handling: impl Future<Output = T>) -> Result<T, Verdict> {
        let mut cut = self.cut.clone();
        let limit = self.options.handler_timeout;
        tokio::select! {
            biased;
            ended = timeout(limit, handling) => ended.map_err(|_| Verdict::Retry {
                after: None,
                why: format!("its handler did not end within {limit:?}"),
            }),
            _ = cut.wait_for(|cut| *cut) => {
                Err(Verdict::Retry { after: Some(GIVEN_BACK), why: "its handler did not end before the reader stopped".to_owned() })
            }
        }
    }
}

/// The time until an event is due, if its emitter delayed it: `Walnats-Delay`, in seconds since 1970.
pub(super) fn early(message: &Message, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let due: f64 = header(message.headers.as_ref()?, "Walnats-Delay")?.trim().parse().ok()?;
    let now = now().duration_since(UNIX_EPOCH).ok()?;
    let rest = due - now.as_secs_f64();
    // More than a `Duration` can hold is as good as never.
    (rest > 0.0).then(|| Duration::try_from_secs_f64(rest).unwrap_or(Duration::MAX))
}

fn panicked(_: &(dyn Any + Send)) -> Verdict {
    // Its message can contain a part of the event.
    Verdict::Retry { after: None, why: "its handler panicked".to_owned() }
}
