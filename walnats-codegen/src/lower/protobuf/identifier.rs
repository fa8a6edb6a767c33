//! Checks the names in compiled descriptors. A parser admits identifiers alone, but a descriptor set can say anything,
//! and what it says becomes Rust.

use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto};

/// The first name in `file` that could not have been written in a `.proto` file.
pub fn first_invalid(file: &FileDescriptorProto) -> Option<&str> {
    let package = file.package().split('.').filter(|_| !file.package().is_empty());
    package
        .chain(file.message_type.iter().flat_map(message_names))
        .chain(file.enum_type.iter().flat_map(enum_names))
        .find(|name| !is_identifier(name))
}

/// <https://protobuf.dev/reference/protobuf/proto3-spec/#identifiers>, and the underscore that protoc admits in front.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
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
