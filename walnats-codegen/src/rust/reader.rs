//! Readers of services: what a service consumes, as an enum, and a type whose methods take the handlers.

use askama::Template;

use super::code::literal;
use super::context::Context;
use super::markdown::{self, Doc};
use super::names::{self, UsedNames};
use super::template::render;
use crate::model::{EventId, ReadMode, Service};

/// What a service consumes, and its reader.
#[derive(Template)]
#[template(path = "reader.rs.jinja")]
struct ReaderTemplate {
    service: String,
    /// The service's name as a literal.
    literal: String,
    service_type: String,
    enum_name: String,
    reader_name: String,
    /// How the service reads all of them, where it says so.
    mode: Option<&'static str>,
    /// Sorted by name.
    events: Vec<ConsumedText>,
}

/// An event that a service consumes.
struct ConsumedText {
    docs: Doc,
    name: String,
    /// What follows `on_`.
    ident: String,
    /// Also the name of its variant.
    type_name: String,
    /// The type parameter that says whether it has a handler.
    parameter: String,
    /// The type parameter of its method: the form of the handler.
    form: String,
    filter: String,
}

impl Context<'_> {
    /// The readers of all services that consume something. `service_types` are the types of the services, in their order.
    pub fn readers(&self, service_types: &[String], type_names: &[String]) -> String {
        let mut used: UsedNames =
            type_names.iter().chain(service_types).cloned().chain(["Events".to_owned()]).collect();
        let mut text = String::new();
        for (service, service_type) in self.model.services.iter().zip(service_types) {
            if service.consumes.is_empty() {
                continue;
            }
            let enum_name = used.give(&format!("{service_type}Event"));
            let reader_name = used.give(&format!("{service_type}Reader"));
            text += &render(&ReaderTemplate {
                service: service.name.clone(),
                literal: literal(&service.name),
                service_type: service_type.clone(),
                enum_name,
                reader_name,
                mode: service.read.map(mode),
                events: self.consumed(service, type_names),
            });
        }
        text
    }

    fn consumed(&self, service: &Service, type_names: &[String]) -> Vec<ConsumedText> {
        let is_consumed = |event: &EventId| service.consumes.contains(&self.model.events[*event].name);
        let ids: Vec<EventId> = self.model.event_ids().filter(is_consumed).collect();
        // A parameter hides a type of the same name.
        let mut parameters: UsedNames = type_names.iter().cloned().collect();
        let form = parameters.give("Form");
        let texts = ids.into_iter().map(|id| {
            let event = &self.model.events[id];
            let fallback = || vec![format!("The event {}.", markdown::code(&event.name))];
            ConsumedText {
                docs: event.description.as_deref().map_or_else(fallback, markdown::markdown),
                name: event.name.clone(),
                ident: self.layout.events[id].ident.clone(),
                parameter: parameters.give(&format!("{}Handler", names::variant_name(&event.name))),
                form: form.clone(),
                type_name: type_names[id.0].clone(),
                filter: literal(&event.filter()),
            }
        });
        texts.collect()
    }
}

fn mode(read: ReadMode) -> &'static str {
    match read {
        ReadMode::Strict => "::walnats_runtime::ReadMode::Strict",
        ReadMode::Tolerant => "::walnats_runtime::ReadMode::Tolerant",
    }
}
