//! JetStream's answers to a publish.

use async_nats::{Message, StatusCode};
use serde::Deserialize;

use crate::error::Reason;
use crate::jetstream::{ErrorCode, code};

/// What an answer means for the engine.
#[derive(Debug)]
pub(super) enum Answer {
    /// Stored, now or earlier.
    Stored { stream: String, domain: Option<String>, sequence: u64, duplicate: bool },
    /// A passing refusal: the same message may be sent again.
    Later(Reason),
    /// A final refusal.
    Never(Reason),
    /// The message conflicts with one in the stream: another's, or an earlier attempt of ours whose answer was lost.
    Taken(Reason),
    /// A message with this id is in process: the replicas are about to store it or, if their leader changed, will not.
    /// Other messages of the stream are not affected.
    InProcess,
    /// The server abandoned an atomic batch because too many were open. It may be sent again; other messages of the
    /// stream are not affected.
    BatchGivenUp(Reason),
    /// It is stored, and a test wants nobody to know.
    #[cfg(feature = "testing")]
    Withheld,
    /// Another stream with the same subject answered. That decides nothing: the message's own stream may still answer.
    Elsewhere { stream: String, stored: bool },
    /// Not a result: a keep-alive within an atomic batch, or not an answer from JetStream.
    Nothing,
}

#[derive(Deserialize)]
struct Acknowledgement {
    stream: Option<String>,
    domain: Option<String>,
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
    #[cfg(feature = "testing")]
    if message.status.is_some_and(|status| u16::from(status) == walnats_memory::WITHHELD) {
        return Answer::Withheld;
    }
    let Ok(answer) = serde_json::from_slice::<Acknowledgement>(&message.payload) else { return Answer::Nothing };
    let other = answer.stream.as_deref().filter(|other| !other.is_empty() && *other != stream).map(str::to_owned);
    match answer {
        Acknowledgement { error: Some(refusal), .. } => match other {
            Some(other) => Answer::Elsewhere { stream: other, stored: false },
            // Servers before 2.11 do not name the stream.
            None if refusal.err_code == code::STREAM_MISMATCH => {
                Answer::Elsewhere { stream: String::new(), stored: false }
            }
            None => refused(refusal, stream, size),
        },
        Acknowledgement { stream: Some(_), seq: Some(sequence), duplicate, domain, .. } => match other {
            Some(other) => Answer::Elsewhere { stream: other, stored: true },
            None => Answer::Stored { stream: stream.to_owned(), domain, sequence, duplicate },
        },
        _ => Answer::Nothing,
    }
}

fn refused(refusal: Refusal, stream: &str, size: usize) -> Answer {
    let stream = stream.to_owned();
    let Refusal { code: status, err_code, description } = refusal;
    let known = ErrorCode::of(err_code, status);
    match err_code {
        code::NO_JETSTREAM | code::NO_JETSTREAM_FOR_ACCOUNT => Answer::Never(Reason::NoJetStream { stream }),
        code::MESSAGE_TOO_LARGE => Answer::Never(Reason::TooLargeForStream { size, stream }),
        code::STREAM_STORE_FAILED => Answer::Never(Reason::StreamFull { stream, description }),
        // Only this crate sets the expectation, and always expects the subject to be empty.
        code::WRONG_LAST_SEQUENCE | code::WRONG_LAST_SEQUENCE_UNKNOWN => Answer::Taken(Reason::KeyTaken { stream }),
        code::DUPLICATE_IN_BATCH => Answer::Taken(Reason::DuplicateInBatch),
        code::DUPLICATE_IN_PROCESS => Answer::InProcess,
        code::BATCH_INCOMPLETE => Answer::BatchGivenUp(Reason::Rejected { code: err_code, status, description }),
        _ if known.passes => Answer::Later(Reason::Rejected { code: err_code, status, description }),
        _ => Answer::Never(Reason::Rejected { code: err_code, status, description }),
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
    fn another_stream_decides_nothing() {
        for payload in [
            r#"{"error":{"code":400,"err_code":10060},"stream":"archive","seq":0}"#,
            r#"{"error":{"code":503,"err_code":10077},"stream":"archive","seq":0}"#,
            r#"{"error":{"code":400,"err_code":10060}}"#,
            r#"{"stream":"archive","seq":1}"#,
        ] {
            assert!(matches!(answer(payload), Answer::Elsewhere { .. }), "{payload}");
        }
    }

    #[test]
    fn a_refusal_is_final_or_passes() {
        for (code, err_code, passes) in [
            (429, 10167, true),
            (503, 10008, true),
            (503, 10023, true),
            (503, 10076, false),
            (400, 10002, true),
            (500, 10047, true),
            (400, 10054, false),
            (503, 10077, false),
        ] {
            let refusal = format!(r#"{{"error":{{"code":{code},"err_code":{err_code},"description":""}}}}"#);
            let answer = answer(&refusal);
            assert_eq!(matches!(answer, Answer::Later(_)), passes, "{refusal}: {answer:?}");
            assert_eq!(matches!(answer, Answer::Never(_)), !passes, "{refusal}: {answer:?}");
        }
    }
}
