//! What JetStream answers to a publish.

use async_nats::{Message, StatusCode};
use serde::Deserialize;

use crate::error::Reason;

/// An answer, as far as the engine acts on it.
#[derive(Debug)]
pub(super) enum Answer {
    /// Stored now, or before.
    Stored { stream: String, sequence: u64, duplicate: bool },
    /// Not this time: the same message may be sent again.
    Later(Reason),
    /// Not this message.
    Never(Reason),
    /// Nothing that decides anything: the sign of life within an atomic batch, or what is no answer of JetStream's.
    Nothing,
}

#[derive(Deserialize)]
struct Acknowledgement {
    stream: Option<String>,
    seq: Option<u64>,
    #[serde(default)]
    duplicate: bool,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    code: u64,
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// Reads the answer to a message of `size` bytes for `stream`.
pub(super) fn read(message: &Message, stream: &str, size: usize) -> Answer {
    if message.status == Some(StatusCode::NO_RESPONDERS) {
        return Answer::Later(Reason::NoStream { stream: stream.to_owned() });
    }
    let Ok(answer) = serde_json::from_slice::<Acknowledgement>(&message.payload) else { return Answer::Nothing };
    match answer {
        Acknowledgement { error: Some(refusal), .. } => refused(refusal, stream, size),
        Acknowledgement { stream: Some(stream), seq: Some(sequence), duplicate, .. } => {
            Answer::Stored { stream, sequence, duplicate }
        }
        _ => Answer::Nothing,
    }
}

/// Codes as in nats-server's `server/errors.json`.
fn refused(refusal: Refusal, stream: &str, size: usize) -> Answer {
    let stream = stream.to_owned();
    let Refusal { code, err_code, description } = refusal;
    match err_code {
        10039 | 10076 => Answer::Never(Reason::NoJetStream { stream }),
        10054 => Answer::Never(Reason::TooLargeForStream { size, stream }),
        10060 => Answer::Never(Reason::WrongStream { stream }),
        10047 | 10077 => Answer::Never(Reason::StreamFull { stream, description }),
        10201 => Answer::Never(Reason::DuplicateInBatch),
        // Too many requests, no leader, no space left: it passes.
        _ if matches!(code, 429 | 503) => Answer::Later(Reason::Rejected { code: err_code, description }),
        _ => Answer::Never(Reason::Rejected { code: err_code, description }),
    }
}
