//! The loop that reads from the consumer of one stream.
//!
//! It pulls for free permits only. Whatever happens to the connection, the server or the consumer shows as silence, as the end of
//! a pull or as a new connection; each makes it look at the consumer and go on.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Message, StatusCode, Subscriber};
use futures_util::StreamExt;
use serde_json::json;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

use super::consumer::{self, Wanted};
use super::dispatch::Dispatcher;
use super::error::ReadError;
use crate::jetstream::{Api, Failure};

/// How long a pull waits for messages. A graceful stop waits for the open ones to end: what the server has sent by then is
/// handled, so that nothing stays behind unacknowledged. Less than the shortest `shutdown_timeout`: an event that came after that
/// would use up an attempt without being handled.
const EXPIRES: Duration = Duration::from_secs(4);

/// How often the server shows that it still serves a pull.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Silence after which the consumer is looked at.
const SILENCE: Duration = Duration::from_millis(3_500);

/// How often the position of the consumer is noted.
const NOTE: Duration = Duration::from_secs(10);

/// The longest pause between two looks at a server that does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A reader's work on one stream.
pub(super) struct PullLoop {
    dispatcher: Arc<Dispatcher>,
    api: Api,
    wanted: Wanted,
    inbox: String,
    /// When the stream was created.
    created: String,
    is_work_queue: bool,
    /// Everything up to this sequence number was settled when it was last looked at.
    ack_floor: u64,
    permits: Arc<Semaphore>,
    handling: JoinSet<()>,
    /// Messages that were asked for and have not come.
    open: usize,
    pulls: u64,
    last_pull: Instant,
    last_sign: Instant,
    last_note: Instant,
    /// Whether something happened after which the consumer has to be looked at.
    is_suspect: bool,
    connects: u64,
    /// Nothing is asked for before that.
    pause_until: Instant,
    /// The number of looks at the consumer that failed in succession.
    failures: u32,
    /// When the consumer or its stream began to be missing or refused.
    failing_since: Option<Instant>,
}

impl PullLoop {
    pub(super) fn new(dispatcher: Arc<Dispatcher>, api: Api, wanted: Wanted, stream: consumer::PresentStream) -> Self {
        let now = Instant::now();
        Self {
            inbox: dispatcher.client.new_inbox(),
            permits: Arc::new(Semaphore::new(dispatcher.options.concurrency)),
            connects: connects(&dispatcher),
            dispatcher,
            api,
            wanted,
            created: stream.created,
            is_work_queue: stream.is_work_queue,
            ack_floor: 0,
            handling: JoinSet::new(),
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
        // Where a consumer that is deleted later goes on.
        self.ack_floor = self.present().await.ok().flatten().map_or(0, |present| present.ack_floor());
        let mut ticks = interval(Duration::from_millis(250));
        let result = loop {
            let stopping = *stop.borrow();
            while self.handling.try_join_next().is_some() {}
            if stopping && self.open == 0 && self.handling.is_empty() {
                break Ok(());
            }
            if !stopping {
                self.pull().await;
            }
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => self.take(message, stopping).await,
                    None => break Err(ReadError::Closed),
                },
                Some(_) = self.handling.join_next() => {}
                _ = ticks.tick() => if let Err(error) = self.look(stopping).await { break Err(error) },
                _ = stop.changed(), if !stopping => {}
            }
        };
        // What is in hand ends as it would have, whatever ended the reader.
        while self.handling.join_next().await.is_some() {}
        result.and(self.confirmed().await)
    }

    /// Asks for as many messages as there are free permits.
    async fn pull(&mut self) {
        let all = self.dispatcher.options.concurrency;
        let free = all.saturating_sub(self.handling.len() + self.open);
        // Places become free one by one: with pulls open, it waits until there are several.
        let is_worth = free > 0 && (self.open == 0 || free * 2 >= all);
        let now = Instant::now();
        if !is_worth || now < self.pause_until || self.dispatcher.client.connection_state() != State::Connected {
            return;
        }
        self.pulls += 1;
        let request = json!({
            "batch": free,
            "expires": u64::try_from(EXPIRES.as_nanos()).unwrap_or(u64::MAX),
            "idle_heartbeat": u64::try_from(HEARTBEAT.as_nanos()).unwrap_or(u64::MAX),
        });
        let subject =
            self.api.prefix.request(&format!("CONSUMER.MSG.NEXT.{}.{}", self.wanted.stream, self.wanted.name));
        // The batch is a part of the subject, because some ends of pulls do not say how much was left.
        let reply = format!("{}.{}-{free}", self.inbox, self.pulls);
        let sent = self.dispatcher.client.publish_with_reply(subject, reply, request.to_string().into()).await;
        if sent.is_ok() {
            self.open += free;
            self.last_pull = now;
            self.last_sign = now;
        }
    }

    /// Takes a message of the subscription: one of the stream, or what the server says about a pull.
    async fn take(&mut self, message: Message, stopping: bool) {
        self.last_sign = Instant::now();
        let Some(status) = message.status.filter(|_| message.reply.is_none()) else {
            self.open = self.open.saturating_sub(1);
            let dispatcher = self.dispatcher.clone();
            self.handling.spawn(dispatcher.handle(message, self.permits.clone(), self.is_work_queue));
            return;
        };
        if status == StatusCode::IDLE_HEARTBEAT {
            return;
        }
        self.open = self.open.saturating_sub(left(&message));
        let is_usual = status == StatusCode::TIMEOUT || status == StatusCode::NOT_FOUND;
        if !is_usual && !stopping {
            // The consumer was deleted, its leader changes, the server stops, or nothing answers for it.
            self.open = 0;
            self.is_suspect = true;
            self.pause_until = self.pause_until.max(Instant::now() + Duration::from_millis(100));
        }
    }

    /// Looks whether the server still serves the pulls, and from time to time at the consumer.
    async fn look(&mut self, stopping: bool) -> Result<(), ReadError> {
        let now = Instant::now();
        let connects = connects(&self.dispatcher);
        if connects != self.connects {
            // The server forgot the pulls of the former connection.
            (self.connects, self.open) = (connects, 0);
            self.is_suspect = true;
        }
        let is_silent = self.open > 0 && now.duration_since(self.last_sign) > SILENCE;
        // Each pull has ended by then. What is still counted as open was lost on its way.
        let is_over = self.open > 0 && now.duration_since(self.last_pull) > EXPIRES + HEARTBEAT;
        if is_silent || is_over {
            self.open = 0;
            self.is_suspect = true;
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
                return Ok(());
            }
            Ok(false) => ReadError::NoStream { stream: self.wanted.stream.clone() },
            // JetStream has no leader, is starting, or cannot be reached: this is waited for without limit.
            Err(Failure::NoResponders | Failure::Timeout { .. } | Failure::Unsent { .. }) => {
                self.wait();
                return Ok(());
            }
            Err(failure) => ReadError::Register(failure.into()),
        };
        self.wait();
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        if since.elapsed() < self.dispatcher.options.missing_stream_timeout { Ok(()) } else { Err(error) }
    }

    /// Whether there is a consumer now; if not, there is no stream.
    async fn revived(&mut self) -> Result<bool, Failure> {
        if let Some(present) = self.present().await? {
            self.ack_floor = present.ack_floor();
            return Ok(true);
        }
        let Some(stream) = consumer::stream(&self.api, &self.wanted.stream).await? else { return Ok(false) };
        let is_same = stream.created == self.created;
        let (name, consumer) = (&self.wanted.stream, &self.wanted.name);
        tracing::warn!(stream = name, consumer, "the consumer was deleted: it is created again");
        consumer::recreate(&self.api, &self.wanted, is_same.then_some(self.ack_floor)).await?;
        (self.created, self.is_work_queue) = (stream.created, stream.is_work_queue);
        if !is_same {
            self.ack_floor = 0;
        }
        Ok(true)
    }

    async fn present(&self) -> Result<Option<consumer::Present>, Failure> {
        consumer::present(&self.api, &self.wanted).await
    }

    fn wait(&mut self) {
        self.failures = self.failures.saturating_add(1);
        let pause = Duration::from_millis(100).saturating_mul(1 << self.failures.min(6)).min(LONGEST_PAUSE);
        self.pause_until = Instant::now() + pause;
        tracing::debug!(stream = self.wanted.stream, failures = self.failures, "the consumer cannot be read from");
    }

    /// Makes sure that the server has got all acknowledgements: its answer to a later request shows it.
    async fn confirmed(&self) -> Result<(), ReadError> {
        for _ in 0..3 {
            match self.present().await {
                Ok(_) | Err(Failure::Server { .. }) => return Ok(()),
                Err(_) => tokio::time::sleep(Duration::from_millis(250)).await,
            }
        }
        Err(ReadError::Unconfirmed)
    }
}

/// How many messages a pull that ended had left.
fn left(message: &Message) -> usize {
    let said = message.headers.as_ref().and_then(|headers| headers.get("Nats-Pending-Messages"));
    let said = said.and_then(|value| value.as_str().parse().ok());
    let batch = || message.subject.rsplit_once('-').and_then(|(_, batch)| batch.parse().ok());
    said.or_else(batch).unwrap_or_default()
}

fn connects(dispatcher: &Dispatcher) -> u64 {
    dispatcher.client.statistics().connects.load(Ordering::Relaxed)
}
