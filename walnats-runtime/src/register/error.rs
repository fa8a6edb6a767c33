//! Why streams could not be planned or registered.

use std::fmt;

use crate::error::{ConfigError, NatsError};

use super::{Change, Count, Loss, Misfit, Registered, Warning, Weakening};

/// Streams could not be planned or registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The publisher was made with options that cannot be used.
    #[error("the publisher's options cannot be used")]
    Options(#[from] ConfigError),
    /// Nobody answers for JetStream: the server runs without it, or the account may not use it.
    #[error("JetStream is not available: {why}")]
    NoJetStream {
        /// What the server said.
        why: String,
    },
    /// No answer came in time. Over a connection that stands, that is nearly always a missing permission: the server
    /// tells the connection's event callback and leaves the request unanswered.
    #[error("no answer to `{request}` in time: {}", silence(request, *.connected))]
    Timeout {
        /// The subject of the request.
        request: String,
        /// Whether the connection stood.
        connected: bool,
    },
    /// A request could not be sent.
    #[error("could not send `{request}`")]
    Request {
        /// The subject of the request.
        request: String,
        /// What the client says.
        #[source]
        source: NatsError<async_nats::RequestErrorKind>,
    },
    /// What came back is not an answer of JetStream.
    #[error("could not read the answer to `{request}`")]
    Answer {
        /// The subject of the request.
        request: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The server refused to answer a question about a stream.
    #[error("the server refused `{request}` with code {code}: {description}")]
    Server {
        /// The subject of the request.
        request: String,
        /// JetStream's error code.
        code: u64,
        /// The server's own words.
        description: String,
    },
    /// Some streams are not as the package wants them. What could be done safely has been done.
    #[error("{} not registered:{}", streams(.refused.len()), list(.refused))]
    Refused {
        /// The streams that were left as they are, and why.
        refused: Vec<RefusedStream>,
        /// What was done to the others.
        registered: Registered,
    },
}

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

fn silence(request: &str, connected: bool) -> String {
    if connected {
        format!(
            "the server is connected; may this user publish there, and subscribe to its inbox? It needs the permissions to \
             publish to `{request}` and to subscribe to `_INBOX.>`"
        )
    } else {
        "the connection is down".to_owned()
    }
}

fn joined(parts: &[impl ToString]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn streams(number: usize) -> String {
    if number == 1 { "1 stream was".to_owned() } else { format!("{number} streams were") }
}

fn list(refused: &[RefusedStream]) -> String {
    refused.iter().map(|stream| format!("\n  {stream}")).collect()
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
