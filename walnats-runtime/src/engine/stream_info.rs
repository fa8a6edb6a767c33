//! What `STREAM.INFO` shows of a stream that refused an event: whether it would take it now.

use serde::Deserialize;
use serde_json::Value;

use walnats_subject::covers;

/// The parts of a stream's configuration and state that make it refuse events.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Readiness {
    config: Config,
    state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Config {
    subjects: Vec<String>,
    no_ack: bool,
    sealed: bool,
    discard: String,
    max_msgs: i64,
    max_bytes: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    messages: u64,
    bytes: u64,
}

impl Readiness {
    /// Unreadable information yields a stream without subjects, which takes nothing.
    pub(super) fn of(info: &Value) -> Self {
        Self::deserialize(info).unwrap_or_default()
    }

    /// Whether a message on `subject` is likely to be stored and acknowledged; the empty subject stands for any.
    pub(super) fn takes(&self, subject: &str) -> bool {
        let covered = |filter: &String| covers(filter, subject);
        let taken = subject.is_empty() || self.config.subjects.iter().any(covered);
        taken && !self.config.no_ack && !self.is_full()
    }

    fn is_full(&self) -> bool {
        let Self { config, state } = self;
        let reached = |limit: i64, used: u64| u64::try_from(limit).is_ok_and(|limit| limit > 0 && used >= limit);
        let refuses = config.discard == "new";
        config.sealed
            || (refuses && (reached(config.max_msgs, state.messages) || reached(config.max_bytes, state.bytes)))
    }
}
