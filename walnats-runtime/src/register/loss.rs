//! Which changes make a stream delete stored messages, and how many.
//!
//! The server accepts these changes without a warning. Other changes delete nothing: fewer subjects, a smaller message
//! size, fewer consumers, a shorter duplicate window, other replicas.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::config::{self, Config};

/// A number of messages, and how precise it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Counted.
    Exactly(u64),
    /// Not more than this.
    AtMost(u64),
    /// Estimated from the average size, because there are too many to count.
    About(u64),
}

impl Count {
    /// The number, however precise it is.
    pub fn messages(self) -> u64 {
        match self {
            Self::Exactly(messages) | Self::AtMost(messages) | Self::About(messages) => messages,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(messages) => write!(f, "{messages}"),
            Self::AtMost(messages) => write!(f, "at most {messages}"),
            Self::About(messages) => write!(f, "about {messages}"),
        }
    }
}

/// A change that deletes stored messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// JetStream's name of the setting that deletes them, such as `max_age`.
    pub setting: &'static str,
    /// How many this setting alone would delete.
    pub messages: Count,
}

impl Loss {
    /// The key of the setting in `walnats.toml`: `max_messages` for `max_msgs`.
    pub fn key(&self) -> &'static str {
        super::setting::Setting::key_of(self.setting)
    }

    /// Why the setting deletes messages.
    pub fn why(&self) -> &'static str {
        match self.setting {
            "max_age" => "they are older",
            "max_msgs" => "they are the oldest beyond the limit",
            "max_bytes" => "they are the oldest beyond the limit in bytes",
            "max_msgs_per_subject" => "they are the oldest of their subject beyond the limit",
            _ => "no consumer is waiting for them",
        }
    }
}

/// What a stream holds, as the server reports it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct State {
    #[serde(default)]
    pub messages: u64,
    #[serde(default)]
    pub bytes: u64,
    #[serde(default)]
    pub first_seq: u64,
    #[serde(default)]
    pub last_seq: u64,
    #[serde(default)]
    pub num_deleted: u64,
}

/// A change that may delete stored messages; the server is asked how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Messages older than this.
    Age(Duration),
    /// This many messages, the oldest.
    Messages(u64),
    /// The oldest messages, until these bytes remain.
    Bytes(u64),
    /// The oldest messages of each subject that has more than this many.
    PerSubject(u64),
    /// Messages that no consumer needs.
    Interest,
}

impl Cause {
    pub(super) fn setting(self) -> &'static str {
        match self {
            Self::Age(_) => "max_age",
            Self::Messages(_) => "max_msgs",
            Self::Bytes(_) => "max_bytes",
            Self::PerSubject(_) => "max_msgs_per_subject",
            Self::Interest => "retention",
        }
    }
}

/// The causes of loss in a change from `current` to `desired`.
pub(super) fn causes(current: &Config, desired: &Config, state: &State) -> Vec<Cause> {
    if state.messages == 0 {
        return Vec::new();
    }
    let limit = |name| config::limit_of(desired, name);
    let lowered = |name| limit(name).filter(|new| config::limit_of(current, name).is_none_or(|old| *new < old));
    // With `discard = "new"`, a stream over its limit keeps its messages and refuses new ones.
    let drops_old = config::value(desired, "discard") == "old";
    let interest = |config| config::value(config, "retention") == "interest";
    [
        lowered("max_age").map(|age| Cause::Age(Duration::from_nanos(age))),
        limit("max_msgs")
            .filter(|limit| drops_old && state.messages > *limit)
            .map(|l| Cause::Messages(state.messages - l)),
        limit("max_bytes").filter(|limit| drops_old && state.bytes > *limit).map(Cause::Bytes),
        lowered("max_msgs_per_subject").map(Cause::PerSubject),
        (interest(desired) && !interest(current)).then_some(Cause::Interest),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The total of all losses, of `stored` messages.
pub(super) fn total(losses: &[Loss], stored: u64) -> Count {
    if losses.iter().any(|loss| loss.messages == Count::Exactly(stored)) {
        return Count::Exactly(stored);
    }
    // Age and the limits of the whole stream delete the oldest messages, so the largest of these losses includes the others.
    let (oldest, others): (Vec<&Loss>, _) =
        losses.iter().partition(|loss| matches!(loss.setting, "max_age" | "max_msgs" | "max_bytes"));
    let oldest = oldest.into_iter().map(|loss| loss.messages).max_by_key(|count| count.messages());
    let counts: Vec<Count> = oldest.into_iter().chain(others.into_iter().map(|loss| loss.messages)).collect();
    match counts[..] {
        [] => Count::Exactly(0),
        [count] => count,
        _ => {
            let sum = counts.iter().map(|count| count.messages()).sum::<u64>().min(stored);
            let estimated = counts.iter().any(|count| matches!(count, Count::About(_)));
            if estimated { Count::About(sum) } else { Count::AtMost(sum) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn config(value: Value) -> Config {
        serde_json::from_value(value).expect("a table row is an object")
    }

    #[test]
    fn only_some_changes_drop_what_is_stored() {
        let state = State { messages: 20, bytes: 880, first_seq: 1, last_seq: 20, ..State::default() };
        let rows = [
            (json!({}), json!({}), vec![]),
            (json!({}), json!({"subjects": ["b"], "max_msg_size": 1, "max_consumers": 1}), vec![]),
            (json!({}), json!({"max_age": 1_000_000_000}), vec![Cause::Age(Duration::from_secs(1))]),
            (json!({"max_age": 1}), json!({"max_age": 1}), vec![]),
            (json!({"max_age": 1}), json!({"max_age": 2}), vec![]),
            (json!({"max_age": 1}), json!({"max_age": 0}), vec![]),
            (json!({}), json!({"max_msgs": 5}), vec![Cause::Messages(15)]),
            (json!({}), json!({"max_msgs": 20}), vec![]),
            (json!({}), json!({"max_msgs": 5, "discard": "new"}), vec![]),
            (json!({"max_msgs": 5, "discard": "new"}), json!({"max_msgs": 5}), vec![Cause::Messages(15)]),
            (json!({}), json!({"max_bytes": 300}), vec![Cause::Bytes(300)]),
            (json!({}), json!({"max_bytes": 880}), vec![]),
            (json!({}), json!({"max_bytes": 300, "discard": "new"}), vec![]),
            (json!({}), json!({"max_msgs_per_subject": 2}), vec![Cause::PerSubject(2)]),
            (json!({}), json!({"max_msgs_per_subject": 2, "discard": "new"}), vec![Cause::PerSubject(2)]),
            (json!({"max_msgs_per_subject": 2}), json!({"max_msgs_per_subject": 3}), vec![]),
            (json!({}), json!({"retention": "interest"}), vec![Cause::Interest]),
            (json!({"retention": "interest"}), json!({"retention": "interest"}), vec![]),
            (json!({"retention": "interest"}), json!({}), vec![]),
        ];
        for (current, desired, expected) in rows {
            let found = causes(&config(current.clone()), &config(desired.clone()), &state);
            assert_eq!(found, expected, "{current} -> {desired}");
            let none = causes(&config(current), &config(desired), &State::default());
            assert_eq!(none, [], "an empty stream has nothing to lose");
        }
    }

    #[test]
    fn losses_add_up() {
        use Count::{About, AtMost, Exactly};
        let loss = |(setting, messages)| Loss { setting, messages };
        let rows = [
            (vec![], Exactly(0)),
            (vec![("max_age", Exactly(3)), ("max_msgs", Exactly(5))], Exactly(5)),
            (vec![("max_age", Exactly(3)), ("max_bytes", About(5))], About(5)),
            (vec![("max_msgs", Exactly(3)), ("max_msgs_per_subject", Exactly(5))], AtMost(8)),
            (vec![("max_msgs", Exactly(15)), ("max_msgs_per_subject", Exactly(15))], AtMost(20)),
            (vec![("retention", Exactly(20)), ("max_age", Exactly(5))], Exactly(20)),
            (vec![("retention", AtMost(4))], AtMost(4)),
        ];
        for (losses, expected) in rows {
            let losses: Vec<Loss> = losses.into_iter().map(loss).collect();
            assert_eq!(total(&losses, 20), expected, "{losses:?}");
        }
    }
}
