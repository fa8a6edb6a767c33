//! What a message expects of the stream (`Nats-Expected-*`).

use super::config::Config;
use super::store::Store;
use crate::error::ApiError;
use crate::headers::Headers;

/// Whether a message is for another stream than this one.
pub(crate) fn is_for_another(config: &Config, headers: &Headers) -> bool {
    headers.get("Nats-Expected-Stream").is_some_and(|expected| !expected.is_empty() && expected != config.name)
}

/// That it is for another stream.
pub(crate) fn other_stream() -> ApiError {
    ApiError::new(400, 10060, "expected stream does not match")
}

/// Checks what a message expects of the last messages. `last_id` is the id of the last one.
pub(crate) fn check(store: &Store, last_id: &str, subject: &str, headers: &Headers) -> Result<(), ApiError> {
    let number = |name: &str| headers.get(name).and_then(|value| value.trim().parse::<u64>().ok());
    if let Some(expected) = number("Nats-Expected-Last-Sequence")
        && expected != store.last()
    {
        return Err(ApiError::wrong_last_sequence(store.last()));
    }
    if let Some(expected) = headers.get("Nats-Expected-Last-Msg-Id")
        && !expected.is_empty()
        && expected != last_id
    {
        return Err(ApiError::wrong_last_id(last_id));
    }
    if let Some(expected) = number("Nats-Expected-Last-Subject-Sequence") {
        let subject = headers.get("Nats-Expected-Last-Subject-Sequence-Subject").unwrap_or(subject);
        let last = store.last_of(subject).map_or(0, |message| message.sequence);
        if expected != last {
            return Err(ApiError::wrong_last_sequence(last));
        }
    }
    Ok(())
}
