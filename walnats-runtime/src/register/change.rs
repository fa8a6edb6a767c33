//! The differences between two configurations, in readable form.

use std::fmt;

use serde_json::{Value, json};

use super::config::{self, Config};
use super::setting::{SETTINGS, Setting};

/// A change of one setting of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// JetStream's name of the setting, such as `max_age`.
    pub setting: &'static str,
    /// The present value in readable form: `unlimited`, `7d`, `users.*.created`.
    pub from: String,
    /// The new value, likewise.
    pub to: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} -> {}", self.key(), self.from, self.to)
    }
}

impl Change {
    /// The key of the setting in `walnats.toml`: `max_messages` for `max_msgs`.
    pub fn key(&self) -> &'static str {
        Setting::key_of(self.setting)
    }
}

/// The settings that differ.
pub(super) fn changes(current: &Config, desired: &Config) -> Vec<Change> {
    let change = |setting: &Setting| {
        let (from, to) = (setting.value(current), setting.value(desired));
        let written = |config: &Config, value: &Value| match setting.name {
            // In declared order; `value` sorts them.
            "subjects" => readable(setting, &config::subjects_of(config).into()),
            _ => readable(setting, value),
        };
        (from != to).then(|| Change { setting: setting.name, from: written(current, &from), to: written(desired, &to) })
    };
    SETTINGS.iter().filter_map(change).collect()
}

/// The server's defaults, to compare a new stream with.
pub(super) fn defaults() -> Config {
    Config::from_iter([("duplicate_window".to_owned(), json!(120_000_000_000_u64))])
}

/// A value in readable form.
pub(super) fn readable(setting: &Setting, value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Number(number) if setting.is_limit() && number.as_i64().is_some_and(|limit| limit <= 0) => {
            "unlimited".to_owned()
        }
        Value::Number(number) if setting.is_time() => match number.as_u64() {
            Some(0) | None => "none".to_owned(),
            Some(nanoseconds) => duration(nanoseconds),
        },
        Value::Bool(on) => if *on { "on" } else { "off" }.to_owned(),
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::String(text) if setting.name == "description" => format!("{text:?}"),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// In the largest unit that yields a whole number: `7d`, `90s`.
fn duration(nanoseconds: u64) -> String {
    const UNITS: [(u64, &str); 6] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
    ];
    let unit = UNITS.iter().find(|(size, _)| nanoseconds.is_multiple_of(*size));
    unit.map_or_else(|| format!("{nanoseconds}ns"), |(size, name)| format!("{}{name}", nanoseconds / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(value: Value) -> Config {
        serde_json::from_value(value).expect("a table row is an object")
    }

    #[test]
    fn only_what_differs_is_named() {
        let current = config(json!({"subjects": ["b", "a"], "max_age": 0, "max_msgs": 0, "num_replicas": 1, "x": 1}));
        let desired =
            config(json!({"subjects": ["a", "b"], "max_age": 604_800_000_000_000_u64, "max_msgs": -1, "x": 2}));
        let texts: Vec<_> = changes(&current, &desired).iter().map(Change::to_string).collect();
        assert_eq!(texts, ["max_age: unlimited -> 7d"]);
    }

    #[test]
    fn durations_read_well() {
        for (nanoseconds, text) in [
            (120_000_000_000, "2m"),
            (90_000_000_000, "90s"),
            (1_500_000_000, "1500ms"),
            (86_400_000_000_000, "1d"),
            (7, "7ns"),
        ] {
            assert_eq!(duration(nanoseconds), text);
        }
    }
}
