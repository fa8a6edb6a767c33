//! The server's rules: what it refuses of a configuration, known before it is asked.
//!
//! Measured on nats-server 2.15.1. A rule that is not listed here still holds: the server's answer comes back with its
//! code when the plan is carried out.

use super::config::{self, Config};
use super::subjects;
use crate::{Discard, StreamDescriptor};

/// What is known of the server without asking it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Server {
    /// Major and minor version, where the server that we are connected to runs JetStream itself.
    pub version: Option<(u64, u64)>,
    /// Whether it is part of a cluster, where that is known.
    pub clustered: Option<bool>,
}

const HUNDRED_MILLISECONDS: std::time::Duration = std::time::Duration::from_millis(100);

/// Every rule that the wanted stream breaks, new or laid over `current`; empty if the server should accept it.
pub(super) fn broken(
    wanted: &StreamDescriptor,
    desired: &Config,
    current: Option<&Config>,
    server: Server,
) -> Vec<String> {
    let mut broken = name(wanted.name);
    broken.extend(filters(&config::subjects_of(desired)));
    broken.extend(settings(wanted));
    broken.extend(support(wanted, server));
    if let Some(current) = current {
        broken.extend(transition(wanted, desired, current));
    }
    broken
}

/// The rules that a stream's name breaks.
pub(super) fn name(name: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || ".*>/\\".contains(c)) {
        broken.push(format!("stream name {name:?} is empty or holds white space or one of `.*>/\\`"));
    }
    if name.len() > 255 {
        broken.push("stream name is longer than 255 bytes".to_owned());
    }
    broken
}

fn filters(filters: &[String]) -> Vec<String> {
    let mut broken = Vec::new();
    for (position, filter) in filters.iter().enumerate() {
        broken.extend(subjects::fault(filter).map(|fault| format!("subject {filter:?} {fault}")));
        let others = filters[..position].iter().filter(|other| subjects::overlap(other, filter));
        broken.extend(others.map(|other| format!("subjects `{other}` and `{filter}` of the stream overlap")));
    }
    broken
}

/// Rules between the settings of one stream.
fn settings(wanted: &StreamDescriptor) -> Vec<String> {
    let window = config::duplicate_window(wanted);
    let age = wanted.max_age.filter(|age| !age.is_zero());
    let rules = [
        (wanted.description.len() > 4096, "`description` is longer than 4096 bytes"),
        (!(1..=5).contains(&wanted.replicas), "`replicas` is not between 1 and 5"),
        (age.is_some_and(|age| age < HUNDRED_MILLISECONDS), "`max_age` is below 100 ms"),
        (window < HUNDRED_MILLISECONDS, "`duplicate_window` is below 100 ms"),
        (age.is_some_and(|age| window > age), "`duplicate_window` is longer than `max_age`"),
        (
            wanted.discard_new_per_subject && wanted.discard != Discard::New,
            "`discard_new_per_subject` needs `discard = \"new\"`",
        ),
        (
            wanted.discard_new_per_subject && wanted.max_messages_per_subject.is_none_or(|limit| limit == 0),
            "`discard_new_per_subject` needs `max_messages_per_subject`",
        ),
        (wanted.schedules && wanted.discard == Discard::New, "`schedules` cannot be used with `discard = \"new\"`"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, rule)| rule.to_owned()).collect()
}

/// What this server is too old or too alone for.
fn support(wanted: &StreamDescriptor, server: Server) -> Vec<String> {
    let older_than = |minor| server.version.is_some_and(|version| version < (2, minor));
    let rules = [
        (wanted.message_ttl && older_than(11), "`message_ttl` needs nats-server 2.11"),
        (wanted.schedules && older_than(12), "`schedules` needs nats-server 2.12"),
        (wanted.atomic && older_than(12), "`atomic` needs nats-server 2.12"),
        (wanted.replicas > 1 && server.clustered == Some(false), "`replicas` above 1 needs a cluster"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, rule)| rule.to_owned()).collect()
}

/// What an existing stream cannot become.
fn transition(wanted: &StreamDescriptor, desired: &Config, current: &Config) -> Vec<String> {
    let mut broken = Vec::new();
    let text = |config, setting| config::value(config, setting).as_str().unwrap_or_default().to_owned();
    let (from, to) = (text(current, "storage"), text(desired, "storage"));
    if from != to {
        broken.push(format!("storage of a stream cannot change (from {from} to {to})"));
    }
    let (from, to) = (text(current, "retention"), text(desired, "retention"));
    if from != to && (from == "workqueue" || to == "workqueue") {
        broken.push(format!("retention of a stream cannot change to or from workqueue (from {from} to {to})"));
    }
    let rules = [
        (
            config::is_on(current, "allow_msg_schedules") && wanted.discard == Discard::New,
            "the stream has schedules, which cannot be disabled and cannot be used with `discard = \"new\"`",
        ),
        (
            wanted.schedules && config::is_on(current, "deny_purge"),
            "`schedules` needs the permission to purge, and the stream denies it for good (`deny_purge`)",
        ),
        (
            wanted.atomic && config::text(current, "persist_mode") == "async",
            "`atomic` cannot be used on a stream that persists asynchronously",
        ),
        (
            current.get("mirror").is_some_and(|mirror| !mirror.is_null()),
            "the stream is a mirror, which stores no subjects",
        ),
        (config::is_on(current, "sealed"), "the stream is sealed: it admits no more messages"),
    ];
    broken.extend(rules.into_iter().filter(|(broken, _)| *broken).map(|(_, rule)| rule.to_owned()));
    broken
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The rules broken by `wanted` over a stream that is configured so; the rest is tried on a real server.
    fn rules(wanted: StreamDescriptor, current: Value, server: Server) -> Vec<String> {
        let wanted = StreamDescriptor { name: "s", ..wanted };
        let current: Config = serde_json::from_value(current).expect("an object");
        let desired = config::desired(&wanted, &config::wanted_subjects(&wanted), Some(&current));
        broken(&wanted, &desired, Some(&current), server)
    }

    const BASE: StreamDescriptor = StreamDescriptor::new("s");
    const ALL: StreamDescriptor = StreamDescriptor { message_ttl: true, schedules: true, atomic: true, ..BASE };

    #[test]
    fn old_servers_lack_some_features() {
        let server = |version| Server { version: Some(version), clustered: None };
        assert_eq!(rules(BASE, json!({}), server((2, 9))), [""; 0]);
        assert_eq!(rules(ALL, json!({}), server((2, 12))), [""; 0]);
        assert_eq!(rules(ALL, json!({}), server((3, 0))), [""; 0]);
        assert_eq!(rules(ALL, json!({}), Server::default()), [""; 0]);
        let late = ["`schedules` needs nats-server 2.12", "`atomic` needs nats-server 2.12"];
        assert_eq!(rules(ALL, json!({}), server((2, 11))), late);
        assert_eq!(rules(ALL, json!({}), server((2, 10))).len(), 3);
    }

    #[test]
    fn replicas_need_a_cluster_where_that_is_known() {
        let three = StreamDescriptor { replicas: 3, ..BASE };
        for (clustered, broken) in [(None, 0), (Some(true), 0), (Some(false), 1)] {
            assert_eq!(rules(three, json!({}), Server { version: None, clustered }).len(), broken);
        }
    }

    #[test]
    fn some_streams_take_no_events() {
        let mirror = json!({"mirror": {"name": "other"}});
        assert_eq!(rules(BASE, mirror, Server::default()), ["the stream is a mirror, which stores no subjects"]);
        let sealed = rules(BASE, json!({"sealed": true}), Server::default());
        assert_eq!(sealed, ["the stream is sealed: it admits no more messages"]);
    }

    #[test]
    fn names_are_tokens_and_not_paths() {
        for good in ["s", "Order-Events_1", "öl"] {
            assert_eq!(name(good), [""; 0]);
        }
        for bad in ["", "a.b", "a b", "a*", ">", "a/b", "a\\b", "a\nb"] {
            assert_eq!(name(bad).len(), 1, "{bad}");
        }
    }
}
