//! Enums and their values.

use prost_reflect::{EnumDescriptor, EnumValueDescriptor};

use super::Options;
use super::case::upper_snake;
use super::rule::{Check, FIRST, Rule, SENSIBLE, STRICT};
use super::scope::{Found, NAME};
use crate::protobuf::enumeration::VALUE_NUMBER;

// Numbers of fields of `google.protobuf.EnumDescriptorProto` and `google.protobuf.EnumOptions`.
const VALUE: i32 = 2;
const OPTIONS: i32 = 3;
const ALLOW_ALIAS: i32 = 2;

pub const RULES: &[Rule] = &[
    Rule::new("WN0911", "ENUM_FIRST_VALUE_ZERO", FIRST, Check::Enum(first_value_zero)),
    Rule::new("WN0912", "ENUM_NO_ALLOW_ALIAS", SENSIBLE, Check::Enum(no_allow_alias)),
    Rule::new("WN0941", "ENUM_VALUE_PREFIX", STRICT, Check::Value(prefix)),
    Rule::new("WN0942", "ENUM_ZERO_VALUE_SUFFIX", STRICT, Check::Value(zero_suffix)),
];

fn first_value_zero(found: &EnumDescriptor) -> Option<Found> {
    let first = found.enum_descriptor_proto().value.first().filter(|first| first.number() != 0)?;
    let message = format!("the first value of enum `{}`, `{}`, is {}", found.name(), first.name(), first.number());
    Some(Found::at(found.path(), &[VALUE, 0, VALUE_NUMBER], message + ", and absent fields read as it"))
}

fn no_allow_alias(found: &EnumDescriptor) -> Option<Found> {
    let allows = found.enum_descriptor_proto().options.as_ref().is_some_and(|options| options.allow_alias());
    let message = format!("enum `{}` allows several names for one number", found.name());
    allows.then(|| Found::at(found.path(), &[OPTIONS, ALLOW_ALIAS], message))
}

fn prefix(found: &EnumValueDescriptor, _: &Options) -> Option<Found> {
    let wanted = upper_snake(found.parent_enum().name()) + "_";
    let message = || format!("enum value `{}` does not begin with `{wanted}`", found.name());
    (!found.name().starts_with(&wanted)).then(|| Found::at(found.path(), &[NAME], message()))
}

fn zero_suffix(found: &EnumValueDescriptor, options: &Options) -> Option<Found> {
    let wanted = &options.enum_zero_value_suffix;
    let is_wrong = found.number() == 0 && !found.name().ends_with(wanted.as_str());
    let message =
        || format!("enum value `{}` is 0, which absent fields read as, and does not end with `{wanted}`", found.name());
    is_wrong.then(|| Found::at(found.path(), &[NAME], message()))
}
