//! The root module: streams, and the types whose methods emit.

use super::context::Context;
use super::markdown;
use super::template::{EmitText, EmitterTemplate, ModuleText, RootTemplate, ServiceText, render};
use super::{names, stream};
use crate::model::{Event, EventId, Payload, Service};

/// The major and minor version, which the runtime compares with its own.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));

/// Methods of `Events` that no service may hide.
const METHODS: [&str; 15] = [
    "connect",
    "connect_with",
    "connect_env",
    "connect_env_with",
    "new",
    "with_options",
    "in_memory",
    "in_memory_with",
    "memory",
    "publisher",
    "register",
    "plan",
    "health",
    "flush",
    "shutdown",
];

/// What else the root module has.
#[derive(Clone, Copy)]
pub struct RootParts {
    pub has_messages: bool,
    pub has_rules: bool,
    /// Whether there is a file `samples.json`.
    pub has_samples: bool,
}

impl Context<'_> {
    /// The root module. `paths` has for each event the path of its type from the root.
    pub fn root(&self, paths: &[String], parts: RootParts) -> String {
        let services = &self.model.services;
        let (exports, type_names) = exports(paths);
        let service_types = service_types(services, &type_names);
        let emits = self.layout.events.iter().flat_map(|event| [&event.ident, &event.many]);
        let emits: Vec<String> = emits.map(|method| format!("emit_{method}")).collect();
        let taken: Vec<&str> = METHODS.into_iter().chain(emits.iter().map(String::as_str)).collect();
        let methods = names::distinct(services, |service| &service.name, names::field_name, &taken);
        let links = services.iter().zip(methods).zip(&service_types).map(|((service, method), type_name)| {
            ServiceText { name: service.name.clone(), method, type_name: type_name.clone() }
        });
        let root = RootTemplate {
            version: VERSION,
            modules: self.modules(parts.has_messages, parts.has_rules),
            exports,
            has_json: self.model.events.iter().any(|event| matches!(event.payload, Payload::Json(_))),
            has_samples: parts.has_samples,
            streams: self.model.streams.iter().map(stream::text).collect(),
        };
        let events = EmitterTemplate {
            docs: vec!["Emits the events of this crate.".to_owned()],
            name: "Events".to_owned(),
            is_root: true,
            services: links.collect(),
            register: "self.publisher.register(STREAMS)".to_owned(),
            events: self.model.event_ids().map(|event| self.emit(event, &type_names)).collect(),
        };
        let mut text = render(&root) + &render(&events);
        for (service, name) in services.iter().zip(&service_types) {
            text += &self.service(service, name.clone(), &type_names);
        }
        text + &self.readers(&service_types, &type_names)
    }

    fn modules(&self, has_messages: bool, has_rules: bool) -> Vec<ModuleText> {
        let mut modules: Vec<ModuleText> = self
            .layout
            .modules
            .iter()
            .map(|(name, is_public)| {
                let is_inside = |event: &EventId| self.layout.files[self.layout.events[*event].file].module == *name;
                let doc = match self.model.event_ids().find(is_inside) {
                    Some(event) => summary(&self.model.events[event]),
                    None => "Types that events share.".to_owned(),
                };
                ModuleText { name: name.clone(), doc: is_public.then_some(doc) }
            })
            .collect();
        if has_messages {
            modules
                .push(ModuleText { name: "proto".to_owned(), doc: Some("Protobuf messages, by package.".to_owned()) });
        }
        if has_rules {
            modules.push(ModuleText { name: "rules".to_owned(), doc: None });
        }
        modules
    }

    fn service(&self, service: &Service, name: String, type_names: &[String]) -> String {
        let is_emitted = |event: &EventId| service.emits.contains(&self.model.events[*event].name);
        let events: Vec<EventId> = self.model.event_ids().filter(is_emitted).collect();
        let descriptors: Vec<String> = events
            .iter()
            .map(|event| format!("<{} as ::walnats_runtime::Event>::DESCRIPTOR", type_names[event.0]))
            .collect();
        let mut text = vec![format!("Emits the events of the service {}.", markdown::code(&service.name))];
        if let Some(description) = &service.description {
            text.push(String::new());
            text.extend(markdown::markdown(description));
        }
        render(&EmitterTemplate {
            docs: text,
            name,
            is_root: false,
            services: Vec::new(),
            register: format!("self.publisher.register(STREAMS).only(&[{}])", descriptors.join(", ")),
            events: events.into_iter().map(|event| self.emit(event, type_names)).collect(),
        })
    }

    fn emit(&self, id: EventId, type_names: &[String]) -> EmitText {
        let event = &self.model.events[id];
        let fallback = || vec![format!("Emits {}.", markdown::code(&event.name))];
        EmitText {
            docs: event.description.as_deref().map_or_else(fallback, markdown::markdown),
            ident: self.layout.events[id].ident.clone(),
            many: self.layout.events[id].many.clone(),
            type_path: type_names[id.0].clone(),
            deprecated: event.deprecated,
        }
    }
}

/// What the root shows as its own, and what each event's type is called there.
fn exports(paths: &[String]) -> (Vec<String>, Vec<String>) {
    let mut taken: names::UsedNames = std::iter::once("Events".to_owned()).collect();
    let (mut exports, mut type_names) = (Vec::new(), Vec::new());
    for path in paths {
        let name = path.rsplit("::").next().unwrap_or(path);
        let free = taken.give(name);
        exports.push(if free == name { format!("self::{path}") } else { format!("self::{path} as {free}") });
        type_names.push(free);
    }
    exports.sort();
    (exports, type_names)
}

/// What each service's type is called: an event that is called the same keeps its name.
fn service_types(services: &[Service], event_types: &[String]) -> Vec<String> {
    let taken: Vec<&str> = event_types.iter().map(String::as_str).chain(["Events"]).collect();
    let named: Vec<String> = services
        .iter()
        .map(|service| match taken.contains(&names::type_name(&service.name).as_str()) {
            true => format!("{} service", service.name),
            false => service.name.clone(),
        })
        .collect();
    names::distinct(&named, |name| name, names::type_name, &taken)
}

/// What the index of the crate shows of an event: the first paragraph of its description.
fn summary(event: &Event) -> String {
    let named = || format!("The event {}.", markdown::code(&event.name));
    let lines = event.description.as_deref().map(markdown::markdown).unwrap_or_default();
    let first: Vec<String> = lines.into_iter().take_while(|line| !line.trim().is_empty()).collect();
    if first.is_empty() || first[0].starts_with("```") {
        named()
    } else {
        first.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }
}
