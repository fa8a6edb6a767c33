//! The server's rules for configurations, checked before any request.
//!
//! Measured on nats-server 2.15.1. Rules that are missing here still apply: then the server rejects the request, and its
//! code is reported.

use serde_json::Value;
use walnats_subject::{MAX_STREAM_NAME_BYTES, filter_problem, invalid_stream_name_char, overlap};

use super::config::{self, Config};
use super::setting::{Change, SETTINGS, Setting};
use crate::stream::StreamDescriptor;

/// What is known about the server without a request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Server {
    /// Major, minor and patch version, if the server that we are connected to runs JetStream itself.
    pub version: Option<(u64, u64, u64)>,
    /// Whether it is part of a cluster, if known.
    pub clustered: Option<bool>,
}

const HUNDRED_MILLISECONDS: u64 = 100_000_000;
const SECOND: u64 = 1_000_000_000;

/// Every rule that creating the stream, or updating `current`, would violate; empty if the server should accept it.
pub(super) fn broken(
    wanted: &StreamDescriptor,
    desired: &Config,
    current: Option<&Config>,
    server: Server,
) -> Vec<String> {
    let stated = config::stated(wanted);
    let mut broken = unreadable(wanted);
    broken.extend(name(wanted.name));
    broken.extend(filters(&config::subjects_of(desired)));
    broken.extend(settings(desired));
    broken.extend(support(&stated, server));
    match current {
        Some(current) => broken.extend(transition(&stated, desired, current)),
        None => broken.extend(creation(desired)),
    }
    broken
}

/// What a stream cannot be created with, although some of it can be set later.
fn creation(desired: &Config) -> Vec<String> {
    let (sealed, direct) = (config::is_on(desired, "sealed"), config::is_on(desired, "mirror_direct"));
    let rules = [
        (sealed, "a stream cannot be created `sealed`"),
        (direct && !config::is_set(desired, "mirror"), "`mirror_direct` needs `mirror`"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, rule)| rule.to_owned()).collect()
}

/// Settings of a descriptor that are unknown or not JSON.
fn unreadable(wanted: &StreamDescriptor) -> Vec<String> {
    let broken = wanted.settings.iter().filter_map(|(name, text)| {
        if Setting::of(name).is_none_or(|setting| setting.name == "subjects") {
            return Some(format!("`{name}` is not a setting that can be stated for a stream"));
        }
        serde_json::from_str::<Value>(text).is_err().then(|| format!("the value of `{name}` is not JSON"))
    });
    broken.collect()
}

/// The rules that a stream's name breaks.
pub(super) fn name(name: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if name.is_empty() || invalid_stream_name_char(name).is_some() {
        broken.push(format!("stream name {name:?} is empty or has white space or one of `.*>/\\`"));
    }
    if name.len() > MAX_STREAM_NAME_BYTES {
        broken.push(format!("stream name is longer than {MAX_STREAM_NAME_BYTES} bytes"));
    }
    broken
}

fn filters(filters: &[String]) -> Vec<String> {
    let mut broken = Vec::new();
    for (position, filter) in filters.iter().enumerate() {
        let problem = filter_problem(filter).map(|problem| problem.to_string());
        let problem = problem.or_else(|| not_for_streams(filter).map(str::to_owned));
        broken.extend(problem.map(|problem| format!("subject {filter:?} {problem}")));
        let others = filters[..position].iter().filter(|other| overlap(other, filter));
        broken.extend(others.map(|other| format!("subjects `{other}` and `{filter}` of the stream overlap")));
    }
    broken
}

/// Why the server refuses a valid filter as a subject of a stream.
fn not_for_streams(filter: &str) -> Option<&'static str> {
    match filter.split('.').next()? {
        "$JS" | "$SYS" | "$JSC" | "$NRG" => Some("is reserved for the server"),
        _ if filter == ">" => Some("captures everything, including the server's own messages"),
        _ => None,
    }
}

/// Rules between the settings of one stream.
fn settings(desired: &Config) -> Vec<String> {
    let number = |name| config::value(desired, name).as_u64();
    let (age, window) = (config::limit_of(desired, "max_age"), config::limit_of(desired, "duplicate_window"));
    let marker = config::limit_of(desired, "subject_delete_marker_ttl");
    let discards_new = config::text(desired, "discard") == "new";
    let on = |name| config::is_on(desired, name);
    let is_set = |name| config::is_set(desired, name);
    let rules = [
        (config::text(desired, "description").len() > 4096, "`description` is longer than 4096 bytes"),
        (
            number("num_replicas").is_none_or(|replicas| !(1..=5).contains(&replicas)),
            "`replicas` is not between 1 and 5",
        ),
        (age.is_some_and(|age| age < HUNDRED_MILLISECONDS), "`max_age` is below 100 ms"),
        (window.is_some_and(|window| window < HUNDRED_MILLISECONDS), "`duplicate_window` is below 100 ms"),
        (age.zip(window).is_some_and(|(age, window)| window > age), "`duplicate_window` is longer than `max_age`"),
        (on("discard_new_per_subject") && !discards_new, "`discard_new_per_subject` needs `discard = \"new\"`"),
        (
            on("discard_new_per_subject") && config::limit_of(desired, "max_msgs_per_subject").is_none(),
            "`discard_new_per_subject` needs `max_messages_per_subject`",
        ),
        (on("allow_msg_schedules") && discards_new, "`schedules` cannot be used with `discard = \"new\"`"),
        (on("allow_rollup_hdrs") && on("deny_purge"), "`allow_rollup_hdrs` cannot be used with `deny_purge`"),
        (
            on("allow_msg_schedules") && on("deny_purge"),
            "`schedules` needs the permission to purge, and the stream denies it for good (`deny_purge`)",
        ),
        (
            on("allow_atomic") && config::text(desired, "persist_mode") == "async",
            "`atomic` cannot be used on a stream that persists asynchronously",
        ),
        (marker.is_some_and(|marker| marker < SECOND), "`subject_delete_marker_ttl` is below 1 s"),
        (is_set("mirror") && is_set("sources"), "a stream cannot have both `mirror` and `sources`"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, rule)| rule.to_owned()).collect()
}

/// What this server cannot do: it is too old, or not part of a cluster.
fn support(stated: &Config, server: Server) -> Vec<String> {
    let is_unsupported = |setting: &&Setting| {
        let needed = setting.since.filter(|_| setting.value(stated) != setting.value(&Config::new()));
        needed.zip(server.version).is_some_and(|(needed, (major, minor, _))| (major, minor) < needed)
    };
    let mut broken: Vec<String> = SETTINGS.iter().filter(is_unsupported).map(needs).collect();
    let replicas = config::value(stated, "num_replicas").as_u64();
    if replicas > Some(1) && server.clustered == Some(false) {
        broken.push("`replicas` above 1 needs a cluster".to_owned());
    }
    broken
}

/// The server version that a setting needs.
pub(super) fn needs(setting: &Setting) -> String {
    let (major, minor) = setting.since.unwrap_or((2, 9));
    format!("`{}` needs nats-server {major}.{minor}", setting.key)
}

/// Changes that the server refuses for an existing stream.
fn transition(stated: &Config, desired: &Config, current: &Config) -> Vec<String> {
    let mut broken = Vec::new();
    for setting in SETTINGS {
        let (from, to) = (setting.value(current), setting.value(desired));
        let key = setting.key;
        let readable = |value| super::change::readable(setting, value);
        match setting.change {
            _ if from == to => {}
            // A mirror becomes a stream of its own.
            _ if setting.name == "mirror" && to.is_null() => {}
            Change::Never if from.is_object() || to.is_object() => {
                broken.push(format!("`{key}` of a stream cannot change"));
            }
            Change::Never => {
                broken.push(format!("{key} of a stream cannot change (from {} to {})", readable(&from), readable(&to)));
            }
            Change::OnlyOn if from == Value::Bool(true) => broken.push(format!("`{key}` cannot be switched off")),
            _ => {}
        }
    }
    let (from, to) = (config::value(current, "retention"), config::value(desired, "retention"));
    if from != to && (from == "workqueue" || to == "workqueue") {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (from, to) = (word(&from), word(&to));
        broken.push(format!("retention of a stream cannot change to or from workqueue (from {from} to {to})"));
    }
    if config::is_set(current, "mirror") && !stated.contains_key("mirror") {
        broken.push("the stream is a mirror, which stores no subjects".to_owned());
    }
    if config::is_on(current, "sealed") && !config::is_on(stated, "sealed") {
        broken.push("the stream is sealed: it takes no more messages".to_owned());
    }
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
        let subjects = config::wanted_subjects(&wanted);
        let desired = config::desired(&wanted, &subjects, Some(&current));
        broken(&wanted, &desired, Some(&current), server)
    }

    const BASE: StreamDescriptor = StreamDescriptor::new("s");
    const ALL: StreamDescriptor = StreamDescriptor { message_ttl: true, schedules: true, atomic: true, ..BASE };

    #[test]
    fn old_servers_lack_some_features() {
        let server = |(major, minor)| Server { version: Some((major, minor, 0)), clustered: None };
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
        let three = StreamDescriptor { replicas: Some(3), ..BASE };
        for (clustered, broken) in [(None, 0), (Some(true), 0), (Some(false), 1)] {
            assert_eq!(rules(three, json!({}), Server { version: None, clustered }).len(), broken);
        }
    }

    #[test]
    fn some_streams_take_no_events() {
        let mirror = json!({"mirror": {"name": "other"}});
        assert_eq!(rules(BASE, mirror, Server::default()), ["the stream is a mirror, which stores no subjects"]);
        let sealed = rules(BASE, json!({"sealed": true}), Server::default());
        assert_eq!(sealed, ["the stream is sealed: it takes no more messages"]);
    }

    #[test]
    fn names_are_not_empty_and_not_too_long() {
        assert_eq!(name("Order-Events_1"), [""; 0]);
        for bad in ["", "a.b", &"a".repeat(256)] {
            assert_eq!(name(bad).len(), 1, "{bad}");
        }
    }

    #[test]
    fn streams_do_not_store_what_belongs_to_the_server() {
        for good in ["a", "*", "$KV.x.>", "_INBOX.x"] {
            assert_eq!(filters(&[good.to_owned()]), [""; 0]);
        }
        for bad in [">", "$JS.x", "$SYS.x", "a..b"] {
            assert_eq!(filters(&[bad.to_owned()]).len(), 1, "{bad}");
        }
    }
}
