//! The messages of one stream, through an ephemeral consumer that is made again whenever it falls silent.

use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use walnats_runtime::Publisher;
use walnats_runtime::async_nats::{Message, Subscriber};

use super::api::call;
use super::delivery::{Delivery, Numbers};
use super::live::{self, Reading};
use super::start::{Start, Until};
use crate::outcome::Failure;
use crate::output;

/// A stream to read.
pub struct Feed {
    pub publisher: Publisher,
    /// Its name on the server.
    pub stream: String,
    /// Subject filters on the server.
    pub filters: Vec<String>,
    /// How long to wait for an answer.
    pub timeout: Duration,
    pub start: Start,
    /// Messages before this are not shown. The server takes a start time in the future for the first message.
    pub not_before: Option<Timestamp>,
    pub until: Option<Until>,
    /// Changes with each new connection.
    pub connected: watch::Receiver<u64>,
    pub sender: mpsc::Sender<Delivery>,
}

/// Messages that are asked for at once.
const BATCH: u64 = 256;
/// How long a request for messages lasts, how often the server says that it is still there, and how long silence may last.
const EXPIRES: Duration = Duration::from_secs(30);
const HEARTBEAT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(12);
/// The pause before a consumer is made again.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to wait for the answer that a consumer is deleted.
const DELETING: Duration = Duration::from_secs(4);

/// Why a consumer is left.
enum Left {
    /// Nothing more is wanted.
    Done,
    /// It does not deliver any more.
    Silent,
}

impl Feed {
    /// Looks at the stream, and returns what reads it, if there is anything to read.
    ///
    /// # Errors
    ///
    /// The stream does not exist or cannot be read.
    pub async fn open(mut self) -> Result<Option<Reading>, Failure> {
        let info = call(&self.publisher, self.timeout, &format!("STREAM.INFO.{}", self.stream), json!({})).await?;
        let retention = info.pointer("/config/retention").and_then(Value::as_str).unwrap_or("limits");
        if retention != "limits" {
            let (is_past, name) = (self.until.is_some_and(Until::is_past), &self.stream);
            if is_past || self.start != Start::New {
                let shown = if is_past { "nothing of it is shown" } else { "only new events of it are shown" };
                output::note(&format!(
                    "stream `{name}` deletes consumed messages ({retention}), and reading them might delete them: {shown}\n"
                ));
            }
            if is_past {
                return Ok(None);
            }
            let Self { publisher, stream, filters, sender, .. } = self;
            return live::open(publisher.client(), stream, filters, sender).await.map(Some);
        }
        if self.start == Start::New {
            let last = info.pointer("/state/last_seq").and_then(Value::as_u64).unwrap_or_default();
            self.start = Start::Sequence(last + 1);
        }
        let first = self.consumer().await?;
        Ok(Some(Box::pin(self.read(first))))
    }

    async fn read(mut self, first: Consumer) {
        let mut consumer = Some(first);
        let mut is_reported = false;
        while !self.sender.is_closed() {
            let made = match consumer.take() {
                Some(consumer) => Ok(consumer),
                None => self.again().await.map_err(|error| error.to_string()),
            };
            match made {
                Ok(made) => {
                    is_reported = false;
                    if let Left::Done = self.consume(made).await {
                        return;
                    }
                }
                Err(error) if !is_reported => {
                    is_reported = true;
                    output::note(&format!("stream `{}` cannot be read at the moment: {error}\n", self.stream));
                }
                Err(_) => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// A consumer that goes on where the last one ended.
    async fn again(&mut self) -> Result<Consumer, Failure> {
        if let Start::Sequence(next) = self.start {
            let info = call(&self.publisher, self.timeout, &format!("STREAM.INFO.{}", self.stream), json!({})).await?;
            let last = info.pointer("/state/last_seq").and_then(Value::as_u64).unwrap_or_default();
            if last.saturating_add(1) < next {
                output::note(&format!("stream `{}` starts over: its last sequence is {last}\n", self.stream));
                self.start = Start::First;
            }
        }
        self.consumer().await
    }

    /// Makes a consumer and asks it for messages.
    async fn consumer(&self) -> Result<Consumer, Failure> {
        let client = self.publisher.client();
        let inbox = client.new_inbox();
        let messages = client.subscribe(inbox.clone()).await?;
        let name = format!("walnats-tail-{}", inbox.rsplit('.').next().unwrap_or_default());
        let mut config = json!({
            "name": name,
            "description": "walnats tail",
            "ack_policy": "none",
            "max_deliver": -1,
            "mem_storage": true,
            "num_replicas": 1,
            "inactive_threshold": 60_000_000_000_u64,
            "replay_policy": "instant",
        });
        let mut operation = format!("CONSUMER.CREATE.{}.{name}", self.stream);
        match &self.filters[..] {
            [filter] => {
                config["filter_subject"] = json!(filter);
                operation = format!("{operation}.{filter}");
            }
            filters => config["filter_subjects"] = json!(filters),
        }
        match self.start {
            Start::First => config["deliver_policy"] = json!("all"),
            Start::New => config["deliver_policy"] = json!("new"),
            Start::Sequence(sequence) => {
                config["deliver_policy"] = json!("by_start_sequence");
                config["opt_start_seq"] = json!(sequence.max(1));
            }
            Start::Time(time) => {
                config["deliver_policy"] = json!("by_start_time");
                config["opt_start_time"] = json!(time.to_string());
            }
        }
        let body = json!({"stream_name": self.stream, "config": config, "action": "create"});
        let made = call(&self.publisher, self.timeout, &operation, body).await?;
        let pending = made.get("num_pending").and_then(Value::as_u64).unwrap_or_default();
        let consumer = Consumer { name, inbox, messages, pending };
        self.pull(&consumer).await?;
        Ok(consumer)
    }

    async fn pull(&self, consumer: &Consumer) -> Result<(), Failure> {
        let next = self.publisher.api_request(&format!("CONSUMER.MSG.NEXT.{}.{}", self.stream, consumer.name));
        let body = json!({
            "batch": BATCH,
            "expires": EXPIRES.as_nanos() as u64,
            "idle_heartbeat": HEARTBEAT.as_nanos() as u64,
        });
        self.publisher.client().publish_with_reply(next, consumer.inbox.clone(), body.to_string().into()).await?;
        Ok(())
    }

    /// Passes on what a consumer delivers, then deletes the consumer.
    async fn consume(&mut self, mut consumer: Consumer) -> Left {
        let left = self.deliver(&mut consumer).await;
        let deleting = self.delete(consumer.name);
        match left {
            Left::Done => deleting.await,
            // The next one must not wait for a server that may be gone.
            Left::Silent => drop(tokio::spawn(deleting)),
        }
        left
    }

    /// Deletes a consumer. One that cannot be deleted, for want of a connection or a permission, is deleted by the server.
    fn delete(&self, name: String) -> impl Future<Output = ()> + Send + 'static {
        let (publisher, stream) = (self.publisher.clone(), self.stream.clone());
        async move {
            let _ = call(&publisher, DELETING, &format!("CONSUMER.DELETE.{stream}.{name}"), json!({})).await;
        }
    }

    async fn deliver(&mut self, consumer: &mut Consumer) -> Left {
        let is_past = self.until.is_some_and(Until::is_past);
        if is_past && consumer.pending == 0 {
            return Left::Done;
        }
        self.connected.mark_unchanged();
        let (mut received, mut expected) = (0, 1);
        loop {
            let message = tokio::select! {
                message = timeout(SILENCE, consumer.messages.next()) => message,
                // The consumer may be gone with the server.
                _ = self.connected.changed() => return Left::Silent,
                () = self.sender.closed() => return Left::Done,
            };
            let Ok(Some(message)) = message else { return Left::Silent };
            match message.status.map(|status| status.as_u16()) {
                None => {}
                Some(100) => continue,
                // The request ended: there was nothing (more) in time.
                Some(404 | 408) => {
                    received = 0;
                    if self.pull(consumer).await.is_err() {
                        return Left::Silent;
                    }
                    continue;
                }
                Some(_) => return Left::Silent,
            }
            let Some(numbers) = message.reply.as_ref().and_then(|reply| Numbers::read(reply)) else { continue };
            // A message was lost on the way.
            if numbers.consumer != expected {
                return Left::Silent;
            }
            expected += 1;
            received += 1;
            if !self.pass(&message, &numbers).await || (is_past && numbers.pending == 0) {
                return Left::Done;
            }
            if received == BATCH {
                received = 0;
                if self.pull(consumer).await.is_err() {
                    return Left::Silent;
                }
            }
        }
    }

    /// Returns whether more is wanted.
    async fn pass(&mut self, message: &Message, numbers: &Numbers) -> bool {
        self.start = Start::Sequence(numbers.stream + 1);
        if self.until.is_some_and(|Until(end)| numbers.time > end) {
            return false;
        }
        if self.not_before.is_some_and(|start| numbers.time < start) {
            return true;
        }
        let delivery = Delivery::new(message, &self.stream, Some(numbers.stream), numbers.time);
        self.sender.send(delivery).await.is_ok()
    }
}

/// An ephemeral consumer.
struct Consumer {
    name: String,
    inbox: String,
    messages: Subscriber,
    /// How many messages it had to deliver when it was made.
    pending: u64,
}
