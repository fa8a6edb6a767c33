//! Updates of streams after which messages are gone, or are not stored any more. A server makes them without a warning.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use walnats_codegen::diagnostic::Place;
use walnats_codegen::model::{Discard, Retention, Storage, Stream};
use walnats_codegen::settings::Settings;
use walnats_subject::covers;

use super::Sides;
use crate::finding::{About, Finding};

/// What is different about the streams that are there in both revisions, and are not somebody else's.
pub(super) fn changed(sides: &Sides<'_>, renames: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for old in sides.old.model.streams.iter().filter(|stream| !stream.is_external) {
        let mut streams = sides.new.model.streams.iter();
        let Some(new) = streams.find(|stream| stream.name == old.name && !stream.is_external) else { continue };
        findings.extend(limits(sides, old, new));
        findings.extend(policies(sides, old, new));
        findings.extend(subjects(sides, old, new, renames));
    }
    findings
}

/// Limits that are lowered, or set for the first time. 0 and nothing both mean that there is none.
fn limits(sides: &Sides<'_>, old: &Stream, new: &Stream) -> Vec<Finding> {
    let seconds = |stream: &Stream| stream.max_age.map(|age| age.as_millis().try_into().unwrap_or(u64::MAX));
    let limits = [
        ("max_age", "ms", seconds(old), seconds(new)),
        ("max_bytes", "bytes", old.max_bytes, new.max_bytes),
        ("max_messages", "messages", old.max_messages, new.max_messages),
        ("max_messages_per_subject", "messages", old.max_messages_per_subject, new.max_messages_per_subject),
    ];
    let lowered = limits.into_iter().filter_map(|(key, unit, old_limit, new_limit)| {
        let (was, is) = (old_limit.filter(|limit| *limit > 0), new_limit.filter(|limit| *limit > 0)?);
        if was.is_some_and(|was| was <= is) {
            return None;
        }
        let was_text = was.map_or_else(|| "unlimited".to_owned(), |was| quantity(was, unit));
        let message = format!("`{key}` was {was_text} and is {}", quantity(is, unit));
        let refuses = new.discard == Some(Discard::New) && ["max_bytes", "max_messages"].contains(&key);
        let what = match refuses {
            true => "the stream refuses new messages until it is below the limit",
            false => "the server deletes what is beyond the limit, in silence",
        };
        let help = match was {
            Some(_) => format!("keep `{key}`: {what}"),
            None => format!("leave `{key}` out: {what}"),
        };
        let finding = finding(sides, "WN0851", (old, new), key, message, [json!([key, was]), json!([key, is])])?;
        Some(Finding { help: Some(help), ..finding })
    });
    lowered.collect()
}

fn quantity(number: u64, unit: &str) -> String {
    const UNITS: [(u64, &str); 4] =
        [(86_400_000, "days"), (3_600_000, "hours"), (60_000, "minutes"), (1_000, "seconds")];
    let counted = |number: u64, unit: &str| match number {
        1 => format!("1 {}", unit.strip_suffix('s').unwrap_or(unit)),
        _ => format!("{number} {unit}"),
    };
    if unit != "ms" {
        return counted(number, unit);
    }
    let found = UNITS.iter().find(|(length, _)| number.is_multiple_of(*length));
    found.map_or_else(|| format!("{number} ms"), |(length, name)| counted(number / length, name))
}

fn policies(sides: &Sides<'_>, old: &Stream, new: &Stream) -> Vec<Finding> {
    let retention = |stream: &Stream| match stream.retention.unwrap_or_default() {
        Retention::Limits => "limits",
        Retention::Interest => "interest",
        Retention::WorkQueue => "workqueue",
    };
    let storage = |stream: &Stream| match stream.storage.unwrap_or_default() {
        Storage::File => "file",
        Storage::Memory => "memory",
    };
    let discard = |stream: &Stream| match stream.discard.unwrap_or_default() {
        Discard::Old => "old",
        Discard::New => "new",
    };
    let changes = [
        ("retention", retention(old), retention(new)),
        ("storage", storage(old), storage(new)),
        ("discard", discard(old), discard(new)),
    ];
    let harmful = changes.into_iter().filter(|(key, was, is)| match *key {
        // To keep more is no loss; to and from a work queue the server refuses.
        "retention" => was != is && (*was, *is) != ("interest", "limits"),
        // A full stream then drops what is stored.
        "discard" => (*was, *is) == ("new", "old"),
        _ => was != is,
    });
    let findings = harmful.filter_map(|(key, was, is)| {
        let message = format!("`{key}` was `{was}` and is `{is}`");
        let finding = finding(sides, "WN0852", (old, new), key, message, [json!([key, was]), json!([key, is])])?;
        Some(Finding { help: Some(format!("keep `{key} = \"{was}\"`")), ..finding })
    });
    findings.collect()
}

/// Subjects that are not stored any more, apart from those of events that are gone or moved: there are findings already.
fn subjects(sides: &Sides<'_>, old: &Stream, new: &Stream, renames: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let moved = sides.old.model.events.iter().filter(|event| event.stream == old.name);
    let moved = moved.filter(|event| {
        let name = renames.get(event.name.as_str()).copied().unwrap_or(&event.name);
        sides.new.event(name).is_none_or(|other| other.filter() != event.filter() || other.stream != event.stream)
    });
    let moved: BTreeSet<String> = moved.map(|event| event.filter()).collect();
    let stored = |subject: &String| new.subjects.iter().any(|filter| covers(filter, subject));
    let removed = old.subjects.iter().filter(|subject| !stored(subject) && !moved.contains(*subject));
    let findings = removed.filter_map(|subject| {
        let message = format!("`{subject}` is not stored any more");
        let finding = finding(sides, "WN0853", (old, new), "subjects", message, [json!(subject), Value::Null])?;
        Some(Finding { help: Some(format!("keep `{subject}` among `subjects`")), ..finding })
    });
    findings.collect()
}

fn finding(
    sides: &Sides<'_>,
    code: &str,
    (old, new): (&Stream, &Stream),
    key: &str,
    message: String,
    terms: [Value; 2],
) -> Option<Finding> {
    let finding = sides.finding(code, About::Stream(old.name.clone()), message, [&terms[0], &terms[1]])?;
    let text = |settings: &Settings, stream: &Stream| place(settings, &stream.name, key);
    let mut marks = Vec::new();
    if let Some((place, text)) = text(&sides.new.package.settings, new) {
        marks.push(sides.new_place(&place, &text, "new"));
    }
    if let Some((place, text)) = text(&sides.old.package.settings, old) {
        marks.push(sides.old_place(&place, &text, "old"));
    }
    let events = sides.old.model.events.iter().filter(|event| event.stream == old.name);
    let events: Vec<&str> = events.map(|event| event.name.as_str()).collect();
    Some(Finding { marks, readers: super::readers(sides.old, sides.new, &events), ..finding })
}

/// The line of `walnats.toml` that sets a key of a stream: its own section, or the defaults.
fn place(settings: &Settings, stream: &str, key: &str) -> Option<(Place, String)> {
    let own = settings.streams.get(stream).and_then(|stream| stream.keys.get(key));
    let span = own.or_else(|| settings.defaults.keys.get(key))?;
    let text = settings.file.text.get(span.start..)?.lines().next()?.trim().to_owned();
    Some((Place { file: Arc::clone(&settings.file), span: span.start..span.start + text.len() }, text))
}
