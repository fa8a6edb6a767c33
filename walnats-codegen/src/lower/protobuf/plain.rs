//! Descriptors as plain data, which the back ends read.

use std::collections::BTreeSet;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::scope_of;
use crate::model::{
    ProtobufCardinality, ProtobufEnum, ProtobufField, ProtobufFile, ProtobufKind, ProtobufMessage, ProtobufOneof,
};

/// The package that every compiler of protobuf knows.
pub const GOOGLE: &str = "google.protobuf";

/// The files that get Rust code, without the types that `is_extern` says other crates have.
pub fn files(files: &[FileDescriptorProto], is_extern: &dyn Fn(&str) -> bool) -> Vec<ProtobufFile> {
    let own = files.iter().filter(|file| file.package() != GOOGLE);
    let lowered = own.map(|file| {
        let declared = Declared { scope: scope_of(file), is_proto2: file.syntax() != "proto3", is_extern };
        ProtobufFile {
            package: file.package().to_owned(),
            messages: declared.messages(&file.message_type),
            enums: declared.enums(&file.enum_type),
        }
    });
    lowered.collect()
}

/// Where types are declared.
struct Declared<'e> {
    scope: String,
    is_proto2: bool,
    is_extern: &'e dyn Fn(&str) -> bool,
}

impl Declared<'_> {
    fn messages(&self, messages: &[DescriptorProto]) -> Vec<ProtobufMessage> {
        let own = messages.iter().filter(|message| self.is_own(message.name()));
        own.map(|inner| message(inner, &Self { scope: format!("{}.{}", self.scope, inner.name()), ..*self })).collect()
    }

    fn enums(&self, enums: &[EnumDescriptorProto]) -> Vec<ProtobufEnum> {
        enums.iter().filter(|inner| self.is_own(inner.name())).map(enumeration).collect()
    }

    fn is_own(&self, name: &str) -> bool {
        !(self.is_extern)(&format!("{}.{name}", self.scope))
    }
}

fn message(message: &DescriptorProto, declared: &Declared<'_>) -> ProtobufMessage {
    let oneofs = (0..).zip(&message.oneof_decl).filter_map(|(index, oneof)| {
        let fields = message.field.iter().filter(|field| real_oneof(field) == Some(index));
        let fields: Vec<String> = fields.map(|field| field.name().to_owned()).collect();
        Some(ProtobufOneof { name: oneof.name().to_owned(), fields }).filter(|oneof| !oneof.fields.is_empty())
    });
    let fields = message.field.iter().filter(|field| {
        let oneof = real_oneof(field).and_then(|index| usize::try_from(index).ok());
        oneof.is_none_or(|index| index >= message.oneof_decl.len())
    });
    ProtobufMessage {
        name: message.name().to_owned(),
        is_map_entry: is_map_entry(message),
        fields: fields.map(|inner| field(inner, message, declared.is_proto2)).collect(),
        oneofs: oneofs.collect(),
        messages: declared.messages(&message.nested_type),
        enums: declared.enums(&message.enum_type),
    }
}

fn field(field: &FieldDescriptorProto, message: &DescriptorProto, is_proto2: bool) -> ProtobufField {
    let is_entry =
        |nested: &&DescriptorProto| is_map_entry(nested) && field.type_name().rsplit('.').next() == Some(nested.name());
    let entry = message.nested_type.iter().find(is_entry).filter(|_| field.label() == Label::Repeated);
    let value = entry.and_then(|entry| entry.field.iter().find(|field| field.name() == "value"));
    let cardinality = match field.label() {
        Label::Repeated if entry.is_some() => ProtobufCardinality::Map,
        Label::Repeated => ProtobufCardinality::List,
        Label::Optional if is_proto2 || field.proto3_optional() => ProtobufCardinality::Optional,
        Label::Optional | Label::Required => ProtobufCardinality::One,
    };
    ProtobufField { name: field.name().to_owned(), cardinality, kind: kind(value.unwrap_or(field)) }
}

fn kind(field: &FieldDescriptorProto) -> ProtobufKind {
    match field.r#type() {
        Type::Enum => ProtobufKind::Enum,
        Type::Message | Type::Group => ProtobufKind::Message,
        _ => ProtobufKind::Scalar,
    }
}

fn enumeration(enumeration: &EnumDescriptorProto) -> ProtobufEnum {
    let mut numbers = BTreeSet::new();
    let values = enumeration.value.iter().filter(|value| numbers.insert(value.number()));
    ProtobufEnum { name: enumeration.name().to_owned(), values: values.map(|value| value.name().to_owned()).collect() }
}

/// A field with `optional` in proto3 has a oneof by itself, which gets no type.
fn real_oneof(field: &FieldDescriptorProto) -> Option<i32> {
    field.oneof_index.filter(|_| !field.proto3_optional())
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}
