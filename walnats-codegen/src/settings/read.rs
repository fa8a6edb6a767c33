//! TOML into [`Settings`], one section at a time, so that a mistake in one does not hide those in the others.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

use super::rename;
use super::{IgnoreSettings, Keys, LevelName, LintSettings, PresetName, ProtobufName, Settings, StreamSettings, Text};
use crate::codes::{self, DefaultLevel};
use crate::diagnostic::{Diagnostic, Place, Report, SourceFile, did_you_mean, nearest};

/// Keys that no two streams can share; `subjects` and `description` are looked at by themselves.
const OF_ONE_STREAM: [&str; 5] = ["mirror", "sources", "republish", "subject_transform", "sealed"];

/// JetStream's names of settings that have another one here.
const JETSTREAM: [(&str, &str); 7] = [
    ("num_replicas", "replicas"),
    ("max_msgs", "max_messages"),
    ("max_msgs_per_subject", "max_messages_per_subject"),
    ("max_msg_size", "max_message_size"),
    ("allow_msg_ttl", "message_ttl"),
    ("allow_msg_schedules", "schedules"),
    ("allow_atomic", "atomic"),
];

/// How many keys that could stand somewhere are listed, and how many of those that are nearest.
const MOST_KNOWN: usize = 60;
const NEAREST: usize = 3;

const SECTIONS: [&str; 10] =
    ["schemas", "defaults", "streams", "events", "services", "codegen", "breaking", "fmt", "lints", "workspace"];

/// Reads the text of `walnats.toml`. Sections that are wrong are findings and take their defaults.
pub fn parse(file: &Arc<SourceFile>, report: &mut Report) -> Settings {
    let mut settings = Settings { file: Arc::clone(file), ..Settings::default() };
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    let mut reader = Reader { file, report };
    for error in &errors {
        let message = format!("not valid TOML: {}", error.message());
        let place = reader.place(error.span().unwrap_or_default());
        reader.report.push(Diagnostic::error("WN0401", place, message));
    }
    if !errors.is_empty() {
        return settings;
    }
    let table = table.into_inner();
    let present: Vec<String> = table.keys().map(|key| key.get_ref().to_string()).collect();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "schemas" => settings.schemas = reader.section(value).unwrap_or_default(),
            "defaults" => settings.defaults = reader.stream(value).unwrap_or_default(),
            "streams" => settings.streams = reader.sections_by(value, Reader::stream),
            "events" => settings.events = reader.sections(value),
            "services" => settings.services = reader.sections(value),
            "lints" => settings.lints = reader.lints(value),
            "fmt" => settings.fmt = reader.section(value).unwrap_or_default(),
            "breaking" => settings.breaking = reader.section(value).unwrap_or_default(),
            "workspace" => settings.workspace = Some(reader.section(value).unwrap_or_default()),
            "codegen" => settings.codegen = reader.section(value).unwrap_or_default(),
            other => reader.unknown(other, &SECTIONS, &present, key.span()),
        }
    }
    let shared = &settings.defaults;
    let texts = shared.subjects.iter().chain(&shared.description).map(Text::span);
    let keys = OF_ONE_STREAM.iter().filter_map(|key| shared.keys.get(key));
    for span in texts.chain(keys) {
        let message = "`[defaults]` is for every stream, and no two may have this in common";
        let help = "move it to `[streams.<name>]`";
        let place = reader.place(span);
        reader.report.push(Diagnostic::error("WN0444", place, message).help(help));
    }
    settings
}

struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    report: &'a mut Report,
}

impl Reader<'_> {
    /// A section without its mistakes: each is reported, taken out, and the rest is read again.
    fn section<T: DeserializeOwned>(&mut self, mut value: Spanned<DeValue>) -> Option<T> {
        let (span, mut keys) = (value.span(), Vec::new());
        places(&value, &mut keys);
        let mut mistakes: Vec<Range<usize>> = Vec::new();
        loop {
            let error = match T::deserialize(ValueDeserializer::from(value.clone())) {
                Ok(section) => return mistakes.is_empty().then_some(section),
                Err(error) => error,
            };
            let place = error.span().unwrap_or_else(|| span.clone());
            // A key may be missing because its mistake was taken out.
            let is_inside = |mistake: &Range<usize>| place.start <= mistake.start && mistake.end <= place.end;
            if !(error.message().starts_with("missing field") && mistakes.iter().any(is_inside)) {
                self.wrong(&error, &value, &keys);
            }
            // Nothing is left of a section that is wrong as a whole.
            if !remove(&mut value, &place) {
                return None;
            }
            mistakes.push(place);
        }
    }

    /// A section of a stream's settings, with the places of its keys.
    fn stream(&mut self, value: Spanned<DeValue>) -> Option<StreamSettings> {
        let keys: Keys = match value.get_ref() {
            DeValue::Table(table) => table.keys().map(|key| (key.get_ref().to_string(), key.span())).collect(),
            _ => Keys::default(),
        };
        Some(StreamSettings { keys, ..self.section(value)? })
    }

    fn sections<T: DeserializeOwned>(&mut self, value: Spanned<DeValue>) -> BTreeMap<Text, T> {
        self.sections_by(value, Self::section)
    }

    fn sections_by<T>(
        &mut self,
        value: Spanned<DeValue>,
        read: impl Fn(&mut Self, Spanned<DeValue>) -> Option<T>,
    ) -> BTreeMap<Text, T> {
        let span = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            let help = "write a section for each name: `[streams.orders]`";
            let message = "expected sections by name";
            self.report.push(Diagnostic::error("WN0403", self.place(span), message).help(help));
            return BTreeMap::new();
        };
        let sections = table.into_iter().filter_map(|(key, value)| {
            let name = Text::new(key.get_ref().to_string(), key.span());
            Some((name, read(self, value)?))
        });
        sections.collect()
    }

    /// Levels by the names of findings that have any.
    fn lints(&mut self, mut value: Spanned<DeValue>) -> LintSettings {
        let mut settings = LintSettings::default();
        if let DeValue::Table(table) = value.get_mut() {
            if let Some(preset) = table.remove("preset") {
                settings.preset = self.section::<PresetName>(preset).unwrap_or_default();
            }
            match table.remove("ignore").map(|ignores| (ignores.span(), ignores.into_inner())) {
                None => {}
                Some((_, DeValue::Array(ignores))) => {
                    let ignores = ignores.into_iter().filter_map(|ignore| self.section::<IgnoreSettings>(ignore));
                    settings.ignore = ignores.collect();
                }
                Some((span, _)) => {
                    let finding = Diagnostic::error("WN0403", self.place(span), "expected an array of tables");
                    self.report.push(finding.help("write each as `[[lints.ignore]]`"));
                }
            }
            let protobuf = table.remove("protobuf");
            settings.protobuf = protobuf.and_then(|protobuf| self.section::<ProtobufName>(protobuf));
        }
        let present: Vec<String> = match value.get_ref() {
            DeValue::Table(table) => table.keys().map(|key| key.get_ref().to_string()).collect(),
            _ => Vec::new(),
        };
        let mut levels = self.sections::<LevelName>(value);
        levels.retain(|slug, _| {
            let code = codes::by_slug(slug.as_str());
            match code {
                None => self.unknown_lint(slug, &present),
                Some(code) if code.level == DefaultLevel::Error => {
                    let message = format!("`{}` has no level: nothing can be generated where it is found", code.slug);
                    let finding = Diagnostic::error("WN0432", self.place(slug.span()), message);
                    self.report.push(finding.help("remove it, and correct what it is about"));
                }
                Some(_) => return true,
            }
            false
        });
        settings.levels = levels;
        settings
    }

    /// Reports a key of `[lints]` that is neither one of its own nor the name of a finding.
    fn unknown_lint(&mut self, slug: &Text, present: &[String]) {
        let name = slug.as_str();
        let known: Vec<&str> = ["preset", "ignore", "protobuf"].into_iter().chain(codes::lints()).collect();
        // The id of a finding stands for its name.
        let by_id = codes::by_id(&name.to_uppercase()).map(|code| code.slug).filter(|slug| known.contains(slug));
        self.unknown_or(name, by_id, &known, present, slug.span());
    }

    fn wrong(&mut self, error: &Error, section: &Spanned<DeValue>, keys: &[(Range<usize>, String)]) {
        let span = error.span().unwrap_or_else(|| section.span());
        match quoted(error.message(), "unknown field ") {
            Some((field, known)) => self.unknown(field, &known, &rename::present(section, &span), span),
            None => {
                // The innermost value that the error is in comes last.
                let is_in = |value: &Range<usize>| value.start <= span.start && span.end <= value.end;
                let key = keys.iter().rev().find(|(value, _)| is_in(value)).map(|(_, key)| format!("`{key}`: "));
                let message = format!("{}{}", key.unwrap_or_default(), in_words(error.message()));
                let finding = Diagnostic::error(code_of(error.message()), self.place(span), message);
                self.report.push(match quoted(error.message(), "unknown variant ") {
                    Some((value, known)) => finding.suggest(value, known),
                    None => finding,
                });
            }
        }
    }

    /// Reports a key that is not `known`; `present` are the keys next to it.
    fn unknown(&mut self, key: &str, known: &[&str], present: &[String], span: Range<usize>) {
        let ours = JETSTREAM.iter().find(|(theirs, ours)| *theirs == key && known.contains(ours));
        self.unknown_or(key, ours.map(|(_, ours)| *ours), known, present, span);
    }

    /// The same of a key that is another name for `ours`.
    fn unknown_or(&mut self, key: &str, ours: Option<&str>, known: &[&str], present: &[String], span: Range<usize>) {
        let theirs = JETSTREAM.iter().filter(|(_, ours)| known.contains(ours));
        let meant = ours.or_else(|| {
            let near = did_you_mean(key, theirs.clone().map(|(theirs, _)| *theirs).chain(known.iter().copied()))?;
            // The misspelt name may be JetStream's.
            Some(theirs.clone().find(|(theirs, _)| *theirs == near).map_or(near, |(_, ours)| *ours))
        });
        let place = self.place(span);
        let finding = Diagnostic::error("WN0402", place.clone(), format!("unknown key `{key}`"));
        self.report.push(match meant {
            Some(meant) => {
                // Where the right one is there too, nobody knows which of the two is meant.
                let is_free = !present.iter().any(|present| present == meant);
                let fix = is_free.then(|| rename::key(&place, key, meant));
                finding.help(format!("did you mean `{meant}`?")).fix(fix)
            }
            None => finding.help(known_here(key, known)),
        });
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place { file: Arc::clone(self.file), span }
    }
}

/// The keys that could stand here: all of them, or where they are many, those most like the wrong one.
fn known_here(key: &str, known: &[&str]) -> String {
    if known.len() <= MOST_KNOWN {
        return format!("known here: {}", known.join(", "));
    }
    let near: Vec<String> =
        nearest(key, known.iter().copied(), NEAREST).iter().map(|near| format!("`{near}`")).collect();
    format!(
        "the nearest of {} names are {}; `walnats explain` lists all codes with their names",
        known.len(),
        near.join(", ")
    )
}

/// Each value of a table with its key, outer ones before inner ones.
fn places(value: &Spanned<DeValue>, keys: &mut Vec<(Range<usize>, String)>) {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                keys.push((value.span(), key.get_ref().to_string()));
                places(value, keys);
            }
        }
        DeValue::Array(items) => items.iter().for_each(|item| places(item, keys)),
        _ => {}
    }
}

/// Takes the innermost key or item at `span` out of `value`, and returns whether there was one.
fn remove(value: &mut Spanned<DeValue>, span: &Range<usize>) -> bool {
    let is_in = |place: Range<usize>| place.start <= span.start && span.end <= place.end;
    match value.get_mut() {
        DeValue::Table(table) => {
            if table.iter_mut().any(|(_, value)| remove(value, span)) {
                return true;
            }
            let entry = table.iter().find(|(key, value)| is_in(key.span()) || is_in(value.span()));
            let Some(key) = entry.map(|(key, _)| key.clone()) else { return false };
            table.remove(&key).is_some()
        }
        DeValue::Array(items) => {
            if items.iter_mut().any(|item| remove(item, span)) {
                return true;
            }
            let Some(at) = items.iter().position(|item| is_in(item.span())) else { return false };
            *items = items.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, item)| item.clone()).collect();
            true
        }
        _ => false,
    }
}

/// The kind of mistake that serde means, by how its message begins.
fn code_of(message: &str) -> &'static str {
    const BEGINNINGS: [(&str, &str); 4] = [
        ("unknown variant", "WN0440"),
        ("missing field", "WN0443"),
        // Text that is taken apart is always a length of time or a number of bytes.
        ("invalid value: string", "WN0442"),
        ("invalid value", "WN0441"),
    ];
    BEGINNINGS.iter().find(|(beginning, _)| message.starts_with(beginning)).map_or("WN0403", |(_, code)| code)
}

/// What serde expects, as TOML calls it.
fn in_words(message: &str) -> String {
    const WORDS: [(&str, &str); 8] = [
        ("invalid type: map", "invalid type: table"),
        ("invalid type: sequence", "invalid type: array"),
        ("expected a sequence", "expected an array"),
        ("expected a map", "expected a table"),
        ("expected a nonzero u64", "expected a whole number of 1 or more"),
        ("expected a nonzero u16", "expected a whole number from 1 to 65535"),
        ("expected a nonzero u32", "expected a whole number of 1 or more"),
        ("wanted string or table", "expected a string"),
    ];
    let message = message.trim_end_matches('.').to_owned();
    WORDS.iter().fold(message, |message, (serde, toml)| message.replace(serde, toml))
}

/// Takes serde's "unknown field `x`, expected one of `a`, `b`" apart, which is all that a derived type says.
fn quoted<'m>(message: &'m str, beginning: &str) -> Option<(&'m str, Vec<&'m str>)> {
    let quoted: Vec<&str> = message.strip_prefix(beginning)?.split('`').skip(1).step_by(2).collect();
    let (first, known) = quoted.split_first()?;
    Some((first, known.to_vec()))
}
