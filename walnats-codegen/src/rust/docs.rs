//! The doc comments of types and fields: what the schema says of them, and what is asked of their values.

use crate::model::Annotations;

use super::constraint;
use super::markdown::{Doc, code, markdown, visible};
use super::names;
use super::types::Typed;

/// Longer examples are left out.
const MAX_EXAMPLE: usize = 800;

/// The doc of the type `name`: description or title, example. Empty where it would only repeat the name.
pub fn of_type(note: Option<&Annotations>, name: &str) -> Doc {
    let mut lines = describe(note);
    if lines.is_empty() {
        let title = note.and_then(|note| note.title.as_deref()).filter(|title| names::type_name(title) != name);
        lines.extend(title.map(markdown).unwrap_or_default());
    }
    let example =
        note.and_then(|note| note.examples.first()).and_then(|example| serde_json::to_string_pretty(example).ok());
    if let Some(example) = example.filter(|example| example.len() <= MAX_EXAMPLE) {
        let lead = if lines.is_empty() { "An example:" } else { "" };
        lines.extend([lead.to_owned(), "```text".to_owned()]);
        lines.extend(example.lines().map(visible));
        lines.push("```".to_owned());
    }
    lines
}

/// The doc of a field: description, what is asked of it, its default.
pub fn of_field(note: Option<&Annotations>, typed: &Typed) -> Doc {
    let mut lines = describe(note);
    let mut facts = constraint::sentences(typed);
    if let Some(note) = note {
        facts.extend(note.default.as_ref().map(|default| format!("Default: {}.", code(&default.to_string()))));
        facts.extend(note.read_only.then(|| "Read only.".to_owned()));
        facts.extend(note.write_only.then(|| "Write only.".to_owned()));
    }
    if !facts.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(facts.join(" "));
    }
    lines
}

fn describe(note: Option<&Annotations>) -> Doc {
    let text = note.and_then(|note| note.description.as_deref()).map(str::trim).filter(|text| !text.is_empty());
    text.map(markdown).unwrap_or_default()
}
