//! The loop that reads from the consumer of one stream.
//!
//! It pulls for free permits only, and no more at once than the consumer allows. Whatever happens to the connection, the server or
//! the consumer shows as silence, as the end of a pull or as a new connection; each makes it look at the consumer and go on.

mod order;
mod reread;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Message, Subject, Subscriber};
use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, interval};

use super::consumer::{self, PresentStream, PullLimits};
use super::dispatch::Dispatcher;
use super::error::ReadError;
use super::ordered::Ordered;
use super::refusals::Refusals;
use super::registration::Registered;
use super::source::Source;
use super::status::Status;
use super::workers::{Job, Workers};
use crate::jetstream::{Api, Failure};

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
    workers: Workers,
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
            workers: Workers::new(dispatcher.clone()),
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
            self.advance(stopping);
            if stopping && self.open == 0 && self.workers.busy() == 0 && self.is_empty() {
                break Ok(());
            }
            #[cfg(feature = "testing")]
            if stopping && let Some(memory) = self.dispatcher.publisher.options().memory() {
                memory.end_pulls(&self.inbox);
            }
            while !stopping && self.pull().await {}
            let most = self.worth_knowing(stopping);
            tokio::select! {
                biased;
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
            None => free > 0 && (self.open == 0 || free * 2 >= all) && self.open < self.limits.waiting,
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
    fn worth_knowing(&self, stopping: bool) -> Option<usize> {
        let fewer = self.workers.busy().checked_sub(1)?;
        let all = self.dispatcher.options.concurrency;
        let most = match (stopping, self.open) {
            (true, _) => 0,
            (false, 0) => all.saturating_sub(1),
            (false, open) => (all / 2).checked_sub(open)?,
        };
        Some(most.min(fewer))
    }

    fn expires(&self) -> Duration {
        let expires = EXPIRES.min(self.limits.expires);
        if self.ordered.is_some() { expires.min(self.consumer.wanted.ack_wait / 3) } else { expires }
    }

    /// Takes a message of the subscription, and those that are there with it.
    fn take_all(&mut self, first: Message, messages: &mut Subscriber, stopping: bool) {
        let mut message = Some(first);
        let (mut is_heard, mut is_served) = (false, false);
        while let Some(next) = message.take() {
            match Status::of(&next) {
                _ if self.ordered.as_mut().is_some_and(|ordered| ordered.hears(&next)) => {}
                None => {
                    (is_heard, is_served) = (true, true);
                    self.take(next);
                }
                Some(status) => {
                    is_heard = true;
                    is_served |= !matches!(status, Status::Refused { .. } | Status::Gone);
                    self.hear(status, &next.subject, stopping);
                }
            }
            message = messages.next().now_or_never().flatten();
        }
        let now = Instant::now();
        if is_heard {
            self.last_sign = now;
        }
        if is_served {
            self.source.progress.sign(now);
        }
    }

    /// Takes a message of the stream.
    fn take(&mut self, message: Message) {
        self.refusals.over();
        self.open = self.open.saturating_sub(1);
        match &mut self.ordered {
            Some(ordered) => {
                ordered.take(message, &self.dispatcher, &self.source.stream, self.consumer.wanted.ack_wait);
            }
            None => {
                self.workers.start(Job::Handle(message, self.source.clone()));
            }
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

    /// Looks at the consumer; creates it again if it was deleted. What fails is tried again: servers whose leader changes answer
    /// with all kinds of errors for a while.
    async fn revive(&mut self) -> Result<(), ReadError> {
        let error = match self.revived().await {
            Ok(true) => {
                (self.failures, self.failing_since) = (0, None);
                (self.last_note, self.is_suspect) = (Instant::now(), false);
                let refused = self.refusals.longer_than(self.dispatcher.options.missing_stream_timeout);
                let (stream, consumer) = (self.consumer.wanted.stream.clone(), self.consumer.wanted.name.clone());
                return refused.map_or(Ok(()), |status| Err(ReadError::PullsRefused { stream, consumer, status }));
            }
            Ok(false) => ReadError::NoStream { stream: self.consumer.wanted.stream.clone() },
            // JetStream has no leader or no space, is starting, or cannot be reached: this is waited for without limit.
            Err(failure) if failure.passes() => {
                (self.is_unanswered, self.failing_since) = (false, None);
                self.refusals.over();
                self.wait();
                return Ok(());
            }
            Err(failure) => ReadError::Register(failure.into()),
        };
        self.wait();
        if self.source.is_replay {
            // Nobody emits into it: what the service lives on goes on without it.
            return Ok(());
        }
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        if since.elapsed() < self.dispatcher.options.missing_stream_timeout { Ok(()) } else { Err(error) }
    }

    /// Whether there is a consumer now; if not, there is no stream.
    async fn revived(&mut self) -> Result<bool, Failure> {
        let wanted = self.consumer.wanted.clone();
        if let Some(present) = consumer::present(&self.api, &wanted).await? {
            (self.ack_floor, self.limits) = (present.ack_floor(), present.pull_limits());
            // An instance with other options may have changed it.
            self.consumer.wanted.ack_wait = present.ack_wait().unwrap_or(wanted.ack_wait);
            self.source.progress.seen(&present);
            // A server does not answer pulls beyond `max_waiting`.
            if std::mem::take(&mut self.is_unanswered)
                && let Some(why) = present.unanswered()
            {
                let pause = self.refusals.add(&wanted, why);
                self.pause_for(pause);
            }
            // Another instance may have created it again, in a stream that was.
            if self.is_suspect
                && let Some(stream) = consumer::stream(&self.api, &wanted.stream).await?
            {
                self.is_in(stream);
            }
            return Ok(true);
        }
        let Some(stream) = consumer::stream(&self.api, &wanted.stream).await? else { return Ok(false) };
        if stream.created != self.consumer.stream.created {
            self.ack_floor = 0;
        }
        tracing::warn!(stream = wanted.stream, consumer = wanted.name, "the consumer was deleted: it is created again");
        consumer::recreate(&self.api, &wanted, &stream, self.ack_floor).await?;
        self.is_in(stream);
        Ok(true)
    }

    fn is_in(&mut self, stream: PresentStream) {
        self.consumer.stream = stream;
        self.source = Arc::new(self.source.changed(&self.consumer));
    }

    fn wait(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.pause_for(Duration::from_millis(100).saturating_mul(1 << self.failures.min(6)).min(LONGEST_PAUSE));
        let stream = &self.consumer.wanted.stream;
        tracing::debug!(stream, failures = self.failures, "the consumer cannot be read from");
    }

    /// Makes sure that the server has got all acknowledgements: its answer to a later request shows it.
    async fn confirmed(&self) -> Result<(), ReadError> {
        for _ in 0..3 {
            match consumer::present(&self.api, &self.consumer.wanted).await {
                Ok(_) | Err(Failure::Server { .. }) => return Ok(()),
                Err(_) => tokio::time::sleep(Duration::from_millis(250)).await,
            }
        }
        Err(ReadError::Unconfirmed)
    }
}

fn connects(dispatcher: &Dispatcher) -> u64 {
    dispatcher.client.statistics().connects.load(Ordering::Relaxed)
}
