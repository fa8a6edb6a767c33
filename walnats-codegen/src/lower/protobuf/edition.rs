//! Rewrites descriptors of editions into what they say in proto3 or proto2, the syntaxes that prost-reflect knows.
//!
//! An edition spells with features what a syntax implies: whether a field has presence, is packed, is a group.
//! <https://protobuf.dev/editions/features/> has the features and their defaults.

use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, Value};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FileDescriptorProto};

use super::descriptor;
use crate::model::ProtobufFile;

/// An edition whose features are those that [`Features`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    E2023,
    E2024,
}

impl Edition {
    /// Those that protoc 35 compiles. Later ones may mean something else by the same text.
    pub const KNOWN: [Self; 2] = [Self::E2023, Self::E2024];

    /// As the statement `edition` says it.
    pub fn named(name: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|edition| edition.name() == name)
    }

    /// Its number in `google.protobuf.Edition`.
    pub fn numbered(number: i32) -> Option<Self> {
        Self::KNOWN.into_iter().find(|edition| edition.number() == number)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::E2023 => "2023",
            Self::E2024 => "2024",
        }
    }

    pub fn number(self) -> i32 {
        match self {
            Self::E2023 => 1000,
            Self::E2024 => 1001,
        }
    }

    /// Whether it has `export`, `local` and `import option`.
    pub fn has_visibility(self) -> bool {
        self >= Self::E2024
    }
}

// Numbers of `google.protobuf.FeatureSet` and `google.protobuf.FieldDescriptorProto`.
const EXPLICIT: i32 = 1;
const IMPLICIT: i32 = 2;
const LEGACY_REQUIRED: i32 = 3;
const PACKED: i32 = 1;
const LENGTH_PREFIXED: i32 = 1;
const DELIMITED: i32 = 2;
const ALLOW: i32 = 1;
const LABEL_REQUIRED: i32 = 2;
const LABEL_REPEATED: i32 = 3;
const TYPE_STRING: i32 = 9;
const TYPE_GROUP: i32 = 10;
const TYPE_MESSAGE: i32 = 11;
const TYPE_BYTES: i32 = 12;

/// What a file of an edition is as proto2 or proto3.
#[derive(Debug, PartialEq)]
pub struct Rewritten {
    pub edition: Edition,
    /// Full names of the fields that proto2 has no words for: as in proto3, they have no presence.
    pub implicit: Vec<String>,
}

/// Rewrites `file`, a `google.protobuf.FileDescriptorProto`, if it is written in an edition.
///
/// # Errors
///
/// The edition's number, if it is not one that is known here.
pub fn rewrite(file: &mut DynamicMessage) -> Result<Option<Rewritten>, i32> {
    if text(file, "syntax") != "editions" {
        return Ok(None);
    }
    let number = number(file, "edition");
    let edition = Edition::numbered(number).ok_or(number)?;
    file.clear_field_by_name("edition");
    let features = Features::DEFAULT.overridden_by(file);
    let target = if features.fit_proto3(file) { Target::Proto3 } else { Target::Proto2 };
    file.set_field_by_name("syntax", Value::String(target.syntax().to_owned()));
    let mut rewriting = Rewriting { target, rewritten: Rewritten { edition, implicit: Vec::new() } };
    let scope = text(file, "package");
    each(file, "message_type", |message| rewriting.message(message, features, &scope));
    each(file, "extension", |extension| rewriting.field(extension, features.overridden_by(extension), &scope));
    Ok(Some(rewriting.rewritten))
}

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Proto2,
    Proto3,
}

impl Target {
    fn syntax(self) -> &'static str {
        match self {
            Self::Proto2 => "proto2",
            Self::Proto3 => "proto3",
        }
    }
}

/// The features that change what code is generated; each applies to all within, until overridden.
#[derive(Clone, Copy)]
struct Features {
    presence: i32,
    repeated: i32,
    encoding: i32,
    json: i32,
}

impl Features {
    const DEFAULT: Self = Self { presence: EXPLICIT, repeated: PACKED, encoding: LENGTH_PREFIXED, json: ALLOW };

    fn overridden_by(self, item: &DynamicMessage) -> Self {
        let options = item.get_field_by_name("options");
        let features = options.as_deref().and_then(Value::as_message).and_then(|o| o.get_field_by_name("features"));
        let Some(features) = features.as_deref().and_then(Value::as_message) else { return self };
        let feature =
            |name, inherited| if features.has_field_by_name(name) { number(features, name) } else { inherited };
        Self {
            presence: feature("field_presence", self.presence),
            repeated: feature("repeated_field_encoding", self.repeated),
            encoding: feature("message_encoding", self.encoding),
            json: feature("json_format", self.json),
        }
    }

    /// Whether all of `scope` can be proto3: the first value of an enumeration is 0 there, and names in JSON do not clash.
    fn fit_proto3(self, scope: &mut DynamicMessage) -> bool {
        let mut fit = self.json == ALLOW;
        each(scope, "enum_type", |enumeration| {
            let mut numbers = Vec::new();
            each(enumeration, "value", |value| numbers.push(number(value, "number")));
            fit &= numbers.first().is_none_or(|first| *first == 0);
        });
        for messages in ["message_type", "nested_type"] {
            each(scope, messages, |message| fit = fit && self.overridden_by(message).fit_proto3(message));
        }
        fit
    }
}

struct Rewriting {
    target: Target,
    rewritten: Rewritten,
}

impl Rewriting {
    fn message(&mut self, message: &mut DynamicMessage, inherited: Features, scope: &str) {
        let features = inherited.overridden_by(message);
        let scope = ProtobufFile::full_name(scope, &text(message, "name"));
        let mut maps = Vec::new();
        each(message, "nested_type", |nested| {
            if is_map(nested) {
                maps.push(text(nested, "name"));
            } else {
                self.message(nested, features, &scope);
            }
        });
        each(message, "extension", |extension| self.field(extension, features.overridden_by(extension), &scope));
        each(message, "field", |field| {
            let type_name = text(field, "type_name");
            let is_map = number(field, "label") == LABEL_REPEATED
                && maps.iter().any(|entry| type_name.rsplit('.').next() == Some(entry.as_str()));
            if !is_map {
                self.field(field, features.overridden_by(field), &scope);
            }
        });
    }

    fn field(&mut self, field: &mut DynamicMessage, features: Features, scope: &str) {
        if features.encoding == DELIMITED && number(field, "type") == TYPE_MESSAGE {
            field.set_field_by_name("type", Value::EnumNumber(TYPE_GROUP));
        }
        let kind = number(field, "type");
        if number(field, "label") == LABEL_REPEATED {
            if ![TYPE_STRING, TYPE_BYTES, TYPE_GROUP, TYPE_MESSAGE].contains(&kind) {
                let options = field.get_field_by_name_mut("options").and_then(Value::as_message_mut);
                if let Some(options) = options {
                    options.set_field_by_name("packed", Value::Bool(features.repeated == PACKED));
                }
            }
        } else if features.presence == LEGACY_REQUIRED {
            field.set_field_by_name("label", Value::EnumNumber(LABEL_REQUIRED));
        } else if kind != TYPE_MESSAGE && !field.has_field_by_name("oneof_index") {
            match (self.target, features.presence) {
                (Target::Proto3, EXPLICIT) => field.set_field_by_name("proto3_optional", Value::Bool(true)),
                // Whatever it says, a group has presence; prost-build has to be told.
                (Target::Proto3, _) if kind == TYPE_GROUP => {
                    field.set_field_by_name("proto3_optional", Value::Bool(true));
                }
                (Target::Proto2, IMPLICIT) if kind != TYPE_GROUP && !field.has_field_by_name("extendee") => {
                    self.rewritten.implicit.push(ProtobufFile::full_name(scope, &text(field, "name")));
                }
                _ => {}
            }
        }
    }
}

fn is_map(message: &DynamicMessage) -> bool {
    let options = message.get_field_by_name("options");
    let options = options.as_deref().and_then(Value::as_message);
    options.and_then(|options| options.get_field_by_name("map_entry")?.as_bool()).unwrap_or(false)
}

/// `file` as prost-build takes it: it asks the syntax for presence, and nothing about enumerations. `implicit` are the fields
/// without presence of a file that [`rewrite`] made proto2.
pub fn as_proto3(mut file: FileDescriptorProto, implicit: &BTreeSet<String>) -> FileDescriptorProto {
    file.syntax = Some("proto3".to_owned());
    let scope = file.package().to_owned();
    file.message_type.iter_mut().for_each(|message| give_presence(message, &scope, implicit));
    file
}

fn give_presence(message: &mut DescriptorProto, scope: &str, implicit: &BTreeSet<String>) {
    let scope = ProtobufFile::full_name(scope, message.name());
    message.nested_type.iter_mut().for_each(|nested| give_presence(nested, &scope, implicit));
    let is_map_entry = descriptor::is_map_entry(message);
    for field in message.field.iter_mut().filter(|_| !is_map_entry) {
        let is_optional = field.label() == Label::Optional && field.oneof_index.is_none();
        if is_optional
            && field.r#type() != Type::Message
            && !implicit.contains(&ProtobufFile::full_name(&scope, field.name()))
        {
            field.proto3_optional = Some(true);
        }
    }
}

/// Calls `visit` for each message in the list `name`; a message without that field has none.
fn each(message: &mut DynamicMessage, name: &str, mut visit: impl FnMut(&mut DynamicMessage)) {
    if !message.has_field_by_name(name) {
        return;
    }
    let items = message.get_field_by_name_mut(name).and_then(Value::as_list_mut);
    items.into_iter().flatten().filter_map(Value::as_message_mut).for_each(&mut visit);
}

fn number(message: &DynamicMessage, name: &str) -> i32 {
    let value = message.get_field_by_name(name);
    value.and_then(|value| value.as_enum_number().or_else(|| value.as_i32())).unwrap_or_default()
}

fn text(message: &DynamicMessage, name: &str) -> String {
    message.get_field_by_name(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
