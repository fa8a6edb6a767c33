//! Why a stream was not registered.

use std::fmt;

use super::change::Change;
use super::external::Misfit;
use super::loss::{Count, Loss};
use super::weaker::Weakening;
use crate::warning::Warning;

/// A stream that `register` did not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedStream {
    /// The stream's name.
    pub stream: String,
    /// What would have changed.
    pub changes: Vec<Change>,
    /// Why it was not changed.
    pub refusal: Refusal,
}

/// Why a stream was not registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The update would delete messages. [`Register::allow_loss`](super::Register::allow_loss) permits it.
    #[error("the update would lose {messages} of {stored} messages{}", causes(.losses))]
    Loses {
        /// The total number.
        messages: Count,
        /// The number of messages in the stream.
        stored: u64,
        /// The loss per setting.
        losses: Vec<Loss>,
    },
    /// The update would weaken the stream. [`Register::allow_weaker`](super::Register::allow_weaker) permits it.
    #[error("the update would weaken it: {}", joined(.0))]
    Weakens(Vec<Weakening>),
    /// The stream is external, and does not meet the requirements of the events.
    #[error("it is external, and does not meet the requirements of the events: {}", joined(.0))]
    Unfit(Vec<Misfit>),
    /// Another stream has some of the subjects.
    #[error("its subjects overlap with {} of stream `{stream}`", quoted(.subjects))]
    Conflict {
        /// The other stream.
        stream: String,
        /// The other stream's subjects that overlap; empty if they could not be read.
        subjects: Vec<String>,
    },
    /// The server rejects the configuration.
    #[error("{}{}", .why.join("; "), in_brackets(.code))]
    Rejected {
        /// JetStream's error code; `None` if walnats detected it without a request.
        code: Option<u64>,
        /// The violated rules, or the server's message with an explanation.
        why: Vec<String>,
    },
    /// The stream does not exist, and only updates were requested.
    #[error("the stream does not exist, and only updates were requested")]
    Missing,
    /// Warnings count as errors: [`Register::strict`](super::Register::strict).
    #[error("{}", joined(.0))]
    Warned(Vec<Warning>),
}

impl fmt::Display for RefusedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stream `{}`: {}", self.stream, self.refusal)
    }
}

fn joined(parts: &[impl ToString]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn causes(losses: &[Loss]) -> String {
    losses.iter().map(|loss| format!("; `{}` deletes {}: {}", loss.key(), loss.messages, loss.why())).collect()
}

fn quoted(subjects: &[String]) -> String {
    if subjects.is_empty() {
        return "those".to_owned();
    }
    subjects.iter().map(|subject| format!("`{subject}`")).collect::<Vec<_>>().join(", ")
}

fn in_brackets(code: &Option<u64>) -> String {
    code.map_or_else(String::new, |code| format!(" (code {code})"))
}
