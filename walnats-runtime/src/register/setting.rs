//! The settings that a descriptor can state for a stream: their defaults, and how they may change.

mod table;

use serde_json::{Map, Value, json};

pub(super) use table::SETTINGS;

/// A setting, its default, and how it may change.
pub(super) struct Setting {
    /// JetStream's name.
    pub name: &'static str,
    /// The key of `walnats.toml`.
    pub key: &'static str,
    /// Its type and default.
    kind: Kind,
    /// The first server version that knows it, if later than 2.9. Older servers refuse or ignore it.
    pub since: Option<(u64, u64)>,
    /// What the server does with a change.
    pub change: Change,
    /// Which changes weaken guarantees that others may rely on.
    pub weaker: Weaker,
    /// What the events need of it on an external stream.
    pub need: Need,
}

/// A setting's type, and its default.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text. Default: empty.
    Text,
    /// One of several words. Default: this one.
    Word(&'static str),
    /// A number. Default: this one.
    Number(u64),
    /// A limit. Default: unlimited, which servers report as -1 or 0.
    Limit,
    /// A duration in nanoseconds. Default: none.
    Time,
    /// A switch. Default: off.
    Switch,
    /// An object or an array. Default: none.
    Tree,
}

/// What the server does with a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It accepts the change.
    Free,
    /// It refuses the change.
    Never,
    /// It refuses to switch the setting off.
    OnlyOn,
    /// It ignores the change: the setting applies only when the stream is created.
    AtCreation,
}

/// Which changes weaken the stream, and how.
#[derive(Clone, Copy)]
pub(super) enum Weaker {
    /// None.
    No,
    /// A smaller number, or none.
    Less(&'static str),
    /// Removing a limit.
    Lifted(&'static str),
    /// Switching off.
    Off(&'static str),
    /// Switching on.
    On(&'static str),
    /// To this word.
    To(&'static str, &'static str),
    /// Any change.
    Any(&'static str),
    /// Any change that removes or replaces a part.
    Replaced(&'static str),
}

/// What the events need of a setting that is stated for an external stream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Exactly this value.
    Same,
    /// At least this value; unlimited is the largest.
    AtLeast,
    /// Nothing: it is informative.
    Nothing,
}

const fn row(name: &'static str, kind: Kind) -> Setting {
    Setting { name, key: name, kind, since: None, change: Change::Free, weaker: Weaker::No, need: Need::Same }
}

impl Setting {
    const fn key(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    const fn since(self, minor: u64) -> Self {
        Self { since: Some((2, minor)), ..self }
    }

    const fn change(self, change: Change) -> Self {
        Self { change, ..self }
    }

    const fn weaker(self, weaker: Weaker) -> Self {
        Self { weaker, ..self }
    }

    const fn at_least(self) -> Self {
        Self { need: Need::AtLeast, ..self }
    }

    const fn unneeded(self) -> Self {
        Self { need: Need::Nothing, ..self }
    }

    /// The setting of this name.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// The key of `walnats.toml` for a setting of this name.
    pub(super) fn key_of(name: &'static str) -> &'static str {
        Self::of(name).map_or(name, |setting| setting.key)
    }

    /// Whether it is a duration.
    pub(super) fn is_time(&self) -> bool {
        self.kind == Kind::Time
    }

    /// Whether 0 means unlimited.
    pub(super) fn is_limit(&self) -> bool {
        self.kind == Kind::Limit || self.name == "max_age"
    }

    /// Its value in a configuration, normalized so that values can be compared.
    pub(super) fn value(&self, config: &Map<String, Value>) -> Value {
        let found = config.get(self.name).filter(|value| !value.is_null());
        match self.kind {
            Kind::Text => found.cloned().unwrap_or_else(|| json!("")),
            Kind::Word(absent) => found.filter(|word| **word != json!("")).cloned().unwrap_or_else(|| json!(absent)),
            Kind::Number(absent) => found.cloned().unwrap_or_else(|| json!(absent)),
            Kind::Time => found.cloned().unwrap_or_else(|| json!(0)),
            // Older servers report a missing limit as 0.
            Kind::Limit => found.filter(|limit| **limit != json!(0)).cloned().unwrap_or_else(|| json!(-1)),
            Kind::Switch => found.cloned().unwrap_or(Value::Bool(false)),
            Kind::Tree => found.map(pruned).unwrap_or(Value::Null),
        }
    }

    /// How a change between these values weakens the stream, if it does.
    pub(super) fn weakening(&self, from: &Value, to: &Value) -> Option<&'static str> {
        let unlimited = |value: &Value| value.as_i64().is_none_or(|limit| limit <= 0);
        let (holds, what) = match self.weaker {
            Weaker::No => return None,
            Weaker::Less(what) => (to.as_u64() < from.as_u64(), what),
            Weaker::Lifted(what) => (unlimited(to) && !unlimited(from), what),
            Weaker::Off(what) => (*from == json!(true), what),
            Weaker::On(what) => (*to == json!(true), what),
            Weaker::To(word, what) => (to.as_str() == Some(word), what),
            Weaker::Any(what) => (true, what),
            Weaker::Replaced(what) => (!contains(to, from), what),
        };
        (holds && from != to).then_some(what)
    }

    /// Whether a stream with the value `found` suffices for events that need `needed`.
    pub(super) fn suffices(&self, found: &Value, needed: &Value) -> bool {
        match self.need {
            Need::Nothing => true,
            Need::Same => found == needed,
            Need::AtLeast if self.is_limit() => {
                let limit = |value: &Value| value.as_u64().filter(|limit| *limit > 0).unwrap_or(u64::MAX);
                limit(found) >= limit(needed)
            }
            Need::AtLeast => found.as_u64() >= needed.as_u64(),
        }
    }
}

/// Whether `outer` contains `inner`: each member of an object, each item of an array.
fn contains(outer: &Value, inner: &Value) -> bool {
    match (outer, inner) {
        (_, Value::Null) => true,
        (Value::Array(outer), Value::Array(inner)) => inner.iter().all(|item| outer.contains(item)),
        (Value::Object(outer), Value::Object(inner)) => {
            inner.iter().all(|(name, value)| outer.get(name).is_some_and(|outer| contains(outer, value)))
        }
        _ => outer == inner,
    }
}

/// Removes empty members and those that servers add, and sorts arrays, whose order has no meaning in any setting.
fn pruned(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept: Map<String, Value> = members
                .iter()
                .filter(|(name, _)| !name.starts_with("_nats."))
                .map(|(name, value)| {
                    (name.clone(), if name == "opt_start_time" { moment(value) } else { pruned(value) })
                })
                .filter(|(_, value)| !is_empty(value))
                .collect();
            if kept.is_empty() { Value::Null } else { kept.into() }
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(pruned).collect();
            items.sort_by_key(Value::to_string);
            if items.is_empty() { Value::Null } else { items.into() }
        }
        other => other.clone(),
    }
}

/// A normalized time: servers leave out trailing zeros of the seconds.
fn moment(value: &Value) -> Value {
    let time = value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    time.map_or_else(|| value.clone(), |time| time.to_string().into())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_u64() == Some(0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weakening(name: &str, from: Value, to: Value) -> bool {
        let setting = Setting::of(name).expect("a row");
        let value = |value: Value| setting.value(&Map::from_iter([(name.to_owned(), value)]));
        setting.weakening(&value(from), &value(to)).is_some()
    }

    #[test]
    fn what_takes_something_away_is_told_from_what_does_not() {
        for (name, one, other, there, back) in [
            ("num_replicas", json!(3), json!(1), true, false),
            ("max_age", json!(5), json!(0), true, false),
            ("max_age", json!(5), json!(7), false, false),
            ("max_bytes", json!(5), json!(-1), true, false),
            ("max_msgs", json!(5), json!(0), true, false),
            ("max_msg_size", json!(5), Value::Null, true, false),
            ("duplicate_window", json!(5), json!(4), true, false),
            ("discard", json!("old"), json!("new"), true, true),
            ("retention", json!("limits"), json!("interest"), true, false),
            ("allow_direct", json!(true), json!(false), true, false),
            ("no_ack", json!(false), json!(true), true, false),
            ("sources", json!([{"name": "a"}, {"name": "b"}]), json!([{"name": "b"}]), true, false),
            ("sources", json!([{"name": "a"}]), json!([{"name": "a", "filter_subject": "x"}]), true, true),
            (
                "sources",
                json!([{"name": "a", "opt_start_time": "2026-01-31T12:00:00.500Z"}]),
                json!([{"name": "a", "opt_start_time": "2026-01-31T13:00:00.5+01:00"}]),
                false,
                false,
            ),
            ("republish", json!({"src": "a", "dest": "b"}), Value::Null, true, false),
            ("consumer_limits", json!({"max_ack_pending": 5}), json!({}), true, false),
            ("metadata", json!({"a": "b"}), json!({}), false, false),
            ("compression", json!("s2"), json!("none"), false, false),
        ] {
            assert_eq!(weakening(name, one.clone(), other.clone()), there, "{name}: {one} -> {other}");
            assert_eq!(weakening(name, other.clone(), one.clone()), back, "{name}: {other} -> {one}");
            assert!(!weakening(name, one.clone(), one.clone()), "{name}: {one}");
        }
    }

    #[test]
    fn what_others_own_does_for_events_or_not() {
        for (name, found, needed, does) in [
            ("num_replicas", json!(3), json!(2), true),
            ("num_replicas", json!(1), json!(3), false),
            ("max_age", json!(0), json!(7), true),
            ("max_age", json!(6), json!(7), false),
            ("max_age", json!(6), json!(0), false),
            ("max_msg_size", Value::Null, json!(1_000), true),
            ("max_msg_size", json!(999), json!(1_000), false),
            ("duplicate_window", Value::Null, json!(1), false),
            ("discard", json!("new"), json!("old"), false),
            ("retention", Value::Null, json!("limits"), true),
            ("allow_atomic", Value::Null, json!(true), false),
            ("description", json!("theirs"), json!("ours"), true),
        ] {
            let setting = Setting::of(name).expect("a row");
            let value = |value: &Value| setting.value(&Map::from_iter([(name.to_owned(), value.clone())]));
            assert_eq!(setting.suffices(&value(&found), &value(&needed)), does, "{name}: {found} for {needed}");
        }
    }
}
