//! Streams: which there are, what they store, and that no two store the same subject.

mod rule;
mod settings;

use std::collections::BTreeMap;

use walnats_subject::{MAX_STREAM_NAME_BYTES, covers, invalid_stream_name_char, overlap, without_covered};

use super::event::LocatedEvent;
use super::filter::{self, Problem};
use crate::diagnostic::{Diagnostic, Place, Report};
use crate::model::{Retention, Stream};
use crate::settings::{Settings, StreamSettings};

/// A subject filter of a stream, and where it comes from.
struct Claim<'a> {
    stream: &'a str,
    filter: String,
    place: Place,
    /// The event whose subjects these are; `None` where `walnats.toml` lists the subject.
    event: Option<&'a str>,
}

/// The streams that the events name and those of `walnats.toml`, sorted by name.
pub(super) fn streams(events: &[LocatedEvent], settings: &Settings, report: &mut Report) -> Vec<Stream> {
    let file = &settings.file;
    let claims = claims(events, settings, report);
    check_overlaps(&claims, report);
    let mut found: BTreeMap<&str, Place> = BTreeMap::new();
    for event in events {
        found.entry(&event.event.stream).or_insert_with(|| event.stream.clone());
    }
    for (name, configured) in &settings.streams {
        let copies = configured.mirror.is_some() || !configured.sources.is_empty();
        if configured.subjects.is_empty() && !copies && !found.contains_key(name.as_str()) {
            let message = format!("the stream `{}` stores no event", name.as_str());
            let diagnostic = Diagnostic::error("WN0424", name.place(file), message);
            let diagnostic = diagnostic.help("name it as the `stream` of an event, or list `subjects`");
            report.push(diagnostic.suggest(name.as_str(), found.keys().copied()));
        }
        found.insert(name.as_str(), name.place(file));
    }
    let streams = found.into_iter().filter_map(|(name, place)| {
        check_name(name, &place, report)?;
        let defaults = StreamSettings::default();
        let configured = settings.streams.get(name).unwrap_or(&defaults);
        let stored: Vec<&LocatedEvent> = events.iter().filter(|event| event.event.stream == name).collect();
        let first_description = match stored[..] {
            [only] => only.event.description.as_deref().map(shorten),
            _ => None,
        };
        let subjects = minimal(claims.iter().filter(|claim| claim.stream == name).map(|claim| claim.filter.as_str()));
        let description = configured.description.as_ref().map(|text| text.as_str().to_owned());
        let shared = settings::shared(configured, &settings.defaults);
        let stream = settings::build(configured, &shared);
        let stream = Stream { name: name.to_owned(), subjects, description, first_description, ..stream };
        let at = rule::Sections { own: configured, defaults: &shared, file, place: &place };
        rule::check(&stream, &at, &stored, report);
        check_once(&stored, &stream, &at, report);
        Some(stream)
    });
    streams.collect()
}

fn claims<'a>(events: &'a [LocatedEvent], settings: &'a Settings, report: &mut Report) -> Vec<Claim<'a>> {
    let of_events = events.iter().map(|LocatedEvent { event, subject, .. }| Claim {
        stream: &event.stream,
        filter: event.filter(),
        place: subject.clone(),
        event: Some(&event.name),
    });
    let mut claims: Vec<Claim> = of_events.collect();
    for (name, stream) in &settings.streams {
        for subject in &stream.subjects {
            if let Some(Problem { code, message, help }) = filter::problem(subject.as_str()) {
                report.push(Diagnostic::error(code, settings.place(subject), message).help(help));
                continue;
            }
            let filter = subject.as_str().to_owned();
            claims.push(Claim { stream: name.as_str(), filter, place: settings.place(subject), event: None });
        }
    }
    claims
}

fn check_overlaps(claims: &[Claim], report: &mut Report) {
    for (index, later) in claims.iter().enumerate() {
        for first in claims[..index].iter().filter(|first| overlap(&first.filter, &later.filter)) {
            if first.stream != later.stream {
                let message = format!(
                    "the streams `{}` and `{}` would both store `{}`",
                    first.stream,
                    later.stream,
                    narrower(&first.filter, &later.filter)
                );
                report.push(
                    Diagnostic::error("WN0421", later.place.clone(), message)
                        .related(first.place.clone(), format!("`{}` is stored in `{}`", first.filter, first.stream))
                        .help("JetStream refuses streams with common subjects; put both in one `stream`, or make the subjects differ"),
                );
            } else if let (Some(one), Some(other)) = (first.event, later.event) {
                let message = format!("the events `{one}` and `{other}` can have the same subject");
                report.push(
                    Diagnostic::warning("WN0422", later.place.clone(), message)
                        .related(first.place.clone(), format!("the subject of `{one}`"))
                        .help("who subscribes to one of them gets both; give each a token of its own"),
                );
            }
        }
    }
}

fn narrower<'a>(a: &'a str, b: &'a str) -> &'a str {
    if covers(a, b) { b } else { a }
}

/// The server keeps 4 KiB of a description and refuses streams with more.
const MAX_DESCRIPTION: usize = 4096;

/// As much of an event's description as a stream keeps.
fn shorten(description: &str) -> String {
    let end = (0..=MAX_DESCRIPTION.min(description.len())).rev().find(|end| description.is_char_boundary(*end));
    description[..end.unwrap_or(0)].to_owned()
}

/// Sorted, and without those that another one covers.
fn minimal<'a>(filters: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut minimal = without_covered(filters);
    minimal.sort_unstable();
    minimal
}

fn check_name(name: &str, place: &Place, report: &mut Report) -> Option<()> {
    let Some(problem) = name_problem(name) else { return Some(()) };
    let diagnostic = Diagnostic::error("WN0420", place.clone(), problem);
    let cure: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let has_invalid = invalid_stream_name_char(name).is_some();
    report.push(if has_invalid { diagnostic.help(format!("name it `{cure}`")) } else { diagnostic });
    None
}

/// Why a stream cannot have this name, if it cannot.
fn name_problem(name: &str) -> Option<String> {
    let problem = match invalid_stream_name_char(name) {
        _ if name.is_empty() => "it is empty".to_owned(),
        _ if name.len() > MAX_STREAM_NAME_BYTES => format!("it is longer than {MAX_STREAM_NAME_BYTES} bytes"),
        Some(invalid) => format!("it holds {invalid:?}"),
        None => return None,
    };
    Some(format!("`{name}` cannot be the name of a stream: {problem}"))
}

/// Whether the stream keeps what is to be stored once, under the subject that says so.
fn check_once(stored: &[&LocatedEvent], stream: &Stream, at: &rule::Sections, report: &mut Report) {
    for LocatedEvent { event, once, .. } in stored {
        let Some(place) = once else { continue };
        if stream.retention.unwrap_or_default() != Retention::Limits {
            let message = format!("`once` on a stream that forgets `{}` when it is consumed", event.name);
            report.push(Diagnostic::warning("WN0426", place.clone(), message).help(
                "an event of the same key can be stored again after that; keep events with `retention = \"limits\"`",
            ));
        }
        if let Some(transform) = at.key("subject_transform") {
            let message = format!("`once` on a stream that stores `{}` under another subject", event.name);
            report.push(
                Diagnostic::warning("WN0426", place.clone(), message)
                    .related(transform, "the subject changes here".to_owned())
                    .help("whether there is such an event already is looked up by the subject that it is published on"),
            );
        }
    }
}
