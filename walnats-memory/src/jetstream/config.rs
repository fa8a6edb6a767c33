//! The configuration of streams: as JSON, as it is kept, and what is read of it.

use serde_json::{Map, Value, json};
use walnats_subject::{covers, filter_problem, invalid_stream_name_char, overlap};

use crate::error::ApiError;
use crate::time::{Nanos, SECOND};

/// When messages of a stream are deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retention {
    Limits,
    Interest,
    WorkQueue,
}

/// A stream's configuration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    /// All of it, with JetStream's defaults.
    pub(crate) json: Map<String, Value>,
    pub(crate) name: String,
    pub(crate) subjects: Vec<String>,
    pub(crate) retention: Retention,
    pub(crate) in_memory: bool,
    pub(crate) max_age: Option<Nanos>,
    /// How long ids are remembered.
    pub(crate) window: Nanos,
}

/// What this JetStream does not have. A stream with any of it is refused, so that no test relies on it.
const MISSING: [&str; 7] = [
    "mirror",
    "sources",
    "republish",
    "subject_transform",
    "allow_msg_counter",
    "allow_batched",
    "subject_delete_marker_ttl",
];

/// The default duplicate window.
const WINDOW: Nanos = 120 * SECOND;

impl Config {
    /// Reads a configuration, and completes it with defaults.
    pub(crate) fn read(mut json: Map<String, Value>) -> Result<Self, ApiError> {
        json.retain(|_, value| !value.is_null());
        let name = text(&json, "name").to_owned();
        if name.is_empty() || invalid_stream_name_char(&name).is_some() {
            return Err(ApiError::stream_config("stream name is required and can not contain '.', '*', '>'"));
        }
        for (setting, default) in [
            ("retention", json!("limits")),
            ("storage", json!("file")),
            ("discard", json!("old")),
            ("num_replicas", json!(1)),
            ("max_consumers", json!(-1)),
            ("max_msgs", json!(-1)),
            ("max_bytes", json!(-1)),
            ("max_age", json!(0)),
            ("max_msgs_per_subject", json!(-1)),
            ("max_msg_size", json!(-1)),
            ("compression", json!("none")),
            ("allow_direct", json!(false)),
            ("mirror_direct", json!(false)),
            ("sealed", json!(false)),
            ("deny_delete", json!(false)),
            ("deny_purge", json!(false)),
            ("allow_rollup_hdrs", json!(false)),
            ("consumer_limits", json!({})),
            ("allow_msg_ttl", json!(false)),
            ("subjects", json!([name])),
        ] {
            json.entry(setting).or_insert(default);
        }
        for setting in ["max_consumers", "max_msgs", "max_bytes", "max_msgs_per_subject", "max_msg_size"] {
            if json.get(setting).and_then(Value::as_i64) == Some(0) {
                json.insert(setting.to_owned(), json!(-1));
            }
        }
        if is_on(&json, "allow_msg_schedules") {
            json.insert("allow_rollup_hdrs".to_owned(), json!(true));
            json.insert("deny_purge".to_owned(), json!(false));
        }
        let max_age = limit(&json, "max_age").and_then(|age| Nanos::try_from(age).ok());
        let window = json.get("duplicate_window").and_then(Value::as_i64).filter(|window| *window > 0);
        let window = window.unwrap_or_else(|| max_age.map_or(WINDOW, |age| age.min(WINDOW)));
        json.insert("duplicate_window".to_owned(), json!(window));
        let mut subjects = texts(&json, "subjects");
        if subjects.is_empty() {
            subjects.push(name.clone());
            json.insert("subjects".to_owned(), json!(subjects));
        }
        let retention = match text(&json, "retention") {
            "limits" => Retention::Limits,
            "interest" => Retention::Interest,
            "workqueue" => Retention::WorkQueue,
            _ => return Err(ApiError::invalid_json()),
        };
        let in_memory = text(&json, "storage") == "memory";
        let config = Self { json, name, subjects, retention, in_memory, max_age, window };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ApiError> {
        if let Some(missing) = MISSING.into_iter().find(|setting| self.json.get(*setting).is_some_and(is_set)) {
            return Err(ApiError::stream_config(format!("the JetStream in memory does not have `{missing}`")));
        }
        for (index, subject) in self.subjects.iter().enumerate() {
            if let Some(problem) = filter_problem(subject) {
                return Err(ApiError::stream_config(format!("invalid subject: `{subject}` {problem}")));
            }
            if self.subjects.iter().skip(index + 1).any(|other| covers(other, subject) || covers(subject, other)) {
                return Err(ApiError::stream_config(format!("duplicate subjects detected: `{subject}`")));
            }
        }
        if let Some(age) = self.max_age {
            if age < SECOND / 10 {
                return Err(ApiError::stream_config("max age needs to be >= 100ms"));
            }
            if self.window > age {
                return Err(ApiError::stream_config("duplicates window can not be larger then max age"));
            }
        }
        if self.is_on("discard_new_per_subject") && !self.discards_new() {
            let why = "discard new per subject requires discard new policy to be set";
            return Err(ApiError::stream_config(why));
        }
        if self.is_on("discard_new_per_subject") && self.limit("max_msgs_per_subject").is_none() {
            let why = "discard new per subject requires max msgs per subject > 0";
            return Err(ApiError::stream_config(why));
        }
        if self.is_on("allow_msg_schedules") && self.discards_new() {
            return Err(ApiError::stream_config("message schedules can not be used with discard new policy"));
        }
        Ok(())
    }

    /// Whether an update to `self` is refused.
    pub(crate) fn check_update(&self, old: &Self) -> Result<(), ApiError> {
        let differs = |setting: &str| self.json.get(setting) != old.json.get(setting);
        let refused = |why: &str| Err(ApiError::stream_config(why));
        if differs("storage") {
            return refused("stream configuration update can not change storage type");
        }
        if self.retention != old.retention && [self.retention, old.retention].contains(&Retention::WorkQueue) {
            return refused("stream configuration update can not change retention policy to/from workqueue");
        }
        for (setting, why) in [
            ("deny_delete", "stream configuration update can not cancel deny message deletes"),
            ("deny_purge", "stream configuration update can not cancel deny purge"),
            ("allow_msg_ttl", "message TTL status can not be disabled"),
            ("allow_msg_schedules", "message schedules can not be disabled"),
            ("sealed", "stream configuration update can not unseal a sealed stream"),
        ] {
            if old.is_on(setting) && !self.is_on(setting) {
                return refused(why);
            }
        }
        if differs("persist_mode") {
            return refused("stream configuration update can not change persist mode");
        }
        Ok(())
    }

    pub(crate) fn is_on(&self, setting: &str) -> bool {
        is_on(&self.json, setting)
    }

    /// A limit; `None` if there is none.
    pub(crate) fn limit(&self, setting: &str) -> Option<u64> {
        limit(&self.json, setting)
    }

    /// Whether a full stream refuses messages, instead of deleting its oldest ones.
    pub(crate) fn discards_new(&self) -> bool {
        text(&self.json, "discard") == "new"
    }

    /// Whether the stream stores a subject.
    pub(crate) fn takes(&self, subject: &str) -> bool {
        self.subjects.iter().any(|filter| covers(filter, subject))
    }

    /// Whether both would store some subject.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.subjects.iter().any(|own| other.subjects.iter().any(|theirs| overlap(own, theirs)))
    }
}

fn is_on(json: &Map<String, Value>, setting: &str) -> bool {
    json.get(setting).and_then(Value::as_bool).unwrap_or_default()
}

fn limit(json: &Map<String, Value>, setting: &str) -> Option<u64> {
    json.get(setting).and_then(Value::as_u64).filter(|limit| *limit > 0)
}

fn text<'a>(json: &'a Map<String, Value>, setting: &str) -> &'a str {
    json.get(setting).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn texts(json: &Map<String, Value>, setting: &str) -> Vec<String> {
    let list = json.get(setting).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whether a setting is more than absent.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(on) => *on,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}
