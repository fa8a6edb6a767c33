//! `[codegen] extern`: schemas and messages whose types other crates have.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Place, Report};
use crate::model::{Event, EventModel, Payload};
use crate::settings::Text;
use walnats_schema::pointer;
use walnats_schema::read::Document;

/// Words that are no part of a path, unless they are raw (`r#type`).
const KEYWORDS: [&str; 52] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// What `[codegen] extern` says.
#[derive(Default)]
pub(super) struct Externs<'s> {
    /// Paths by file and JSON Pointer.
    schemas: Vec<(&'s Text, String)>,
    /// The names of messages, enumerations and packages, which begin with a dot.
    messages: Vec<(&'s Text, String)>,
}

impl<'s> Externs<'s> {
    /// Takes the entries apart; what is no path of a type is reported.
    pub(super) fn read(entries: &'s BTreeMap<Text, Text>, at: &dyn Fn(&Text) -> Place, report: &mut Report) -> Self {
        let mut externs = Self::default();
        for (key, path) in entries {
            let is_message = key.as_str().starts_with('.');
            // A package is a module, which may be a crate as a whole.
            match absolute(path.as_str()).filter(|path| is_message || is_inside(path)) {
                Some(path) if is_message => externs.messages.push((key, path)),
                Some(path) => externs.schemas.push((key, path)),
                None => {
                    let message = format!("`{}` is not the path of a Rust type", path.as_str());
                    let help = "write the crate and what leads to the type in it: `money_events::Money`";
                    report.push(Diagnostic::error("WN0463", at(path), message).help(help));
                }
            }
        }
        externs
    }

    /// Paths by the names of messages, enumerations and packages.
    pub(super) fn of_messages(&self) -> BTreeMap<String, String> {
        self.messages.iter().map(|(key, path)| (key.as_str().to_owned(), path.clone())).collect()
    }

    /// Paths by source and JSON Pointer, as the notes of schemas have them: without the file's extension. Where there is no
    /// such schema, one of the types in `reached` may be meant.
    pub(super) fn of_schemas(
        &self,
        (model, documents): (&EventModel, &[Document]),
        reached: &BTreeSet<String>,
        at: &dyn Fn(&Text) -> Place,
        report: &mut Report,
    ) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        if self.schemas.is_empty() {
            return found;
        }
        let known = addresses(model, documents);
        for (key, path) in &self.schemas {
            let text = key.as_str().strip_suffix('#').unwrap_or(key.as_str());
            match known.get(text) {
                Some(address) => {
                    found.insert(address.clone(), path.clone());
                }
                None => {
                    let message = format!("no event reaches a schema at `{}`", key.as_str());
                    let help = "write a file, with a JSON Pointer for a part of it (`_money.json#/$defs/currency`), or \
                                a message with a dot before its package (`.acme.money.v1.Money`)";
                    let finding = Diagnostic::error("WN0409", at(key), message).help(help);
                    report.push(finding.suggest(text, known.keys().chain(reached).map(String::as_str)));
                }
            }
        }
        found
    }

    /// Reports the names of messages that no event reaches, and those of messages that are events. `reached` are the full
    /// names of types, with a leading dot.
    pub(super) fn check_messages(
        &self,
        reached: &BTreeSet<String>,
        events: &[Event],
        at: &dyn Fn(&Text) -> Place,
        report: &mut Report,
    ) {
        for (key, path) in &self.messages {
            let name = key.as_str();
            let is_in =
                |full: &str| full.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            if !reached.iter().any(|full| is_in(full)) {
                let message = format!("no event reaches a message or package `{name}`");
                let help = "write the full name of a message, an enumeration or a package, with a dot before it";
                let finding = Diagnostic::error("WN0409", at(key), message).help(help);
                report.push(finding.suggest(name, reached.iter().flat_map(|full| scopes(full))));
            } else if reached.contains(name) && !is_inside(path) {
                let message = format!("`{}` is not the path of a Rust type", path.trim_start_matches("::"));
                let help = "write the crate and what leads to the type in it: `money_events::Money`";
                report.push(Diagnostic::error("WN0463", at(key), message).help(help));
            }
            for event in events {
                let Payload::Protobuf(message) = &event.payload else { continue };
                if is_in(&format!(".{message}")) {
                    let message = format!(
                        "`{name}` holds the message of the event `{}`, which has to be a type of this crate",
                        event.name
                    );
                    let help = "name the messages that events hold, each by itself";
                    report.push(Diagnostic::error("WN0464", at(key), message).help(help));
                }
            }
        }
    }
}

/// Where the schemas of the model stand, as users write it, with how the model calls it.
fn addresses(model: &EventModel, documents: &[Document]) -> BTreeMap<String, String> {
    let addresses = model.notes.iter().filter_map(|note| {
        let (source, document) = (model.sources.get(note.document.0)?, documents.get(note.document.0)?);
        let pointer = pointer::join(note.path.iter().map(String::as_str));
        let written = if pointer.is_empty() { document.name.clone() } else { format!("{}#{pointer}", document.name) };
        Some((written, format!("{}#{pointer}", source.name)))
    });
    addresses.collect()
}

/// `.shop.v1.Order`, `.shop.v1`, `.shop`.
fn scopes(full_name: &str) -> impl Iterator<Item = &str> {
    let ends = full_name.match_indices('.').map(|(end, _)| end).chain([full_name.len()]).filter(|end| *end > 0);
    ends.map(|end| &full_name[..end])
}

/// A path as it can be written in any module: `::money_events::Money`, `crate::Money`.
fn absolute(path: &str) -> Option<String> {
    let plain = path.strip_prefix("::").unwrap_or(path);
    let (first, rest) = plain.split_once("::").unwrap_or((plain, ""));
    let is_of_this_crate = first == "crate" && plain == path && !rest.is_empty();
    let segments = plain.split("::").skip(usize::from(is_of_this_crate));
    let is_path = segments.into_iter().all(is_identifier);
    is_path.then(|| if is_of_this_crate { path.to_owned() } else { format!("::{plain}") })
}

/// Whether a path leads to something inside of a crate, and not to a crate.
fn is_inside(path: &str) -> bool {
    path.trim_start_matches("::").contains("::")
}

fn is_identifier(text: &str) -> bool {
    let plain = text.strip_prefix("r#").unwrap_or(text);
    let is_word = plain.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && plain.chars().all(|c| c.is_alphanumeric() || c == '_')
        && plain != "_";
    let is_never = ["self", "Self", "super", "crate"].contains(&plain);
    is_word && !is_never && (plain != text || !KEYWORDS.contains(&text))
}
