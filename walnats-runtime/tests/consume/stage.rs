//! A server with streams, readers in tasks, and looks at what the server holds.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::pull;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use walnats_runtime::{Backoff, Handler, ReadError, ReaderOptions, Served};
use walnats_server::NatsServer;

use crate::events::{Events, OrderCancelled, OrderPlaced, PaymentReceived};

pub type TestResult = Result<(), Box<dyn Error>>;

/// How long anything may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(90);

/// Connects, and registers the streams.
pub async fn ready(server: &NatsServer) -> Result<Events, Box<dyn Error>> {
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    Ok(events)
}

pub async fn place(events: &Events, id: &str) -> TestResult {
    events.emit_order_placed(&OrderPlaced::new(id, "eu")).await?;
    Ok(())
}

/// What handlers saw, in order.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    pub fn add(&self, what: impl Into<String>) {
        self.0.lock().expect("no test panics with it").push(what.into());
    }

    pub fn all(&self) -> Vec<String> {
        self.0.lock().expect("no test panics with it").clone()
    }

    /// Waits until it has that many.
    pub async fn until(&self, count: usize) -> Vec<String> {
        eventually(async || self.all().len() >= count).await;
        self.all()
    }
}

/// A reader in a task of its own.
pub struct Running {
    stop: oneshot::Sender<()>,
    pub task: JoinHandle<Result<Served, ReadError>>,
}

impl Running {
    pub fn new(stop: oneshot::Sender<()>, task: JoinHandle<Result<Served, ReadError>>) -> Self {
        Self { stop, task }
    }

    /// Stops it gracefully.
    pub async fn stop(self) -> Result<Served, Box<dyn Error>> {
        let _ = self.stop.send(());
        Ok(tokio::time::timeout(LIMIT, self.task).await???)
    }
}

/// Runs the reader of `billing` with this handler of `order-placed`; it does nothing with the other events.
pub fn run<M: 'static>(
    events: &Events,
    change: impl FnOnce(ReaderOptions) -> ReaderOptions,
    placed: impl Handler<OrderPlaced, M>,
) -> Running {
    let reader = events
        .billing()
        .reader()
        .retry(quick())
        .configure(change)
        .on_order_placed(placed)
        .on_order_cancelled(async |_: OrderCancelled, _: &walnats_runtime::Delivery| {})
        .on_payment_received(async |_: PaymentReceived, _: &walnats_runtime::Delivery| {});
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(reader.run(async {
        let _ = stopped.await;
    }));
    Running { stop, task }
}

/// Short pauses.
pub fn quick() -> Backoff {
    Backoff::new([Duration::from_millis(50)]).attempts(3)
}

/// Waits for a condition.
pub async fn eventually<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < LIMIT, "this never became true");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A request of JetStream's API and its answer, errors included.
pub async fn call(events: &Events, operation: &str, body: Value) -> Value {
    let client = events.publisher().client();
    match client.request(format!("$JS.API.{operation}"), body.to_string().into()).await {
        Ok(answer) => serde_json::from_slice(&answer.payload).expect("JetStream answers in JSON"),
        Err(_) => Value::Null,
    }
}

/// A number in what the server says about the consumer `billing`.
pub async fn number(events: &Events, stream: &str, name: &str) -> u64 {
    let info = call(events, &format!("CONSUMER.INFO.{stream}.billing"), json!({})).await;
    info[name].as_u64().unwrap_or(u64::MAX)
}

/// Waits until the server has everything settled.
pub async fn settled(events: &Events, stream: &str) {
    eventually(async || {
        number(events, stream, "num_ack_pending").await == 0 && number(events, stream, "num_pending").await == 0
    })
    .await;
}

/// A dead letter: its payload and its headers.
pub struct DeadLetter {
    pub subject: String,
    pub payload: String,
    pub headers: BTreeMap<String, String>,
}

/// All dead letters, when there are at least that many.
pub async fn dead_letters(events: &Events, count: u64) -> Result<Vec<DeadLetter>, Box<dyn Error>> {
    let stored = async || {
        let info = call(events, "STREAM.INFO.dead-letters", json!({})).await;
        info.pointer("/state/messages").and_then(Value::as_u64).unwrap_or_default()
    };
    eventually(async || stored().await >= count).await;
    let stream = events.publisher().jetstream().get_stream("dead-letters").await?;
    let consumer = stream.create_consumer(pull::Config::default()).await?;
    let mut messages = consumer.fetch().max_messages(usize::try_from(stored().await)?).messages().await?;
    let mut letters = Vec::new();
    while let Some(message) = messages.next().await {
        let message = message.map_err(|error| error as Box<dyn Error>)?;
        let headers = message.headers.iter().flat_map(|headers| headers.iter());
        letters.push(DeadLetter {
            subject: message.subject.to_string(),
            payload: String::from_utf8(message.payload.to_vec())?,
            headers: headers.map(|(name, values)| (name.to_string(), values[0].as_str().to_owned())).collect(),
        });
    }
    Ok(letters)
}

/// Waits until the server has everything that was sent before: subscriptions, for example.
pub async fn round_trip(client: &async_nats::Client) -> TestResult {
    client.request("$JS.API.INFO", "".into()).await?;
    Ok(())
}
