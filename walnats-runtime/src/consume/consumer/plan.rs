//! What registering a consumer would do.

use std::fmt;

use serde_json::Value;

use super::config::Wanted;

/// What registering would do with the consumer of a service on one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumerPlan {
    /// The stream's name on this server.
    pub stream: String,
    /// The consumer's name: that of the service, with the prefix of the subjects before it, if there is one.
    pub consumer: String,
    /// What would be done.
    pub action: ConsumerAction,
    /// The settings that would change, by JetStream's names.
    pub changes: Vec<ConsumerChange>,
}

/// A change of one setting of a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerChange {
    /// JetStream's name of the setting, such as `ack_wait`.
    pub setting: String,
    /// The present value as JSON; `none` if it is not set.
    pub from: String,
    /// The new value, likewise.
    pub to: String,
}

/// What is done with a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsumerAction {
    /// It does not exist, and is created.
    Create,
    /// Its settings change, and no stored event is skipped.
    Update,
    /// It is as it should be.
    NoChange,
    /// Nothing is done.
    Refused(Vec<ConsumerRefusal>),
}

/// Why a consumer is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsumerRefusal {
    /// It pushes its messages to a subject. Another service may use it.
    #[error("it is a push consumer: delete it, or give the service another name")]
    Push,
    /// Its messages are not acknowledged one by one.
    #[error("its `ack_policy` is `{present}`, not `explicit`: delete it, or give the service another name")]
    AckPolicy {
        /// The present policy.
        present: String,
    },
    /// It has priority groups: its messages are for clients that name a group, which readers do not.
    #[error(
        "it has the priority groups {}, which readers do not name in their pulls: delete it, or give the service another name",
        list(.groups)
    )]
    PriorityGroups {
        /// The groups.
        groups: Vec<String>,
    },
    /// The server knows no priority groups, so that it cannot choose the instance that reads in order.
    #[error("the server knows no priority groups, which `ordered_by` needs: nats-server 2.11 or later has them")]
    NoPriorityGroups,
    /// It began elsewhere than [`ReaderOptions::start`](crate::ReaderOptions::start) says, and a server cannot move it.
    #[error("it began at `{present}`, not at `{wanted}`: a server cannot move it, so delete it to begin again")]
    Start {
        /// Where it began.
        present: String,
        /// Where it should have begun.
        wanted: String,
    },
    /// The service consumes an event now of which older ones are stored, and the consumer has passed them.
    #[error(
        "it has passed stored messages of `{filter}`, the first at sequence {sequence}, which the service did not consume \
         before and would never get; `allow_skipping` permits it"
    )]
    Passed {
        /// The subject filter that would be added.
        filter: String,
        /// The sequence number of the first such message.
        sequence: u64,
    },
    /// The service no longer consumes an event of which some are not settled.
    #[error(
        "messages of `{filter}` wait for it, the first at sequence {sequence}, and the service does not consume them any more; \
         `allow_skipping` permits it"
    )]
    Waiting {
        /// The subject filter that would be removed.
        filter: String,
        /// The sequence number of the first message that may wait.
        sequence: u64,
    },
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn to_create(wanted: &Wanted, config: &Value) -> ConsumerPlan {
    let changes = changes(&Value::Null, config);
    plan(wanted, ConsumerAction::Create, changes)
}

pub(super) fn to_update(
    wanted: &Wanted,
    present: &Value,
    config: &Value,
    refusals: Vec<ConsumerRefusal>,
) -> ConsumerPlan {
    let changes = changes(present, config);
    let action = match (refusals.is_empty(), changes.is_empty()) {
        (false, _) => ConsumerAction::Refused(refusals),
        (true, true) => ConsumerAction::NoChange,
        (true, false) => ConsumerAction::Update,
    };
    plan(wanted, action, changes)
}

fn plan(wanted: &Wanted, action: ConsumerAction, changes: Vec<ConsumerChange>) -> ConsumerPlan {
    ConsumerPlan { stream: wanted.stream.clone(), consumer: wanted.name.clone(), action, changes }
}

fn changes(from: &Value, to: &Value) -> Vec<ConsumerChange> {
    let names = [from, to].into_iter().filter_map(Value::as_object).flat_map(|object| object.keys());
    let mut names: Vec<&String> = names.collect();
    names.sort_unstable();
    names.dedup();
    let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), Value::to_string);
    let differing = names.into_iter().filter(|name| from.get(*name) != to.get(*name));
    differing
        .map(|name| ConsumerChange { setting: name.clone(), from: shown(from.get(name)), to: shown(to.get(name)) })
        .collect()
}

impl fmt::Display for ConsumerPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = match &self.action {
            ConsumerAction::Create => "create",
            ConsumerAction::Update => "update",
            ConsumerAction::NoChange => "unchanged",
            ConsumerAction::Refused(_) => "refused",
        };
        write!(f, "consumer `{}` of stream `{}`: {action}", self.consumer, self.stream)?;
        if let ConsumerAction::Refused(refusals) = &self.action {
            return refusals.iter().try_for_each(|refusal| write!(f, "\n  {refusal}"));
        }
        self.changes
            .iter()
            .try_for_each(|ConsumerChange { setting, from, to }| write!(f, "\n  {setting}: {from} -> {to}"))
    }
}
