//! `[codegen]`: choices that shape the Rust that comes out.

use std::collections::{BTreeMap, BTreeSet};

use super::event::is_type_name;
use crate::diagnostic::{Diagnostic, Place, Report};
use crate::model::{CodegenOptions, DateTimes, EventModel};
use crate::settings::{CodegenSettings, DateTimeName, Text};
use walnats_schema::pointer;

/// The options, checked against the schemas of `model`.
pub(super) fn options(
    settings: &CodegenSettings,
    model: &EventModel,
    at: &dyn Fn(&Text) -> Place,
    report: &mut Report,
) -> CodegenOptions {
    for derive in &settings.derives {
        let path = derive.as_str().trim_start_matches("::");
        if !path.split("::").all(is_identifier) {
            let message = format!("`{}` is not the path of a derive macro", derive.as_str());
            report.push(Diagnostic::error("WN0445", at(derive), message).help("write `Hash`, or `my_crate::Redact`"));
        }
    }
    CodegenOptions {
        derives: settings.derives.iter().map(|derive| derive.as_str().to_owned()).collect(),
        datetime: match settings.datetime {
            DateTimeName::Jiff => DateTimes::Jiff,
            DateTimeName::Chrono => DateTimes::Chrono,
            DateTimeName::Time => DateTimes::Time,
            DateTimeName::String => DateTimes::String,
        },
        builders: settings.builders,
        names: names(settings, model, at, report),
        externs: BTreeMap::new(),
    }
}

/// Names by source and pointer, as the notes of schemas have them: without the file's extension.
fn names(
    settings: &CodegenSettings,
    model: &EventModel,
    at: &dyn Fn(&Text) -> Place,
    report: &mut Report,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    if settings.names.is_empty() {
        return names;
    }
    let known = addresses(model);
    for (key, name) in &settings.names {
        if !is_type_name(name.as_str()) {
            let message = format!("`{}` cannot be the name of a Rust type", name.as_str());
            report.push(Diagnostic::error("WN0446", at(name), message).help("write a name such as `PostalCode`"));
        }
        let (file, pointer) = key.as_str().split_once('#').unwrap_or((key.as_str(), ""));
        let stem = [".json", ".yaml", ".yml"].iter().find_map(|extension| file.strip_suffix(extension));
        let address = format!("{}#{pointer}", stem.unwrap_or(file));
        if !known.contains(&address) {
            let message = format!("no event reaches a schema at `{}`", key.as_str());
            let diagnostic = Diagnostic::error("WN0409", at(key), message);
            let diagnostic = diagnostic.help("write a file with a JSON Pointer, such as `_address.json#/$defs/zip`");
            report.push(diagnostic.suggest(&address, known.iter().map(String::as_str)));
        }
        names.insert(address, name.as_str().to_owned());
    }
    names
}

/// Where the schemas of the model stand: `address#/$defs/zip`.
fn addresses(model: &EventModel) -> BTreeSet<String> {
    let addresses = model.notes.iter().filter_map(|note| {
        let source = model.sources.get(note.document.0)?;
        Some(format!("{}#{}", source.name, pointer::join(note.path.iter().map(String::as_str))))
    });
    addresses.collect()
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
