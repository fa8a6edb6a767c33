//! What streams really are on the server, as far as somebody here has looked: `register`, a plan, or the engine.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::{Map, Value};

/// What a stream's configuration says that matters to whoever publishes to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KnownStream {
    /// For how long ids are remembered; zero where they are not.
    pub(crate) duplicate_window: Duration,
    /// Whether it never acknowledges what it stores.
    pub(crate) no_ack: bool,
    /// Bytes of one message, headers included; `None` is what the server allows.
    pub(crate) max_msg_size: Option<u64>,
    /// The subject filters whose messages it stores.
    pub(crate) subjects: Vec<String>,
}

/// The streams that were looked at, by name. Cloning is cheap, and all clones share what is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownStreams(Arc<RwLock<HashMap<String, Arc<KnownStream>>>>);

impl KnownStreams {
    /// Keeps what a `STREAM.INFO`, `STREAM.CREATE` or `STREAM.UPDATE` answers. Anything else changes nothing.
    pub(crate) fn note(&self, stream: &str, info: &Value) {
        if let Some(config) = info.get("config").and_then(Value::as_object) {
            self.note_config(stream, config);
        }
    }

    /// Keeps what a stream's configuration says.
    pub(crate) fn note_config(&self, stream: &str, config: &Map<String, Value>) {
        let known = Arc::new(KnownStream::of(config));
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(stream.to_owned(), known);
    }

    /// What the stream was when it was last looked at.
    pub(crate) fn get(&self, stream: &str) -> Option<Arc<KnownStream>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(stream).cloned()
    }
}

impl KnownStream {
    fn of(config: &Map<String, Value>) -> Self {
        let number = |name| config.get(name).and_then(Value::as_u64).filter(|number| *number > 0);
        let subjects = config.get("subjects").and_then(Value::as_array);
        Self {
            duplicate_window: number("duplicate_window").map_or(Duration::ZERO, Duration::from_nanos),
            no_ack: config.get("no_ack").and_then(Value::as_bool).unwrap_or_default(),
            max_msg_size: number("max_msg_size"),
            subjects: subjects.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }
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
        };
        assert_eq!(clone.get("s").as_deref(), Some(&first));
        known.note("s", &json!({"error": {"err_code": 10059}}));
        assert_eq!(clone.get("s").as_deref(), Some(&first));
        known.note("s", &json!({"config": {"max_msg_size": 7}}));
        assert_eq!(clone.get("s").as_deref(), Some(&KnownStream { max_msg_size: Some(7), ..KnownStream::default() }));
    }
}
