//! What the account may use of JetStream, and what its streams reserve. Measured on nats-server 2.10 to 2.15.
//!
//! The limits of the servers themselves (`max_file_store`, `max_memory_store`) are visible to their operator alone.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::api;
use super::config::{self, Config};
use super::error::RegisterError;
use super::rule::Server;
use crate::jetstream::{Api, Failure};

/// The API levels of nats-server 2.12 and 2.14, which count replicas in their own ways.
const LEVEL_2_12: u64 = 2;
const LEVEL_2_14: u64 = 4;

/// An account. Limits are per tier, such as `R3` for streams with three replicas; an account without tiers has one for all.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    tiers: BTreeMap<String, Tier>,
    /// Whether the limits depend on the replicas.
    is_tiered: bool,
    level: u64,
}

/// What the account may use with streams of the tier, and what they reserve.
#[derive(Clone, Debug, Default)]
pub(super) struct Tier {
    pub limits: Limits,
    pub streams: i128,
    pub memory: Reserved,
    pub file: Reserved,
}

/// The bytes that streams reserve by `max_bytes`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reserved {
    /// Each stream once.
    pub once: i128,
    /// Each stream as many times as it has replicas.
    pub replicated: i128,
}

/// Limits of an account.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(super) struct Limits {
    /// Bytes that may be reserved in memory; unlimited if negative.
    pub max_memory: i64,
    /// Bytes that may be reserved in files; unlimited if negative.
    pub max_storage: i64,
    /// Unlimited unless positive, and so are the following.
    pub max_streams: i64,
    pub max_consumers: i64,
    pub memory_max_stream_bytes: i64,
    pub storage_max_stream_bytes: i64,
    /// Whether each stream must have a limit in bytes.
    pub max_bytes_required: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_memory: -1,
            max_storage: -1,
            max_streams: -1,
            max_consumers: -1,
            memory_max_stream_bytes: -1,
            storage_max_stream_bytes: -1,
            max_bytes_required: false,
        }
    }
}

/// The answer of `INFO`, of which each tier has a part.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    limits: Limits,
    streams: i64,
    reserved_memory: Value,
    reserved_storage: Value,
    tiers: BTreeMap<String, Answer>,
    api: ApiLevel,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ApiLevel {
    level: u64,
}

impl Account {
    /// The limits for streams with so many replicas, if the account may have any, and their name.
    pub(super) fn tier(&self, replicas: u64) -> Option<(String, &Tier)> {
        let name = if self.is_tiered { format!("R{replicas}") } else { String::new() };
        self.tiers.get(&name).map(|tier| (name, tier))
    }

    /// The tier of this name.
    pub(super) fn named(&mut self, name: &str) -> Option<&mut Tier> {
        self.tiers.get_mut(name)
    }

    /// The names of the tiers.
    pub(super) fn tier_names(&self) -> Vec<&str> {
        self.tiers.keys().map(String::as_str).collect()
    }

    /// What streams with these reserves count for when a stream with so many replicas is checked.
    pub(super) fn counted(&self, reserved: Reserved, replicas: u64) -> i128 {
        match self.level {
            _ if self.is_tiered => reserved.once,
            LEVEL_2_12.. => reserved.replicated,
            // Older servers count all streams as if they had the replicas of the one that is checked.
            _ => reserved.once * i128::from(replicas.max(1)),
        }
    }

    /// What a stream with so many bytes and replicas counts for itself when it is checked. Where servers differ, the least.
    pub(super) fn asked(&self, bytes: i128, replicas: u64) -> i128 {
        if self.is_tiered || self.level < LEVEL_2_14 { bytes } else { bytes * i128::from(replicas.max(1)) }
    }

    /// Whether the number of replicas of other streams matters for what they reserve.
    fn needs_replicas(&self) -> bool {
        let is_limited = |tier: &Tier| tier.limits.max_memory >= 0 || tier.limits.max_storage >= 0;
        !self.is_tiered && self.level >= LEVEL_2_12 && self.tiers.values().any(is_limited)
    }
}

impl Reserved {
    fn at_least(bytes: i128) -> Self {
        Self { once: bytes, replicated: bytes }
    }

    /// What a stream reserves in this kind of storage.
    pub(super) fn of(config: &Config, storage: &str) -> Self {
        if config::value(config, "storage").as_str() != Some(storage) {
            return Self::default();
        }
        let once = config::limit_of(config, "max_bytes").map_or(0, i128::from);
        Self { once, replicated: once * i128::from(replicas(config)) }
    }

    /// Adds what another stream reserves.
    pub(super) fn add(&mut self, other: Self) {
        self.once += other.once;
        self.replicated += other.replicated;
    }

    /// Takes away what a stream reserves that is counted in.
    pub(super) fn without(self, other: Self) -> Self {
        Self { once: (self.once - other.once).max(0), replicated: (self.replicated - other.replicated).max(0) }
    }
}

/// The number of replicas of a stream, at least 1.
pub(super) fn replicas(config: &Config) -> u64 {
    config::value(config, "num_replicas").as_u64().unwrap_or(1).max(1)
}

/// The account that the API belongs to; `None` if its limits cannot be read, because of a permission or an import that lacks
/// the request.
pub(super) async fn read(api: &Api, server: Server) -> Result<Option<Account>, RegisterError> {
    let answer = match api.call("INFO", &json!({})).await {
        Ok(answer) => answer,
        Err(failure @ (Failure::Timeout { connected: false, .. } | Failure::Unsent { .. })) => {
            return Err(failure.into());
        }
        Err(_) => return Ok(None),
    };
    let Ok(mut account) = serde_json::from_value::<Answer>(answer).map(Account::from) else { return Ok(None) };
    // A server without a cluster has one replica of each stream.
    if account.needs_replicas() && server.clustered != Some(false) {
        // Without permission to list streams, the answer's numbers are the least that is reserved.
        if let (Ok(streams), Some(tier)) = (api::all(api).await, account.named("")) {
            for (storage, reserved) in [("memory", &mut tier.memory), ("file", &mut tier.file)] {
                *reserved = Reserved::default();
                streams.iter().for_each(|stream| reserved.add(Reserved::of(&stream.config, storage)));
            }
        }
    }
    Ok(Some(account))
}

impl From<Answer> for Account {
    fn from(answer: Answer) -> Self {
        let level = answer.api.level;
        let (is_tiered, mut tiers) = (!answer.tiers.is_empty(), answer.tiers);
        if !is_tiered {
            tiers = BTreeMap::from([(String::new(), Answer { tiers: BTreeMap::new(), ..answer })]);
        }
        let tiers = tiers.into_iter().map(|(name, answer)| (name, Tier::from(answer))).collect();
        Self { tiers, is_tiered, level }
    }
}

impl From<Answer> for Tier {
    fn from(answer: Answer) -> Self {
        Self {
            limits: answer.limits,
            streams: answer.streams.max(0).into(),
            memory: Reserved::at_least(bytes(&answer.reserved_memory)),
            file: Reserved::at_least(bytes(&answer.reserved_storage)),
        }
    }
}

/// A number of bytes. Servers before 2.11 count streams without a limit as -1, and write that as an unsigned number.
fn bytes(number: &Value) -> i128 {
    number.as_i64().unwrap_or_default().max(0).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(answer: Value) -> Account {
        serde_json::from_value::<Answer>(answer).expect("an answer").into()
    }

    #[test]
    fn hostile_answers_are_read() {
        for answer in [json!({}), json!({"limits": {}}), json!({"reserved_storage": u64::MAX, "streams": -1})] {
            let account = account(answer);
            let (_, tier) = account.tier(3).expect("one tier for all");
            assert_eq!((tier.limits.max_storage, tier.streams, tier.file.once), (-1, 0, 0));
        }
    }

    #[test]
    fn tiers_are_for_a_number_of_replicas() {
        let tiers = json!({"R1": {"limits": {"max_storage": 5}, "reserved_storage": 3, "streams": 2}, "R3": {}});
        let account = account(json!({"limits": {"max_storage": 0}, "tiers": tiers}));
        assert_eq!(account.tier(1).map(|(name, tier)| (name, tier.file.once)), Some(("R1".to_owned(), 3)));
        assert!(account.tier(2).is_none());
        assert_eq!(account.tier_names(), ["R1", "R3"]);
    }

    #[test]
    fn servers_count_replicas_in_their_own_ways() {
        let others = Reserved { once: 10, replicated: 30 };
        for (answer, counted, asked) in [
            (json!({}), 30, 5),
            (json!({"api": {"level": 1}}), 30, 5),
            (json!({"api": {"level": 3}}), 30, 5),
            (json!({"api": {"level": 4}}), 30, 15),
            (json!({"api": {"level": 5}, "tiers": {"R3": {}}}), 10, 5),
        ] {
            let account = account(answer.clone());
            assert_eq!((account.counted(others, 3), account.asked(5, 3)), (counted, asked), "{answer}");
        }
        assert_eq!(account(json!({})).counted(others, 1), 10);
        assert_eq!(account(json!({"api": {"level": 5}})).counted(others, 1), 30);
    }
}
