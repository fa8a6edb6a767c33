//! A stream's configuration as JSON, and how a descriptor is merged into the present one.
//!
//! The configuration stays JSON all the way: a typed one would drop the settings of servers newer than the type, and an
//! update that lacks a setting resets it.

use std::time::Duration;

use serde_json::{Map, Value, json};
use walnats_subject::without_covered;

use super::setting::{Change, Setting};
use crate::stream::{Discard, Retention, Storage, StreamDescriptor};
use crate::subject::schedule_filter;

/// A stream's configuration by JetStream's names.
pub(super) type Config = Map<String, Value>;

/// The settings that a descriptor states, without subjects and first description.
pub(super) fn stated(wanted: &StreamDescriptor) -> Config {
    let limit =
        |limit: Option<u64>| limit.map(|limit| if limit == 0 { json!(-1) } else { json!(limit.min(i64::MAX as u64)) });
    let on = |on: bool| on.then_some(Value::Bool(true));
    let typed = [
        ("description", (!wanted.description.is_empty()).then(|| json!(wanted.description))),
        ("retention", wanted.retention.map(|retention| json!(retention_name(retention)))),
        ("storage", wanted.storage.map(|storage| json!(storage_name(storage)))),
        ("num_replicas", wanted.replicas.map(|replicas| json!(replicas))),
        ("max_age", wanted.max_age.map(|age| json!(nanoseconds(age)))),
        ("max_bytes", limit(wanted.max_bytes)),
        ("max_msgs", limit(wanted.max_messages)),
        ("max_msgs_per_subject", limit(wanted.max_messages_per_subject)),
        ("max_msg_size", limit(wanted.max_message_size.map(u64::from))),
        ("max_consumers", limit(wanted.max_consumers.map(u64::from))),
        ("discard", wanted.discard.map(|discard| json!(discard_name(discard)))),
        ("discard_new_per_subject", on(wanted.discard_new_per_subject)),
        ("duplicate_window", wanted.duplicate_window.map(|window| json!(nanoseconds(window)))),
        ("allow_msg_ttl", on(wanted.message_ttl)),
        ("allow_msg_schedules", on(wanted.schedules)),
        ("allow_atomic", on(wanted.atomic)),
    ];
    let typed = typed.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    // Values that are not JSON are reported by `rule::broken`.
    let others =
        wanted.settings.iter().filter_map(|(name, text)| Some(((*name).to_owned(), serde_json::from_str(text).ok()?)));
    typed.chain(others).collect()
}

/// The configuration that a stream will have: the descriptor's settings merged into `current`, which keeps settings that
/// the descriptor does not state. A new stream gets JetStream's defaults explicitly, because old servers do not have all of
/// them.
pub(super) fn desired(wanted: &StreamDescriptor, subjects: &[String], current: Option<&Config>) -> Config {
    let mut config = current.cloned().unwrap_or_else(|| first(wanted));
    for (name, value) in stated(wanted) {
        let is_fixed = Setting::of(&name).is_some_and(|setting| setting.change == Change::AtCreation);
        if is_fixed && current.is_some() {
            continue;
        }
        // An older server refuses fields that it does not know, so switches that are off are left out.
        if value == json!(false) && !config.contains_key(&name) {
            continue;
        }
        // Metadata of others is kept next to ours.
        if let (true, Some(Value::Object(present)), Value::Object(stated)) =
            (name == "metadata", config.get_mut(&name), &value)
        {
            present.extend(stated.clone());
            continue;
        }
        config.insert(name, value);
    }
    config.insert("name".to_owned(), wanted.name.into());
    if subjects.is_empty() {
        config.remove("subjects");
    } else {
        config.insert("subjects".to_owned(), subjects.into());
    }
    // The server refuses to remember an id for longer than its message is kept.
    if let (Some(age), Some(window), None) =
        (limit_of(&config, "max_age"), limit_of(&config, "duplicate_window"), wanted.duplicate_window)
        && window > age
        && wanted.max_age.is_some()
    {
        config.insert("duplicate_window".to_owned(), age.into());
    }
    config
}

/// The defaults that a new stream is created with.
fn first(wanted: &StreamDescriptor) -> Config {
    let stated = stated(wanted);
    // A mirror has no duplicate window: it copies what its origin stored.
    let window = (!is_set(&stated, "mirror")).then(|| json!(nanoseconds(usual_window(&stated))));
    let description = (!wanted.first_description.is_empty()).then(|| json!(wanted.first_description));
    [
        ("retention", Some(json!("limits"))),
        ("storage", Some(json!("file"))),
        ("discard", Some(json!("old"))),
        ("num_replicas", Some(json!(1))),
        ("duplicate_window", window),
        ("description", description),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

/// The subjects that the descriptor asks for, without those that another one covers. By the server's rule, a stream without
/// subjects stores the subject of its name, unless it copies other streams. A stream with schedules also stores the subjects
/// on which they wait.
pub(super) fn wanted_subjects(wanted: &StreamDescriptor) -> Vec<String> {
    let named: &[&str] = if wanted.subjects.is_empty() && !wanted.copies() { &[wanted.name] } else { wanted.subjects };
    let schedules = wanted.schedules.then(|| schedule_filter(wanted.name));
    // If the options prefix all subjects, `Names` has added it already.
    let schedules = schedules.filter(|filter| !named.iter().any(|subject| subject.ends_with(filter)));
    without_covered(named.iter().copied().chain(schedules.as_deref()))
}

/// The default duplicate window: 2 minutes, or the maximum age of messages if that is shorter.
pub(super) fn usual_window(config: &Config) -> Duration {
    let usual = Duration::from_secs(120);
    limit_of(config, "max_age").map_or(usual, |age| usual.min(Duration::from_nanos(age)))
}

/// The value of a setting, or its default.
pub(super) fn value(config: &Config, name: &str) -> Value {
    Setting::of(name).map_or(Value::Null, |setting| setting.value(config))
}

/// A limit; `None` if unlimited.
pub(super) fn limit_of(config: &Config, name: &str) -> Option<u64> {
    value(config, name).as_u64().filter(|limit| *limit > 0)
}

/// A text setting; empty if it is not a text.
pub(super) fn text<'a>(config: &'a Config, name: &str) -> &'a str {
    config.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a switch is on.
pub(super) fn is_on(config: &Config, name: &str) -> bool {
    config.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// The subject filters in force.
pub(super) fn subjects_of(config: &Config) -> Vec<String> {
    let list = config.get("subjects").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whether a setting with members or items is present.
pub(super) fn is_set(config: &Config, name: &str) -> bool {
    !value(config, name).is_null()
}

/// JetStream represents durations as nanoseconds in an `i64`.
fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn retention_name(retention: Retention) -> &'static str {
    match retention {
        Retention::Limits => "limits",
        Retention::Interest => "interest",
        Retention::WorkQueue => "workqueue",
    }
}

fn storage_name(storage: Storage) -> &'static str {
    match storage {
        Storage::File => "file",
        Storage::Memory => "memory",
    }
}

fn discard_name(discard: Discard) -> &'static str {
    match discard {
        Discard::Old => "old",
        Discard::New => "new",
    }
}
