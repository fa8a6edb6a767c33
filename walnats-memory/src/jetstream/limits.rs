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
    let of_subject = store.of_subject(&message.subject);
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

/// Deletes what is beyond the limits: of messages, bytes and ages, and of these subjects. With `discard: new`, the limits of the whole
/// stream delete nothing.
pub(crate) fn enforce(config: &Config, store: &mut Store, subjects: &str, now: Nanos) {
    if let Some(limit) = config.limit("max_msgs_per_subject") {
        let excess = |count: usize| count.saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        let excess: Vec<u64> =
            store.subjects(subjects).flat_map(|(_, own)| own.iter().take(excess(own.len()))).copied().collect();
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
    while let Some((_, sequence)) = next_due(config, store).filter(|(due, _)| *due <= now) {
        store.remove(sequence);
    }
}

/// The message that ends next by its age or its own time to live, and when.
pub(crate) fn next_due(config: &Config, store: &Store) -> Option<(Nanos, u64)> {
    // The first one is the oldest one.
    let oldest = store.iter().next().zip(config.max_age);
    let by_age = oldest.map(|(first, age)| (first.time.saturating_add(age), first.sequence));
    [by_age, store.next_expiring()].into_iter().flatten().min()
}
