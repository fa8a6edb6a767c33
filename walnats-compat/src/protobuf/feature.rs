//! Features of editions, and what proto2 and proto3 say instead. <https://protobuf.dev/editions/features/>

use prost_reflect::{DynamicMessage, EnumDescriptor, FileDescriptor, MessageDescriptor, ReflectMessage, Value};

use super::member::Member;
use super::{Dialect, Package};

/// A feature, by its name in `google.protobuf.FeatureSet` or in an extension of it, with the numbers of its values.
pub struct Feature {
    extension: Option<&'static str>,
    name: &'static str,
    proto2: i32,
    proto3: i32,
    editions: i32,
    edition_2024: i32,
}

pub const PRESENCE: Feature = Feature::new("field_presence", 1, 2, 1);
pub const PRESENCE_IMPLICIT: i32 = 2;
pub const ENUM_TYPE: Feature = Feature::new("enum_type", 2, 1, 1);
pub const ENUM_CLOSED: i32 = 2;
/// Versions of `descriptor.proto` disagree about the other number: what matters is whether it is [`UTF8_VERIFY`].
pub const UTF8: Feature = Feature::new("utf8_validation", 3, 2, 2);
pub const UTF8_VERIFY: i32 = 2;
pub const JSON: Feature = Feature::new("json_format", 2, 1, 1);
pub const JSON_ALLOW: i32 = 1;
pub const JAVA_UTF8: Feature = Feature { extension: Some("pb.java"), ..Feature::new("utf8_validation", 1, 1, 1) };
pub const JAVA_UTF8_VERIFY: i32 = 2;
pub const CPP_STRING: Feature =
    Feature { extension: Some("pb.cpp"), edition_2024: 1, ..Feature::new("string_type", 3, 3, 3) };

impl Feature {
    const fn new(name: &'static str, proto2: i32, proto3: i32, editions: i32) -> Self {
        Self { extension: None, name, proto2, proto3, editions, edition_2024: editions }
    }

    /// The value for a field: what it says itself, or what is around it.
    pub fn of_member(&self, member: &Member, side: &Package) -> i32 {
        self.resolve(&member.file(), side, || {
            let map = member.map().map(|map| map.options());
            (vec![Some(member.options()), map], member.scope())
        })
    }

    /// The value for a message.
    pub fn of_message(&self, message: &MessageDescriptor, side: &Package) -> i32 {
        self.resolve(&message.parent_file(), side, || (Vec::new(), Some(message.clone())))
    }

    /// The value for an enum.
    pub fn of_enum(&self, enumeration: &EnumDescriptor, side: &Package) -> i32 {
        self.resolve(&enumeration.parent_file(), side, || {
            (vec![Some(enumeration.options())], enumeration.parent_message())
        })
    }

    /// `own` has the options of an element, and the message around it; in files of editions alone it is asked for.
    fn resolve(
        &self,
        file: &FileDescriptor,
        side: &Package,
        own: impl FnOnce() -> (Vec<Option<DynamicMessage>>, Option<MessageDescriptor>),
    ) -> i32 {
        let edition = match side.dialect(file) {
            Dialect::Proto2 => return self.proto2,
            Dialect::Proto3 => return self.proto3,
            Dialect::Edition(edition) => edition,
        };
        let (own, scope) = own();
        let scopes = std::iter::successors(scope, MessageDescriptor::parent_message).map(|scope| scope.options());
        let mut options = own.into_iter().flatten().chain(scopes).chain([file.options()]);
        let default = if edition >= Package::EDITION_2024 { self.edition_2024 } else { self.editions };
        options.find_map(|options| self.written(&options)).unwrap_or(default)
    }

    fn written(&self, options: &DynamicMessage) -> Option<i32> {
        let features = features(options)?;
        match self.extension {
            None => number(&features, self.name),
            Some(extension) => {
                let extension = options.descriptor().parent_pool().get_extension_by_name(extension)?;
                if !features.has_extension(&extension) {
                    return None;
                }
                number(features.get_extension(&extension).as_message()?, self.name)
            }
        }
    }
}

fn features(options: &DynamicMessage) -> Option<DynamicMessage> {
    let features = options.has_field_by_name("features").then(|| options.get_field_by_name("features")).flatten()?;
    features.as_message().cloned()
}

fn number(message: &DynamicMessage, name: &str) -> Option<i32> {
    let value = message.has_field_by_name(name).then(|| message.get_field_by_name(name)).flatten()?;
    value.as_enum_number()
}

/// Whether anything in `file` sets a feature, which only editions can.
pub fn has_features(file: &FileDescriptor) -> bool {
    let has = |options: DynamicMessage| options.has_field_by_name("features");
    has(file.options())
        || file.extensions().any(|extension| has(extension.options()))
        || file.enums().any(|enumeration| has(enumeration.options()))
        || file.messages().any(|message| in_message(&message, &has))
}

fn in_message(message: &MessageDescriptor, has: &impl Fn(DynamicMessage) -> bool) -> bool {
    has(message.options())
        || message.fields().any(|field| has(field.options()))
        || message.oneofs().any(|oneof| has(oneof.options()))
        || message.child_extensions().any(|extension| has(extension.options()))
        || message.child_enums().any(|enumeration| has(enumeration.options()))
        || message.child_messages().any(|child| in_message(&child, has))
}

/// What an option of an element says, or its default.
pub fn option(options: &DynamicMessage, name: &str) -> Option<Value> {
    options.get_field_by_name(name).map(std::borrow::Cow::into_owned)
}
