//! How many messages a change would delete: counted by requests that do not change the stream.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::api::Info;
use super::loss::{Cause, Count};
use super::{config, consumers};
use crate::jetstream::{Api, Failure, code};

/// Message sizes are added up for this many sequences; beyond that, the average size gives an estimate.
const SIZES_READ: u64 = 10_000;
/// Requests in flight at once while sizes are read.
const SIZES_AT_ONCE: u64 = 64;
/// The server lists deleted sequences in one answer. Above this number, that answer would be too large.
const DELETED_READ: u64 = 100_000;

/// How many messages of the stream `cause` deletes.
pub(super) async fn count(api: &Api, stream: &str, info: &Info, cause: Cause) -> Result<Count, Failure> {
    match cause {
        Cause::Messages(messages) => Ok(Count::Exactly(messages)),
        Cause::Age(age) => older(api, stream, info, age).await,
        Cause::Bytes(limit) => beyond_bytes(api, stream, info, limit).await,
        Cause::PerSubject(limit) => {
            let counts = per_subject(api, stream, ">").await?;
            Ok(Count::Exactly(counts.iter().map(|count| count.saturating_sub(limit)).sum()))
        }
        Cause::Interest => not_needed(api, stream, info).await,
    }
}

/// Counts messages older than `age` by the server's clock. One request finds the first message that stays, and the gaps
/// before it are subtracted. Servers before 2.11 cannot find it; there, the whole stream is the bound.
async fn older(api: &Api, stream: &str, info: &Info, age: std::time::Duration) -> Result<Count, Failure> {
    let state = &info.state;
    let now = info.ts.as_deref().and_then(|ts| ts.parse::<Timestamp>().ok()).unwrap_or_else(Timestamp::now);
    let cut_off = SignedDuration::try_from(age).ok().and_then(|age| now.checked_sub(age).ok());
    let Some(cut_off) = cut_off else { return Ok(Count::Exactly(0)) };

    let request = json!({"start_time": cut_off.to_string(), "next_by_subj": ">"});
    let first_kept = match api.call(&format!("STREAM.MSG.GET.{stream}"), &request).await {
        Ok(answer) => answer.pointer("/message/seq").and_then(Value::as_u64),
        Err(Failure::Server { code: code::NO_MESSAGE, .. }) => return Ok(Count::Exactly(state.messages)),
        Err(Failure::Server { .. }) => None,
        Err(failure) => return Err(failure),
    };
    let Some(first_kept) = first_kept else { return Ok(Count::AtMost(state.messages)) };
    let sequences = first_kept.saturating_sub(state.first_seq);
    match state.num_deleted {
        0 => Ok(Count::Exactly(sequences)),
        1..=DELETED_READ => {
            let answer = api.call(&format!("STREAM.INFO.{stream}"), &json!({"deleted_details": true})).await?;
            let deleted = answer.pointer("/state/deleted").and_then(Value::as_array);
            let gaps = deleted.into_iter().flatten().filter_map(Value::as_u64);
            let gaps = gaps.filter(|gap| (state.first_seq..first_kept).contains(gap)).count() as u64;
            Ok(Count::Exactly(sequences.saturating_sub(gaps)))
        }
        _ => Ok(Count::AtMost(sequences.min(state.messages))),
    }
}

/// Counts the oldest messages that are deleted until `limit` bytes remain, by adding up their sizes as the store counts
/// them. If that would take too many requests, the average size gives an estimate.
async fn beyond_bytes(api: &Api, stream: &str, info: &Info, limit: u64) -> Result<Count, Failure> {
    let state = &info.state;
    let memory = config::text(&info.config, "storage") == "memory";
    let mut excess = state.bytes.saturating_sub(limit);
    let average = (state.bytes / state.messages.max(1)).max(1);
    if excess / average > SIZES_READ {
        return Ok(Count::About(excess.div_ceil(average).min(state.messages)));
    }
    let mut dropped = 0;
    let end = state.first_seq.saturating_add(SIZES_READ).min(state.last_seq.saturating_add(1));
    let mut next = state.first_seq;
    while next < end && excess > 0 {
        let batch = next..end.min(next + SIZES_AT_ONCE);
        next = batch.end;
        let sizes = try_join_all(batch.map(|sequence| stored_size(api, stream, sequence, memory))).await?;
        for size in sizes.into_iter().flatten() {
            if excess > 0 {
                dropped += 1;
                excess = excess.saturating_sub(size);
            }
        }
    }
    if excess == 0 {
        return Ok(Count::Exactly(dropped));
    }
    Ok(Count::About((dropped + excess.div_ceil(average)).min(state.messages)))
}

/// The size of a message in bytes as the store counts it; `None` if the sequence is a gap.
async fn stored_size(api: &Api, stream: &str, sequence: u64, memory: bool) -> Result<Option<u64>, Failure> {
    let answer = match api.call(&format!("STREAM.MSG.GET.{stream}"), &json!({"seq": sequence})).await {
        Ok(answer) => answer,
        Err(Failure::Server { code: code::NO_MESSAGE, .. }) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let length = |name| {
        let text = answer.pointer(name).and_then(Value::as_str).unwrap_or_default();
        STANDARD.decode(text).map_or(0, |bytes| bytes.len() as u64)
    };
    let subject = answer.pointer("/message/subject").and_then(Value::as_str).unwrap_or_default().len() as u64;
    let (headers, payload) = (length("/message/hdrs"), length("/message/data"));
    // nats-server adds 16 bytes to a record in memory, 30 in a file, and 4 more in a file for the length of headers.
    let overhead = if memory { 16 } else { 30 + if headers > 0 { 4 } else { 0 } };
    Ok(Some(subject + headers + payload + overhead))
}

/// Messages stored for each subject that `filter` matches.
async fn per_subject(api: &Api, stream: &str, filter: &str) -> Result<Vec<u64>, Failure> {
    Ok(subjects(api, stream, filter).await?.into_iter().map(|(_, count)| count).collect())
}

/// The subjects that `filter` matches, each with the number of its messages.
pub(super) async fn subjects(api: &Api, stream: &str, filter: &str) -> Result<Vec<(String, u64)>, Failure> {
    let mut counts = Vec::new();
    loop {
        let request = json!({"subjects_filter": filter, "offset": counts.len()});
        let answer = api.call(&format!("STREAM.INFO.{stream}"), &request).await?;
        let page = answer.pointer("/state/subjects").and_then(Value::as_object);
        let before = counts.len();
        let counted = |(subject, count): (&String, &Value)| Some((subject.clone(), count.as_u64()?));
        counts.extend(page.into_iter().flatten().filter_map(counted));
        let total = answer.get("total").and_then(Value::as_u64).unwrap_or_default();
        if counts.len() == before || counts.len() as u64 >= total {
            return Ok(counts);
        }
    }
}

/// Counts the messages that are deleted when a stream's retention becomes `interest`: without a consumer, all of them;
/// otherwise those that every matching consumer has acknowledged or skips. Messages that no filter matches stay.
///
/// Exact for one consumer. For several, it is unknown which messages they share, so the count is a bound.
async fn not_needed(api: &Api, stream: &str, info: &Info) -> Result<Count, Failure> {
    let stored = info.state.messages;
    let consumers = consumers::list(api, stream).await?;
    let mut done_by = Vec::new();
    let mut bound = stored;
    for consumer in &consumers {
        let needed = consumer.num_pending + consumer.num_ack_pending;
        let filters = consumer.filters();
        let mut matched = 0;
        for filter in &filters {
            matched += per_subject(api, stream, filter).await?.iter().sum::<u64>();
        }
        if filters.is_empty() {
            matched = stored;
            bound = bound.min(stored.saturating_sub(needed));
        }
        done_by.push(matched.saturating_sub(needed));
    }
    match done_by[..] {
        [] => Ok(Count::Exactly(stored)),
        [done] => Ok(Count::Exactly(done)),
        _ => {
            let bound = bound.min(done_by.iter().sum());
            Ok(if bound == 0 { Count::Exactly(0) } else { Count::AtMost(bound) })
        }
    }
}
