//! What prost-build is asked for: each message of a file alone, with stand-ins for the messages that it holds.
//!
//! Asked for all messages at once, prost-build searches the graph of all of them for every field, to see whether a message
//! would have to hold itself, and what can be copied and compared. Here that is found out in one pass over all messages.

use std::collections::{BTreeSet, HashMap};

use prost_build::Module;
use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, FileDescriptorProto, SourceCodeInfo};

use super::holding::{Holding, declared};

/// `google.protobuf.FileDescriptorProto.message_type`
const FILE_MESSAGE: i32 = 4;

/// Where the code of stand-ins goes, which nobody needs; no package is called so.
const STAND_INS: &str = "stand-ins";

/// Something to generate by itself.
pub struct Request {
    /// Of the package, in which its code goes.
    pub module: Module,
    /// By full name with a leading dot: its own messages, and the types of their fields.
    pub types: BTreeSet<String>,
    file: FileDescriptorProto,
    stand_ins: Vec<FileDescriptorProto>,
}

impl Request {
    /// The messages that have a map, by full name with a leading dot; without those that are declared in another one.
    pub fn with_maps(&self) -> Vec<String> {
        let mut found = Vec::new();
        with_maps(&scope_of(&self.file), &self.file.message_type, &mut found);
        found
    }

    /// The files as prost-build takes them.
    pub fn files(self) -> Vec<(Module, FileDescriptorProto)> {
        let stand_ins = self.stand_ins.into_iter().map(|file| (Module::from_parts([STAND_INS]), file));
        std::iter::once((self.module, self.file)).chain(stand_ins).collect()
    }
}

/// A request for each message of `files`, and one for the enumerations of each file, in the order in which their code is
/// written.
pub fn requests(files: &[FileDescriptorProto]) -> Vec<Request> {
    let holding = Holding::of(files);
    // prost has Google's.
    let parts = files.iter().filter(|file| file.package() != "google.protobuf").flat_map(parts);
    let request = |file: FileDescriptorProto| {
        let mut own = Vec::new();
        declared(&scope_of(&file), &file.message_type, &mut own);
        let fields = own.iter().flat_map(|(_, message)| &message.field);
        let names: BTreeSet<&str> = own.iter().map(|(name, _)| name.as_str()).collect();
        let held: BTreeSet<&str> = fields.filter_map(|field| field.type_name.as_deref()).collect();
        let stand_ins = held.difference(&names).filter_map(|held| holding.stand_in(held, &own));
        Request {
            module: Module::from_protobuf_package_name(file.package()),
            types: names.union(&held).map(|name| (*name).to_owned()).collect(),
            stand_ins: stand_ins.map(file_of).collect(),
            file: file.clone(),
        }
    };
    parts.map(request).collect()
}

/// The messages of a file, each as a file of its own; then all of its enumerations.
fn parts(file: &FileDescriptorProto) -> Vec<FileDescriptorProto> {
    let mut of_messages: HashMap<i32, Vec<Location>> = HashMap::new();
    let mut of_enums = Vec::new();
    for location in file.source_code_info.iter().flat_map(|info| &info.location) {
        match location.path.as_slice() {
            [FILE_MESSAGE, index, rest @ ..] => {
                let path = [&[FILE_MESSAGE, 0], rest].concat();
                of_messages.entry(*index).or_default().push(Location { path, ..location.clone() });
            }
            _ => of_enums.push(location.clone()),
        }
    }
    let part = |locations| FileDescriptorProto {
        name: file.name.clone(),
        package: file.package.clone(),
        syntax: file.syntax.clone(),
        source_code_info: Some(SourceCodeInfo { location: locations }),
        ..FileDescriptorProto::default()
    };
    let messages = (0..).zip(&file.message_type).map(|(index, message)| FileDescriptorProto {
        message_type: vec![message.clone()],
        ..part(of_messages.remove(&index).unwrap_or_default())
    });
    let mut parts: Vec<_> = messages.collect();
    if !file.enum_type.is_empty() {
        parts.push(FileDescriptorProto { enum_type: file.enum_type.clone(), ..part(of_enums) });
    }
    parts
}

/// A message with its full name, as the only one of a file.
fn file_of((name, message): (String, DescriptorProto)) -> FileDescriptorProto {
    let package = name.rsplit_once('.').map_or("", |(scope, _)| scope.trim_start_matches('.'));
    FileDescriptorProto {
        name: Some(STAND_INS.to_owned()),
        package: Some(package.to_owned()).filter(|package| !package.is_empty()),
        message_type: vec![message],
        ..FileDescriptorProto::default()
    }
}

fn scope_of(file: &FileDescriptorProto) -> String {
    if file.package().is_empty() { String::new() } else { format!(".{}", file.package()) }
}

fn with_maps(scope: &str, messages: &[DescriptorProto], found: &mut Vec<String>) {
    for message in messages {
        let name = format!("{scope}.{}", message.name());
        if message.nested_type.iter().any(|nested| nested.options.as_ref().is_some_and(|options| options.map_entry())) {
            found.push(name);
        } else {
            with_maps(&name, &message.nested_type, found);
        }
    }
}
