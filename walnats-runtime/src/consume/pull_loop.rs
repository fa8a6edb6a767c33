//! The loop that reads from the consumer of one stream.
//!
//! It pulls for free permits only, and no more at once than the consumer allows. Whatever happens to the connection, the server or
//! the consumer shows as silence, as the end of a pull or as a new connection; each makes it look at the consumer and go on.

mod order;
mod receive;
mod reread;
mod revive;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::Subscriber;
use async_nats::connection::State;
use futures_util::StreamExt;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, interval};

use super::consumer::PullLimits;
use super::dispatch::Dispatcher;
use super::error::ReadError;
use super::ordered::Ordered;
use super::refusals::Refusals;
use super::registration::Registered;
use super::source::Source;
use super::workers::Workers;
use crate::jetstream::Api;

/// How long a pull waits for messages. A graceful stop waits for the open ones to end: what the server has sent by then is
/// handled, so that nothing stays behind unacknowledged. Less than the shortest `shutdown_timeout`: an event that came after
/// that would use up an attempt without being handled.
const EXPIRES: Duration = Duration::from_secs(4);

/// How often the server shows that it still serves a pull.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// How often it looks whether the server still serves the pulls.
const TICK: Duration = Duration::from_millis(250);

/// The same, if events are handled in order: it also looks whose turn it is.
const ORDERED_TICK: Duration = Duration::from_millis(50);

/// How many messages a pull asks for, if they are handled in order.
const ORDERED_BATCH: usize = 1_000_000;

/// With pulls open, it asks for more when this part of the permits is free: rarely enough that pulls cost the server little, and early
/// enough that it has something to send while the rest is handled.
const PULL_PARTS: usize = 4;

/// Silence after which the consumer is looked at.
const SILENCE: Duration = Duration::from_millis(3_500);

/// How often the position of the consumer is noted.
const NOTE: Duration = Duration::from_secs(10);

/// The longest pause between two looks at a server that does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// The pause after a pull that brought nothing, if the consumer allows only short ones.
const BETWEEN_SHORT_PULLS: Duration = Duration::from_millis(100);

/// A reader's work on one stream.
pub(super) struct PullLoop {
    dispatcher: Arc<Dispatcher>,
    api: Api,
    consumer: Registered,
    source: Arc<Source>,
    inbox: String,
    /// Everything up to this sequence number was settled when it was last looked at.
    ack_floor: u64,
    limits: PullLimits,
    workers: Workers<Dispatcher>,
    /// Of one that reads once more what is stored: the sequence number up to which it reads, and when it was last looked whether it is there.
    reread: Option<(u64, Instant)>,
    has_caught_up: bool,
    /// Of a consumer that delivers in order.
    ordered: Option<Ordered>,
    /// Messages that were asked for and have not come.
    open: usize,
    pulls: u64,
    last_pull: Instant,
    last_sign: Instant,
    last_note: Instant,
    /// Whether something happened after which the consumer has to be looked at before anything else is asked for.
    is_suspect: bool,
    connects: u64,
    /// Nothing is asked for before that.
    pause_until: Instant,
    /// The number of looks at the consumer that failed in succession.
    failures: u32,
    /// When the consumer or its stream began to be missing or refused.
    failing_since: Option<Instant>,
    refusals: Refusals,
    /// Whether a pull has had no answer at all.
    is_unanswered: bool,
}

impl PullLoop {
    pub(super) fn new(dispatcher: Arc<Dispatcher>, api: Api, consumer: Registered, source: Arc<Source>) -> Self {
        let (now, inbox) = (Instant::now(), dispatcher.client.new_inbox());
        Self {
            ordered: consumer.wanted.is_ordered.then(|| Ordered::new(&inbox)),
            inbox,
            workers: Workers::new(dispatcher.clone(), dispatcher.options.concurrency),
            source,
            connects: connects(&dispatcher),
            ack_floor: consumer.present.ack_floor(),
            limits: consumer.present.pull_limits(),
            refusals: Refusals::default(),
            is_unanswered: false,
            reread: consumer.wanted.is_reread.then_some((consumer.stream.last, now)),
            has_caught_up: false,
            dispatcher,
            api,
            consumer,
            open: 0,
            pulls: 0,
            last_pull: now,
            last_sign: now,
            last_note: now,
            is_suspect: false,
            pause_until: now,
            failures: 0,
            failing_since: None,
        }
    }

    /// Reads until `stop` is true and everything in hand is settled.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), ReadError> {
        let subscribed = self.dispatcher.client.subscribe(format!("{}.*", self.inbox)).await;
        let mut messages: Subscriber = subscribed.map_err(|_| ReadError::Closed)?;
        let mut ticks = interval(if self.ordered.is_some() { ORDERED_TICK } else { TICK });
        let result = loop {
            let stopping = *stop.borrow() || self.has_caught_up;
            self.note_left();
            // Counted before anything is decided by it, so that no end after that goes unnoticed.
            let busy = self.workers.busy();
            self.advance(stopping);
            if stopping && self.open == 0 && self.workers.busy() == 0 && self.is_empty() {
                break Ok(());
            }
            #[cfg(feature = "testing")]
            if stopping && let Some(memory) = self.dispatcher.publisher.options().memory() {
                memory.end_pulls(&self.inbox);
            }
            while !stopping && self.pull().await {}
            let most = self.worth_knowing(busy, stopping);
            // In no fixed order: looks that take longer than a tick must not keep it from messages.
            tokio::select! {
                _ = ticks.tick() => if let Err(error) = self.look(stopping).await { break Err(error) },
                message = messages.next() => match message {
                    Some(message) => self.take_all(message, &mut messages, stopping),
                    None => break Err(ReadError::Closed),
                },
                () = self.workers.fall_to(most) => {}
                _ = stop.changed(), if !stopping => {}
            }
        };
        // What is in hand ends as it would have, whatever ended the reader.
        while self.workers.busy() > 0 {
            self.workers.fall_to(Some(0)).await;
            self.workers.left();
        }
        self.unpin().await;
        let result = result.and(self.confirmed().await);
        if result.is_ok() {
            self.forget().await;
        }
        result
    }

    /// Asks for as many messages as there are free permits, or as the consumer allows. Returns whether it did.
    async fn pull(&mut self) -> bool {
        let all = self.dispatcher.options.concurrency;
        let free = all.saturating_sub(self.workers.busy() + self.open);
        // Permits become free one by one: with pulls open, it waits until there are several. Each open pull has at least one
        // message left.
        let now = Instant::now();
        let is_worth = match &self.ordered {
            None => free > 0 && (self.open == 0 || free * PULL_PARTS >= all) && self.open < self.limits.waiting,
            // The consumer's window limits what comes. A pull is open all the time: it is what keeps the server's choice.
            Some(_) => self.open == 0 || now.duration_since(self.last_pull) >= self.expires() * 3 / 4,
        };
        let may_pull = !self.is_suspect && now >= self.pause_until && connects(&self.dispatcher) == self.connects;
        if !is_worth || !may_pull || self.dispatcher.client.connection_state() != State::Connected {
            return false;
        }
        self.pulls += 1;
        let batch = if self.ordered.is_some() { ORDERED_BATCH } else { free }.min(self.limits.batch);
        let expires = self.expires();
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        // A server refuses heartbeats that are rarer than two for each pull.
        let mut request = json!({
            "batch": batch, "expires": nanos(expires), "idle_heartbeat": nanos(HEARTBEAT.min(expires / 2)),
        });
        if let Some(ordered) = &mut self.ordered {
            ordered.asks(self.pulls, now, &mut request);
        }
        let wanted = &self.consumer.wanted;
        let subject = self.api.prefix.request(&format!("CONSUMER.MSG.NEXT.{}.{}", wanted.stream, wanted.name));
        // For `Status`: not each says how much was left.
        let reply = format!("{}.{}-{batch}", self.inbox, self.pulls);
        if self.dispatcher.client.publish_with_reply(subject, reply, request.to_string().into()).await.is_err() {
            return false;
        }
        self.open = if self.ordered.is_some() { batch } else { self.open + batch };
        (self.last_pull, self.last_sign) = (now, now);
        true
    }

    /// The number of messages in hand at which there is something to do: to ask for more, or to stop. `None` if there is nothing to do
    /// however few they are.
    fn worth_knowing(&self, busy: usize, stopping: bool) -> Option<usize> {
        let fewer = busy.checked_sub(1)?;
        let all = self.dispatcher.options.concurrency;
        let most = match (stopping, self.open) {
            (true, _) => 0,
            (false, 0) => all.saturating_sub(1),
            (false, open) => (all - all.div_ceil(PULL_PARTS)).checked_sub(open)?,
        };
        Some(most.min(fewer))
    }

    fn expires(&self) -> Duration {
        let expires = EXPIRES.min(self.limits.expires);
        if self.ordered.is_some() { expires.min(self.consumer.wanted.ack_wait / 3) } else { expires }
    }

    fn pause_for(&mut self, pause: Duration) {
        self.pause_until = self.pause_until.max(Instant::now() + pause);
    }

    /// Looks whether the server still serves the pulls, and from time to time at the consumer.
    async fn look(&mut self, stopping: bool) -> Result<(), ReadError> {
        self.keep_order().await;
        self.catch_up().await;
        let now = Instant::now();
        let connects = connects(&self.dispatcher);
        if connects != self.connects {
            // The server forgot the pulls of the former connection.
            (self.connects, self.open) = (connects, 0);
            self.refusals.over();
            self.is_suspect = true;
        }
        if self.workers.busy() >= self.dispatcher.options.concurrency {
            // It waits for handlers, not for the server.
            self.source.progress.sign(now);
        }
        self.source.progress.report();
        self.workers.look();
        let is_silent = self.open > 0 && now.duration_since(self.last_sign) > SILENCE;
        // Each pull has ended by then. What is still counted as open was lost on its way.
        let is_over = self.open > 0 && now.duration_since(self.last_pull) > EXPIRES + HEARTBEAT;
        if is_silent {
            self.give_up();
        }
        if is_silent || is_over {
            self.open = 0;
            self.is_suspect = true;
            self.is_unanswered |= is_silent;
        }
        let is_due = (self.is_suspect || now.duration_since(self.last_note) >= NOTE) && now >= self.pause_until;
        if stopping || !is_due || self.dispatcher.client.connection_state() != State::Connected {
            return Ok(());
        }
        self.revive().await
    }
}

fn connects(dispatcher: &Dispatcher) -> u64 {
    dispatcher.client.statistics().connects.load(Ordering::Relaxed)
}
