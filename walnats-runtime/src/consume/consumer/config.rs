//! The configuration of a consumer as JSON, so that no setting of a newer server is lost.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::plan::ConsumerRefusal;
use crate::consume::options::Start;

/// Where the start that was asked for is kept: the server's own setting changes if the consumer has to be created again.
const START: &str = "walnats-start";

/// The priority group of consumers that deliver in order: the server delivers to one of the instances that pull, until that one
/// stops pulling (ADR-42, `pinned_client`).
pub(in crate::consume) const GROUP: &str = "walnats-order";

/// The consumer that a service needs on a stream.
#[derive(Clone, Debug)]
pub(in crate::consume) struct Wanted {
    /// The stream's name on this server.
    pub stream: String,
    pub name: String,
    /// Sorted, as they are on this server; never empty.
    pub filters: Vec<String>,
    pub ack_wait: Duration,
    pub max_ack_pending: u32,
    pub start: Option<Start>,
    pub allow_skipping: bool,
    /// Whether the stream is that of replayed dead letters.
    pub is_replay: bool,
    /// Whether events are handled in the order of their keys.
    pub is_ordered: bool,
    /// Whether it is for reading once more what is stored, and may be forgotten afterwards.
    pub is_reread: bool,
}

/// How long the server keeps such a consumer if nobody reads from it.
const REREAD: Duration = Duration::from_secs(24 * 3_600);

impl Wanted {
    /// The configuration of a new consumer.
    pub(super) fn fresh(&self) -> Value {
        let mut config = json!({
            "durable_name": self.name,
            "name": self.name,
            "ack_policy": "explicit",
            "replay_policy": "instant",
        });
        if let Some(object) = config.as_object_mut() {
            self.state(object);
            let start = settings(self.start.unwrap_or(Start::All));
            object.insert("metadata".to_owned(), json!({START: text(&start)}));
            object.extend(start);
        }
        config
    }

    /// The configuration of the present consumer with what the reader needs. Everything else stays.
    pub(super) fn merged(&self, present: &Value) -> Value {
        let mut config = present.as_object().cloned().unwrap_or_default();
        self.state(&mut config);
        Value::Object(config)
    }

    /// Sets what the reader needs.
    fn state(&self, config: &mut Map<String, Value>) {
        config.remove("filter_subject");
        config.remove("filter_subjects");
        match self.filters.as_slice() {
            [filter] => config.insert("filter_subject".to_owned(), json!(filter)),
            filters => config.insert("filter_subjects".to_owned(), json!(filters)),
        };
        let ack_wait = u64::try_from(self.ack_wait.as_nanos()).unwrap_or(u64::MAX);
        config.insert("ack_wait".to_owned(), json!(ack_wait));
        // The reader counts attempts itself: at a limit of the server, an event whose last reader died would be stranded.
        config.insert("max_deliver".to_owned(), json!(-1));
        config.insert("max_ack_pending".to_owned(), json!(self.max_ack_pending));
        // It would replace `ack_wait`.
        config.remove("backoff");
        // It would delete the consumer, and with it the position, while the service is down.
        config.remove("inactive_threshold");
        if self.is_reread {
            config.insert("inactive_threshold".to_owned(), json!(u64::try_from(REREAD.as_nanos()).unwrap_or(u64::MAX)));
        }
        config.remove("headers_only");
        if self.is_ordered {
            config.insert("priority_groups".to_owned(), json!([GROUP]));
            config.insert("priority_policy".to_owned(), json!("pinned_client"));
            config.insert("priority_timeout".to_owned(), json!(ack_wait));
        } else {
            for setting in ["priority_groups", "priority_policy", "priority_timeout"] {
                config.remove(setting);
            }
        }
    }

    /// What makes the present consumer unusable. The server changes none of it.
    pub(super) fn unfit(&self, present: &Value) -> Vec<ConsumerRefusal> {
        let setting = |name: &str| present.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut refusals = Vec::new();
        if !setting("deliver_subject").is_empty() {
            refusals.push(ConsumerRefusal::Push);
        }
        if setting("ack_policy") != "explicit" {
            refusals.push(ConsumerRefusal::AckPolicy { present: setting("ack_policy") });
        }
        let groups = present.get("priority_groups").and_then(Value::as_array).into_iter().flatten();
        let groups: Vec<String> = groups.filter_map(Value::as_str).map(str::to_owned).collect();
        if !groups.is_empty() && groups != [GROUP] {
            refusals.push(ConsumerRefusal::PriorityGroups { groups });
        }
        if let Some(start) = self.start {
            let wanted = text(&settings(start));
            let kept = present.pointer(&format!("/metadata/{START}")).and_then(Value::as_str);
            // One that walnats did not create has no such note.
            let present = kept.map_or_else(|| present.as_object().map(text).unwrap_or_default(), str::to_owned);
            if present != wanted {
                refusals.push(ConsumerRefusal::Start { present, wanted });
            }
        }
        refusals
    }
}

/// A start as the settings of a consumer.
fn settings(start: Start) -> Map<String, Value> {
    let (policy, extra) = match start {
        Start::All => ("all", None),
        Start::New => ("new", None),
        Start::Time(time) => ("by_start_time", Some(("opt_start_time", json!(rfc3339(time))))),
        Start::Sequence(sequence) => ("by_start_sequence", Some(("opt_start_seq", json!(sequence.max(1))))),
    };
    let all = [Some(("deliver_policy", json!(policy))), extra];
    all.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The start in the settings of a consumer, as text.
fn text(settings: &Map<String, Value>) -> String {
    let policy = settings.get("deliver_policy").and_then(Value::as_str).unwrap_or("all");
    let extra = match policy {
        "by_start_time" => settings.get("opt_start_time"),
        "by_start_sequence" => settings.get("opt_start_seq"),
        _ => None,
    };
    match extra.map(|extra| extra.as_str().map_or_else(|| extra.to_string(), str::to_owned)) {
        Some(extra) => format!("{policy} {extra}"),
        None => policy.to_owned(),
    }
}

/// Times that cannot be written, before year -9999, say, mean the beginning.
fn rfc3339(time: SystemTime) -> String {
    Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(filters: &[&str], start: Option<Start>) -> Wanted {
        Wanted {
            stream: "orders".to_owned(),
            name: "billing".to_owned(),
            filters: filters.iter().map(|filter| (*filter).to_owned()).collect(),
            ack_wait: Duration::from_secs(30),
            max_ack_pending: 100,
            start,
            allow_skipping: false,
            is_replay: false,
            is_ordered: false,
            is_reread: false,
        }
    }

    #[test]
    fn settings_of_others_stay_unless_they_would_lose_events() {
        let present = json!({
            "durable_name": "billing", "filter_subject": "a", "max_deliver": 3, "backoff": [1], "headers_only": true,
            "inactive_threshold": 5, "num_replicas": 3, "a_setting_of_2030": {"x": 1},
        });
        let merged = wanted(&["a", "b"], None).merged(&present);
        assert_eq!(
            merged,
            json!({
                "durable_name": "billing", "filter_subjects": ["a", "b"], "max_deliver": -1, "ack_wait": 30_000_000_000_u64,
                "max_ack_pending": 100, "num_replicas": 3, "a_setting_of_2030": {"x": 1},
            })
        );
    }

    #[test]
    fn a_consumer_becomes_ordered_and_unordered_again() {
        let plain = wanted(&["a"], None);
        let ordered = Wanted { is_ordered: true, ..plain.clone() };
        let config = ordered.merged(&plain.fresh());
        assert_eq!(config, ordered.fresh());
        assert_eq!(config["priority_groups"], json!([GROUP]));
        assert_eq!(config["priority_timeout"], config["ack_wait"]);
        assert_eq!((ordered.unfit(&config), plain.unfit(&config)), (vec![], vec![]));
        assert_eq!(plain.merged(&config), plain.fresh());
        let foreign = json!({"ack_policy": "explicit", "priority_groups": ["theirs"], "priority_policy": "overflow"});
        assert_eq!(ordered.unfit(&foreign).len(), 1);
    }

    #[test]
    fn a_consumer_that_began_elsewhere_is_refused_only_if_a_start_is_asked_for() {
        let own = wanted(&["a"], Some(Start::Sequence(7))).fresh();
        assert_eq!((&own["deliver_policy"], &own["opt_start_seq"]), (&json!("by_start_sequence"), &json!(7)));
        assert_eq!(wanted(&["a"], Some(Start::Sequence(7))).unfit(&own), []);
        assert_eq!(wanted(&["a"], None).unfit(&own), []);
        let refusal = ConsumerRefusal::Start { present: "by_start_sequence 7".to_owned(), wanted: "all".to_owned() };
        assert_eq!(wanted(&["a"], Some(Start::All)).unfit(&own), [refusal]);
        let foreign = json!({"ack_policy": "none", "deliver_policy": "new", "deliver_subject": "x"});
        assert_eq!(wanted(&["a"], Some(Start::New)).unfit(&foreign).len(), 2);
    }
}
