//! Settings that the server refuses together, or that mean nothing without others.

use super::{Fault, Rule, Sections, broken};
use crate::model::{Discard, Retention, Storage, Stream};
use crate::settings::StreamSettings;

const REMOVE_ONE: &str = "the server refuses such streams; remove one";

pub(super) fn faults(stream: &Stream, at: &Sections) -> Vec<Fault> {
    let mut faults: Vec<Fault> = exclusive(stream, at).chain(incomplete(stream, at)).collect();
    faults.extend(mirror(stream, at));
    faults.extend(counter(stream, at));
    faults
}

/// Pairs of settings that the server refuses.
fn exclusive(stream: &Stream, at: &Sections) -> impl Iterator<Item = Fault> {
    let age = stream.max_age.filter(|age| !age.is_zero());
    let deny_purge = at.is_on(|settings| settings.deny_purge);
    let markers = at.get(|settings| settings.subject_delete_marker_ttl).is_some();
    broken([
        Rule {
            code: "WN0471",
            is_broken: age.zip(stream.duplicate_window).is_some_and(|(age, window)| window > age),
            key: "duplicate_window",
            message: "`duplicate_window` is longer than `max_age`",
            help: "the server refuses that; shorten the window",
        },
        Rule {
            code: "WN0423",
            is_broken: stream.schedules && stream.discard == Some(Discard::New),
            key: "schedules",
            message: "`schedules` cannot be combined with `discard = \"new\"`",
            help: REMOVE_ONE,
        },
        Rule {
            code: "WN0423",
            is_broken: stream.schedules && !at.own.sources.is_empty(),
            key: "schedules",
            message: "`schedules` cannot be combined with `sources`",
            help: REMOVE_ONE,
        },
        Rule {
            code: "WN0423",
            is_broken: deny_purge && at.is_on(|settings| settings.allow_rollup_hdrs),
            key: "allow_rollup_hdrs",
            message: "`allow_rollup_hdrs` cannot be combined with `deny_purge`",
            help: "a roll-up purges what it replaces; remove one",
        },
        Rule {
            code: "WN0423",
            is_broken: deny_purge && (stream.schedules || markers),
            key: "deny_purge",
            message: "`deny_purge` cannot be combined with `schedules` or `subject_delete_marker_ttl`",
            help: "both purge what they replace; remove one",
        },
        Rule {
            code: "WN0423",
            is_broken: is_asynchronous(stream) && stream.atomic,
            key: "persist_mode",
            message: "`persist_mode = \"async\"` cannot be combined with `atomic`",
            help: REMOVE_ONE,
        },
    ])
}

/// Settings that need another.
fn incomplete(stream: &Stream, at: &Sections) -> impl Iterator<Item = Fault> {
    let discards_new = stream.discard == Some(Discard::New);
    let is_limited = stream.max_messages_per_subject.is_some_and(|limit| limit > 0);
    let is_mirror = at.get(|settings| settings.mirror.as_ref()).is_some();
    broken([
        Rule {
            code: "WN0472",
            is_broken: stream.discard_new_per_subject && !(discards_new && is_limited),
            key: "discard_new_per_subject",
            message: "`discard_new_per_subject` needs `discard = \"new\"` and `max_messages_per_subject`",
            help: "set both, or remove it",
        },
        Rule {
            code: "WN0472",
            is_broken: is_asynchronous(stream) && stream.storage == Some(Storage::Memory),
            key: "persist_mode",
            message: "`persist_mode = \"async\"` needs `storage = \"file\"`",
            help: "there is nothing to write in memory; remove it",
        },
        Rule {
            code: "WN0472",
            is_broken: !is_mirror && at.is_on(|settings| settings.mirror_direct),
            key: "mirror_direct",
            message: "`mirror_direct` needs `mirror`",
            help: "for a stream that is not a mirror, write `allow_direct`",
        },
    ])
}

fn is_asynchronous(stream: &Stream) -> bool {
    stream.settings.iter().any(|(name, value)| name == "persist_mode" && value == "\"async\"")
}

/// What a mirror cannot have.
fn mirror(stream: &Stream, at: &Sections) -> Vec<Fault> {
    if at.get(|settings| settings.mirror.as_ref()).is_none() {
        return Vec::new();
    }
    let on = |switch: fn(&StreamSettings) -> Option<bool>| at.is_on(switch);
    let settings = [
        (!at.own.subjects.is_empty(), "subjects"),
        (!at.own.sources.is_empty(), "sources"),
        (at.get(|settings| settings.first_seq).is_some(), "first_seq"),
        (at.get(|settings| settings.subject_delete_marker_ttl).is_some(), "subject_delete_marker_ttl"),
        (stream.schedules, "schedules"),
        (stream.atomic, "atomic"),
        (on(|settings| settings.allow_batched), "allow_batched"),
        (on(|settings| settings.allow_msg_counter), "allow_msg_counter"),
    ];
    let present = settings.into_iter().filter(|(is_present, _)| *is_present);
    present
        .map(|(_, key)| {
            let message = format!("a mirror cannot have `{key}`");
            Fault { code: "WN0473", key, message, help: REMOVE_ONE }
        })
        .collect()
}

/// What a stream that counts cannot have.
fn counter(stream: &Stream, at: &Sections) -> Vec<Fault> {
    if !at.is_on(|settings| settings.allow_msg_counter) {
        return Vec::new();
    }
    let settings = [
        (stream.discard == Some(Discard::New), "discard"),
        (stream.retention.is_some_and(|retention| retention != Retention::Limits), "retention"),
        (stream.message_ttl, "message_ttl"),
        (stream.schedules, "schedules"),
    ];
    let present = settings.into_iter().filter(|(is_present, _)| *is_present);
    present
        .map(|(_, key)| {
            let message = format!("`allow_msg_counter` cannot be combined with this `{key}`");
            Fault { code: "WN0474", key, message, help: REMOVE_ONE }
        })
        .collect()
}
