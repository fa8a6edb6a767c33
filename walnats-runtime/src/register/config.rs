//! A stream's configuration as the server's JSON, and how a descriptor is laid over the one that is in force.
//!
//! The configuration stays JSON all the way: a typed one would drop the settings of servers newer than the type, and an
//! update that lacks a setting resets it.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::subjects;
use crate::subject::schedule_filter;
use crate::{Discard, Retention, Storage, StreamDescriptor};

/// A stream's configuration by JetStream's names.
pub(super) type Config = Map<String, Value>;

/// The settings that a descriptor governs, in the order in which a plan lists them. All others are left as they are.
pub(super) const MANAGED: &[&str] = &[
    "description",
    "subjects",
    "retention",
    "storage",
    "num_replicas",
    "max_age",
    "max_bytes",
    "max_msgs",
    "max_msgs_per_subject",
    "max_msg_size",
    "max_consumers",
    "discard",
    "discard_new_per_subject",
    "duplicate_window",
    "allow_msg_ttl",
    "allow_msg_schedules",
    "allow_atomic",
];

/// For how long message ids are remembered where nobody says; the server's own default.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);

/// The configuration that a stream is to have.
///
/// Laid over `current`, if there is one: what the descriptor does not govern stays. Message TTLs, schedules and atomic
/// batches are switched on where the descriptor asks, and never off: somebody else may need them, and the server
/// refuses most of it.
pub(super) fn desired(wanted: &StreamDescriptor, subjects: &[String], current: Option<&Config>) -> Config {
    let mut config = current.cloned().unwrap_or_default();
    let mut set = |name: &str, value: Value| config.insert(name.to_owned(), value);
    set("name", wanted.name.into());
    set("subjects", subjects.into());
    if !wanted.description.is_empty() {
        set("description", wanted.description.into());
    }
    set("retention", retention(wanted.retention).into());
    set("storage", storage(wanted.storage).into());
    set("num_replicas", wanted.replicas.into());
    set("max_age", wanted.max_age.map_or(0, nanoseconds).into());
    set("max_bytes", limit(wanted.max_bytes));
    set("max_msgs", limit(wanted.max_messages));
    set("max_msgs_per_subject", limit(wanted.max_messages_per_subject));
    set("max_msg_size", limit(wanted.max_message_size.map(u64::from)));
    set("max_consumers", limit(wanted.max_consumers.map(u64::from)));
    set("discard", discard(wanted.discard).into());
    set("duplicate_window", nanoseconds(duplicate_window(wanted)).into());
    // An older server refuses a field that it does not know, so that what is off is left out.
    let switches = [
        ("discard_new_per_subject", wanted.discard_new_per_subject),
        ("allow_msg_ttl", wanted.message_ttl),
        ("allow_msg_schedules", wanted.schedules),
        ("allow_atomic", wanted.atomic),
    ];
    for (name, _) in switches.iter().filter(|(_, on)| *on) {
        set(name, json!(true));
    }
    if !wanted.discard_new_per_subject {
        config.remove("discard_new_per_subject");
    }
    config
}

/// The subjects that the descriptor asks for, without those that another one covers. A stream without any stores the
/// subject of its name, which is the server's rule; one with schedules also the subjects on which they wait.
pub(super) fn wanted_subjects(wanted: &StreamDescriptor) -> Vec<String> {
    let named: &[&str] = if wanted.subjects.is_empty() { &[wanted.name] } else { wanted.subjects };
    let schedules = wanted.schedules.then(|| schedule_filter(wanted.name));
    // With a prefix for all subjects, it is among them already.
    let schedules = schedules.filter(|filter| !named.iter().any(|subject| subject.ends_with(filter)));
    subjects::without_covered(named.iter().copied().chain(schedules.as_deref()))
}

/// What the server makes of a setting that is absent.
pub(super) fn value(config: &Config, name: &str) -> Value {
    let absent = || match name {
        "description" => json!(""),
        "subjects" => json!([]),
        "retention" => json!("limits"),
        "storage" => json!("file"),
        "discard" => json!("old"),
        "num_replicas" => json!(1),
        "max_age" | "duplicate_window" => json!(0),
        "max_bytes" | "max_msgs" | "max_msgs_per_subject" | "max_msg_size" | "max_consumers" => json!(-1),
        _ => json!(false),
    };
    let found = config.get(name).filter(|value| !value.is_null()).cloned().unwrap_or_else(absent);
    // Older servers report a missing limit as 0.
    if name.starts_with("max_") && name != "max_age" && found == json!(0) { json!(-1) } else { found }
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

/// For how long the stream is to remember message ids.
pub(super) fn duplicate_window(wanted: &StreamDescriptor) -> Duration {
    let longest = wanted.max_age.unwrap_or(Duration::MAX);
    wanted.duplicate_window.unwrap_or_else(|| DUPLICATE_WINDOW.min(longest))
}

fn limit(limit: Option<u64>) -> Value {
    limit.map_or(json!(-1), |limit| limit.min(i64::MAX as u64).into())
}

/// JetStream keeps times as nanoseconds in an `i64`.
fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn retention(retention: Retention) -> &'static str {
    match retention {
        Retention::Limits => "limits",
        Retention::Interest => "interest",
        Retention::WorkQueue => "workqueue",
    }
}

fn storage(storage: Storage) -> &'static str {
    match storage {
        Storage::File => "file",
        Storage::Memory => "memory",
    }
}

fn discard(discard: Discard) -> &'static str {
    match discard {
        Discard::Old => "old",
        Discard::New => "new",
    }
}
