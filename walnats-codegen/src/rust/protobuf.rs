//! Protobuf messages become Rust: prost-build writes the types that events reach, as modules by package.

mod clash;
mod comment;
mod module;
mod prune;

use std::collections::BTreeMap;

use prost::Message;
use prost_build::{Config, Module};
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use crate::diagnostic::{Diagnostic, Report};
use crate::model::{Event, EventModel};
use crate::rust::event::message;
use crate::write::GeneratedFile;

use comment::Comments;

/// The files below `proto.rs`, the module of all messages that events of `model` are or hold; none without such events.
pub fn generate(model: &EventModel, report: &mut Report) -> Vec<GeneratedFile> {
    let events: Vec<(&str, &Event)> = model.events.iter().filter_map(|event| Some((message(event)?, event))).collect();
    let (Some(protobuf), Some((_, first))) = (&model.protobuf, events.first()) else { return Vec::new() };
    match FileDescriptorSet::decode(protobuf.descriptors.as_slice()) {
        Ok(descriptors) => modules(descriptors, &events, report),
        Err(error) => {
            let message = format!("the protobuf descriptors cannot be read: {error}");
            report.push(Diagnostic::error("WN0506", first.place.clone(), message));
            Vec::new()
        }
    }
}

fn modules(descriptors: FileDescriptorSet, events: &[(&str, &Event)], report: &mut Report) -> Vec<GeneratedFile> {
    let mut seen = BTreeMap::new();
    for (message, event) in events {
        if let Some(first) = seen.insert(message, &event.name) {
            let text = format!("the message `{message}` is the payload of two events: `{first}` and `{}`", event.name);
            let help = "a Rust type has one address; declare a message for each event, or drop one of them";
            report.push(Diagnostic::error("WN0508", event.place.clone(), text).help(help));
        }
    }
    let mut comments = Comments::default();
    let files = prune::prune(descriptors, events.iter().map(|(message, _)| *message), &mut comments);
    let clashes = clash::find(&files, events.iter().map(|(message, _)| *message));
    for clash in &clashes {
        // Any event that reaches the types will do to show where they are needed; most packages have one anyway.
        let place = events[0].1.place.clone();
        report.push(
            Diagnostic::error("WN0507", place, clash.to_string()).help("rename one of them in the `.proto` file"),
        );
    }
    if !clashes.is_empty() {
        return Vec::new();
    }

    let mut config = config(&files);
    let requests = files.into_iter().map(|file| (Module::from_protobuf_package_name(file.package()), file)).collect();
    match config.generate(requests) {
        Ok(modules) => module::files(
            modules
                .into_iter()
                .map(|(module, code)| (module.parts().map(str::to_owned).collect(), comments.insert_into(&code))),
        ),
        Err(error) => {
            report.push(Diagnostic::error("WN0506", events[0].1.place.clone(), error.to_string()));
            Vec::new()
        }
    }
}

fn config(files: &[FileDescriptorProto]) -> Config {
    let mut config = Config::new();
    config.prost_path("::walnats_runtime::private::prost").prost_types_path("::walnats_runtime::private::prost_types");
    // Maps in order, so that the same event is encoded to the same bytes.
    config.btree_map(["."]);
    // The `Debug` that prost-derive 0.14.6 writes for such a map names `::prost`, wherever prost is. A path stands for
    // what is declared in the message, too, so that one inside of another must not be named again.
    let with_maps = prune::messages_with_maps(files);
    config.skip_debug(&with_maps);
    for message in &with_maps {
        config.type_attribute(message, "#[derive(Debug)]");
    }
    config
}
