//! Durable pull consumers: inspected first, then created or updated, unless stored events would be skipped.

mod config;
mod filters;
mod inspect;
mod plan;

use std::fmt;

use serde_json::{Value, json};

pub(super) use self::config::{GROUP, Wanted};
pub(super) use self::filters::disjoint;
pub(super) use self::inspect::{Present, PresentStream, PullLimits, stream};
pub use self::plan::{ConsumerAction, ConsumerChange, ConsumerPlan, ConsumerRefusal};
use crate::jetstream::{Api, Failure, code};

/// Plans a consumer. The second value is the configuration to send.
pub(super) async fn plan(api: &Api, wanted: &Wanted) -> Result<(ConsumerPlan, Value), Failure> {
    let present = inspect::consumer(api, &wanted.stream, &wanted.name).await?;
    let Some(present) = present else {
        let config = wanted.fresh();
        return Ok((plan::to_create(wanted, &config), config));
    };
    let mut refusals = wanted.unfit(&present.config);
    if !wanted.allow_skipping {
        refusals.extend(inspect::skipped(api, wanted, &present).await?);
    }
    let config = wanted.merged(&present.config);
    Ok((plan::to_update(wanted, &present.config, &config, refusals), config))
}

/// Creates or updates a consumer according to its plan. The answer says whether another process was faster: then it has to be
/// planned again.
pub(super) async fn apply(api: &Api, plan: &ConsumerPlan, config: &Value) -> Result<Applied, Failure> {
    let action = match plan.action {
        ConsumerAction::Create => "create",
        ConsumerAction::Update => "update",
        ConsumerAction::NoChange | ConsumerAction::Refused(_) => return Ok(Applied::Done),
    };
    let operation = format!("CONSUMER.CREATE.{}.{}", plan.stream, plan.consumer);
    let body = json!({"stream_name": plan.stream, "config": config, "action": action});
    match api.call(&operation, &body).await {
        Ok(_) => {
            tracing::info!(stream = plan.stream, consumer = plan.consumer, action, "registered consumer");
            Ok(Applied::Done)
        }
        Err(Failure::Server { code: code::CONSUMER_EXISTS | code::CONSUMER_DOES_NOT_EXIST, .. }) => {
            Ok(Applied::Overtaken)
        }
        Err(failure) => Err(failure),
    }
}

/// Whether a plan was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applied {
    Done,
    /// Another process changed the consumer since it was inspected.
    Overtaken,
}

/// Creates a consumer that was deleted under a running reader. It begins after `ack_floor`, the last sequence number up to which
/// everything is known to be settled: events may come twice, but none is skipped. For a stream that was deleted and created again,
/// that is 0, wherever the reader was to begin in the former one.
///
/// A work queue has nothing that is settled, and no consumer that begins elsewhere.
pub(super) async fn recreate(
    api: &Api,
    wanted: &Wanted,
    stream: &PresentStream,
    ack_floor: u64,
) -> Result<(), Failure> {
    let mut config = wanted.fresh();
    if !stream.is_work_queue {
        config["deliver_policy"] = json!("by_start_sequence");
        config["opt_start_seq"] = json!(ack_floor.saturating_add(1));
    }
    if let Some(config) = config.as_object_mut() {
        config.remove("opt_start_time");
    }
    let plan = plan::to_create(wanted, &config);
    apply(api, &plan, &config).await.map(drop)
}

/// Takes a limit of deliveries away that somebody else has set: the server drops what reaches it, and no dead letter is made.
pub(super) async fn unlimit(api: &Api, wanted: &Wanted, present: &Present) -> Result<(), Failure> {
    let mut config = present.config.clone();
    config["max_deliver"] = json!(-1);
    let plan = plan::to_update(wanted, &present.config, &config, Vec::new());
    apply(api, &plan, &config).await.map(drop)
}

/// Deletes a consumer; one that does not exist is none.
pub(super) async fn delete(api: &Api, wanted: &Wanted) -> Result<(), Failure> {
    match api.call(&format!("CONSUMER.DELETE.{}.{}", wanted.stream, wanted.name), &json!({})).await {
        Ok(_) | Err(Failure::Server { code: code::CONSUMER_NOT_FOUND | code::STREAM_NOT_FOUND, .. }) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// The consumer, if it exists.
pub(super) async fn present(api: &Api, wanted: &Wanted) -> Result<Option<Present>, Failure> {
    inspect::consumer(api, &wanted.stream, &wanted.name).await
}

/// A consumer that was not registered, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedConsumer {
    /// The stream's name on this server.
    pub stream: String,
    /// The consumer's name.
    pub consumer: String,
    /// Why.
    pub refusals: Vec<ConsumerRefusal>,
}

impl fmt::Display for RefusedConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of stream `{}`", self.consumer, self.stream)?;
        self.refusals.iter().try_for_each(|refusal| write!(f, "\n    {refusal}"))
    }
}
