//! Settings of a stream that the server refuses, that contradict each other, or that take no events.

mod mapping;

use std::sync::Arc;
use std::time::Duration;

use super::super::event::LocatedEvent;
use super::{MAX_DESCRIPTION, settings};
use crate::diagnostic::{Diagnostic, Place, Report, SourceFile};
use crate::model::{Discard, Retention, Stream};
use crate::settings::StreamSettings;

/// The sections that say something of a stream.
pub(super) struct Sections<'a> {
    pub own: &'a StreamSettings,
    pub defaults: &'a StreamSettings,
    pub file: &'a Arc<SourceFile>,
    /// Where the stream's own section is, or what names it otherwise.
    pub place: &'a Place,
}

impl<'a> Sections<'a> {
    /// Where a key stands that counts for the stream.
    pub(super) fn key(&self, key: &str) -> Option<Place> {
        let span = self.own.keys.get(key).or_else(|| self.defaults.keys.get(key))?;
        Some(Place { file: Arc::clone(self.file), span })
    }

    fn get<T>(&self, setting: impl Fn(&'a StreamSettings) -> Option<T>) -> Option<T> {
        setting(self.own).or_else(|| setting(self.defaults))
    }

    fn is_on(&self, switch: impl Fn(&'a StreamSettings) -> Option<bool>) -> bool {
        self.get(switch).unwrap_or_default()
    }
}

/// Something wrong with a key: where, what, and what to do.
type Fault = (&'static str, String, &'static str);

/// Reports what is wrong with the settings of a stream that stores these events.
pub(super) fn check(stream: &Stream, at: &Sections, stored: &[&LocatedEvent], report: &mut Report) {
    let mut faults = together(stream, at);
    faults.extend(without_events(stream, at, stored));
    faults.extend(mirror(stream, at));
    faults.extend(mapping::faults(stream, at));
    faults.extend(counter(stream, at));
    faults.extend(values(stream, at));
    for (key, message, help) in faults {
        let place = at.key(key).unwrap_or_else(|| at.place.clone());
        report.push(Diagnostic::error("WN0423", place, message).help(help));
    }
    if stream.schedules && stream.retention == Some(Retention::Interest) {
        let place = at.key("schedules").unwrap_or_else(|| at.place.clone());
        report.push(
            Diagnostic::warning("WN0425", place, "`schedules` on a stream with `retention = \"interest\"`")
                .help("while there is no consumer the server acknowledges a delayed message and forgets it"),
        );
    }
}

fn broken(rules: impl IntoIterator<Item = (bool, &'static str, &'static str, &'static str)>) -> Vec<Fault> {
    let rules = rules.into_iter().filter(|(is_broken, ..)| *is_broken);
    rules.map(|(_, key, message, help)| (key, message.to_owned(), help)).collect()
}

/// What the server refuses together.
fn together(stream: &Stream, at: &Sections) -> Vec<Fault> {
    let age = stream.max_age.filter(|age| !age.is_zero());
    let discards_new = stream.discard == Some(Discard::New);
    let limited = stream.max_messages_per_subject.is_some_and(|limit| limit > 0);
    let is_async = stream.settings.iter().any(|(name, value)| name == "persist_mode" && value == "\"async\"");
    let in_memory = stream.storage == Some(crate::model::Storage::Memory);
    let description = stream.description.as_ref().map_or(0, String::len);
    let deny_purge = at.is_on(|settings| settings.deny_purge);
    let rollup = at.is_on(|settings| settings.allow_rollup_hdrs);
    let markers = at.get(|settings| settings.subject_delete_marker_ttl).is_some();
    broken([
        (
            age.zip(stream.duplicate_window).is_some_and(|(age, window)| window > age),
            "duplicate_window",
            "`duplicate_window` is longer than `max_age`",
            "the server refuses that; shorten the window",
        ),
        (
            settings::message_size(at.own, at.defaults).is_some_and(|size| i32::try_from(size).is_err()),
            "max_message_size",
            "`max_message_size` is not below 2 GiB",
            "the server counts it in 32 bits, and allows 1 MiB unless configured",
        ),
        (
            stream.schedules && discards_new,
            "schedules",
            "`schedules` cannot be combined with `discard = \"new\"`",
            "the server refuses such streams; remove one",
        ),
        (
            stream.schedules && !at.own.sources.is_empty(),
            "schedules",
            "`schedules` cannot be combined with `sources`",
            "the server refuses such streams; remove one",
        ),
        (
            stream.discard_new_per_subject && !(discards_new && limited),
            "discard_new_per_subject",
            "`discard_new_per_subject` needs `discard = \"new\"` and `max_messages_per_subject`",
            "set both, or remove it",
        ),
        (
            description > MAX_DESCRIPTION,
            "description",
            "the description is longer than 4096 bytes",
            "the server keeps no more than that",
        ),
        (
            rollup && deny_purge,
            "allow_rollup_hdrs",
            "`allow_rollup_hdrs` cannot be combined with `deny_purge`",
            "a roll-up purges what it replaces; remove one",
        ),
        (
            deny_purge && (stream.schedules || markers),
            "deny_purge",
            "`deny_purge` cannot be combined with `schedules` or `subject_delete_marker_ttl`",
            "both purge what they replace; remove one",
        ),
        (
            is_async && stream.atomic,
            "persist_mode",
            "`persist_mode = \"async\"` cannot be combined with `atomic`",
            "the server refuses such streams; remove one",
        ),
        (
            is_async && in_memory,
            "persist_mode",
            "`persist_mode = \"async\"` needs `storage = \"file\"`",
            "there is nothing to write in memory; remove it",
        ),
    ])
}

/// What a stream that stores events cannot be.
fn without_events(stream: &Stream, at: &Sections, stored: &[&LocatedEvent]) -> Vec<Fault> {
    let Some(first) = stored.first() else { return Vec::new() };
    let event = &first.event.name;
    let rules = [
        (
            at.is_on(|settings| settings.no_ack),
            "no_ack",
            "acknowledges nothing",
            "no emit could be confirmed; remove it, or set it to `false`",
        ),
        (
            at.is_on(|settings| settings.sealed),
            "sealed",
            "takes no messages",
            "seal a stream once nothing emits to it any more",
        ),
        (
            at.is_on(|settings| settings.allow_msg_counter),
            "allow_msg_counter",
            "takes increments only",
            "count in a stream of its own",
        ),
        (
            at.get(|settings| settings.mirror.as_ref()).is_some(),
            "mirror",
            "takes the messages of another stream only",
            "declare the mirror as a stream of its own, or copy messages beside the events with `sources`",
        ),
    ];
    let broken = rules.into_iter().filter(|(is_broken, ..)| *is_broken);
    broken
        .map(|(_, key, what, help)| {
            (key, format!("the stream `{}` stores `{event}`, and with `{key}` it {what}", stream.name), help)
        })
        .collect()
}

/// What a stream that counts cannot be.
fn counter(stream: &Stream, at: &Sections) -> Vec<Fault> {
    if !at.is_on(|settings| settings.allow_msg_counter) {
        return Vec::new();
    }
    let rules = [
        (stream.discard == Some(Discard::New), "discard"),
        (stream.retention.is_some_and(|retention| retention != Retention::Limits), "retention"),
        (stream.message_ttl, "message_ttl"),
        (stream.schedules, "schedules"),
    ];
    let broken = rules.into_iter().filter(|(is_broken, _)| *is_broken);
    broken
        .map(|(_, key)| {
            let message = format!("`allow_msg_counter` cannot be combined with this `{key}`");
            (key, message, "the server refuses such streams; remove one")
        })
        .collect()
}

/// What a mirror cannot be.
fn mirror(stream: &Stream, at: &Sections) -> Vec<Fault> {
    if at.get(|settings| settings.mirror.as_ref()).is_none() {
        return broken([(
            at.is_on(|settings| settings.mirror_direct),
            "mirror_direct",
            "`mirror_direct` needs `mirror`",
            "for a stream that is not a mirror, write `allow_direct`",
        )]);
    }
    let on = |switch: fn(&StreamSettings) -> Option<bool>| at.is_on(switch);
    let rules = [
        (!at.own.subjects.is_empty(), "subjects"),
        (!at.own.sources.is_empty(), "sources"),
        (at.get(|settings| settings.first_seq).is_some(), "first_seq"),
        (at.get(|settings| settings.subject_delete_marker_ttl).is_some(), "subject_delete_marker_ttl"),
        (stream.schedules, "schedules"),
        (stream.atomic, "atomic"),
        (on(|settings| settings.allow_batched), "allow_batched"),
        (on(|settings| settings.allow_msg_counter), "allow_msg_counter"),
    ];
    let broken = rules.into_iter().filter(|(is_broken, _)| *is_broken);
    broken
        .map(|(_, key)| (key, format!("a mirror cannot have `{key}`"), "the server refuses such streams; remove one"))
        .collect()
}

/// Values that the server refuses by themselves.
fn values(stream: &Stream, at: &Sections) -> Vec<Fault> {
    let second = Duration::from_secs(1);
    let is_short = |length: Option<Duration>| length.is_some_and(|length| length < Duration::from_millis(100));
    let age = stream.max_age.filter(|age| !age.is_zero());
    let marker = at.get(|settings| settings.subject_delete_marker_ttl);
    let placement = at.get(|settings| settings.placement.as_ref());
    let metadata = at.own.metadata.iter().chain(&at.defaults.metadata);
    broken([
        (is_short(age), "max_age", "`max_age` is below 100 ms", "the server refuses that; write `100ms` or more"),
        (
            is_short(stream.duplicate_window),
            "duplicate_window",
            "`duplicate_window` is below 100 ms",
            "the server refuses that; write `100ms` or more",
        ),
        (
            marker.is_some_and(|marker| marker.0 < second),
            "subject_delete_marker_ttl",
            "`subject_delete_marker_ttl` is below one second",
            "write one second or more",
        ),
        (
            placement.is_some_and(|placement| placement.cluster.is_none() && placement.tags.is_empty()),
            "placement",
            "`placement` names neither a `cluster` nor `tags`",
            "write `placement = { tags = [\"ssd\"] }`",
        ),
        (
            metadata.clone().any(|(name, _)| name.starts_with("_nats.")),
            "metadata",
            "`metadata` has a name that starts with `_nats.`",
            "those are the server's own",
        ),
        (
            metadata.map(|(name, value)| name.len() + value.len()).sum::<usize>() > 128 * 1024,
            "metadata",
            "`metadata` is larger than 128 KiB",
            "the server keeps no more than that",
        ),
    ])
}
