//! The configuration of consumers.

use serde_json::{Map, Value, json};
use walnats_subject::{covers, overlap};

use super::pinned::Pinning;
use crate::error::ApiError;
use crate::jetstream::config::{Config as StreamConfig, Retention, texts};
use crate::time::{self, Nanos, SECOND};

/// What a consumer awaits for a delivered message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AckPolicy {
    None,
    All,
    Explicit,
}

/// A consumer's configuration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ConsumerConfig {
    /// All of it, with JetStream's defaults.
    pub(crate) json: Map<String, Value>,
    pub(crate) filters: Vec<String>,
    pub(crate) ack_policy: AckPolicy,
    pub(crate) max_deliver: Option<u64>,
    pub(crate) max_ack_pending: Option<usize>,
    pub(crate) headers_only: bool,
    pub(crate) paused_until: Option<Nanos>,
    /// After so long without a sign of life, it is deleted.
    pub(crate) inactive: Option<Nanos>,
    /// Whether one client gets all messages.
    pub(crate) pinning: Option<Pinning>,
    ack_wait: Nanos,
    backoff: Vec<Nanos>,
}

/// What cannot be changed, with the words in which the server says so.
const FIXED: [(&str, &str); 6] = [
    ("deliver_policy", "deliver policy can not be updated"),
    ("opt_start_seq", "start sequence can not be updated"),
    ("opt_start_time", "start time can not be updated"),
    ("ack_policy", "ack policy can not be updated"),
    ("replay_policy", "replay policy can not be updated"),
    ("max_waiting", "max waiting can not be updated"),
];

impl ConsumerConfig {
    /// Reads a configuration, and completes it with defaults. `name` is the consumer's.
    pub(crate) fn read(mut json: Map<String, Value>, name: &str) -> Result<Self, ApiError> {
        json.retain(|_, value| !value.is_null());
        if json.get("deliver_subject").and_then(Value::as_str).is_some_and(|subject| !subject.is_empty()) {
            return Err(ApiError::consumer_config("the JetStream in memory has no push consumers: pull instead"));
        }
        let pinning = Pinning::read(&mut json)?;
        for (setting, default) in
            [("deliver_policy", json!("all")), ("ack_policy", json!("none")), ("replay_policy", json!("instant"))]
        {
            json.entry(setting).or_insert(default);
        }
        let ack_policy = match json.get("ack_policy").and_then(Value::as_str) {
            Some("explicit") => AckPolicy::Explicit,
            Some("all") => AckPolicy::All,
            Some("none") => AckPolicy::None,
            _ => return Err(ApiError::invalid_json()),
        };
        let backoff = json.get("backoff").and_then(Value::as_array).into_iter().flatten();
        let backoff: Vec<Nanos> = backoff.filter_map(Value::as_i64).collect();
        let is_durable = json.get("durable_name").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
        let mut default = |setting: &str, default: i64| {
            let given = json.get(setting).and_then(Value::as_i64).filter(|given| *given != 0);
            let value = given.unwrap_or(default);
            json.insert(setting.to_owned(), json!(value));
            value
        };
        let awaits = ack_policy != AckPolicy::None;
        let ack_wait = match backoff.first() {
            Some(first) => default("ack_wait", *first),
            None if awaits => default("ack_wait", 30 * SECOND),
            None => 0,
        };
        let max_deliver = default("max_deliver", -1);
        default("max_waiting", 512);
        let max_ack_pending = if awaits { default("max_ack_pending", 1_000) } else { -1 };
        default("num_replicas", 0);
        let inactive = default("inactive_threshold", if is_durable { -1 } else { 5 * SECOND });
        if inactive < 0 {
            json.remove("inactive_threshold");
        }
        json.insert("name".to_owned(), json!(name));
        let one = json.get("filter_subject").and_then(Value::as_str).filter(|one| !one.is_empty());
        let filters = one.map(str::to_owned).into_iter().chain(texts(&json, "filter_subjects")).collect();
        let paused_until = json.get("pause_until").and_then(Value::as_str).and_then(time::read);
        Ok(Self {
            filters,
            ack_policy,
            max_deliver: u64::try_from(max_deliver).ok(),
            max_ack_pending: usize::try_from(max_ack_pending).ok(),
            headers_only: json.get("headers_only").and_then(Value::as_bool).unwrap_or_default(),
            paused_until,
            inactive: (inactive > 0).then_some(inactive),
            pinning,
            ack_wait,
            backoff,
            json,
        })
    }

    /// Whether it gets the messages of a subject.
    pub(crate) fn matches(&self, subject: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| covers(filter, subject))
    }

    /// How long an acknowledgement of this attempt, counted from 1, is awaited.
    pub(crate) fn patience(&self, attempt: u64) -> Nanos {
        let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        self.backoff.get(index).or(self.backoff.last()).copied().unwrap_or(self.ack_wait)
    }

    /// A limit for pulls: `max_waiting`, `max_batch`, `max_expires`.
    pub(crate) fn limit(&self, setting: &str) -> Option<u64> {
        self.json.get(setting).and_then(Value::as_u64).filter(|limit| *limit > 0)
    }

    /// Whether a stream can have it, with these other consumers.
    pub(crate) fn check<'a>(
        &self,
        stream: &StreamConfig,
        mut others: impl Iterator<Item = &'a Self>,
    ) -> Result<(), ApiError> {
        for (index, filter) in self.filters.iter().enumerate() {
            if self.filters.iter().skip(index + 1).any(|other| overlap(filter, other)) {
                return Err(ApiError::new(400, 10138, "consumer subject filters cannot overlap"));
            }
        }
        if stream.retention != Retention::WorkQueue {
            return Ok(());
        }
        if self.ack_policy != AckPolicy::Explicit {
            let why = "consumer in pull mode requires explicit ack policy on workqueue stream";
            return Err(ApiError::new(400, 10084, why));
        }
        if self.json.get("deliver_policy").and_then(Value::as_str) != Some("all") {
            return Err(ApiError::new(400, 10101, "consumer must be deliver all on workqueue stream"));
        }
        let shares = |other: &Self| {
            self.filters.is_empty()
                || other.filters.is_empty()
                || self.filters.iter().any(|own| other.filters.iter().any(|theirs| overlap(own, theirs)))
        };
        match others.find(|other| shares(other)) {
            None => Ok(()),
            Some(_) if self.filters.is_empty() => {
                Err(ApiError::new(400, 10099, "multiple non-filtered consumers not allowed on workqueue stream"))
            }
            Some(_) => Err(ApiError::new(400, 10100, "filtered consumer not unique on workqueue stream")),
        }
    }

    /// Whether an update to `self` is refused.
    pub(crate) fn check_update(&self, old: &Self) -> Result<(), ApiError> {
        match FIXED.into_iter().find(|(setting, _)| self.json.get(*setting) != old.json.get(*setting)) {
            Some((_, why)) => Err(ApiError::consumer_config(why)),
            None => Ok(()),
        }
    }
}
