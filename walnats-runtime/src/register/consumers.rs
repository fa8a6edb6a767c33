//! The consumers of a stream, as far as changes of the stream concern them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::config::{self, Config};
use crate::jetstream::{Api, Failure};

/// A consumer.
#[derive(Debug, Deserialize)]
pub(super) struct Consumer {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    config: ConsumerConfig,
    #[serde(default)]
    pub num_pending: u64,
    #[serde(default)]
    pub num_ack_pending: u64,
}

#[derive(Debug, Default, Deserialize)]
struct ConsumerConfig {
    #[serde(default)]
    filter_subject: String,
    #[serde(default)]
    filter_subjects: Vec<String>,
    #[serde(default)]
    max_ack_pending: i64,
    #[serde(default)]
    inactive_threshold: i64,
}

impl Consumer {
    /// Its subject filters; none if it gets everything.
    pub(super) fn filters(&self) -> Vec<String> {
        let one = (!self.config.filter_subject.is_empty()).then(|| self.config.filter_subject.clone());
        self.config.filter_subjects.iter().cloned().chain(one).collect()
    }

    /// The limit of the stream's `consumer_limits` that it exceeds, if any.
    fn exceeds(&self, limits: &Value) -> Option<&'static str> {
        let limit = |name: &str| limits.get(name).and_then(Value::as_i64).filter(|limit| *limit > 0);
        let above = |name: &'static str, value: i64| limit(name).is_some_and(|limit| value > limit).then_some(name);
        above("max_ack_pending", self.config.max_ack_pending)
            .or_else(|| above("inactive_threshold", self.config.inactive_threshold))
    }
}

/// The consumers of a stream.
pub(super) async fn list(api: &Api, stream: &str) -> Result<Vec<Consumer>, Failure> {
    let operation = format!("CONSUMER.LIST.{stream}");
    let mut consumers: Vec<Consumer> = Vec::new();
    loop {
        let answer = api.call(&operation, &json!({"offset": consumers.len()})).await?;
        let total = answer.get("total").and_then(Value::as_u64).unwrap_or_default();
        let page = answer.get("consumers").filter(|page| !page.is_null()).cloned().unwrap_or_else(|| json!([]));
        let page: Vec<Consumer> = api.read(&operation, page)?;
        let last = page.is_empty();
        consumers.extend(page);
        if last || consumers.len() as u64 >= total {
            return Ok(consumers);
        }
    }
}

/// The violated rules if `desired` has limits that present consumers exceed: the server refuses them then.
pub(super) async fn over_limits(api: &Api, stream: &str, desired: &Config) -> Result<Vec<String>, Failure> {
    let limits = config::value(desired, "consumer_limits");
    if limits.is_null() {
        return Ok(Vec::new());
    }
    let consumers = match list(api, stream).await {
        Ok(consumers) => consumers,
        // A user who may not list consumers can still register: the server itself refuses it.
        Err(Failure::Timeout { connected: true, .. }) => return Ok(Vec::new()),
        Err(failure) => return Err(failure),
    };
    let broken = consumers.iter().filter_map(|consumer| {
        let limit = consumer.exceeds(&limits)?;
        Some(format!("consumer `{}` has a higher `{limit}` than `consumer_limits` allows", consumer.name))
    });
    Ok(broken.collect())
}
