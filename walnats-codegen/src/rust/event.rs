//! What makes a type an event: its address, and how it is written and read.

use super::code::literal;
use super::context::Context;
use super::idents::{idents, unknown_ident, variant_idents};
use super::layout::{EventForm, FileId};
use super::names::protobuf;
use super::template::{EventTemplate, JsonMappingText, MessageText, render};
use super::types::{Body, Dispatch, Type, Typed};
use crate::diagnostic::{Diagnostic, Report};
use crate::model::{
    Event, EventId, FieldPath, Once, Payload, ProtobufCardinality, ProtobufEncoding, ProtobufKind, ReadMode,
    ScalarKind, Template, TemplatePart, UnknownMembers,
};
use crate::write::GeneratedFile;

/// A field of a message, as an expression.
enum MessageField {
    /// The field itself: every message has it.
    Value(String),
    /// An `Option` of a reference: valid messages have it.
    Reference(String),
}

impl Context<'_> {
    /// The implementation of `Event` for the event's type, which is called `type_path` in the event's file.
    pub fn event(&self, id: EventId, type_path: &str, report: &mut Report) -> String {
        let event = &self.model.events[id];
        let place = &self.layout.events[id];
        let mut subject_code = self.template_code(id, &event.subject, true, report);
        let mut subject = event.subject.to_string();
        if let Some(Once { key, is_last_token: true }) = &event.once {
            let key_code = self.template_code(id, key, false, report);
            subject_code += &format!(".literal(\".\").key(&rt::Uid::new(){key_code}.finish())");
            subject = format!("{subject}.{key}");
        }
        let uid_code = event.uid.as_ref().map(|uid| self.template_code(id, &uid.template, false, report));
        render(&EventTemplate {
            type_path: type_path.to_owned(),
            type_name: literal(type_path.rsplit("::").next().unwrap_or_default()),
            name: literal(&event.name),
            event_type: literal(&event.event_type),
            stream: literal(&event.stream),
            subject: literal(&subject),
            once: once_place(event),
            description: literal(event.description.as_deref().unwrap_or_default()),
            subject_code,
            uid_code,
            to_root: self.layout.to_root(place.file),
            schema_file: event
                .json_schema
                .as_ref()
                .map(|_| literal(&schema_file(&self.layout.files[place.file].module))),
            content_type: content_type(event),
            is_tolerant: event.read == ReadMode::Tolerant,
            json_mapping: json_mapping(event, self.layout.to_root(place.file)),
            is_checked: message(event).is_some_and(|message| self.is_checked(message)),
            message: message(event)
                .map(|message| MessageText { import: message_import(message, type_path), name: literal(message) }),
        })
    }

    /// The committed schema of an event, next to its module.
    pub fn schema_file(&self, id: EventId) -> Option<GeneratedFile> {
        let content = self.model.events[id].json_schema.clone()?;
        Some(GeneratedFile { path: schema_file(&self.layout.files[self.layout.events[id].file].module), content })
    }

    /// The calls that put a template together. A subject names its fields, as each of them can be at fault.
    fn template_code(&self, id: EventId, template: &Template, named: bool, report: &mut Report) -> String {
        let event = &self.model.events[id];
        let parts = template.parts.iter().map(|part| match part {
            TemplatePart::Literal(text) => format!(".literal({})", literal(text)),
            TemplatePart::Field(path) if path.kind == ScalarKind::Enum => self.enum_code(event, path, report),
            TemplatePart::Field(path) => {
                let name = if named { literal(&path.names.join(".")) + ", " } else { String::new() };
                if let Some(message) = message(event) {
                    return match self.message_field(message, &path.names) {
                        MessageField::Value(code) => format!(".field({name}&{code})"),
                        MessageField::Reference(code) => format!(".required({name}{code})"),
                    };
                }
                let value = self.field_code(id, path).unwrap_or_else(|| {
                    report.push(unreachable_field(event, path));
                    "\"\"".to_owned()
                });
                format!(".field({name}{value})")
            }
        });
        parts.collect()
    }

    /// The call that adds the name of an enumeration's value, or none for a number that has no name.
    fn enum_code(&self, event: &Event, path: &FieldPath, report: &mut Report) -> String {
        let protobuf = self.model.protobuf.as_ref();
        let found = protobuf.zip(message(event)).and_then(|(protobuf, message)| {
            let name = protobuf.enum_at(message, &path.names)?;
            Some(match protobuf.externs.get(&format!(".{name}")) {
                Some(of_other_crate) => protobuf::of_other_crate(of_other_crate),
                None => format!("super::proto::{}", protobuf::path(name)),
            })
        });
        let Some(ty) = found else {
            report.push(unreachable_field(event, path));
            return String::new();
        };
        let name = literal(&path.names.join("."));
        let value = match self.message_field(message(event).unwrap_or_default(), &path.names) {
            MessageField::Value(code) => format!("{ty}::try_from({code}).ok()"),
            MessageField::Reference(code) => format!("{code}.and_then(|&number| {ty}::try_from(number).ok())"),
        };
        format!(".value({name}, {value}.map(|value| value.as_str_name()))")
    }

    /// The field of a message that `names` lead to, seen from `self`.
    fn message_field(&self, message: &str, names: &[String]) -> MessageField {
        let protobuf = self.model.protobuf.as_ref();
        let mut here = protobuf.and_then(|protobuf| protobuf.message(message));
        let mut found = MessageField::Value("self".to_owned());
        for name in names {
            let field = here.and_then(|message| message.fields.iter().find(|field| field.name == *name));
            let is_optional = field.is_some_and(|field| field.cardinality == ProtobufCardinality::Optional);
            let ident = protobuf::snake(name);
            found = match (found, is_optional) {
                (MessageField::Value(code), false) => MessageField::Value(format!("{code}.{ident}")),
                (MessageField::Value(code), true) => MessageField::Reference(format!("{code}.{ident}.as_ref()")),
                (MessageField::Reference(code), false) => {
                    MessageField::Reference(format!("{code}.map(|it| &it.{ident})"))
                }
                (MessageField::Reference(code), true) => {
                    MessageField::Reference(format!("{code}.and_then(|it| it.{ident}.as_ref())"))
                }
            };
            here = match field.map(|field| &field.kind) {
                Some(ProtobufKind::Message(inner)) => protobuf.and_then(|protobuf| protobuf.message(inner)),
                _ => None,
            };
        }
        found
    }

    /// A reference to the field that a template names, seen from `self`.
    fn field_code(&self, event: EventId, path: &FieldPath) -> Option<String> {
        let form = self.layout.events[event].form;
        let code = if form == EventForm::Newtype { "self.0" } else { "self" };
        self.member_code(code, self.types.payloads[event.0].as_ref()?, &path.names, self.layout.events[event].file)
    }

    /// A reference to the scalar that `names` lead to from the value `code`. Where it is in each variant of a union, the
    /// variants' types may differ, and what they share is that they can be written.
    fn member_code(&self, code: &str, typed: &Typed, names: &[String], file: FileId) -> Option<String> {
        let item = match typed.ty {
            Type::Item(item) | Type::Boxed(item) => item,
            Type::Boolean
            | Type::Integer(_)
            | Type::String
            | Type::DateTime
            | Type::Date
            | Type::Uuid
            | Type::Base64
                if names.is_empty() =>
            {
                return Some(format!("&{code}"));
            }
            Type::Constant(ref text) if names.is_empty() => return Some(literal(text)),
            // What the type of another crate calls its fields is not known here; what it writes is.
            Type::Extern(_) => return Some(written_member(code, names)),
            _ => return None,
        };
        match (&self.types.items[item].body, names) {
            // A constant has no text of its own in Rust.
            (Body::Enum(body), []) if body.is_constant() => Some(literal(&body.values[0])),
            (Body::Enum(_), []) => Some(format!("&{code}")),
            (Body::Struct(body), [name, rest @ ..]) => {
                let position = body.fields.iter().position(|field| field.name == *name && field.required)?;
                let code = format!("{code}.{}", idents(body).fields[position]);
                self.member_code(&code, &body.fields[position].typed, rest, file)
            }
            (Body::Union(body), [_, ..]) if body.dispatch != Dispatch::Wrapped => {
                let path = self.layout.item_path(item, &self.names[item.0], file);
                let mut arms = String::new();
                for (variant, ident) in body.variants.iter().zip(variant_idents(body)) {
                    let value = self.member_code("value", &variant.typed, names, file)?;
                    if value.contains(WRITTEN_MEMBER) {
                        return Some(written_member(code, names));
                    }
                    // A constant is the same for every value of the variant.
                    let (binding, value) = match value.strip_prefix('&') {
                        Some(_) => ("value", value),
                        None => ("_", format!("&{value}")),
                    };
                    arms += &format!("{path}::{ident}({binding}) => {value} as &dyn ::std::fmt::Display,");
                }
                if body.keeps_unknown {
                    // It is never emitted, so that what it has there does not matter.
                    let unknown = unknown_ident(&variant_idents(body));
                    arms += &format!("{path}::{unknown}(_) => &\"\" as &dyn ::std::fmt::Display,");
                }
                let matched = if code == "self" { code.to_owned() } else { format!("&{code}") };
                Some(format!("match {matched} {{ {arms} }}"))
            }
            _ => None,
        }
    }
}

/// The runtime's function for members of types of which no more is known than how they are written.
const WRITTEN_MEMBER: &str = "rt::written_member";

fn written_member(code: &str, names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
    format!("&{WRITTEN_MEMBER}(&{code}, &[{}])", names.join(", "))
}

/// The full name of the message that the payload is, where it is one.
pub fn message(event: &Event) -> Option<&str> {
    match &event.payload {
        Payload::Protobuf(message) => Some(message),
        Payload::Json(_) => None,
    }
}

/// How a message that is published as JSON is read.
fn json_mapping(event: &Event, to_root: &str) -> Option<JsonMappingText> {
    let ProtobufEncoding::Json(unknown_members) = event.protobuf_encoding else { return None };
    Some(JsonMappingText {
        types: format!("{to_root}proto::MESSAGES"),
        unknown_members: match unknown_members {
            UnknownMembers::Strict => "Refused",
            UnknownMembers::Tolerant => "Ignored",
        },
    })
}

fn content_type(event: &Event) -> &'static str {
    match (&event.payload, event.protobuf_encoding) {
        (Payload::Protobuf(_), ProtobufEncoding::Binary) => "\"application/protobuf\"",
        _ => "\"application/json\"",
    }
}

/// Where the type of `message` is, seen from the event's module, in which it is called `name`.
fn message_import(message: &str, name: &str) -> String {
    let path = format!("super::proto::{}", protobuf::path(message));
    if path.ends_with(&format!("::{name}")) { path } else { format!("{path} as {name}") }
}

fn unreachable_field(event: &Event, path: &FieldPath) -> Diagnostic {
    let message = format!(
        "`{}` names a field that the Rust type of `{}` does not have everywhere",
        path.names.join("."),
        event.name
    );
    Diagnostic::error("WN0601", event.place.clone(), message).help("name no field here, and set the uid in the call")
}

/// The variant of `OnceKey`, where the event is stored once.
fn once_place(event: &Event) -> Option<&'static str> {
    event.once.as_ref().map(|once| if once.is_last_token { "LastToken" } else { "InSubject" })
}

fn schema_file(module: &str) -> String {
    format!("{module}.schema.json")
}
