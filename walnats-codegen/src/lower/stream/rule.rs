//! Settings of a stream that the server refuses, that contradict each other, or that take no events.

mod combination;
mod copying;
mod mapping;
mod storing;
mod value;

use std::sync::Arc;

use super::super::event::LocatedEvent;
use crate::diagnostic::{Diagnostic, Place, Report, SourceFile};
use crate::model::{Retention, Stream};
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

/// Something wrong with a key.
struct Fault {
    code: &'static str,
    key: &'static str,
    message: String,
    help: &'static str,
}

/// What a stream's settings must not be, and whether they are.
struct Rule {
    code: &'static str,
    is_broken: bool,
    key: &'static str,
    message: &'static str,
    help: &'static str,
}

fn broken(rules: impl IntoIterator<Item = Rule>) -> impl Iterator<Item = Fault> {
    let rules = rules.into_iter().filter(|rule| rule.is_broken);
    rules.map(|Rule { code, key, message, help, .. }| Fault { code, key, message: message.to_owned(), help })
}

/// Reports what is wrong with the settings of a stream that stores these events.
pub(super) fn check(stream: &Stream, at: &Sections, stored: &[&LocatedEvent], report: &mut Report) {
    let mut faults = combination::faults(stream, at);
    faults.extend(storing::faults(stream, at, stored));
    faults.extend(mapping::faults(stream, at));
    faults.extend(copying::faults(stream, at));
    faults.extend(value::faults(stream, at));
    let place = |key: &str| at.key(key).unwrap_or_else(|| at.place.clone());
    for Fault { code, key, message, help } in faults {
        report.push(Diagnostic::error(code, place(key), message).help(help));
    }
    if stream.schedules && stream.retention == Some(Retention::Interest) {
        report.push(
            Diagnostic::warning(
                "WN0425",
                place("schedules"),
                "`schedules` on a stream with `retention = \"interest\"`",
            )
            .help("while there is no consumer the server acknowledges a delayed message and forgets it"),
        );
    }
}
