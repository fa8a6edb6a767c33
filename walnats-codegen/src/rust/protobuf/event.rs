//! The module of an event whose payload is a protobuf message.

use askama::Template as _;

use crate::model::{Event, Once, Template, TemplatePart};
use crate::rust::code::literal;

use super::name;

#[derive(askama::Template)]
#[template(path = "protobuf_event.rs.jinja", escape = "none")]
struct Module<'a> {
    message_path: String,
    alias: String,
    type_name: &'a str,
    name: String,
    event_type: String,
    stream: String,
    subject_template: String,
    description: String,
    message_name: String,
    subject: String,
    uid: Option<String>,
    once: Option<&'static str>,
}

/// The code of the module of `event`, whose payload is `message` and whose type is to be called `type_name`.
pub fn module(event: &Event, message: &str, type_name: &str) -> String {
    let message_path = name::path(message);
    let own_name = message_path.rsplit("::").next() == Some(type_name);
    let module = Module {
        alias: if own_name { String::new() } else { format!(" as {type_name}") },
        message_path,
        type_name,
        name: literal(&event.name),
        event_type: literal(&event.event_type),
        stream: literal(&event.stream),
        subject_template: literal(&address(event)),
        description: literal(event.description.as_deref().unwrap_or_default()),
        message_name: literal(message),
        subject: subject(event),
        uid: event.uid.as_ref().map(|own| uid(&format!("Uid::of({})", literal(&event.name)), &own.template)),
        once: event.once.as_ref().map(|once| if once.is_last_token { "LastToken" } else { "InSubject" }),
    };
    module.render().expect("writing into a string does not fail")
}

fn subject(event: &Event) -> String {
    let calls = event.subject.parts.iter().map(|part| match part {
        TemplatePart::Literal(text) => format!(".literal({})", literal(text)),
        TemplatePart::Field(path) => format!(".field({}, &{})", literal(&path.names.join(".")), field(&path.names)),
    });
    let mut calls: String = calls.collect();
    if let Some(Once { key, is_last_token: true }) = &event.once {
        calls += &format!(".literal(\".\").key(&{})", uid("Uid::new()", key));
    }
    format!("rt::Subject::new({}){calls}.finish()", literal(&event.name))
}

/// The calls that put together an id, or the key of an event that is stored once.
fn uid(begin: &str, template: &Template) -> String {
    let calls = template.parts.iter().map(|part| match part {
        TemplatePart::Literal(text) => format!(".literal({})", literal(text)),
        TemplatePart::Field(path) => format!(".field(&{})", field(&path.names)),
    });
    let calls: String = calls.collect();
    format!("rt::{begin}{calls}.finish()")
}

/// Fields that a template names are there in every message, so that no `Option` is on the way.
fn field(names: &[String]) -> String {
    names.iter().fold("self".to_owned(), |path, field| format!("{path}.{}", name::snake(field)))
}

/// The template of the whole subject.
fn address(event: &Event) -> String {
    match &event.once {
        Some(Once { key, is_last_token: true }) => format!("{}.{key}", event.subject),
        _ => event.subject.to_string(),
    }
}
