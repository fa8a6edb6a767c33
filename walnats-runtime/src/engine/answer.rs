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
    /// The stream has something of it already: of another, or of an attempt of ours whose answer was lost.
    Taken(Reason),
    /// The replicas are about to store a message of this id or, where their leader changed meanwhile, are not: it is too
    /// early to say. Other messages of the stream are not affected.
    InProcess,
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
        10060 => Answer::Never(Reason::WrongStream { stream, found: String::new() }),
        10047 | 10077 => Answer::Never(Reason::StreamFull { stream, description }),
        // Nobody but us sets the expectation, and it is always that there is none.
        10071 | 10164 => Answer::Taken(Reason::KeyTaken { stream }),
        10201 => Answer::Taken(Reason::DuplicateInBatch),
        10158 => Answer::InProcess,
        // Too many requests, no leader, no space left: it passes.
        _ if matches!(code, 429 | 503) => Answer::Later(Reason::Rejected { code: err_code, status: code, description }),
        _ => Answer::Never(Reason::Rejected { code: err_code, status: code, description }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(payload: &str) -> Answer {
        let (subject, payload) = ("_INBOX.x.0".into(), payload.to_owned().into());
        let (reply, headers, status, description, length) = (None, None, None, None, 0);
        read(&Message { subject, reply, payload, headers, status, description, length }, "notes", 0)
    }

    #[test]
    fn what_is_there_already_is_no_refusal() {
        for err_code in [10071, 10164, 10201] {
            let answer = answer(&format!(r#"{{"error":{{"code":400,"err_code":{err_code}}}}}"#));
            assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
        }
    }

    #[test]
    fn what_is_being_stored_is_no_refusal() {
        let answer = answer(r#"{"error":{"code":409,"err_code":10158,"description":""}}"#);
        assert!(matches!(answer, Answer::InProcess), "{answer:?}");
    }

    #[test]
    fn a_refusal_is_final_or_passes() {
        for (code, err_code, passes) in [
            (429, 10167, true),
            (503, 10008, true),
            (503, 10023, true),
            (503, 10076, false),
            (400, 10060, false),
            (400, 10077, false),
        ] {
            let refusal = format!(r#"{{"error":{{"code":{code},"err_code":{err_code},"description":""}}}}"#);
            let answer = answer(&refusal);
            assert_eq!(matches!(answer, Answer::Later(_)), passes, "{refusal}: {answer:?}");
            assert_eq!(matches!(answer, Answer::Never(_)), !passes, "{refusal}: {answer:?}");
        }
    }
}
