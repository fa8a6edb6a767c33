//! Names of messages, fields, enums, services and methods.

use prost_reflect::{
    EnumDescriptor, EnumValueDescriptor, MessageDescriptor, MethodDescriptor, OneofDescriptor, ServiceDescriptor,
};

use super::Options;
use super::case::{lower_snake, pascal, upper_snake};
use super::rule::{Check, NAMES, Rule};
use super::scope::{Found, NAME};
use crate::protobuf::member::Member;

pub const RULES: &[Rule] = &[
    Rule::new("WN0913", "ENUM_PASCAL_CASE", NAMES, Check::Enum(enumeration)),
    Rule::new("WN0914", "ENUM_VALUE_UPPER_SNAKE_CASE", NAMES, Check::Value(value)),
    Rule::new("WN0915", "FIELD_LOWER_SNAKE_CASE", NAMES, Check::Member(member)),
    Rule::new("WN0919", "MESSAGE_PASCAL_CASE", NAMES, Check::Message(message)),
    Rule::new("WN0920", "ONEOF_LOWER_SNAKE_CASE", NAMES, Check::Oneof(oneof)),
    Rule::new("WN0929", "RPC_PASCAL_CASE", NAMES, Check::Method(method)),
    Rule::new("WN0930", "SERVICE_PASCAL_CASE", NAMES, Check::Service(service)),
];

fn enumeration(found: &EnumDescriptor) -> Option<Found> {
    misnamed("enum", found.name(), "PascalCase", pascal(found.name()), found.path())
}

fn value(found: &EnumValueDescriptor, _: &Options) -> Option<Found> {
    misnamed("enum value", found.name(), "UPPER_SNAKE_CASE", upper_snake(found.name()), found.path())
}

fn member(found: &Member) -> Option<Found> {
    misnamed("field", found.name(), "lower_snake_case", lower_snake(found.name()), found.path())
}

fn message(found: &MessageDescriptor) -> Option<Found> {
    misnamed("message", found.name(), "PascalCase", pascal(found.name()), found.path())
}

fn oneof(found: &OneofDescriptor) -> Option<Found> {
    misnamed("oneof", found.name(), "lower_snake_case", lower_snake(found.name()), found.path())
}

fn method(found: &MethodDescriptor, _: &Options) -> Option<Found> {
    misnamed("method", found.name(), "PascalCase", pascal(found.name()), found.path())
}

fn service(found: &ServiceDescriptor, _: &Options) -> Option<Found> {
    misnamed("service", found.name(), "PascalCase", pascal(found.name()), found.path())
}

fn misnamed(kind: &str, name: &str, case: &str, wanted: String, path: &[i32]) -> Option<Found> {
    (name != wanted).then(|| Found::at(path, &[NAME], format!("{kind} `{name}` should be in {case}: `{wanted}`")))
}
