//! The limits of streams: what is refused, and what is deleted.

use super::config::Config;
use super::store::{Store, Stored};
use crate::error::ApiError;
use crate::time::Nanos;

/// Whether there is room for a message.
pub(crate) fn check(config: &Config, store: &Store, message: &Stored) -> Result<(), ApiError> {
    let size = (message.headers.wire().len() + message.payload.len()) as u64;
    if config.limit("max_msg_size").is_some_and(|limit| size > limit) {
        return Err(ApiError::new(400, 10054, "message size exceeds maximum allowed"));
    }
    if !config.discards_new() {
        return Ok(());
    }
    let of_subject = store.of_subject(&message.subject).0;
    let is_replacing = config.limit("max_msgs_per_subject").is_some_and(|limit| of_subject >= limit);
    if is_replacing && config.is_on("discard_new_per_subject") {
        return Err(ApiError::not_stored("maximum messages per subject exceeded"));
    }
    if is_replacing {
        return Ok(());
    }
    if config.limit("max_msgs").is_some_and(|limit| store.count() >= limit) {
        return Err(ApiError::not_stored("maximum messages exceeded"));
    }
    if config.limit("max_bytes").is_some_and(|limit| store.bytes() + message.size(config.in_memory) > limit) {
        return Err(ApiError::not_stored("maximum bytes exceeded"));
    }
    Ok(())
}

/// Deletes what is beyond the limits. With `discard: new`, the limits of the whole stream delete nothing.
pub(crate) fn enforce(config: &Config, store: &mut Store, now: Nanos) {
    if let Some(limit) = config.limit("max_msgs_per_subject") {
        let excess: Vec<u64> = store
            .subjects(">")
            .flat_map(|(_, own)| own.iter().take((own.len() as u64).saturating_sub(limit).try_into().unwrap_or(0)))
            .copied()
            .collect();
        excess.into_iter().for_each(|sequence| drop(store.remove(sequence)));
    }
    if !config.discards_new() {
        let (messages, bytes) = (config.limit("max_msgs"), config.limit("max_bytes"));
        while messages.is_some_and(|limit| store.count() > limit) || bytes.is_some_and(|limit| store.bytes() > limit) {
            if store.remove(store.first()).is_none() {
                break;
            }
        }
    }
    let ended = |message: &&Stored| due(config, message).is_some_and(|due| due <= now);
    let ended: Vec<u64> = store.iter().filter(ended).map(|message| message.sequence).collect();
    ended.into_iter().for_each(|sequence| drop(store.remove(sequence)));
}

/// When the next message ends by its age.
pub(crate) fn next_due(config: &Config, store: &Store) -> Option<Nanos> {
    store.iter().filter_map(|message| due(config, message)).min()
}

/// When a message ends by its age or its own time to live.
fn due(config: &Config, message: &Stored) -> Option<Nanos> {
    let by_age = config.max_age.map(|age| message.time.saturating_add(age));
    [by_age, message.expires].into_iter().flatten().min()
}
