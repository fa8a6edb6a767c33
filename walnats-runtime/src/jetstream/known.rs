//! The observed configuration of streams: cached by `register`, plans and the engine.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::{Map, Value};

/// The settings of a stream that matter to publishers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KnownStream {
    /// How long ids are remembered; zero if they are not.
    pub(crate) duplicate_window: Duration,
    /// Whether it never acknowledges what it stores.
    pub(crate) no_ack: bool,
    /// The maximum bytes of a message, headers included; `None` means the server's limit.
    pub(crate) max_msg_size: Option<u64>,
    /// The subject filters whose messages it stores.
    pub(crate) subjects: Vec<String>,
    /// Whether messages may have a time to live of their own.
    pub(crate) message_ttl: bool,
    /// Whether messages may be scheduled.
    pub(crate) schedules: bool,
    /// Whether atomic batches are allowed.
    pub(crate) atomic: bool,
    /// How long a message is kept at least; zero if it can be deleted at any time.
    pub(crate) keeps: Duration,
}

/// The observed streams, by name. Cloning is cheap, and clones share the cache.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownStreams(Arc<RwLock<HashMap<String, Arc<KnownStream>>>>);

impl KnownStreams {
    /// Caches the answer to `STREAM.INFO`, `STREAM.CREATE` or `STREAM.UPDATE`. Other answers are ignored.
    pub(crate) fn note(&self, stream: &str, info: &Value) {
        if let Some(config) = info.get("config").and_then(Value::as_object) {
            self.note_config(stream, config);
        }
    }

    /// Caches a stream's configuration.
    pub(crate) fn note_config(&self, stream: &str, config: &Map<String, Value>) {
        let known = Arc::new(KnownStream::of(config));
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(stream.to_owned(), known);
    }

    /// The stream as it was last observed.
    pub(crate) fn get(&self, stream: &str) -> Option<Arc<KnownStream>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(stream).cloned()
    }
}

impl KnownStream {
    fn of(config: &Map<String, Value>) -> Self {
        let number = |name| config.get(name).and_then(Value::as_u64).filter(|number| *number > 0);
        let subjects = config.get("subjects").and_then(Value::as_array);
        let is_on = |name| config.get(name).and_then(Value::as_bool).unwrap_or_default();
        Self {
            message_ttl: is_on("allow_msg_ttl"),
            schedules: is_on("allow_msg_schedules"),
            atomic: is_on("allow_atomic"),
            duplicate_window: number("duplicate_window").map_or(Duration::ZERO, Duration::from_nanos),
            no_ack: is_on("no_ack"),
            max_msg_size: number("max_msg_size"),
            keeps: keeps(config),
            subjects: subjects.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }
}

/// How long no limit of the stream deletes a message.
fn keeps(config: &Map<String, Value>) -> Duration {
    let limit = |name| config.get(name).and_then(Value::as_u64).filter(|limit| *limit > 0);
    let word = |name| config.get(name).and_then(Value::as_str).unwrap_or_default();
    let may_be_full = limit("max_msgs").is_some() || limit("max_bytes").is_some();
    if !matches!(word("retention"), "" | "limits") || (may_be_full && word("discard") != "new") {
        return Duration::ZERO;
    }
    limit("max_age").map_or(Duration::MAX, Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_look_counts_and_clones_see_it() {
        let known = KnownStreams::default();
        let clone = known.clone();
        assert_eq!(known.get("s"), None);
        known.note(
            "s",
            &json!({"config": {"subjects": ["s.>"], "duplicate_window": 2_000_000_000, "max_msg_size": -1, "no_ack": true}}),
        );
        let first = KnownStream {
            duplicate_window: Duration::from_secs(2),
            no_ack: true,
            max_msg_size: None,
            subjects: vec!["s.>".to_owned()],
            keeps: Duration::MAX,
            ..KnownStream::default()
        };
        assert_eq!(clone.get("s").as_deref(), Some(&first));
        known.note("s", &json!({"error": {"err_code": 10059}}));
        assert_eq!(clone.get("s").as_deref(), Some(&first));
        known.note("s", &json!({"config": {"max_msg_size": 7}}));
        let second = KnownStream { max_msg_size: Some(7), keeps: Duration::MAX, ..KnownStream::default() };
        assert_eq!(clone.get("s").as_deref(), Some(&second));
    }

    #[test]
    fn messages_stay_for_as_long_as_no_rule_drops_them() {
        for (config, seconds) in [
            (json!({}), u64::MAX),
            (json!({"max_age": 7_000_000_000_u64, "max_msgs": -1}), 7),
            (json!({"max_age": 7_000_000_000_u64, "max_msgs": 5, "discard": "new"}), 7),
            (json!({"max_bytes": 5, "discard": "old"}), 0),
            (json!({"retention": "workqueue"}), 0),
        ] {
            let keeps = KnownStream::of(config.as_object().expect("an object")).keeps;
            assert_eq!(keeps.as_secs(), seconds, "{config}");
        }
    }
}
