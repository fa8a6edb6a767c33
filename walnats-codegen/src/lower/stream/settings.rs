//! Merges `[streams.<name>]` and `[defaults]`.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use crate::model::{Discard, Retention, Storage, Stream};
use crate::settings::{Bytes, DiscardName, Limit, ManagedName, RetentionName, Span, StorageName, StreamSettings};

/// What of `[defaults]` counts for a stream. It says how streams are made: of a stream that others make, it says nothing.
pub(super) fn shared(own: &StreamSettings, defaults: &StreamSettings) -> StreamSettings {
    let managed = own.managed.or(defaults.managed);
    if managed != Some(ManagedName::External) {
        return defaults.clone();
    }
    StreamSettings { managed, expected_stream: defaults.expected_stream, ..StreamSettings::default() }
}

/// A stream with what is stated of it.
pub(super) fn build(own: &StreamSettings, defaults: &StreamSettings) -> Stream {
    let retention = own.retention.or(defaults.retention).map(|name| match name {
        RetentionName::Limits => Retention::Limits,
        RetentionName::Interest => Retention::Interest,
        RetentionName::WorkQueue => Retention::WorkQueue,
    });
    let storage = own.storage.or(defaults.storage).map(|name| match name {
        StorageName::File => Storage::File,
        StorageName::Memory => Storage::Memory,
    });
    let discard = own.discard.or(defaults.discard).map(|name| match name {
        DiscardName::Old => Discard::Old,
        DiscardName::New => Discard::New,
    });
    let per_subject = own.discard_new_per_subject.or(defaults.discard_new_per_subject);
    let atomic = own.atomic.or(defaults.atomic);
    let mut others = defaults.others();
    others.extend(own.others());
    let message_ttl = own.message_ttl.or(defaults.message_ttl);
    let schedules = own.schedules.or(defaults.schedules);
    // `false` is more than nothing where the stream exists: it switches off, or says that the stream must not have it.
    let switches = [
        ("discard_new_per_subject", per_subject),
        ("allow_msg_ttl", message_ttl),
        ("allow_msg_schedules", schedules),
        ("allow_atomic", atomic),
    ];
    for (name, switch) in switches {
        if switch == Some(false) {
            others.insert(name.to_owned(), false.into());
        }
    }
    Stream {
        is_external: own.managed.or(defaults.managed) == Some(ManagedName::External),
        is_unexpected: own.expected_stream.or(defaults.expected_stream) == Some(false),
        retention,
        storage,
        discard,
        replicas: own.replicas.or(defaults.replicas),
        max_age: own.max_age.or(defaults.max_age).map(|age| limit(age, Duration::ZERO, |Span(age)| age)),
        max_bytes: own.max_bytes.or(defaults.max_bytes).map(bytes),
        max_messages: own.max_messages.or(defaults.max_messages).map(number),
        max_messages_per_subject: own.max_messages_per_subject.or(defaults.max_messages_per_subject).map(number),
        // What does not fit is a finding.
        max_message_size: message_size(own, defaults).and_then(|size| size.try_into().ok()),
        max_consumers: own
            .max_consumers
            .or(defaults.max_consumers)
            .map(|consumers| limit(consumers, 0, NonZeroU32::get)),
        discard_new_per_subject: per_subject.unwrap_or_default(),
        duplicate_window: own.duplicate_window.or(defaults.duplicate_window).map(|Span(window)| window),
        message_ttl: message_ttl.unwrap_or_default(),
        schedules: schedules.unwrap_or_default(),
        atomic: atomic.unwrap_or_default(),
        settings: others.into_iter().map(|(name, value)| (name, value.to_string())).collect(),
        ..Stream::default()
    }
}

/// Bytes of one message, as they are configured; 0 is without limit.
pub(super) fn message_size(own: &StreamSettings, defaults: &StreamSettings) -> Option<u64> {
    own.max_message_size.or(defaults.max_message_size).map(bytes)
}

fn bytes(size: Limit<Bytes>) -> u64 {
    limit(size, 0, |Bytes(bytes)| bytes)
}

fn number(number: Limit<NonZeroU64>) -> u64 {
    limit(number, 0, NonZeroU64::get)
}

fn limit<T, U>(limit: Limit<T>, unlimited: U, at: impl Fn(T) -> U) -> U {
    match limit {
        Limit::Unlimited => unlimited,
        Limit::At(limit) => at(limit),
    }
}
