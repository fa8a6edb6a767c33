//! Events that `walnats.toml` declares in schemas that nobody may edit.

mod message;
mod naming;
mod pattern;

use super::event::read_options;
use super::message_option::{MessageOption, Options, is_option, misspelt};
use super::source::Declaration;
use crate::diagnostic::{Diagnostic, Place, Report, did_you_mean};
use crate::load::{Document, DocumentId, Node, NodeValue};
use crate::settings::{EventSettings, Text};
use walnats_schema::pointer::{escape, unescape};
use walnats_schema::read::wildcard;

pub(super) use message::Message;
use naming::stem;

/// The events in JSON schemas, and the protobuf messages that are events, each with the event's name.
#[derive(Default)]
pub(super) struct Declared {
    pub(super) json: Vec<Declaration>,
    pub(super) messages: Vec<(String, String)>,
}

/// What there is to declare.
pub(super) struct Known<'a> {
    pub(super) documents: &'a [Document],
    /// Names of `.proto` and `.binpb` files, from the schema folder on.
    pub(super) protobuf: &'a [&'a str],
    /// The messages in them, sorted.
    pub(super) messages: &'a [Message],
    pub(super) options: &'a Options<'a>,
}

/// The events that the entry `[events.<key>]`, whose `schema` names places in files, declares.
pub(super) fn declare(
    known: &Known,
    (key, settings): (&Text, &EventSettings),
    at: &dyn Fn(&Text) -> Place,
    report: &mut Report,
) -> Declared {
    let mut matches: Vec<Found> = Vec::new();
    for schema in settings.schema.iter().flat_map(|schema| schema.as_slice()) {
        let found = match schema.as_str().split_once('#') {
            Some((file, message)) if is_protobuf(file) => message::messages(known, file, message),
            Some((file, pointer)) => json(known, file, pointer),
            None if is_protobuf(schema.as_str()) => message::messages(known, schema.as_str(), ""),
            None => json(known, schema.as_str(), ""),
        };
        if key.as_str().contains('*') != schema.as_str().contains('*') {
            let message = "the name and `schema` need a `*` both, or neither";
            let help = "what the `*` in `schema` matches stands for the `*` in the name: \
                        `[events.\"github.*\"]` with `schema = \"github.json#/definitions/*_event\"`";
            report.push(Diagnostic::error("WN0451", at(schema), message).help(help));
            continue;
        }
        match found {
            // Two patterns may match the same.
            Ok(found) => {
                let found = match with_options(known, found, key, settings) {
                    Ok(found) => found,
                    Err((text, said)) => {
                        report.push(no_message(text, said, &|| at(text)));
                        continue;
                    }
                };
                for found in found {
                    if !matches.iter().any(|known| known.target.is(&found.target)) {
                        matches.push(found);
                    }
                }
            }
            Err(Problem { code, message, help }) => {
                let diagnostic = Diagnostic::error(code, at(schema), message);
                report.push(match help {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                });
            }
        }
    }

    let mut declared = Declared::default();
    let names = naming::captured(&matches, &settings.strip);
    for (Found { target, .. }, captured) in matches.into_iter().zip(names) {
        let name = wildcard::fill(key.as_str(), &captured);
        match target {
            Target::Message(message) => declared.messages.push((name, message)),
            Target::Json { document, pointer, place } => {
                let source = &known.documents[document.0];
                let options = source.root.pointer(&pointer).and_then(|schema| schema.get("x-walnats"));
                let options = options.map(|options| read_options(options, source, report)).unwrap_or_default();
                declared.json.push(Declaration { name, place, document, pointer, options });
            }
        }
    }
    declared
}

/// Those of `found` that a pattern declares: the messages that have the options which it takes texts from. The option in
/// `name` says what they are called.
///
/// # Errors
///
/// No message has such an option.
fn with_options<'s>(
    known: &Known,
    mut found: Vec<Found>,
    key: &Text,
    settings: &'s EventSettings,
) -> Result<Vec<Found>, (&'s Text, Option<MessageOption>)> {
    let texts = [&settings.name, &settings.subject, &settings.r#type].into_iter().flatten();
    for text in texts.filter(|text| key.as_str().contains('*') && is_option(text.as_str())) {
        let is_name = settings.name.as_ref().is_some_and(|name| name == text);
        let mut with_option = Vec::new();
        for found in found {
            let Target::Message(message) = &found.target else { continue };
            match (known.options)(message, text.as_str()) {
                MessageOption::Text(said) if is_name => with_option.push(Found { names: vec![said], ..found }),
                MessageOption::Text(_) => with_option.push(found),
                said @ (MessageOption::Unknown(_) | MessageOption::NoField { .. }) => return Err((text, Some(said))),
                MessageOption::Absent | MessageOption::NotText => {}
            }
        }
        if with_option.is_empty() {
            return Err((text, None));
        }
        found = with_option;
    }
    Ok(found)
}

/// Why no message that a pattern matches has the option `text`; `said` is what is wrong with its name.
fn no_message(text: &Text, said: Option<MessageOption>, place: &dyn Fn() -> Place) -> Diagnostic {
    let text = text.as_str();
    let nobody = || {
        let message = format!("no message that the pattern matches has the option `{text}`");
        Diagnostic::error("WN0530", place(), message)
            .help("write the full name of an extension of `google.protobuf.MessageOptions`")
    };
    said.and_then(|said| misspelt(text, &said, place)).unwrap_or_else(nobody)
}

fn is_protobuf(file: &str) -> bool {
    file.ends_with(".proto") || file.ends_with(".binpb")
}

struct Found {
    target: Target,
    /// What the `*` stands for: as short as it can be, and longer ones for when two would be called alike.
    names: Vec<String>,
}

enum Target {
    Json { document: DocumentId, pointer: String, place: Place },
    Message(String),
}

impl Target {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Json { document, pointer, .. }, Self::Json { document: other, pointer: same, .. }) => {
                (document, pointer) == (other, same)
            }
            (Self::Message(message), Self::Message(other)) => message == other,
            _ => false,
        }
    }
}

/// Why `schema` leads nowhere.
struct Problem {
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl Problem {
    fn new(code: &'static str, message: String, help: Option<String>) -> Self {
        Self { code, message, help }
    }
}

fn json(known: &Known, file: &str, pointer: &str) -> Result<Vec<Found>, Problem> {
    if file.contains('*') && !pointer.contains('*') {
        return files(known, file, pointer);
    }
    let Some((id, document)) = DocumentId::enumerate(known.documents).find(|(_, document)| document.name == file)
    else {
        let names = known.documents.iter().map(|document| document.name.as_str());
        let help = near(file, names.clone()).or_else(|| {
            let inner = names.filter(|name| file.ends_with(&format!("/{name}"))).max_by_key(|name| name.len())?;
            Some(format!("write `{inner}`: files are named from the schema folder on"))
        });
        return Err(Problem::new("WN0404", format!("there is no schema file `{file}`"), help));
    };
    let Some(star) = pointer.find('*') else {
        let Some(place) = place(document, pointer) else { return Err(nothing_at(document, pointer)) };
        let target = Target::Json { document: id, pointer: pointer.to_owned(), place };
        return Ok(vec![Found { target, names: Vec::new() }]);
    };
    let parent_end = pointer[..star].rfind('/').unwrap_or(0);
    let (parent, rest) = pointer.split_at(parent_end);
    let part = rest.trim_start_matches('/');
    if part.contains('/') {
        let help = "only the last part of the pointer may hold a `*`";
        let message = format!("`#{pointer}` goes on after its `*`");
        return Err(Problem::new("WN0449", message, Some(help.to_owned())));
    }
    let Some(node) = document.root.pointer(parent) else { return Err(nothing_at(document, parent)) };
    let found: Vec<Found> = match &node.value {
        NodeValue::Array(items) => {
            let variants = (0..).zip(items).map(|(at, item)| variant(id, document, &format!("{parent}/{at}"), item));
            variants.collect::<Result<_, _>>()?
        }
        _ => {
            let members = node.members().iter();
            let matching = members.filter_map(|member| Some((member, wildcard::capture(part, &member.name)?)));
            let found = matching.map(|(member, captured)| Found {
                target: Target::Json {
                    document: id,
                    pointer: format!("{parent}/{}", escape(&member.name)),
                    place: document.place(&member.name_span),
                },
                names: vec![
                    captured.to_owned(),
                    format!("{}/{captured}", stem(file)),
                    format!("{}{parent}/{}", stem(file), member.name),
                ],
            });
            found.collect()
        }
    };
    let nothing = || Problem::new("WN0450", format!("nothing in `{file}` matches `#{pointer}`"), None);
    if found.is_empty() { Err(nothing()) } else { Ok(found) }
}

/// The same place in every file whose name matches; what the `*` stands for may hold folders.
fn files(known: &Known, wanted: &str, pointer: &str) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    for (id, document) in DocumentId::enumerate(known.documents) {
        let Some(captured) = wildcard::capture(wanted, &document.name) else { continue };
        let place = place(document, pointer).ok_or_else(|| nothing_at(document, pointer))?;
        let target = Target::Json { document: id, pointer: pointer.to_owned(), place };
        let names = vec![captured.to_owned(), captured.to_owned(), stem(&document.name).to_owned()];
        found.push(Found { target, names });
    }
    let names = known.documents.iter().map(|document| document.name.as_str());
    let nothing = || Problem::new("WN0450", format!("no schema file matches `{wanted}`"), pattern::help(wanted, names));
    if found.is_empty() { Err(nothing()) } else { Ok(found) }
}

/// An item of an array, named by the last part of its `$ref`, or by its `title`.
fn variant(id: DocumentId, document: &Document, pointer: &str, item: &Node) -> Result<Found, Problem> {
    let reference = item.get("$ref").and_then(Node::as_str);
    let local = reference.and_then(|reference| reference.strip_prefix('#')).filter(|pointer| pointer.starts_with('/'));
    let name = match reference {
        Some(reference) => reference.rsplit(['/', '#']).next(),
        None => item.get("title").and_then(Node::as_str),
    };
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        let message = format!("`#{pointer}` has neither a `$ref` nor a `title` to be named after");
        return Err(Problem::new("WN0452", message, None));
    };
    let pointer = local.unwrap_or(pointer);
    let place = place(document, pointer).ok_or_else(|| nothing_at(document, pointer))?;
    let target = Target::Json { document: id, pointer: pointer.to_owned(), place };
    let name = unescape(name);
    let path = reference.map_or_else(|| pointer.to_owned(), |reference| reference.replace(['#', '/'], "/"));
    let names =
        vec![name.to_string(), format!("{}/{name}", stem(&document.name)), format!("{}/{path}", stem(&document.name))];
    Ok(Found { target, names })
}

fn place(document: &Document, pointer: &str) -> Option<Place> {
    let node = document.root.pointer(pointer)?;
    let Some((parent, last)) = pointer.rsplit_once('/') else { return Some(document.place(&(0..0))) };
    let member = document.root.pointer(parent).and_then(|parent| parent.member(&unescape(last)));
    Some(document.place(member.map_or(&node.span, |member| &member.name_span)))
}

fn nothing_at(document: &Document, pointer: &str) -> Problem {
    let message = format!("`{}` has nothing at `#{pointer}`", document.name);
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Problem::new("WN0448", message, Some("write a JSON Pointer, such as `#/$defs/order`".to_owned()));
    }
    let help = pointer.rsplit_once('/').and_then(|(parent, last)| {
        let siblings = document.root.pointer(parent)?.members().iter();
        near(&unescape(last), siblings.map(|member| member.name.as_str()))
    });
    Problem::new("WN0447", message, help)
}

fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    did_you_mean(word, known).map(|near| format!("did you mean `{near}`?"))
}
