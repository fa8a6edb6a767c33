//! The option `(walnats.event)`: what it says, where, and what is wrong with it.

use std::borrow::Cow;
use std::ops::Range;

use prost_reflect::{DynamicMessage, ExtensionDescriptor, MessageDescriptor, Value};

use crate::diagnostic::{Diagnostic, Located, Place};
use crate::lower::event::EventOptions;

use super::descriptor::MESSAGE_OPTIONS;
use super::place::Places;
use super::token;

/// The extension of `walnats/options.proto`.
const EXTENSION: &str = "walnats.event";

/// The fields of `walnats.EventOptions`.
const FIELDS: [&str; 11] =
    ["name", "subject", "stream", "uid", "type", "deprecated", "owner", "rust", "once", "encoding", "unknown_members"];

/// Whether `message` has the option.
pub fn is_event(message: &MessageDescriptor) -> bool {
    extension(message).is_some_and(|extension| message.options().has_extension(&extension))
}

/// What the option of `message` says; nothing if there is none. A message that is deprecated is a deprecated event.
pub fn read(message: &MessageDescriptor, places: &Places) -> EventOptions {
    let options = message.options();
    let deprecated = options.get_field_by_name("deprecated").and_then(|value| value.as_bool()).filter(|&yes| yes);
    let Some(extension) = extension(message) else { return EventOptions { deprecated, ..EventOptions::default() } };
    let value = options.get_extension(&extension);
    let Some(value) = value.as_message() else { return EventOptions::default() };

    let written = Written { message, extension: &extension, places };
    let located = |name| string(value, name).map(|text| Located { value: text, place: written.place(name) });
    EventOptions {
        name: located("name"),
        subject: located("subject"),
        stream: located("stream"),
        uid: located("uid"),
        once: located("once"),
        event_type: located("type"),
        rust: located("rust"),
        deprecated: present(value, "deprecated").and_then(|value| value.as_bool()).or(deprecated),
        owner: string(value, "owner"),
        encoding: located("encoding"),
        unknown_members: located("unknown_members"),
    }
}

/// Explains what the compiler found wrong with the option at `place`; `message` is how the compiler says it.
pub fn diagnose(error: &dyn miette::Diagnostic, message: String, place: Place) -> Diagnostic {
    if message.starts_with("expected an extension") {
        return Diagnostic::error("WN0509", place, "the option `(walnats.event)` belongs to a message")
            .help("write it inside of the `message` that is the event");
    }
    // In `{ ... }` the compiler names the culprit in a second error, with a place in what the braces hold.
    let detail = error.diagnostic_source();
    let message = detail.map_or(message, |detail| detail.to_string().replace('\'', "`"));
    let place = match detail.and_then(culprit).and_then(|word| token::find(text(&place), &word)) {
        Some(span) => within(&place, span),
        None => place,
    };
    if message.starts_with("expected ") {
        return Diagnostic::error("WN0512", place, message)
            .help("`deprecated` is `true` or `false`, the other fields are strings");
    }
    // `walnats.event`, `(walnats.event).subjct` or, from within the braces, `subjct`.
    let name = message.split('`').nth(1).map(|name| name.rsplit(").").next().unwrap_or(name));
    let Some(name) = name.filter(|_| message.contains("not ") || message.contains("already ")) else {
        return Diagnostic::error("WN0502", place, message);
    };
    if message.contains("already ") {
        return Diagnostic::error("WN0513", place, format!("the option `(walnats.event)` sets `{name}` twice"))
            .help("remove one");
    }
    match name {
        EXTENSION => Diagnostic::error("WN0505", place, "the option `(walnats.event)` is not known here")
            .help("add `import \"walnats/options.proto\";`"),
        unknown if unknown.contains('.') => {
            Diagnostic::error("WN0510", place, format!("there is no option `({unknown})`"))
                .help("did you mean `(walnats.event)`?")
        }
        field => {
            let found = Diagnostic::error("WN0511", place, format!("`(walnats.event)` has no field `{field}`"));
            found.help(format!("it has {}", FIELDS.map(|field| format!("`{field}`")).join(", "))).suggest(field, FIELDS)
        }
    }
}

/// The word that `detail` points at.
fn culprit(detail: &dyn miette::Diagnostic) -> Option<String> {
    let label = detail.labels()?.last()?;
    let contents = detail.source_code()?.read_span(label.inner(), 0, 0).ok()?;
    String::from_utf8(contents.data().to_vec()).ok()
}

fn text(place: &Place) -> &str {
    place.file.text.get(place.span.clone()).unwrap_or_default()
}

fn within(place: &Place, span: Range<usize>) -> Place {
    Place { file: place.file.clone(), span: place.span.start + span.start..place.span.start + span.end }
}

/// Where the fields of an option are written: in one `option (walnats.event) = { subject: "..." }`, or each in an
/// `option (walnats.event).subject = "..."`.
struct Written<'a> {
    message: &'a MessageDescriptor,
    extension: &'a ExtensionDescriptor,
    places: &'a Places,
}

impl Written<'_> {
    /// The value of the field `name`; as near to it as the descriptors say.
    fn place(&self, name: &str) -> Place {
        let file = self.message.parent_file();
        let option = [self.message.path(), &[MESSAGE_OPTIONS, number(self.extension.number())]].concat();
        let kind = self.extension.kind();
        let field = kind.as_message().and_then(|kind| kind.get_field_by_name(name)).map(|field| number(field.number()));
        let statement = field.and_then(|field| self.places.path(&file, &[&option[..], &[field]].concat()));
        match statement.or_else(|| self.places.path(&file, &option)) {
            Some(place) => match token::find_value(text(&place), name) {
                Some(span) => within(&place, span),
                None => place,
            },
            None => self.places.name(self.message),
        }
    }
}

/// Field numbers have 29 bits.
fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or_default()
}

fn extension(message: &MessageDescriptor) -> Option<ExtensionDescriptor> {
    message.parent_pool().get_extension_by_name(EXTENSION)
}

fn present<'a>(options: &'a DynamicMessage, name: &str) -> Option<Cow<'a, Value>> {
    options.get_field_by_name(name).filter(|_| options.has_field_by_name(name))
}

fn string(options: &DynamicMessage, name: &str) -> Option<String> {
    present(options, name).and_then(|value| value.as_str().map(str::to_owned))
}
