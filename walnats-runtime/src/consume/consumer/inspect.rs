//! What the server says about a stream and its consumer.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use walnats_subject::covers;

use super::config::Wanted;
use super::plan::ConsumerRefusal;
use crate::jetstream::{Api, Failure, code};

/// A consumer on the server.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::consume) struct Present {
    #[serde(default)]
    pub(super) config: Value,
    #[serde(default)]
    delivered: Sequences,
    #[serde(default)]
    ack_floor: Sequences,
    #[serde(default)]
    num_pending: u64,
    #[serde(default)]
    num_ack_pending: u64,
    #[serde(default)]
    num_waiting: usize,
    #[serde(default)]
    paused: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Sequences {
    #[serde(default)]
    consumer_seq: u64,
    #[serde(default)]
    stream_seq: u64,
}

impl Present {
    /// Everything up to this sequence number is settled.
    pub(in crate::consume) fn ack_floor(&self) -> u64 {
        self.ack_floor.stream_seq
    }

    /// The number of its last delivery: it counts all that it makes.
    pub(in crate::consume) fn last_delivery(&self) -> u64 {
        self.delivered.consumer_seq
    }

    /// Events that no instance was given yet.
    pub(in crate::consume) fn pending(&self) -> u64 {
        self.num_pending
    }

    /// Events that instances were given and have not settled.
    pub(in crate::consume) fn unsettled(&self) -> u64 {
        self.num_ack_pending
    }

    /// How often the server delivers a message; `None` for any number of times, as readers register it.
    pub(in crate::consume) fn max_deliver(&self) -> Option<i64> {
        self.config.get("max_deliver").and_then(Value::as_i64).filter(|limit| *limit > 0)
    }

    /// Whether the server chooses the instance that is given messages.
    pub(in crate::consume) fn has_groups(&self) -> bool {
        let groups = self.config.get("priority_groups").and_then(Value::as_array);
        groups.is_some_and(|groups| !groups.is_empty())
    }

    /// How long the server waits for a sign of life about a message.
    pub(in crate::consume) fn ack_wait(&self) -> Option<Duration> {
        self.config.get("ack_wait").and_then(Value::as_u64).map(Duration::from_nanos)
    }

    /// Why the server may have left a pull without any answer; `None` if that is as it should be.
    pub(in crate::consume) fn unanswered(&self) -> Option<String> {
        let PullLimits { waiting, .. } = self.pull_limits();
        if self.paused {
            None
        } else if self.num_waiting >= waiting {
            Some(format!("no more than {waiting} pulls may wait (`max_waiting`), and others do"))
        } else {
            Some("it does not answer pulls".to_owned())
        }
    }

    /// What the consumer allows of a pull.
    pub(in crate::consume) fn pull_limits(&self) -> PullLimits {
        let limit = |name: &str| self.config.get(name).and_then(Value::as_u64).filter(|limit| *limit > 0);
        let count = |name: &str| limit(name).and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        PullLimits {
            batch: count("max_batch"),
            expires: limit("max_expires").map_or(Duration::MAX, Duration::from_nanos),
            waiting: count("max_waiting"),
        }
    }

    fn filters(&self) -> Vec<String> {
        let one = self.config.get("filter_subject").and_then(Value::as_str).filter(|one| !one.is_empty());
        let many = self.config.get("filter_subjects").and_then(Value::as_array).into_iter().flatten();
        let all: Vec<String> = many.filter_map(Value::as_str).chain(one).map(str::to_owned).collect();
        if all.is_empty() { vec![">".to_owned()] } else { all }
    }
}

/// What a consumer allows of pulls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::consume) struct PullLimits {
    /// The messages that one asks for.
    pub batch: usize,
    /// How long one waits for messages.
    pub expires: Duration,
    /// How many wait at the same time, those of all instances together.
    pub waiting: usize,
}

/// A stream on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::consume) struct PresentStream {
    /// When it was created: a stream that was deleted and created again differs.
    pub created: String,
    /// Whether a message is deleted when it is acknowledged.
    pub is_work_queue: bool,
    /// Whether a message may be deleted when it is settled: in a work queue, or when no other consumer is interested.
    pub deletes_settled: bool,
    pub replicas: u8,
    /// The sequence number of the last message.
    pub last: u64,
}

/// The stream, if it exists.
pub(in crate::consume) async fn stream(api: &Api, name: &str) -> Result<Option<PresentStream>, Failure> {
    match api.call(&format!("STREAM.INFO.{name}"), &json!({})).await {
        Ok(info) => {
            let retention = info.pointer("/config/retention").and_then(Value::as_str).unwrap_or_default();
            let last = info.pointer("/state/last_seq").and_then(Value::as_u64).unwrap_or_default();
            let replicas = info.pointer("/config/num_replicas").and_then(Value::as_u64);
            Ok(Some(PresentStream {
                created: info.get("created").and_then(Value::as_str).unwrap_or_default().to_owned(),
                is_work_queue: retention == "workqueue",
                deletes_settled: matches!(retention, "workqueue" | "interest"),
                replicas: replicas.and_then(|replicas| u8::try_from(replicas).ok()).unwrap_or(1),
                last,
            }))
        }
        Err(Failure::Server { code: code::STREAM_NOT_FOUND, .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The consumer, if it and its stream exist.
pub(super) async fn consumer(api: &Api, stream: &str, name: &str) -> Result<Option<Present>, Failure> {
    let operation = format!("CONSUMER.INFO.{stream}.{name}");
    match api.call(&operation, &json!({})).await {
        Ok(info) => Ok(Some(api.read(&operation, info)?)),
        Err(Failure::Server { code: code::CONSUMER_NOT_FOUND | code::STREAM_NOT_FOUND, .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The stored events that would never be delivered if the present consumer got the filters that are wanted: a consumer goes
/// on at its position.
pub(super) async fn skipped(api: &Api, wanted: &Wanted, present: &Present) -> Result<Vec<ConsumerRefusal>, Failure> {
    let mut refusals = Vec::new();
    let old = present.filters();
    let delivered = present.delivered.stream_seq;
    for filter in wanted.filters.iter().filter(|filter| !old.iter().any(|old| covers(old, filter))) {
        let first = first_at(api, &wanted.stream, filter, 1).await?.filter(|first| *first <= delivered);
        refusals.extend(first.map(|sequence| ConsumerRefusal::Passed { filter: filter.clone(), sequence }));
    }
    if present.num_pending + present.num_ack_pending == 0 {
        return Ok(refusals);
    }
    for filter in old.iter().filter(|filter| !wanted.filters.iter().any(|new| covers(new, filter))) {
        let first = first_at(api, &wanted.stream, filter, present.ack_floor().saturating_add(1)).await?;
        refusals.extend(first.map(|sequence| ConsumerRefusal::Waiting { filter: filter.clone(), sequence }));
    }
    Ok(refusals)
}

/// The first message on a subject that `filter` matches, from `sequence` on.
async fn first_at(api: &Api, stream: &str, filter: &str, sequence: u64) -> Result<Option<u64>, Failure> {
    let body = json!({"seq": sequence, "next_by_subj": filter});
    match api.call(&format!("STREAM.MSG.GET.{stream}"), &body).await {
        Ok(answer) => Ok(answer.pointer("/message/seq").and_then(Value::as_u64)),
        Err(Failure::Server { code: code::NO_MESSAGE, .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}
