//! Which imports a file uses: for types, for the messages that it extends, and for options.

use std::collections::BTreeSet;

use prost_reflect::{DescriptorPool, DynamicMessage, FileDescriptor, Kind, ReflectMessage as _, Value};

use crate::protobuf::deleted::{all_extensions, all_messages};

/// How deep options may nest that are looked at.
const MAX_DEPTH: usize = 64;

/// The names of the imports that `file` uses; public ones are for others to use.
pub fn imports(file: &FileDescriptor) -> BTreeSet<String> {
    let names: Vec<&str> = file.file_descriptor_proto().dependency.iter().map(String::as_str).collect();
    let mut used: BTreeSet<String> = file.public_dependencies().map(|import| import.name().to_owned()).collect();
    let mut needed = types(file);
    if names.iter().any(|name| !needed.contains(*name)) {
        needed.extend(options(file));
    }
    for needed in needed {
        if names.contains(&needed.as_str()) {
            used.insert(needed);
        } else if let Some(import) = file.dependencies().find(|import| reexports(import, &needed)) {
            used.insert(import.name().to_owned());
        }
    }
    used
}

/// Whether who imports `file` gets the file `name` with it.
fn reexports(file: &FileDescriptor, name: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![file.clone()];
    while let Some(file) = open.pop() {
        for public in file.public_dependencies() {
            if public.name() == name {
                return true;
            }
            if seen.insert(public.name().to_owned()) {
                open.push(public);
            }
        }
    }
    false
}

/// The files of the types that `file` names.
fn types(file: &FileDescriptor) -> BTreeSet<String> {
    let of_kind = |kind: Kind| match kind {
        Kind::Message(message) => Some(message.parent_file()),
        Kind::Enum(enumeration) => Some(enumeration.parent_file()),
        _ => None,
    };
    let messages = all_messages(file);
    let fields = messages.iter().flat_map(|message| message.fields()).filter_map(|field| of_kind(field.kind()));
    let extensions = all_extensions(file);
    let extended = extensions.iter().map(|extension| extension.containing_message().parent_file());
    let extensions = extensions.iter().filter_map(|extension| of_kind(extension.kind()));
    let methods = file.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    let methods = methods.flat_map(|method| [method.input().parent_file(), method.output().parent_file()]);
    let files = fields.chain(extended).chain(extensions).chain(methods);
    files.map(|file| file.name().to_owned()).collect()
}

/// The files of the extensions that options in `file` set.
fn options(file: &FileDescriptor) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let pool = file.parent_pool();
    let kind = pool.get_message_by_name("google.protobuf.FileDescriptorProto");
    let decoded = kind.and_then(|kind| DynamicMessage::decode(kind, file.encode_to_vec().as_slice()).ok());
    if let Some(decoded) = decoded {
        collect(&decoded, pool, 0, &mut used);
    }
    used
}

fn collect(message: &DynamicMessage, pool: &DescriptorPool, depth: usize, used: &mut BTreeSet<String>) {
    if depth > MAX_DEPTH {
        return;
    }
    for (extension, value) in message.extensions() {
        used.insert(extension.parent_file().name().to_owned());
        values(value, pool, depth, used);
    }
    for (field, value) in message.fields() {
        if field.full_name() != "google.protobuf.FileDescriptorProto.source_code_info" {
            values(value, pool, depth, used);
        }
    }
    if let Some(packed) = unpacked(message, pool) {
        used.insert(packed.descriptor().parent_file().name().to_owned());
        collect(&packed, pool, depth + 1, used);
    }
}

fn values(value: &Value, pool: &DescriptorPool, depth: usize, used: &mut BTreeSet<String>) {
    match value {
        Value::Message(message) => collect(message, pool, depth + 1, used),
        Value::List(items) => items.iter().for_each(|item| values(item, pool, depth, used)),
        Value::Map(entries) => entries.values().for_each(|entry| values(entry, pool, depth, used)),
        _ => {}
    }
}

/// What a `google.protobuf.Any` holds.
fn unpacked(message: &DynamicMessage, pool: &DescriptorPool) -> Option<DynamicMessage> {
    if message.descriptor().full_name() != "google.protobuf.Any" {
        return None;
    }
    let url = message.get_field_by_name("type_url")?;
    let kind = pool.get_message_by_name(url.as_str()?.rsplit('/').next()?)?;
    let packed = message.get_field_by_name("value")?;
    DynamicMessage::decode(kind, packed.as_bytes()?.as_ref()).ok()
}
