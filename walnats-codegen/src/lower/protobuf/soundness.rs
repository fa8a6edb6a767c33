//! Checks compiled descriptors for what no compiler writes. A parser accepts identifiers alone, but a descriptor set can
//! say anything, and what it says becomes Rust.

use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto};

use super::descriptor::is_map_entry;

/// What is wrong with `file`, if anything is that prost would not notice.
pub fn problem(file: &FileDescriptorProto) -> Option<String> {
    let package = file.package().split('.').filter(|_| !file.package().is_empty());
    let mut names = package
        .chain(file.message_type.iter().flat_map(message_names))
        .chain(file.enum_type.iter().flat_map(enum_names));
    if !matches!(file.syntax.as_deref(), None | Some("proto2" | "proto3")) {
        return Some(format!("there is no syntax `{}`", file.syntax().escape_debug()));
    }
    match names.find(|name| !is_identifier(name)) {
        Some(name) => Some(format!("`{}` is not a protobuf name", name.escape_debug())),
        None if !file.message_type.iter().all(has_sound_maps) => Some("a map has no key or no value".to_owned()),
        None => None,
    }
}

/// <https://protobuf.dev/reference/protobuf/proto3-spec/#identifiers>, and the underscore that protoc allows in front.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// <https://protobuf.dev/programming-guides/proto3/#maps-backward>
fn has_sound_maps(message: &DescriptorProto) -> bool {
    let fields = || message.field.iter().map(|field| (field.number(), field.name()));
    (!is_map_entry(message) || fields().eq([(1, "key"), (2, "value")]))
        && message.nested_type.iter().all(has_sound_maps)
}

fn message_names(message: &DescriptorProto) -> Vec<&str> {
    let mut names = vec![message.name()];
    names.extend(message.field.iter().map(|field| field.name()));
    names.extend(message.oneof_decl.iter().map(|oneof| oneof.name()));
    names.extend(message.nested_type.iter().flat_map(message_names));
    names.extend(message.enum_type.iter().flat_map(enum_names));
    names
}

fn enum_names(enumeration: &EnumDescriptorProto) -> Vec<&str> {
    let values = enumeration.value.iter().map(|value| value.name());
    std::iter::once(enumeration.name()).chain(values).collect()
}
