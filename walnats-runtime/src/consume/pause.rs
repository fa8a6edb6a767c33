//! Pausing a service: the server delivers nothing to its consumers for a while (JetStream 2.11, ADR-26).

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::jetstream::{Api, Failure};
use crate::publisher::Publisher;
use crate::register::RegisterError;
use crate::types::DateTime;

/// Pauses and resumes what a service reads, for all of its instances: see [`ReaderMonitor::control`](crate::ReaderMonitor::control). Clones are
/// cheap.
///
/// The server holds the pause: it outlasts connections, restarts of the server and of the instances, and ends by itself. Events
/// that are in hand when it begins are finished, and none is lost; a replayed dead letter waits as well. A paused reader is healthy.
#[derive(Clone)]
pub struct ReaderControl {
    publisher: Publisher,
    api: Api,
    consumers: Arc<[Paused]>,
}

/// A consumer that can be paused.
#[derive(Clone, Debug)]
pub(super) struct Paused {
    /// Its stream, by its name on this server.
    pub(super) stream: String,
    pub(super) consumer: String,
}

/// A consumer could not be paused, resumed or asked.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} consumer `{consumer}` of stream `{stream}`")]
pub struct PauseError {
    /// What was to be done.
    pub action: &'static str,
    /// The stream's name on this server.
    pub stream: String,
    /// The consumer's name.
    pub consumer: String,
    /// Why not: the consumer does not exist before it is registered, and servers before 2.11 do not answer.
    #[source]
    pub source: RegisterError,
}

impl ReaderControl {
    pub(super) fn new(publisher: Publisher, api: Api, consumers: Vec<Paused>) -> Self {
        Self { publisher, api, consumers: consumers.into() }
    }

    /// Pauses until this time; a pause that is there is replaced. A time that is over resumes.
    ///
    /// # Errors
    ///
    /// A consumer could not be paused. Those before it are paused.
    pub async fn pause_until(&self, end: SystemTime) -> Result<(), PauseError> {
        // What no timestamp can hold is as good as never.
        let end = Timestamp::try_from(end).unwrap_or(Timestamp::MAX);
        self.set("pause", &json!({"pause_until": end.to_string()})).await
    }

    /// Pauses for this time, by this machine's clock; in memory, by the clock of the test.
    ///
    /// # Errors
    ///
    /// Those of [`ReaderControl::pause_until`].
    pub async fn pause_for(&self, time: Duration) -> Result<(), PauseError> {
        let end = self.publisher.options().now().checked_add(time);
        self.pause_until(end.unwrap_or_else(|| Timestamp::MAX.into())).await
    }

    /// Ends a pause.
    ///
    /// # Errors
    ///
    /// A consumer could not be resumed. Those before it are resumed.
    pub async fn resume(&self) -> Result<(), PauseError> {
        self.set("resume", &json!({})).await
    }

    /// When the pause ends; `None` if nothing is paused. If consumers differ, the last of the ends.
    ///
    /// # Errors
    ///
    /// A consumer does not exist, or the server cannot be asked.
    pub async fn paused_until(&self) -> Result<Option<DateTime>, PauseError> {
        let mut last: Option<Timestamp> = None;
        for consumer in self.consumers.iter() {
            let request = format!("CONSUMER.INFO.{}.{}", consumer.stream, consumer.consumer);
            let info = self.call("look at", consumer, &request, &json!({})).await?;
            let is_paused = info.get("paused").and_then(Value::as_bool).unwrap_or_default();
            let end = info.pointer("/config/pause_until").and_then(Value::as_str).and_then(|end| end.parse().ok());
            last = last.max(end.filter(|_| is_paused));
        }
        Ok(last.map(DateTime::from))
    }

    async fn set(&self, action: &'static str, body: &Value) -> Result<(), PauseError> {
        for consumer in self.consumers.iter() {
            let request = format!("CONSUMER.PAUSE.{}.{}", consumer.stream, consumer.consumer);
            self.call(action, consumer, &request, body).await?;
        }
        Ok(())
    }

    async fn call(
        &self,
        action: &'static str,
        consumer: &Paused,
        request: &str,
        body: &Value,
    ) -> Result<Value, PauseError> {
        let failed = |failure: Failure| PauseError {
            action,
            stream: consumer.stream.clone(),
            consumer: consumer.consumer.clone(),
            source: failure.into(),
        };
        self.api.call(request, body).await.map_err(failed)
    }
}

impl fmt::Debug for ReaderControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderControl").field("consumers", &self.consumers).finish_non_exhaustive()
    }
}
