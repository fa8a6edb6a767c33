//! The fields of a message: statements that write them, and expressions that read them.

use crate::model::{
    ProtobufCardinality, ProtobufField, ProtobufKind, ProtobufMessage, ProtobufModel, ProtobufOneof, ProtobufScalar,
};
use crate::rust::code::literal;
use crate::rust::names::protobuf as name;
use crate::rust::protobuf::clash::oneof_type;

/// Where Google's types are in Rust.
const GOOGLE: &str = "::walnats_runtime::private::prost_types";

/// The fields of a message in the order of their numbers, as other libraries write them.
pub struct Fields<'p> {
    protobuf: &'p ProtobufModel,
    package: &'p str,
    /// The message's name without its package.
    message_name: String,
    message: &'p ProtobufMessage,
    fields: Vec<(&'p ProtobufField, Option<&'p ProtobufOneof>)>,
}

impl<'p> Fields<'p> {
    /// Of the message that is called `message_name` within `package`.
    pub fn new(
        protobuf: &'p ProtobufModel,
        package: &'p str,
        message_name: &str,
        message: &'p ProtobufMessage,
    ) -> Self {
        let own = message.fields.iter().map(|field| (field, None));
        let of_oneofs =
            message.oneofs.iter().flat_map(|oneof| oneof.fields.iter().map(move |field| (field, Some(oneof))));
        let mut fields: Vec<_> = own.chain(of_oneofs).collect();
        fields.sort_by_key(|(field, _)| field.number);
        Self { protobuf, package, message_name: message_name.to_owned(), message, fields }
    }

    /// The name of each field in JSON, as literals.
    pub fn json_names(&self) -> String {
        self.fields.iter().map(|(field, _)| literal(&field.json_name)).collect::<Vec<_>>().join(", ")
    }

    /// The names in the `.proto` file that differ from those in JSON, with their positions.
    pub fn other_names(&self) -> String {
        let others = self.fields.iter().enumerate().filter(|(_, (field, _))| field.name != field.json_name);
        others.map(|(at, (field, _))| format!("({}, {at})", literal(&field.name))).collect::<Vec<_>>().join(", ")
    }

    /// The positions of those that every message has.
    pub fn required(&self) -> String {
        let is_required = |field: &ProtobufField| field.cardinality == ProtobufCardinality::Required;
        let required = self.fields.iter().enumerate().filter(|(_, (field, _))| is_required(field));
        required.map(|(position, _)| position.to_string()).collect::<Vec<_>>().join(", ")
    }

    /// A statement for each field, and one for each run of fields of a oneof.
    pub fn writes(&self) -> Vec<String> {
        let is_same = |a: &Option<&ProtobufOneof>, b: &Option<&ProtobufOneof>| match (a, b) {
            (Some(a), Some(b)) => a.name == b.name,
            _ => false,
        };
        let runs = self.fields.chunk_by(|(_, a), (_, b)| is_same(a, b));
        let statements = runs.filter_map(|run| match run.first()? {
            (field, None) => Some(self.write(field)),
            (_, Some(oneof)) => {
                let arms: String = run.iter().map(|(field, _)| self.write_variant(field, oneof)).collect();
                Some(format!("match &self.{} {{ {arms} _ => {{}} }}", name::snake(&oneof.name)))
            }
        });
        statements.collect()
    }

    /// An expression for each field.
    pub fn reads(&self) -> Vec<String> {
        let reads = self.fields.iter().map(|(field, oneof)| {
            let kind = self.kind(&field.kind);
            let Some(oneof) = oneof else {
                let (method, kinds) = method(field, &kind);
                return format!("reader.{method}::<{kinds}>(&mut self.{})", name::snake(&field.name));
            };
            let (text, ident) = (literal(&oneof.name), name::snake(&oneof.name));
            format!("reader.variant::<{kind}, _, _>({text}, &mut self.{ident}, {})", self.variant(field, oneof))
        });
        reads.collect()
    }

    fn write(&self, field: &ProtobufField) -> String {
        let (method, kinds) = method(field, &self.kind(&field.kind));
        format!("writer.{method}::<{kinds}>({}, &self.{});", before_value(field), name::snake(&field.name))
    }

    fn write_variant(&self, field: &ProtobufField, oneof: &ProtobufOneof) -> String {
        let (variant, kind) = (self.variant(field, oneof), self.kind(&field.kind));
        format!("Some({variant}(value)) => writer.required::<{kind}, _>({}, value),", before_value(field))
    }

    /// The path of a variant, seen from the module of the package.
    fn variant(&self, field: &ProtobufField, oneof: &ProtobufOneof) -> String {
        let oneof_type = oneof_type(self.message, &oneof.name);
        format!("{}::{oneof_type}::{}", name::module(&self.message_name), name::upper_camel(&field.name))
    }

    /// The runtime's type for a kind of values.
    fn kind(&self, kind: &ProtobufKind) -> String {
        match kind {
            ProtobufKind::Scalar(scalar) => scalar_kind(*scalar).to_owned(),
            ProtobufKind::Enum(full_name) => format!("__json::Enum<{}>", self.enum_path(full_name)),
            ProtobufKind::Message(full_name) => {
                ProtobufScalar::of_wrapper(full_name).map_or("__json::Msg", scalar_kind).to_owned()
            }
        }
    }

    /// The path of an enumeration, seen from the module of the package.
    fn enum_path(&self, full_name: &str) -> String {
        if let Some(of_other_crate) = self.protobuf.externs.get(&format!(".{full_name}")) {
            return name::of_other_crate(of_other_crate);
        }
        if let Some(google) = full_name.strip_prefix("google.protobuf.") {
            return format!("{GOOGLE}::{}", name::path(google));
        }
        // The module of a package that begins like this one is inside of this one's.
        if let Some(local) = full_name.strip_prefix(self.package).and_then(|rest| rest.strip_prefix('.')) {
            return format!("self::{}", name::path(local));
        }
        let depth = self.package.split('.').filter(|part| !part.is_empty()).count();
        format!("self::{}{}", "super::".repeat(depth), name::path(full_name))
    }
}

/// What stands before a field's value, as a literal: `,"orderId":`.
fn before_value(field: &ProtobufField) -> String {
    literal(&format!(",{}:", json_string(&field.json_name)))
}

/// A string of JSON.
fn json_string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// The runtime's method for the cardinality of a field, and the kinds that it wants to know.
fn method(field: &ProtobufField, kind: &str) -> (&'static str, String) {
    match field.cardinality {
        ProtobufCardinality::One => ("one", format!("{kind}, _")),
        ProtobufCardinality::Required => ("required", format!("{kind}, _")),
        ProtobufCardinality::Optional => ("optional", format!("{kind}, _")),
        ProtobufCardinality::List => ("list", format!("{kind}, _")),
        ProtobufCardinality::Map(key) => ("map", format!("{}, {kind}, _, _", scalar_kind(key))),
    }
}

fn scalar_kind(scalar: ProtobufScalar) -> &'static str {
    match scalar {
        ProtobufScalar::Double => "__json::Double",
        ProtobufScalar::Float => "__json::Float",
        ProtobufScalar::Int32 | ProtobufScalar::Sint32 | ProtobufScalar::Sfixed32 => "__json::Int32",
        ProtobufScalar::Int64 | ProtobufScalar::Sint64 | ProtobufScalar::Sfixed64 => "__json::Int64",
        ProtobufScalar::Uint32 | ProtobufScalar::Fixed32 => "__json::Uint32",
        ProtobufScalar::Uint64 | ProtobufScalar::Fixed64 => "__json::Uint64",
        ProtobufScalar::Bool => "__json::Bool",
        ProtobufScalar::String => "__json::Text",
        ProtobufScalar::Bytes => "__json::Bytes",
    }
}
