//! Payloads of events without Rust types: JSON by its schema, and protobuf by its descriptor.

mod invalid;
mod json;
mod protobuf;
mod scalar;

use prost_reflect::DynamicMessage;
use walnats_codegen::model::{Event, Payload, ProtobufEncoding, Template, TemplatePart, UnknownMembers};
use walnats_codegen::{EventModel, Package};
use walnats_compat::message::rules::violations;
use walnats_runtime::private::{Subject, Uid};
use walnats_runtime::{EventDescriptor, OnceKey, SubjectError, UntypedEvent};

use crate::outcome::Failure;
use crate::server::kept;
pub use invalid::Invalid;
use protobuf::Message;
use scalar::Scalars;

/// The events of a package, ready to read and write payloads.
pub struct Payloads<'a> {
    model: &'a EventModel,
    messages: Option<protobuf::Messages>,
}

impl<'a> Payloads<'a> {
    /// Prepares the events of `model`, which was made of `package`.
    pub fn new(package: &Package, model: &'a EventModel) -> Result<Self, Failure> {
        let messages = package.descriptors().map(|set| protobuf::Messages::new(&set)).transpose()?;
        Ok(Self { model, messages })
    }

    /// A writer of one event.
    pub fn writer(&self, event: &'a Event) -> Result<Writer<'a>, Failure> {
        let (encoding, content_type) = match &event.payload {
            Payload::Json(schema) => (Encoding::Json(*schema), "application/json"),
            Payload::Protobuf(name) => {
                let message = self.message(name)?;
                match event.protobuf_encoding {
                    ProtobufEncoding::Binary => (Encoding::Protobuf(message), "application/protobuf"),
                    ProtobufEncoding::Json(_) => (Encoding::ProtobufJson(message), "application/json"),
                }
            }
        };
        let message_name = match &event.payload {
            Payload::Json(_) => None,
            Payload::Protobuf(name) => Some(kept(name)),
        };
        let mut subject = event.subject.to_string();
        if let Some(once) = event.once.as_ref().filter(|once| once.is_last_token) {
            subject += &format!(".{}", once.key);
        }
        let descriptor = EventDescriptor {
            name: kept(&event.name),
            event_type: kept(&event.event_type),
            stream: kept(&event.stream),
            subject: kept(&subject),
            content_type,
            description: kept(event.description.as_deref().unwrap_or_default()),
            message_name,
        };
        let fields = event.subject.fields().map(|path| kept(&path.names.join("."))).collect();
        Ok(Writer { event, model: self.model, encoding, descriptor: Box::leak(Box::new(descriptor)), fields })
    }

    /// What a stored payload of the event says, as compact JSON, and what is wrong with it.
    pub fn read(&self, event: &Event, payload: &[u8]) -> (Option<String>, Result<(), Invalid>) {
        match &event.payload {
            Payload::Json(schema) => match json::parse(payload) {
                Ok(parsed) => {
                    let valid = json::check(self.model, *schema, &parsed.value);
                    (Some(parsed.compact), valid)
                }
                Err(invalid) => (None, Err(invalid)),
            },
            Payload::Protobuf(name) => match self.message(name).map(|message| match event.protobuf_encoding {
                ProtobufEncoding::Binary => message.read(payload),
                ProtobufEncoding::Json(unknown_members) => {
                    message.parse(payload, unknown_members).and_then(|read| Ok((message.json(&read)?, read)))
                }
            }) {
                Ok(Ok((json, message))) => (Some(json), rules(self.model, &message)),
                Ok(Err(invalid)) => (None, Err(invalid)),
                Err(failure) => (None, Err(Invalid(vec![failure.to_string()]))),
            },
        }
    }

    fn message(&self, name: &str) -> Result<Message, Failure> {
        let found = self.messages.as_ref().and_then(|messages| messages.get(name));
        found.ok_or_else(|| format!("the schemas have no message `{name}`").into())
    }
}

/// What `validate()` of generated code says.
fn rules(model: &EventModel, message: &DynamicMessage) -> Result<(), Invalid> {
    let Some(protobuf) = &model.protobuf else { return Ok(()) };
    Invalid::of(&violations(&protobuf.rules, message, None))
}

/// Compact JSON, if the payload is JSON.
pub fn compact(payload: &[u8]) -> Option<String> {
    json::parse(payload).ok().map(|parsed| parsed.compact)
}

/// Makes events of one type from JSON texts, with the same subject and id as generated code.
pub struct Writer<'a> {
    event: &'a Event,
    model: &'a EventModel,
    encoding: Encoding,
    descriptor: &'static EventDescriptor,
    /// The names of the subject's fields, in order.
    fields: Vec<&'static str>,
}

enum Encoding {
    Json(walnats_schema::SchemaId),
    Protobuf(Message),
    ProtobufJson(Message),
}

impl Writer<'_> {
    /// The event's name.
    pub fn name(&self) -> &str {
        &self.event.name
    }

    /// The event that a JSON text describes.
    pub fn event(&self, text: &[u8]) -> Result<UntypedEvent, Invalid> {
        let (scalars, payload) = match &self.encoding {
            &Encoding::Json(schema) => {
                let parsed = json::parse(text)?;
                if let Some(name) = parsed.repeated {
                    return Err(Invalid(vec![format!("{name}: the member is there twice")]));
                }
                json::check(self.model, schema, &parsed.value)?;
                (Scalars::Json(parsed.value, parsed.compact.clone()), parsed.compact.into_bytes())
            }
            Encoding::Protobuf(message) => {
                let message = message.parse(text, UnknownMembers::Strict)?;
                rules(self.model, &message)?;
                let payload = protobuf::encode(&message);
                (Scalars::Protobuf(message), payload)
            }
            Encoding::ProtobufJson(kind) => {
                let message = kind.parse(text, UnknownMembers::Strict)?;
                rules(self.model, &message)?;
                let payload = kind.json(&message)?.into_bytes();
                (Scalars::Protobuf(message), payload)
            }
        };
        let subject = self.subject(&scalars).map_err(|error| Invalid(vec![error.to_string()]))?;
        let uid =
            self.event.uid.as_ref().map(|uid| filled(Uid::of(&self.event.name), &uid.template, &scalars).finish());
        Ok(UntypedEvent::new(self.descriptor, subject, payload).uid(uid).once(self.once()))
    }

    fn once(&self) -> OnceKey {
        match &self.event.once {
            None => OnceKey::None,
            Some(once) if once.is_last_token => OnceKey::LastToken,
            Some(_) => OnceKey::InSubject,
        }
    }

    fn subject(&self, scalars: &Scalars) -> Result<String, SubjectError> {
        let mut subject = Subject::new(self.descriptor.name);
        let mut names = self.fields.iter();
        for part in &self.event.subject.parts {
            subject = match part {
                TemplatePart::Literal(text) => subject.literal(text),
                TemplatePart::Field(path) => {
                    subject.field(names.next().copied().unwrap_or_default(), &scalars.text(path))
                }
            };
        }
        if let Some(once) = self.event.once.as_ref().filter(|once| once.is_last_token) {
            subject = subject.literal(".").key(&filled(Uid::new(), &once.key, scalars).finish());
        }
        subject.finish()
    }
}

fn filled(uid: Uid, template: &Template, scalars: &Scalars) -> Uid {
    template.parts.iter().fold(uid, |uid, part| match part {
        TemplatePart::Literal(text) => uid.literal(text),
        TemplatePart::Field(path) => uid.field(&scalars.text(path)),
    })
}
