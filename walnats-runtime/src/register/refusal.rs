//! Why a stream was left as it is.

use std::fmt;

use super::change::Change;
use super::external::Misfit;
use super::loss::{Count, Loss};
use super::weaker::Weakening;
use crate::warning::Warning;

/// A stream that `register` left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedStream {
    /// The stream's name.
    pub stream: String,
    /// What would have changed.
    pub changes: Vec<Change>,
    /// Why it was not done.
    pub refusal: Refusal,
}

/// Why a stream was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The update would drop messages. [`Register::allow_loss`](super::Register::allow_loss) does it all the same.
    #[error("the update would lose {messages} of {stored} messages{}", causes(.losses))]
    Loses {
        /// How many, all causes together.
        messages: Count,
        /// How many the stream holds.
        stored: u64,
        /// What each setting would drop.
        losses: Vec<Loss>,
    },
    /// The update would take something away. [`Register::allow_weaker`](super::Register::allow_weaker) does it all the same.
    #[error("the update would weaken it: {}", joined(.0))]
    Weakens(Vec<Weakening>),
    /// The stream belongs to others, and is not as the events need it.
    #[error("it belongs to others, and is not as the events need it: {}", joined(.0))]
    Unfit(Vec<Misfit>),
    /// Another stream stores some of the subjects.
    #[error("its subjects overlap with {} of stream `{stream}`", quoted(.subjects))]
    Conflict {
        /// The other stream.
        stream: String,
        /// The other stream's subjects that overlap; empty if they could not be read.
        subjects: Vec<String>,
    },
    /// The server does not accept the configuration.
    #[error("{}{}", .why.join("; "), in_brackets(.code))]
    Rejected {
        /// JetStream's error code, if the server was asked; `None` if the rule was known before.
        code: Option<u64>,
        /// The rules, or the server's words and what they mean.
        why: Vec<String>,
    },
    /// The stream does not exist, and only updates were asked for.
    #[error("the stream does not exist, and only updates were asked for")]
    Missing,
    /// Warnings are errors here: [`Register::strict`](super::Register::strict).
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
    losses.iter().map(|loss| format!("; `{}` drops {}: {}", loss.setting, loss.messages, loss.why())).collect()
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
