//! What is said about an event, wherever it is said: `x-walnats`, the option `(walnats.event)`, `[events.<name>]`.

use std::collections::BTreeMap;

use super::encoding;
use super::once;
use super::template::{self, Lookup};
use crate::diagnostic::{Diagnostic, Located, Place, Report};
use crate::load::{Document, Node, NodeValue};
use crate::model::{Event, Payload, ReadMode, Uid};
use walnats_schema::read::{did_you_mean, edit};

/// An event as its source declares it, before `walnats.toml` and defaults are applied.
#[derive(Clone, Debug)]
pub struct RawEvent {
    /// Kebab case, dots allowed.
    pub name: String,
    /// Where the event is declared.
    pub place: Place,
    /// What it carries.
    pub payload: Payload,
    /// The description of the schema or message.
    pub description: Option<String>,
    /// The rest.
    pub options: EventOptions,
}

/// The options of an event; all three sources have the same ones. What is absent takes its default.
#[derive(Clone, Debug, Default)]
pub struct EventOptions {
    /// Another name than that of the file or message.
    pub name: Option<Located<String>>,
    /// A template over required scalar fields.
    pub subject: Option<Located<String>>,
    /// The stream that stores the event.
    pub stream: Option<Located<String>>,
    /// A template: the deduplication id where the caller sets none, without the event's name that comes before it.
    pub uid: Option<Located<String>>,
    /// A template: the key that the stream stores one event of at most.
    pub once: Option<Located<String>>,
    /// The CloudEvents `type`.
    pub event_type: Option<Located<String>>,
    /// The name of the Rust type.
    pub rust: Option<Located<String>>,
    /// Whether the event should no longer be emitted.
    pub deprecated: Option<bool>,
    /// Who answers for the event.
    pub owner: Option<String>,
    /// How a message is published: `binary` or `json`.
    pub encoding: Option<Located<String>>,
    /// What readers of a message do with members of JSON that it does not have: `strict` or `tolerant`.
    pub unknown_members: Option<Located<String>>,
}

impl EventOptions {
    /// These options, and those of `fallback` where these say nothing.
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        Self {
            name: self.name.or(fallback.name),
            subject: self.subject.or(fallback.subject),
            stream: self.stream.or(fallback.stream),
            uid: self.uid.or(fallback.uid),
            once: self.once.or(fallback.once),
            event_type: self.event_type.or(fallback.event_type),
            rust: self.rust.or(fallback.rust),
            deprecated: self.deprecated.or(fallback.deprecated),
            owner: self.owner.or(fallback.owner),
            encoding: self.encoding.or(fallback.encoding),
            unknown_members: self.unknown_members.or(fallback.unknown_members),
        }
    }
}

/// An event, and where that is said of it which other stages may find fault with.
pub(super) struct LocatedEvent {
    pub(super) event: Event,
    pub(super) subject: Place,
    pub(super) stream: Place,
    pub(super) once: Option<Place>,
}

/// Applies the defaults, and resolves the templates with `lookup`; `None` after a finding.
pub(super) fn finish(raw: RawEvent, lookup: &Lookup, report: &mut Report) -> Option<LocatedEvent> {
    let RawEvent { name, place, payload, description, options } = raw;
    let default = || Located { value: name.clone(), place: place.clone() };
    let subject = options.subject.unwrap_or_else(default);
    let stream = options.stream.unwrap_or_else(|| Located { value: name.replace('.', "-"), place: place.clone() });
    let subject_template = template::subject(&subject, lookup, report);
    let uid = match &options.uid {
        Some(uid) => Some(Uid { template: template::uid(uid, lookup, report)?, place: uid.place.clone() }),
        None => None,
    };
    let subject_template = subject_template?;
    let once = match &options.once {
        Some(once) => Some(once::once(once, &subject, &subject_template, lookup, report)?),
        None => None,
    };
    for text in [&options.event_type, &options.rust].into_iter().flatten().filter(|text| text.value.is_empty()) {
        report.push(Diagnostic::error("WN0458", text.place.clone(), "the text is empty").help("leave the key out"));
    }
    if let Some(rust) = options.rust.as_ref().filter(|rust| !rust.value.is_empty() && !is_type_name(&rust.value)) {
        let message = format!("`{}` cannot be the name of a Rust type", rust.value);
        report
            .push(Diagnostic::error("WN0446", rust.place.clone(), message).help("write a name such as `UserCreated`"));
    }
    let protobuf_encoding =
        encoding::encoding(&payload, options.encoding.as_ref(), options.unknown_members.as_ref(), report);
    let event = Event {
        event_type: options.event_type.map_or_else(|| name.clone(), |event_type| event_type.value),
        subject: subject_template,
        stream: stream.value,
        uid,
        once,
        payload,
        protobuf_encoding,
        rust_name: options.rust.map(|rust| rust.value),
        deprecated: options.deprecated.unwrap_or_default(),
        owner: options.owner,
        read: ReadMode::default(),
        json_schema: None,
        name,
        description,
        place,
    };
    let once = options.once.map(|once| once.place);
    Some(LocatedEvent { event, subject: subject.place, stream: stream.place, once })
}

/// Whether Rust takes `text` for a type's name, and rustc has nothing against it.
pub(super) fn is_type_name(text: &str) -> bool {
    text != "Self"
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Reports events whose names cannot be, and all but the first of one name.
pub(super) fn check_names(events: &mut Vec<RawEvent>, report: &mut Report) {
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    events.retain(|event| {
        let place = event.options.name.as_ref().map_or(&event.place, |name| &name.place);
        if let Some(problem) = name_problem(&event.name) {
            report.push(
                Diagnostic::error(
                    "WN0408",
                    place.clone(),
                    format!("`{}` cannot be the name of an event: {problem}", event.name),
                )
                .help(format!("an event is named like `user-created` or `orders.placed`; {}", rename(event))),
            );
            return false;
        }
        let Some(first) = seen.get(&event.name) else {
            seen.insert(event.name.clone(), place.clone());
            return true;
        };
        report.push(
            Diagnostic::error("WN0407", place.clone(), format!("there are two events named `{}`", event.name))
                .related(first.clone(), "the first")
                .help(match event.payload {
                    Payload::Json(_) => {
                        format!("{}: folders are not part of an event's name", rename(event))
                    }
                    Payload::Protobuf(_) => format!("{}: packages are not part of an event's name", rename(event)),
                }),
        );
        false
    });
}

/// How an event gets another name, in the words of its schema.
fn rename(event: &RawEvent) -> &'static str {
    match event.payload {
        Payload::Json(_) => "rename the file, or set `name` in `x-walnats`",
        Payload::Protobuf(_) => "rename the message, or set `name` in `option (walnats.event) = {...}`",
    }
}

fn name_problem(name: &str) -> Option<String> {
    if name.is_empty() || name.split('.').any(str::is_empty) {
        return Some("a part of it is empty".to_owned());
    }
    let odd = name.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_'))?;
    Some(format!("it holds {odd:?}"))
}

const KEYS: [&str; 10] = ["name", "subject", "stream", "uid", "once", "type", "rust", "deprecated", "owner", "allow"];

/// The object `x-walnats` of a schema. Every key that is unknown or of the wrong type is a finding.
pub fn read_options(node: &Node, document: &Document, report: &mut Report) -> EventOptions {
    let mut options = EventOptions::default();
    for member in node.members() {
        let place = document.place(&member.value.span);
        let text = || member.value.as_str().map(|text| Located { value: text.to_owned(), place: place.clone() });
        let (expected, is_right) = match member.name.as_str() {
            "name" => ("a string", assign(&mut options.name, text())),
            "subject" => ("a string", assign(&mut options.subject, text())),
            "stream" => ("a string", assign(&mut options.stream, text())),
            "uid" => ("a string", assign(&mut options.uid, text())),
            "once" => ("a string", assign(&mut options.once, text())),
            "type" => ("a string", assign(&mut options.event_type, text())),
            // A shared type may say more of Rust than its name; both forms are read alike.
            "rust" => {
                let name = member.value.get("name").and_then(Node::as_str);
                let name = name.map(|name| Located { value: name.to_owned(), place: place.clone() });
                ("a string", assign(&mut options.rust, text().or(name)))
            }
            // What is not to be reported is known before anything is.
            "allow" => continue,
            "owner" => ("a string", assign(&mut options.owner, text().map(|text| text.value))),
            "deprecated" => match member.value.value {
                NodeValue::Bool(value) => ("", assign(&mut options.deprecated, Some(value))),
                _ => ("`true` or `false`", false),
            },
            unknown => {
                let place = document.place(&member.name_span);
                let diagnostic = Diagnostic::error("WN0456", place, format!("`x-walnats` has no key `{unknown}`"));
                let near = did_you_mean(unknown, KEYS).filter(|near| node.get(near).is_none());
                let fix = near.map(|near| edit::rename(document, member, near));
                report.push(diagnostic.help(format!("keys: {}", KEYS.join(", "))).suggest(unknown, KEYS).fix(fix));
                continue;
            }
        };
        if !is_right {
            let message = format!("`{}` has to be {expected}", member.name);
            report.push(Diagnostic::error("WN0406", place, message));
        }
    }
    options
}

/// Whether there was a value to assign.
fn assign<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    *slot = value;
    slot.is_some()
}
