//! Events by what generated code embeds of their schemas.

use std::collections::BTreeMap;
use std::sync::Arc;

use walnats_codegen::diagnostic::{Place, SourceFile};
use walnats_codegen::model::{
    Event, Payload, ProtobufEncoding, ProtobufModel, ReadMode, Template, TemplatePart, UnknownMembers,
};
use walnats_codegen::rust::SampleData;
use walnats_codegen::{EventModel, Package};
use walnats_compat::sample::Examples;
use walnats_schema::SchemaSet;

/// What generated code says of an event.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// The event's name.
    pub name: &'s str,
    /// The full name of the message, if the event is one.
    pub message: Option<&'s str>,
    /// Whether the payload is JSON.
    pub is_json: bool,
    /// `schemas.json`, for an event that is no message.
    pub schemas: Option<&'s str>,
    /// `samples.json`.
    pub samples: &'s str,
}

/// An event alone, with what it is judged by.
#[derive(Debug)]
pub struct Embedded {
    /// Its protobuf files, if it is a message.
    pub package: Package,
    /// The event, which is the only one, and what it reaches. Its address is not that of the event.
    pub model: EventModel,
    /// What its schemas show.
    pub examples: Examples,
}

impl Embedded {
    /// Reads what generated code embeds.
    ///
    /// # Errors
    /// It is of another version of walnats. The text says what is missing.
    pub fn read(source: Source<'_>) -> Result<Self, String> {
        let data: SampleData =
            serde_json::from_str(source.samples).map_err(|error| format!("`samples.json` cannot be read: {error}"))?;
        match (source.message, source.schemas) {
            (Some(message), _) => messages(source, message, &data),
            (None, Some(schemas)) => json(source, schemas, data.examples),
            (None, None) => Err("its schema is not embedded".to_owned()),
        }
    }

    /// The event.
    pub fn event(&self) -> &Event {
        &self.model.events[0]
    }
}

fn json(source: Source<'_>, schemas: &str, examples: Examples) -> Result<Embedded, String> {
    let set: SchemaSet =
        serde_json::from_str(schemas).map_err(|error| format!("`schemas.json` cannot be read: {error}"))?;
    let root = *set.roots.get(source.name).ok_or_else(|| "`schemas.json` does not have it".to_owned())?;
    let event = event(source, Payload::Json(root));
    let model = EventModel { events: vec![event], schemas: set, ..EventModel::default() };
    Ok(Embedded { package: Package::default(), model, examples })
}

fn messages(source: Source<'_>, message: &str, data: &SampleData) -> Result<Embedded, String> {
    let mut files: BTreeMap<String, Vec<u8>> =
        data.protos.iter().map(|(name, text)| (path(name), text.clone().into_bytes())).collect();
    for (name, digits) in &data.descriptor_sets {
        files.insert(path(name), bytes(digits).ok_or_else(|| format!("`{name}` in `samples.json` is damaged"))?);
    }
    let package = Package::from_sources(&walnats_codegen::configure(), &files);
    let protobuf: Option<ProtobufModel> = package.messages(&[message]);
    if protobuf.is_none() {
        return Err(format!("`samples.json` does not have the message `{message}`"));
    }
    let event = event(source, Payload::Protobuf(message.to_owned()));
    let model = EventModel { events: vec![event], protobuf, ..EventModel::default() };
    Ok(Embedded { package, model, examples: Examples::default() })
}

/// Where the file is in a package.
fn path(name: &str) -> String {
    format!("schemas/{name}")
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

fn event(source: Source<'_>, payload: Payload) -> Event {
    let encoding = match source.is_json {
        true => ProtobufEncoding::Json(UnknownMembers::Strict),
        false => ProtobufEncoding::Binary,
    };
    Event {
        name: source.name.to_owned(),
        description: None,
        event_type: source.name.to_owned(),
        subject: Template { parts: vec![TemplatePart::Literal(source.name.to_owned())] },
        stream: String::new(),
        uid: None,
        once: None,
        payload,
        protobuf_encoding: encoding,
        rust_name: None,
        deprecated: false,
        owner: None,
        read: ReadMode::Strict,
        json_schema: None,
        place: Place { file: Arc::new(SourceFile { path: String::new(), text: String::new() }), span: 0..0 },
    }
}
