//! Protobuf messages become Rust: prost-build writes the types that events reach, as modules by package.

mod clash;
mod comment;
mod json;
mod module;
mod rules;

use std::collections::BTreeMap;

use prost::Message;
use prost_build::{Config, Module};
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use crate::diagnostic::{Diagnostic, Place, Report};
use crate::model::{Event, EventModel, ProtobufFile, ProtobufMessage, ProtobufModel};
use crate::rust::event::message;
use crate::rust::names::protobuf as name;
use crate::write::GeneratedFile;

use comment::Comments;
use json::Mapping;

/// The files below `proto.rs`, the module of all messages that events of `model` are or hold; none without such events.
pub fn generate(model: &EventModel, report: &mut Report) -> Vec<GeneratedFile> {
    let events: Vec<(&str, &Event)> = model.events.iter().filter_map(|event| Some((message(event)?, event))).collect();
    let (Some(protobuf), Some((_, first))) = (&model.protobuf, events.first()) else { return Vec::new() };
    check_payloads(&events, report);
    // Any event that reaches the types will do to show where they are needed; most packages have one anyway.
    let place = &first.place;
    let clashes = clash::find(&protobuf.files, events.iter().map(|(message, _)| *message));
    for clash in &clashes {
        let at = |name: &str| protobuf.places.get(name);
        let place = at(&clash.at).unwrap_or(place);
        let found = Diagnostic::error("WN0507", place.clone(), clash.to_string());
        let found = found.help("rename one of them in the `.proto` file");
        report.push(match at(&clash.first_at).filter(|first| *first != place) {
            Some(first) => found.related(first.clone(), "the other"),
            None => found,
        });
    }
    let mapping = json::mapping(protobuf, &model.events, report);
    if !clashes.is_empty() {
        return Vec::new();
    }
    let mut files = modules(protobuf, &mapping, place, report);
    files.extend(rules::generate(protobuf, place, report));
    files
}

fn check_payloads(events: &[(&str, &Event)], report: &mut Report) {
    let mut seen = BTreeMap::new();
    for (message, event) in events {
        if let Some(first) = seen.insert(message, &event.name) {
            let text = format!("the message `{message}` is the payload of two events: `{first}` and `{}`", event.name);
            let help = "a Rust type has one address; declare a message for each event, or drop one of them";
            report.push(Diagnostic::error("WN0508", event.place.clone(), text).help(help));
        }
    }
}

/// What prost-build makes of the messages.
fn modules(protobuf: &ProtobufModel, mapping: &Mapping, place: &Place, report: &mut Report) -> Vec<GeneratedFile> {
    let mut comments = Comments::default();
    let modules = requests(&protobuf.descriptors, &mut comments)
        .and_then(|requests| config(protobuf).generate(requests).map_err(|error| error.to_string()));
    match modules {
        Ok(modules) => module::files(
            modules.into_iter().map(|(module, code)| {
                let parts: Vec<String> = module.parts().map(str::to_owned).collect();
                let code = comments.insert_into(&code) + mapping.of(&parts.join("::"));
                (parts, code)
            }),
            mapping.root(),
        ),
        Err(message) => {
            report.push(Diagnostic::error("WN0506", place.clone(), message));
            Vec::new()
        }
    }
}

/// The files as prost-build takes them, with a number in the place of each comment.
fn requests(descriptors: &[u8], comments: &mut Comments) -> Result<Vec<(Module, FileDescriptorProto)>, String> {
    let set = FileDescriptorSet::decode(descriptors);
    let set = set.map_err(|error| format!("the protobuf descriptors cannot be read: {error}"))?;
    let requests = set.file.into_iter().map(|mut file| {
        file.source_code_info.iter_mut().flat_map(|info| &mut info.location).for_each(|at| comments.replace(at));
        (Module::from_protobuf_package_name(file.package()), file)
    });
    Ok(requests.collect())
}

fn config(protobuf: &ProtobufModel) -> Config {
    let files = &protobuf.files;
    let mut config = Config::new();
    for (name, of_other_crate) in &protobuf.externs {
        config.extern_path(name, name::of_other_crate(of_other_crate));
    }
    config.prost_path("::walnats_runtime::private::prost").prost_types_path("::walnats_runtime::private::prost_types");
    // Maps in order, so that the same event is encoded to the same bytes.
    config.btree_map(["."]);
    // The `Debug` that prost-derive 0.14.6 writes for such a map names `::prost`, wherever prost is. A path stands for
    // what is declared in the message, too, so that one inside of another must not be named again.
    let mut with_maps = Vec::new();
    files.iter().for_each(|file| messages_with_maps(&file.package, &file.messages, &mut with_maps));
    config.skip_debug(&with_maps);
    for message in &with_maps {
        config.type_attribute(message, "#[derive(Debug)]");
    }
    config
}

/// The outermost messages that have a map, by full name with a leading dot.
fn messages_with_maps(scope: &str, messages: &[ProtobufMessage], found: &mut Vec<String>) {
    for message in messages {
        let name = ProtobufFile::full_name(scope, &message.name);
        if message.messages.iter().any(|nested| nested.is_map_entry) {
            found.push(format!(".{name}"));
        } else {
            messages_with_maps(&name, &message.messages, found);
        }
    }
}
