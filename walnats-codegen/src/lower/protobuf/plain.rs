//! Descriptors as plain data, which the back ends read.

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::descriptor::is_map_entry;
use super::scope_of;
use crate::model::{
    ProtobufCardinality, ProtobufEnum, ProtobufField, ProtobufFile, ProtobufKind, ProtobufMessage, ProtobufOneof,
    ProtobufScalar, ProtobufValue,
};

/// The package that every compiler of protobuf knows.
pub const GOOGLE: &str = "google.protobuf";

/// The files that get Rust code, without the types that `is_extern` says other crates have.
pub fn files(files: &[FileDescriptorProto], is_extern: &dyn Fn(&str) -> bool) -> Vec<ProtobufFile> {
    let own = files.iter().filter(|file| file.package() != GOOGLE);
    let lowered = own.map(|file| {
        let declared = Declared { scope: scope_of(file), is_proto2: file.syntax() != "proto3", is_extern };
        ProtobufFile {
            name: file.name().to_owned(),
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
    let lowered = |inner| field(inner, message, declared.is_proto2);
    let oneofs = (0..).zip(&message.oneof_decl).filter_map(|(index, oneof)| {
        let fields = message.field.iter().filter(|field| real_oneof(field) == Some(index));
        let fields = fields.map(|inner| ProtobufField { cardinality: ProtobufCardinality::Optional, ..lowered(inner) });
        Some(ProtobufOneof { name: oneof.name().to_owned(), fields: fields.collect() })
            .filter(|oneof| !oneof.fields.is_empty())
    });
    let fields = message.field.iter().filter(|field| {
        let oneof = real_oneof(field).and_then(|index| usize::try_from(index).ok());
        oneof.is_none_or(|index| index >= message.oneof_decl.len())
    });
    ProtobufMessage {
        name: message.name().to_owned(),
        is_map_entry: is_map_entry(message),
        fields: fields.map(lowered).collect(),
        oneofs: oneofs.collect(),
        messages: declared.messages(&message.nested_type),
        enums: declared.enums(&message.enum_type),
    }
}

pub fn field(field: &FieldDescriptorProto, message: &DescriptorProto, is_proto2: bool) -> ProtobufField {
    let is_entry =
        |nested: &&DescriptorProto| is_map_entry(nested) && field.type_name().rsplit('.').next() == Some(nested.name());
    let entry = message.nested_type.iter().find(is_entry).filter(|_| field.label() == Label::Repeated);
    let part = |name: &str| entry.and_then(|entry| entry.field.iter().find(|field| field.name() == name));
    let cardinality = match (field.label(), part("key").map(kind)) {
        (Label::Repeated, Some(ProtobufKind::Scalar(key))) => ProtobufCardinality::Map(key),
        (Label::Repeated, _) => ProtobufCardinality::List,
        (Label::Required, _) => ProtobufCardinality::Required,
        (Label::Optional, _) if is_proto2 || field.proto3_optional() || is_message(field) => {
            ProtobufCardinality::Optional
        }
        (Label::Optional, _) => ProtobufCardinality::One,
    };
    ProtobufField {
        name: field.name().to_owned(),
        json_name: field.json_name.clone().unwrap_or_else(|| json_name(field.name())),
        // `soundness` and protox refuse others.
        number: u32::try_from(field.number()).unwrap_or_default(),
        cardinality,
        kind: kind(part("value").unwrap_or(field)),
    }
}

/// Messages are absent or not, whatever the syntax.
fn is_message(field: &FieldDescriptorProto) -> bool {
    matches!(field.r#type(), Type::Message | Type::Group)
}

/// What protoc makes of a name: without underscores, each of them followed by a capital letter.
fn json_name(name: &str) -> String {
    let mut after_underscore = false;
    let letters = name.chars().filter_map(|letter| match letter {
        '_' => {
            after_underscore = true;
            None
        }
        _ if std::mem::take(&mut after_underscore) => Some(letter.to_ascii_uppercase()),
        _ => Some(letter),
    });
    letters.collect()
}

fn kind(field: &FieldDescriptorProto) -> ProtobufKind {
    let name = || field.type_name().trim_start_matches('.').to_owned();
    ProtobufKind::Scalar(match field.r#type() {
        Type::Enum => return ProtobufKind::Enum(name()),
        Type::Message | Type::Group => return ProtobufKind::Message(name()),
        Type::Double => ProtobufScalar::Double,
        Type::Float => ProtobufScalar::Float,
        Type::Int32 => ProtobufScalar::Int32,
        Type::Int64 => ProtobufScalar::Int64,
        Type::Uint32 => ProtobufScalar::Uint32,
        Type::Uint64 => ProtobufScalar::Uint64,
        Type::Sint32 => ProtobufScalar::Sint32,
        Type::Sint64 => ProtobufScalar::Sint64,
        Type::Fixed32 => ProtobufScalar::Fixed32,
        Type::Fixed64 => ProtobufScalar::Fixed64,
        Type::Sfixed32 => ProtobufScalar::Sfixed32,
        Type::Sfixed64 => ProtobufScalar::Sfixed64,
        Type::Bool => ProtobufScalar::Bool,
        Type::String => ProtobufScalar::String,
        Type::Bytes => ProtobufScalar::Bytes,
    })
}

fn enumeration(enumeration: &EnumDescriptorProto) -> ProtobufEnum {
    let values = enumeration.value.iter();
    ProtobufEnum {
        name: enumeration.name().to_owned(),
        values: values.map(|value| ProtobufValue { name: value.name().to_owned(), number: value.number() }).collect(),
    }
}

/// A field with `optional` in proto3 has a oneof by itself, which gets no type.
fn real_oneof(field: &FieldDescriptorProto) -> Option<i32> {
    field.oneof_index.filter(|_| !field.proto3_optional())
}
