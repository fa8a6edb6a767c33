//! The doc comments of types and fields: what the schema says of them, and what is asked of their values.

use crate::model::{Annotations, Event};

use super::constraint;
use super::markdown::{Doc, code, markdown, visible};
use super::names;
use super::types::Typed;

/// Longer examples are left out.
const MAX_EXAMPLE: usize = 800;

/// Where an event goes, and who answers for it.
pub fn of_event(event: &Event) -> String {
    let mut subject = event.subject.to_string();
    if let Some(once) = event.once.as_ref().filter(|once| once.is_last_token) {
        subject = format!("{subject}.{}", once.key);
    }
    let mut text = format!("Subject {}, stream {}", code(&subject), code(&event.stream));
    if let Some(id) = event.message_id() {
        text += &format!(", id {}", code(&id));
    }
    if let Some(once) = &event.once {
        text += &format!(", once per {}", code(&once.key.to_string()));
    }
    text += ".";
    if let Some(owner) = &event.owner {
        text += &format!(" Owner: {}.", code(owner));
    }
    let file = &event.place.file.path;
    if file.is_empty() { text } else { format!("{text} Schema: {}.", code(file)) }
}

/// The doc of the type `name`: description or title, `facts` about it, example. Empty where it would only repeat the name.
pub fn of_type(note: Option<&Annotations>, name: &str, facts: Option<String>) -> Doc {
    let mut lines = describe(note);
    if lines.is_empty() {
        let title = note.and_then(|note| note.title.as_deref()).filter(|title| names::type_name(title) != name);
        lines.extend(title.map(markdown).unwrap_or_default());
    }
    if let Some(facts) = facts {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(facts);
    }
    let example = note.and_then(example);
    if let Some(example) = example.filter(|example| example.len() <= MAX_EXAMPLE) {
        let lead = if lines.is_empty() { "An example:" } else { "" };
        lines.extend([lead.to_owned(), "```text".to_owned()]);
        lines.extend(example.lines().map(visible));
        lines.push("```".to_owned());
    }
    lines
}

/// The doc of a listed value, which is `ident` in Rust: description, or a title that says more than the name.
pub fn of_value(note: Option<&Annotations>, ident: &str) -> Doc {
    let lines = describe(note);
    let title = note.and_then(|note| note.title.as_deref()).filter(|title| names::variant_name(title) != ident);
    if lines.is_empty() { title.map(markdown).unwrap_or_default() } else { lines }
}

/// The doc of a field: description, what is asked of it, its default.
pub fn of_field(note: Option<&Annotations>, typed: &Typed) -> Doc {
    let mut lines = describe(note);
    let facts = facts(note, typed);
    if !facts.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(facts);
    }
    lines
}

/// What is asked of values, and what is said of them in one sentence each.
pub fn facts(note: Option<&Annotations>, typed: &Typed) -> String {
    let mut facts = constraint::sentences(typed);
    if let Some(note) = note {
        facts.extend(note.default.as_ref().map(|default| format!("Default: {}.", code(&default.to_string()))));
        facts.extend(note.read_only.then(|| "Read only.".to_owned()));
        facts.extend(note.write_only.then(|| "Write only.".to_owned()));
    }
    facts.join(" ")
}

/// The first example: as it is written in a JSON file, with its members in the author's order, or else pretty-printed.
fn example(note: &Annotations) -> Option<String> {
    let value = note.examples.first()?;
    let written = note.example_places.first().and_then(|place| place.file.text.get(place.span.clone()));
    let is_json = |text: &&str| serde_json::from_str::<serde_json::Value>(text).is_ok_and(|read| read == *value);
    match written.filter(|text| text.contains('\n')).filter(is_json) {
        Some(text) => Some(dedent(text)),
        None => serde_json::to_string_pretty(value).ok(),
    }
}

/// The text without the indentation that all lines after the first have.
fn dedent(text: &str) -> String {
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let rest = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let common = rest.map(indentation).min().unwrap_or(0);
    let lines =
        text.lines().enumerate().map(|(at, line)| if at == 0 { line } else { line.get(common..).unwrap_or("") });
    lines.collect::<Vec<_>>().join("\n")
}

fn describe(note: Option<&Annotations>) -> Doc {
    let text = note.and_then(|note| note.description.as_deref()).map(str::trim).filter(|text| !text.is_empty());
    text.map(markdown).unwrap_or_default()
}
