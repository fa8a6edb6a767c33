//! Rewrites descriptors of editions into what they say in proto3 or proto2, the syntaxes that prost knows.
//!
//! An edition spells with features what a syntax implies: whether a field has presence, is packed, is a group.
//! <https://protobuf.dev/editions/features/> has the features and their defaults.

use prost_reflect::{DynamicMessage, Value};

/// Numbers of `google.protobuf.Edition` whose features are those that [`Features`] knows.
const KNOWN: [i32; 2] = [1000, 1001];

// Numbers of `google.protobuf.FeatureSet` and `google.protobuf.FieldDescriptorProto`.
const EXPLICIT: i32 = 1;
const LEGACY_REQUIRED: i32 = 3;
const PACKED: i32 = 1;
const LENGTH_PREFIXED: i32 = 1;
const DELIMITED: i32 = 2;
const LABEL_REQUIRED: i32 = 2;
const LABEL_REPEATED: i32 = 3;
const TYPE_STRING: i32 = 9;
const TYPE_GROUP: i32 = 10;
const TYPE_MESSAGE: i32 = 11;
const TYPE_BYTES: i32 = 12;

/// Rewrites `file`, a `google.protobuf.FileDescriptorProto`, if it is written in an edition.
///
/// # Errors
///
/// The edition's number, if it is a later one than is known here.
pub fn rewrite(file: &mut DynamicMessage) -> Result<(), i32> {
    if text(file, "syntax") != "editions" {
        return Ok(());
    }
    let edition = number(file, "edition");
    if !KNOWN.contains(&edition) {
        return Err(edition);
    }
    file.clear_field_by_name("edition");
    // The first value of an enumeration of proto3 is 0; one that was made from proto2 may begin elsewhere.
    let target = if begins_elsewhere(file) { Target::Proto2 } else { Target::Proto3 };
    file.set_field_by_name("syntax", Value::String(target.syntax().to_owned()));
    let features = Features::DEFAULT.overridden_by(file);
    each(file, "message_type", |message| rewrite_message(message, features, target));
    each(file, "extension", |extension| rewrite_field(extension, features.overridden_by(extension), target));
    Ok(())
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
}

impl Features {
    const DEFAULT: Self = Self { presence: EXPLICIT, repeated: PACKED, encoding: LENGTH_PREFIXED };

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
        }
    }
}

fn rewrite_message(message: &mut DynamicMessage, inherited: Features, target: Target) {
    let features = inherited.overridden_by(message);
    let mut maps = Vec::new();
    each(message, "nested_type", |nested| {
        if is_map_entry(nested) {
            maps.push(text(nested, "name"));
        } else {
            rewrite_message(nested, features, target);
        }
    });
    each(message, "extension", |extension| rewrite_field(extension, features.overridden_by(extension), target));
    each(message, "field", |field| {
        let type_name = text(field, "type_name");
        let is_map = number(field, "label") == LABEL_REPEATED
            && maps.iter().any(|entry| type_name.rsplit('.').next() == Some(entry.as_str()));
        if !is_map {
            rewrite_field(field, features.overridden_by(field), target);
        }
    });
}

fn rewrite_field(field: &mut DynamicMessage, features: Features, target: Target) {
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
    } else if target == Target::Proto3
        && features.presence == EXPLICIT
        && kind != TYPE_MESSAGE
        && !field.has_field_by_name("oneof_index")
    {
        field.set_field_by_name("proto3_optional", Value::Bool(true));
    }
}

fn is_map_entry(message: &DynamicMessage) -> bool {
    let options = message.get_field_by_name("options");
    let options = options.as_deref().and_then(Value::as_message);
    options.and_then(|options| options.get_field_by_name("map_entry")?.as_bool()).unwrap_or(false)
}

fn begins_elsewhere(scope: &mut DynamicMessage) -> bool {
    let mut found = false;
    each(scope, "enum_type", |enumeration| {
        let mut numbers = Vec::new();
        each(enumeration, "value", |value| numbers.push(number(value, "number")));
        found |= numbers.first().is_some_and(|first| *first != 0);
    });
    for messages in ["message_type", "nested_type"] {
        each(scope, messages, |message| found |= begins_elsewhere(message));
    }
    found
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
