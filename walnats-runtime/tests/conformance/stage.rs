//! What a row plays on: a publisher, a clock, and a look at what JetStream holds.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_nats::{HeaderMap, Message};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use walnats_runtime::{EmitError, Memory, Options, Publisher, Receipt, StreamDescriptor};
use walnats_server::NatsServer;

pub type TestResult<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long anything may take on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(60);

/// What happens, as a future that a table can hold.
pub type Scene = Pin<Box<dyn Future<Output = TestResult> + Send>>;

/// A scenario.
#[derive(Clone, Copy)]
pub struct Row {
    pub name: &'static str,
    pub streams: &'static [StreamDescriptor],
    pub scene: fn(Stage) -> Scene,
}

/// A row of the table.
#[macro_export]
macro_rules! row {
    ($name:literal, $streams:expr, $stage:ident => $scene:block) => {
        $crate::stage::Row {
            name: $name,
            streams: $streams,
            scene: |$stage| {
                Box::pin(async move {
                    $scene
                    Ok(())
                })
            },
        }
    };
}

/// What was seen, and why it ended early, if it did.
#[derive(PartialEq, Eq)]
pub struct Played {
    pub seen: Vec<String>,
    pub failure: Option<String>,
}

/// Where a real server and the memory differ.
pub struct Difference<'a>(pub &'a Played, pub &'a Played);

impl Display for Difference<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(real, memory) = self;
        writeln!(f, "  failures: {:?}, in memory {:?}", real.failure, memory.failure)?;
        for index in 0..real.seen.len().max(memory.seen.len()) {
            let (real, memory) = (real.seen.get(index), memory.seen.get(index));
            if real != memory {
                writeln!(f, "  server: {}\n  memory: {}", real.map_or("-", |s| s), memory.map_or("-", |s| s))?;
            }
        }
        Ok(())
    }
}

/// A publisher with its streams, on a server or in memory.
#[derive(Clone)]
pub struct Stage {
    pub publisher: Publisher,
    memory: Option<Memory>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    /// On a server without streams.
    pub async fn real(server: &NatsServer, row: &Row) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let publisher = Publisher::connect(server.url(), row.streams, Options::new()).await?;
        publisher.register(row.streams).await?;
        Ok(Self { publisher, memory: None, seen: Arc::default() })
    }

    pub async fn in_memory(row: &Row) -> Self {
        let publisher = Publisher::in_memory(row.streams).await;
        Self { memory: publisher.memory(), publisher, seen: Arc::default() }
    }

    /// Plays a row, and looks at its streams at the end.
    pub async fn play(self, row: &Row) -> Played {
        let ended = tokio::time::timeout(LIMIT, (row.scene)(self.clone())).await;
        let failure = ended.unwrap_or_else(|elapsed| Err(elapsed.into())).err().map(|error| error.to_string());
        for stream in row.streams {
            self.see_stream(stream.name).await;
        }
        Played { seen: self.seen.lock().map(|seen| seen.clone()).unwrap_or_default(), failure }
    }

    /// Notes something that must be the same on both.
    pub fn see(&self, what: impl Display) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.push(what.to_string());
        }
    }

    /// Notes how an emit ended.
    pub fn see_end(&self, end: Result<Receipt, EmitError>) {
        match end {
            Ok(receipt) => self.see(format!("{receipt}, domain {:?}", receipt.domain)),
            Err(error) => {
                let mut text = error.to_string();
                let mut source = error.source();
                while let Some(error) = source {
                    text += &format!(": {error}");
                    source = error.source();
                }
                self.see(text);
            }
        }
    }

    /// Lets time pass: the clock of the memory, or everybody's.
    pub async fn pass(&self, time: Duration) {
        match &self.memory {
            Some(memory) => memory.advance(time),
            None => tokio::time::sleep(time).await,
        }
    }

    /// A request of JetStream's API and its answer, errors included.
    pub async fn call(&self, operation: &str, body: Value) -> Value {
        let client = self.publisher.client();
        match client.request(format!("$JS.API.{operation}"), body.to_string().into()).await {
            Ok(answer) => serde_json::from_slice(&answer.payload).unwrap_or_default(),
            Err(error) => json!({"request": error.to_string()}),
        }
    }

    /// Notes parts of an answer: `/state/messages`. Of an error, all of it.
    pub async fn see_call(&self, operation: &str, body: Value, parts: &[&str]) {
        let answer = self.call(operation, body).await;
        match answer.get("error") {
            Some(error) => self.see(format!("{operation}: {error}")),
            None => {
                let parts = parts.iter().map(|part| format!("{part}={}", answer.pointer(part).unwrap_or(&Value::Null)));
                self.see(format!("{operation}: {} {}", answer["type"], parts.collect::<Vec<_>>().join(" ")));
            }
        }
    }

    /// Publishes without walnats, and notes the answer. Headers that are none are left out.
    pub async fn see_publish(&self, subject: &str, headers: &[(&str, &str)], payload: &str) {
        let mut map = HeaderMap::new();
        headers.iter().for_each(|(name, value)| map.insert(*name, *value));
        let answer = self.publisher.client().request_with_headers(subject.to_owned(), map, payload.to_owned().into());
        match answer.await {
            Ok(answer) => self.see(format!("{subject}: {}", canonical(&answer.payload))),
            Err(error) => self.see(format!("{subject}: {error}")),
        }
    }

    /// Waits for something that the server does in its own time.
    pub async fn until<F: Future<Output = bool>>(&self, condition: impl Fn() -> F) -> TestResult {
        let started = Instant::now();
        while !condition().await {
            if started.elapsed() > LIMIT / 2 {
                return Err("this never became true".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until a stream holds so many messages.
    pub async fn until_holds(&self, stream: &str, messages: u64) -> TestResult {
        let operation = format!("STREAM.INFO.{stream}");
        self.until(async || {
            let info = self.call(&operation, json!({})).await;
            info.pointer("/state/messages").and_then(Value::as_u64) == Some(messages)
        })
        .await
    }

    /// Notes what a stream holds.
    pub async fn see_stream(&self, stream: &str) {
        let info = self.call(&format!("STREAM.INFO.{stream}"), json!({})).await;
        let Some(state) = info.get("state") else { return self.see(format!("no stream {stream}")) };
        let number = |name: &str| state[name].as_u64().unwrap_or_default();
        let (first, last) = (number("first_seq"), number("last_seq"));
        let mut messages = Vec::new();
        for sequence in first.max(1)..=last {
            let answer = self.call(&format!("STREAM.MSG.GET.{stream}"), json!({"seq": sequence})).await;
            let Some(message) = answer.get("message") else { continue };
            let part = |name: &str| {
                let bytes = STANDARD.decode(message[name].as_str().unwrap_or_default()).unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            };
            messages.push((sequence, message["subject"].clone(), headers(&part("hdrs")), part("data")));
        }
        // Times are as long as their fractions.
        let varies = messages.iter().any(|(_, _, headers, _)| headers.values().any(|value| value == VARIES));
        let bytes = if varies { VARIES.to_owned() } else { number("bytes").to_string() };
        self.see(format!("{stream}: {} of {first} to {last}, {bytes} bytes", number("messages")));
        for (sequence, subject, headers, payload) in messages {
            self.see(format!("{sequence}: {subject} {headers:?} {payload}"));
        }
    }
}

/// In place of what differs from run to run.
const VARIES: &str = "...";

/// Headers without what differs from run to run.
fn headers(text: &str) -> BTreeMap<String, String> {
    let lines = text.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    let shown = lines.map(|(name, value)| {
        let value = value.trim();
        let changes = ["Walnats-Delay", "Nats-Schedule", "Nats-Batch-Id", "Walnats-Dead-Time"].contains(&name)
            || (name == "Nats-Msg-Id" && value.starts_with("dead:"));
        let is_fresh = name == "Nats-Msg-Id" && value.len() == 36 && value.matches('-').count() == 4;
        (name.to_owned(), if changes || is_fresh { VARIES.to_owned() } else { value.to_owned() })
    });
    shown.collect()
}

/// JSON with its members in order.
pub fn canonical(payload: &[u8]) -> String {
    match serde_json::from_slice::<Value>(payload) {
        Ok(value) => value.to_string(),
        Err(_) => String::from_utf8_lossy(payload).into_owned(),
    }
}

/// A message that a consumer delivered: where it is in its stream, and how often it was delivered.
pub fn delivered(message: &Message) -> String {
    if message.reply.is_none() {
        let (status, description) = (message.status, message.description.as_deref().unwrap_or_default());
        return format!("{} {description}", status.map(u16::from).unwrap_or_default()).trim_end().to_owned();
    }
    let tokens: Vec<&str> = message.reply.as_deref().unwrap_or_default().split('.').collect();
    let start = if tokens.len() > 9 { 4 } else { 2 };
    let token = |index: usize| tokens.get(start + index).copied().unwrap_or_default();
    let payload = String::from_utf8_lossy(&message.payload);
    let (stream, consumer, attempt, sequence, delivery, pending) =
        (token(0), token(1), token(2), token(3), token(4), token(6));
    format!(
        "{stream} {consumer} {} {payload}: attempt {attempt} of {sequence}, delivery {delivery}, {pending} left",
        message.subject
    )
}
