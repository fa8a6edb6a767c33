//! What `[events.<name>]` says of the events that there are.

use std::collections::BTreeMap;

use super::event::{EventOptions, RawEvent};
use super::message_option::{Options, is_option, text_of};
use crate::diagnostic::{Diagnostic, Located, Place, Report};
use crate::model::Payload;
use crate::settings::{EncodingName, EventSettings, Text, UnknownMembersName};
use walnats_schema::read::wildcard;

type Entries = BTreeMap<Text, EventSettings>;

/// Sets the final name of each event and lays `entries` over what its schema says: the exact name first, then patterns,
/// those with the most text first. Entries that fit no event are findings.
///
/// A text that is the name of an option (`(acme.type)`) stands for what that says of the event's message; a message that does
/// not have it says nothing to an entry for many events.
pub(super) fn apply(
    events: &mut [RawEvent],
    entries: &Entries,
    (at, messages): (&dyn Fn(&Text) -> Place, &Options),
    report: &mut Report,
) {
    let mut order: Vec<(&Text, &EventSettings)> = entries.iter().collect();
    order.sort_by_key(|(key, _)| (key.as_str().contains('*'), std::cmp::Reverse(key.as_str().len())));
    let mut unused: Vec<&Text> = entries.keys().collect();
    for event in events.iter_mut() {
        if let Some(name) = &event.options.name {
            event.name.clone_from(&name.value);
        }
        let mut options = EventOptions::default();
        for (key, settings) in &order {
            let Some(captured) = wildcard::capture(key.as_str(), &event.name) else { continue };
            unused.retain(|unused| unused != key);
            let mut own = options_of(settings, captured, at);
            for text in [&mut own.subject, &mut own.event_type] {
                let Some(option) = text.take_if(|text| is_option(&text.value)) else { continue };
                let place = || option.place.clone();
                match text_of(&option.value, &event.payload, messages, &place) {
                    Ok(value) => *text = Some(Located { value, place: option.place.clone() }),
                    Err(_) if key.as_str().contains('*') => {}
                    Err(found) => report.push(*found),
                }
            }
            // What is said of many events concerns those that have messages.
            if !key.as_str().contains('*') || matches!(event.payload, Payload::Protobuf(_)) {
                add_encoding(&mut own, settings, at(key));
            }
            options = options.or(own);
        }
        event.options = options.or(std::mem::take(&mut event.options));
    }
    // An entry with `schema` has declared events, or there is a finding already.
    let is_checked = |key: &&Text| entries[*key].schema.is_none() && stars(key) <= 1;
    for key in unused.into_iter().filter(is_checked) {
        let diagnostic = Diagnostic::error("WN0405", at(key), format!("there is no event `{}`", key.as_str()));
        let diagnostic = diagnostic.help("add its schema, or say where it is: `schema = \"file.json#/$defs/name\"`");
        report.push(diagnostic.suggest(key.as_str(), events.iter().map(|event| event.name.as_str())));
    }
}

/// Reports what entries get wrong by themselves, whatever events there are.
pub(super) fn check(entries: &Entries, at: &dyn Fn(&Text) -> Place, report: &mut Report) {
    for (key, settings) in entries {
        check_entry(key, settings, at, report);
    }
}

fn check_entry(key: &Text, settings: &EventSettings, at: &dyn Fn(&Text) -> Place, report: &mut Report) {
    let mut wrong = |code, text: &Text, message: &str, help: &str| {
        report.push(Diagnostic::error(code, at(text), message).help(help));
    };
    if stars(key) > 1 {
        wrong("WN0453", key, "a name may hold one `*`", "write an entry for each pattern");
    }
    if let Some(rust) = settings.rust.as_ref().filter(|_| key.as_str().contains('*')) {
        wrong("WN0455", rust, "many events cannot share one Rust name", "write an entry for the event alone");
    }
    if let Some(name) = settings.name.as_ref().filter(|name| !is_option(name.as_str())) {
        let help =
            "write the event's name between the brackets, and here an option that says it: `name = \"(acme.name)\"`";
        wrong("WN0531", name, "`name` is not the name of an option of messages", help);
    }
    if let Some(name) = settings.name.as_ref().filter(|_| settings.schema.is_none() || !key.as_str().contains('*')) {
        wrong("WN0531", name, "`name` is for patterns that declare events", "give the entry a `*` and a `schema`");
    }
    if !settings.strip.is_empty() && settings.schema.is_none() {
        wrong("WN0454", key, "`strip` is for names that come from `schema`", "remove it");
    }
}

fn stars(key: &Text) -> usize {
    key.as_str().matches('*').count()
}

fn options_of(settings: &EventSettings, captured: &str, at: &dyn Fn(&Text) -> Place) -> EventOptions {
    let filled = |text: &Option<Text>| {
        let text = text.as_ref()?;
        // Without a `*` in the name nothing is captured, and a `*` in a subject stays the mistake that it is.
        let value =
            if captured.is_empty() { text.as_str().to_owned() } else { wildcard::fill(text.as_str(), captured) };
        Some(Located { value, place: at(text) })
    };
    EventOptions {
        name: None,
        subject: filled(&settings.subject),
        stream: filled(&settings.stream),
        uid: filled(&settings.uid),
        once: filled(&settings.once),
        event_type: filled(&settings.r#type),
        rust: filled(&settings.rust),
        deprecated: settings.deprecated,
        owner: settings.owner.clone(),
        encoding: None,
        unknown_members: None,
    }
}

/// How messages are published, in the words of the option.
fn add_encoding(options: &mut EventOptions, settings: &EventSettings, place: Place) {
    let located = |value: &str| Located { value: value.to_owned(), place: place.clone() };
    options.encoding = settings.encoding.map(|encoding| match encoding {
        EncodingName::Binary => located("binary"),
        EncodingName::Json => located("json"),
    });
    options.unknown_members = settings.unknown_members.map(|unknown_members| match unknown_members {
        UnknownMembersName::Strict => located("strict"),
        UnknownMembersName::Tolerant => located("tolerant"),
    });
}
