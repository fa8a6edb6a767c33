//! What registering did.

use std::fmt;

use super::change::Change;
use super::loss::Count;
use super::plan::StreamPlan;
use super::refusal::{Refusal, RefusedStream};

/// What registering did, stream by stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// The streams that now match the package, or were left unchanged on purpose.
    pub streams: Vec<RegisteredStream>,
}

/// What registering did to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredStream {
    /// The stream's name.
    pub name: String,
    /// What happened to it.
    pub outcome: StreamOutcome,
    /// The settings that changed; for [`StreamOutcome::Left`], those that differ.
    pub changes: Vec<Change>,
}

/// What registering did to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamOutcome {
    /// It matched already.
    Unchanged,
    /// It was created.
    Created,
    /// It changed and kept its messages.
    Updated,
    /// It changed and lost this many messages, as planned and permitted.
    UpdatedWithLoss(Count),
    /// It is external, and meets the events' requirements.
    Fits,
    /// It differs and was left unchanged, because only new streams were to be created.
    Left,
}

impl Registered {
    /// What happened to the stream of this name.
    pub fn outcome(&self, stream: &str) -> Option<StreamOutcome> {
        self.streams.iter().find(|registered| registered.name == stream).map(|registered| registered.outcome)
    }
}

impl fmt::Display for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, stream) in self.streams.iter().enumerate() {
            let end = if position + 1 < self.streams.len() { "\n" } else { "" };
            write!(f, "{}: {}{end}", stream.name, stream.outcome)?;
        }
        Ok(())
    }
}

impl fmt::Display for StreamOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unchanged => f.write_str("unchanged"),
            Self::Created => f.write_str("created"),
            Self::Updated => f.write_str("updated"),
            Self::UpdatedWithLoss(messages) => write!(f, "updated, {messages} messages lost"),
            Self::Fits => f.write_str("external, and meets the requirements of the events"),
            Self::Left => f.write_str("left as it is"),
        }
    }
}

pub(super) fn registered(plan: StreamPlan, outcome: StreamOutcome) -> RegisteredStream {
    RegisteredStream { name: plan.name, outcome, changes: plan.changes }
}

pub(super) fn refused(plan: StreamPlan, refusal: Refusal) -> RefusedStream {
    RefusedStream { stream: plan.name, changes: plan.changes, refusal }
}
