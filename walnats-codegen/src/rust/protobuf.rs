//! Protobuf messages become Rust: prost-build writes the types that events reach, as modules by package.

mod clash;
mod comment;
mod graph;
mod holding;
mod json;
mod module;
mod request;
mod rules;

use std::collections::BTreeMap;

use prost::Message;
use prost_build::Config;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use crate::diagnostic::{Diagnostic, Place, Report};
use crate::model::{Event, EventModel, ProtobufModel};
use crate::rust::event::message;
use crate::rust::names::protobuf as name;
use crate::write::GeneratedFile;

use comment::Comments;
use json::Mapping;
use request::Request;

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
        let found = found.help(clash.help());
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
    match files(&protobuf.descriptors, &mut comments).and_then(|files| packages(protobuf, &files)) {
        Ok(packages) => module::files(
            packages.into_iter().map(|(parts, code)| {
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

/// The files, with a number in the place of each comment.
fn files(descriptors: &[u8], comments: &mut Comments) -> Result<Vec<FileDescriptorProto>, String> {
    let set = FileDescriptorSet::decode(descriptors);
    let mut set = set.map_err(|error| format!("the protobuf descriptors cannot be read: {error}"))?;
    for file in &mut set.file {
        file.source_code_info.iter_mut().flat_map(|info| &mut info.location).for_each(|at| comments.replace(at));
    }
    Ok(set.file)
}

/// The code of each package, by the parts of its path.
fn packages(protobuf: &ProtobufModel, files: &[FileDescriptorProto]) -> Result<BTreeMap<Vec<String>, String>, String> {
    let mut packages: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for request in request::requests(files) {
        let (mut config, module) = (config(protobuf, &request), request.module.clone());
        let code = config.generate(request.files()).map_err(|error| error.to_string())?.remove(&module);
        if let Some(code) = code {
            packages.entry(module.parts().map(str::to_owned).collect()).or_default().push_str(&code);
        }
    }
    Ok(packages)
}

fn config(protobuf: &ProtobufModel, request: &Request) -> Config {
    let mut config = Config::new();
    for (name, of_other_crate) in request.types.iter().filter_map(|name| protobuf.externs.get_key_value(name)) {
        config.extern_path(name, name::of_other_crate(of_other_crate));
    }
    config.prost_path("::walnats_runtime::private::prost").prost_types_path("::walnats_runtime::private::prost_types");
    // Maps in order, so that the same event is encoded to the same bytes.
    config.btree_map(["."]);
    // The `Debug` that prost-derive 0.14.6 writes for such a map names `::prost`, wherever prost is. A path stands for
    // what is declared in the message, too, so that one inside of another must not be named again.
    let with_maps = request.with_maps();
    config.skip_debug(&with_maps);
    for message in &with_maps {
        config.type_attribute(message, "#[derive(Debug)]");
    }
    config
}
