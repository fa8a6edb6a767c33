//! A stream's configuration as the server's JSON, and how a descriptor is laid over the one that is in force.
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

/// What a descriptor states, and nothing else; subjects and the first description are laid over it apart.
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
    // What is not JSON is a broken rule.
    let others =
        wanted.settings.iter().filter_map(|(name, text)| Some(((*name).to_owned(), serde_json::from_str(text).ok()?)));
    typed.chain(others).collect()
}

/// The configuration that a stream is to have.
///
/// Laid over `current`, if there is one: what the descriptor does not state stays. A stream that is created gets what
/// JetStream's defaults are, where an old server would not know them by itself.
pub(super) fn desired(wanted: &StreamDescriptor, subjects: &[String], current: Option<&Config>) -> Config {
    let mut config = current.cloned().unwrap_or_else(|| first(wanted));
    for (name, value) in stated(wanted) {
        let is_late = Setting::of(&name).is_some_and(|setting| setting.change == Change::AtCreation);
        if is_late && current.is_some() {
            continue;
        }
        // An older server refuses a field that it does not know, so that what is off is left out.
        if value == json!(false) && !config.contains_key(&name) {
            continue;
        }
        // What others say of the stream stays beside what is said here.
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
    // No id needs to be remembered for longer than its message is kept; the server refuses that.
    if let (Some(age), Some(window), None) =
        (limit_of(&config, "max_age"), limit_of(&config, "duplicate_window"), wanted.duplicate_window)
        && window > age
        && wanted.max_age.is_some()
    {
        config.insert("duplicate_window".to_owned(), age.into());
    }
    config
}

/// What a stream is created with where the descriptor does not say otherwise.
fn first(wanted: &StreamDescriptor) -> Config {
    let stated = stated(wanted);
    // A mirror remembers no ids: it takes what its origin has.
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

/// The subjects that the descriptor asks for, without those that another one covers. A stream without any stores the
/// subject of its name, which is the server's rule, unless it copies other streams; one with schedules also the subjects on
/// which they wait.
pub(super) fn wanted_subjects(wanted: &StreamDescriptor) -> Vec<String> {
    let named: &[&str] = if wanted.subjects.is_empty() && !wanted.copies() { &[wanted.name] } else { wanted.subjects };
    let schedules = wanted.schedules.then(|| schedule_filter(wanted.name));
    // With a prefix for all subjects, it is among them already.
    let schedules = schedules.filter(|filter| !named.iter().any(|subject| subject.ends_with(filter)));
    without_covered(named.iter().copied().chain(schedules.as_deref()))
}

/// For how long ids are remembered where nobody says: 2 minutes, or the age of messages where that is shorter.
pub(super) fn usual_window(config: &Config) -> Duration {
    let usual = Duration::from_secs(120);
    limit_of(config, "max_age").map_or(usual, |age| usual.min(Duration::from_nanos(age)))
}

/// The value of a setting, or what the server makes of its absence.
pub(super) fn value(config: &Config, name: &str) -> Value {
    Setting::of(name).map_or(Value::Null, |setting| setting.value(config))
}

/// A limit; `None` where there is none.
pub(super) fn limit_of(config: &Config, name: &str) -> Option<u64> {
    value(config, name).as_u64().filter(|limit| *limit > 0)
}

/// A text setting, empty where it is something else.
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

/// Whether a setting that has members, or a list, is there.
pub(super) fn is_set(config: &Config, name: &str) -> bool {
    !value(config, name).is_null()
}

/// JetStream keeps times as nanoseconds in an `i64`.
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
