//! Fields and extensions, which rules treat alike.

use prost_reflect::{
    Cardinality, DynamicMessage, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, FileDescriptor, Kind,
    MessageDescriptor, Value,
};

use super::place::Location;

// Numbers of fields of `google.protobuf.FieldDescriptorProto`.
pub const NAME: i32 = 1;
pub const TYPE: i32 = 5;
pub const TYPE_NAME: i32 = 6;
pub const DEFAULT: i32 = 7;
pub const OPTIONS: i32 = 8;
pub const JSON_NAME: i32 = 10;

/// A field of a message, or an extension.
#[derive(Clone, Debug)]
pub enum Member {
    Field(FieldDescriptor),
    Extension(ExtensionDescriptor),
}

/// Calls the method of the same name of either kind of descriptor.
macro_rules! either {
    ($self:ident, $member:ident => $call:expr) => {
        match $self {
            Member::Field($member) => $call,
            Member::Extension($member) => $call,
        }
    };
}

impl Member {
    pub fn name(&self) -> &str {
        either!(self, member => member.name())
    }

    pub fn full_name(&self) -> &str {
        either!(self, member => member.full_name())
    }

    pub fn json_name(&self) -> &str {
        either!(self, member => member.json_name())
    }

    pub fn number(&self) -> u32 {
        either!(self, member => member.number())
    }

    pub fn kind(&self) -> Kind {
        either!(self, member => member.kind())
    }

    pub fn is_group(&self) -> bool {
        either!(self, member => member.is_group())
    }

    pub fn is_map(&self) -> bool {
        either!(self, member => member.is_map())
    }

    pub fn is_list(&self) -> bool {
        either!(self, member => member.is_list())
    }

    pub fn cardinality(&self) -> Cardinality {
        either!(self, member => member.cardinality())
    }

    pub fn supports_presence(&self) -> bool {
        either!(self, member => member.supports_presence())
    }

    pub fn default_value(&self) -> Value {
        either!(self, member => member.default_value())
    }

    pub fn options(&self) -> DynamicMessage {
        either!(self, member => member.options())
    }

    pub fn file(&self) -> FileDescriptor {
        either!(self, member => member.parent_file())
    }

    pub fn path(&self) -> &[i32] {
        either!(self, member => member.path())
    }

    /// The message that has the field, or that the extension extends.
    pub fn message(&self) -> MessageDescriptor {
        match self {
            Self::Field(field) => field.parent_message().clone(),
            Self::Extension(extension) => extension.containing_message(),
        }
    }

    /// The message in which it is written, if any.
    pub fn scope(&self) -> Option<MessageDescriptor> {
        match self {
            Self::Field(field) => Some(field.parent_message().clone()),
            Self::Extension(extension) => extension.parent_message(),
        }
    }

    pub fn as_field(&self) -> Option<&FieldDescriptor> {
        match self {
            Self::Field(field) => Some(field),
            Self::Extension(_) => None,
        }
    }

    /// The map, if this is the key or the value of one.
    pub fn map(&self) -> Option<FieldDescriptor> {
        let entry = self.scope().filter(MessageDescriptor::is_map_entry)?;
        let maps = entry.parent_message()?;
        maps.fields().find(|field| field.kind().as_message() == Some(&entry))
    }

    /// Where it stands, as a whole.
    pub fn location(&self) -> Location {
        self.part(&[])
    }

    /// Where the first of `tails` stands, paths below its descriptor; as a whole if none does. The key and the value of a map
    /// stand nowhere: it is where the type of the map is.
    pub fn part(&self, tails: &[&[i32]]) -> Location {
        match self.map() {
            Some(map) => Location::of_first(&map.parent_file(), map.path(), &[&[TYPE_NAME]]),
            None => Location::of_first(&self.file(), self.path(), tails),
        }
    }

    /// Where its type stands.
    pub fn type_location(&self) -> Location {
        let tail = if self.type_name().is_some() { TYPE_NAME } else { TYPE };
        self.part(&[&[tail]])
    }

    /// The full name of the message or enum that is its type.
    pub fn type_name(&self) -> Option<String> {
        match self.kind() {
            Kind::Message(message) => Some(message.full_name().to_owned()),
            Kind::Enum(enumeration) => Some(enumeration.full_name().to_owned()),
            _ => None,
        }
    }

    pub fn as_enum(&self) -> Option<EnumDescriptor> {
        self.kind().as_enum().cloned()
    }

    /// What its type is, as the wire sees it: `message` for every message, `group` for delimited ones.
    pub fn type_word(&self) -> &'static str {
        match self.kind() {
            Kind::Double => "double",
            Kind::Float => "float",
            Kind::Int32 => "int32",
            Kind::Int64 => "int64",
            Kind::Uint32 => "uint32",
            Kind::Uint64 => "uint64",
            Kind::Sint32 => "sint32",
            Kind::Sint64 => "sint64",
            Kind::Fixed32 => "fixed32",
            Kind::Fixed64 => "fixed64",
            Kind::Sfixed32 => "sfixed32",
            Kind::Sfixed64 => "sfixed64",
            Kind::Bool => "bool",
            Kind::String => "string",
            Kind::Bytes => "bytes",
            Kind::Message(_) if self.is_group() => "group",
            Kind::Message(_) => "message",
            Kind::Enum(_) => "enum",
        }
    }

    /// Its type, for people: `int32`, or the full name of a message or enum.
    pub fn type_text(&self) -> String {
        self.type_name().unwrap_or_else(|| self.type_word().to_owned())
    }

    /// As messages name it: "field `note` (3) of `shop.Order`".
    pub fn described(&self) -> String {
        let of = self.message();
        match self {
            Self::Field(_) => format!("field `{}` ({}) of `{}`", self.name(), self.number(), of.full_name()),
            Self::Extension(_) => {
                format!("extension `{}` ({}) of `{}`", self.full_name(), self.number(), of.full_name())
            }
        }
    }
}
