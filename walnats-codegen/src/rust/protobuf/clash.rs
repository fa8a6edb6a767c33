//! Names that differ in protobuf and not in Rust. prost-build panics on some and writes code that does not compile for
//! others, so they are looked for first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use crate::rust::names::protobuf as name;

/// Two things of one name in Rust, or one without a name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clash {
    first: String,
    second: Option<String>,
    name: String,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.second {
            Some(second) => write!(f, "{} and {second} would both be `{}` in Rust", self.first, self.name),
            None => write!(f, "{} has neither a letter nor a digit, and so no name in Rust", self.first),
        }
    }
}

/// Everything in `files` that clashes; `events` are the messages that get a function `decode` of their own.
pub fn find<'a>(files: &[FileDescriptorProto], events: impl IntoIterator<Item = &'a str>) -> Vec<Clash> {
    let mut names = Names { events: events.into_iter().collect(), ..Names::default() };
    for file in files.iter().filter(|file| file.package() != "google.protobuf") {
        let mut scope = String::new();
        names.proto2 = file.syntax() != "proto3";
        for part in file.package().split('.').filter(|part| !part.is_empty()) {
            let outer = name::module(&scope);
            scope = if scope.is_empty() { part.to_owned() } else { format!("{scope}.{part}") };
            names.add(&outer, name::snake(part), format!("the package `{}`", name::module(&scope).replace("::", ".")));
        }
        names.types(&scope, &file.message_type, &file.enum_type);
    }
    names.clashes.into_iter().collect()
}

#[derive(Default)]
struct Names<'a> {
    events: BTreeSet<&'a str>,
    /// Whether fields of the file at hand have presence unless something else is said.
    proto2: bool,
    /// By scope and name: what has it.
    taken: BTreeMap<(String, String), String>,
    clashes: BTreeSet<Clash>,
}

impl Names<'_> {
    /// Scopes are paths of modules, with something after them that no path has where the names are not those of types.
    fn add(&mut self, scope: &str, name: String, what: String) {
        if name.is_empty() {
            self.clashes.insert(Clash { first: what, second: None, name });
            return;
        }
        let first = self.taken.entry((scope.to_owned(), name.clone())).or_insert_with(|| what.clone());
        if *first != what {
            self.clashes.insert(Clash { first: first.clone(), second: Some(what), name });
        }
    }

    /// The messages and enumerations that are declared in a package or message.
    fn types(&mut self, scope: &str, messages: &[DescriptorProto], enums: &[EnumDescriptorProto]) {
        let module = name::module(scope);
        let full_name = |name: &str| if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") };
        for enumeration in enums {
            let full_name = full_name(enumeration.name());
            self.add(&module, name::upper_camel(enumeration.name()), format!("the enumeration `{full_name}`"));
            self.values(&full_name, enumeration);
        }
        for message in messages.iter().filter(|message| !message.options.as_ref().is_some_and(|o| o.map_entry())) {
            let full_name = full_name(message.name());
            self.add(&module, name::upper_camel(message.name()), format!("the message `{full_name}`"));
            if has_module(message) {
                let what = format!("the module of what is declared in `{full_name}`");
                self.add(&module, name::snake(message.name()), what);
            }
            self.members(&full_name, message);
            self.types(&full_name, &message.nested_type, &message.enum_type);
        }
    }

    fn members(&mut self, message: &str, descriptor: &DescriptorProto) {
        let module = name::module(message);
        let fields = format!("{message} fields");
        let methods = format!("{message} methods");
        if self.events.contains(message) {
            self.add(&methods, "decode".to_owned(), "the function that reads the event".to_owned());
        }
        for field in &descriptor.field {
            let what = format!("the field `{message}.{}`", field.name());
            let field_name = name::snake(field.name());
            match real_oneof(field).and_then(|index| descriptor.oneof_decl.get(usize::try_from(index).ok()?)) {
                Some(oneof) => {
                    self.add(&format!("{message}.{} variants", oneof.name()), name::upper_camel(field.name()), what);
                }
                None => {
                    for method in accessors(field, descriptor, self.proto2) {
                        self.add(&methods, method, what.clone());
                    }
                    self.add(&fields, field_name, what);
                }
            }
        }
        for (index, oneof) in descriptor.oneof_decl.iter().enumerate() {
            let is_real = descriptor.field.iter().any(|field| real_oneof(field) == i32::try_from(index).ok());
            if is_real {
                let what = format!("the oneof `{message}.{}`", oneof.name());
                self.add(&fields, name::snake(oneof.name()), what.clone());
                self.add(&module, oneof_type(descriptor, oneof.name()), what);
            }
        }
    }

    fn values(&mut self, enumeration: &str, descriptor: &EnumDescriptorProto) {
        let mut numbers = BTreeSet::new();
        // Of values with the same number, the first gets a variant.
        for value in descriptor.value.iter().filter(|value| numbers.insert(value.number())) {
            let what = format!("the value `{}` of `{enumeration}`", value.name());
            self.add(&format!("{enumeration} values"), name::variant(descriptor.name(), value.name()), what);
        }
    }
}

fn has_module(message: &DescriptorProto) -> bool {
    let nested = message.nested_type.iter().any(|nested| !nested.options.as_ref().is_some_and(|o| o.map_entry()));
    nested || !message.enum_type.is_empty() || message.field.iter().any(|field| real_oneof(field).is_some())
}

/// A field with `optional` in proto3 has a oneof by itself, which gets no type.
fn real_oneof(field: &FieldDescriptorProto) -> Option<i32> {
    field.oneof_index.filter(|_| !field.proto3_optional())
}

fn oneof_type(message: &DescriptorProto, oneof: &str) -> String {
    let name = name::upper_camel(oneof);
    let nested = message.nested_type.iter().map(|nested| nested.name());
    let taken = nested
        .chain(message.enum_type.iter().map(|nested| nested.name()))
        .any(|other| name::upper_camel(other) == name);
    if taken { format!("{name}OneOf") } else { name }
}

/// The methods that prost derives for a field: getters of what is optional or an enumeration, and ways to set the latter.
fn accessors(field: &FieldDescriptorProto, message: &DescriptorProto, proto2: bool) -> Vec<String> {
    let name = name::snake(field.name());
    let plain = name.trim_start_matches("r#").to_owned();
    let is_map_of_enums = message.nested_type.iter().any(|entry| {
        let is_entry = field.type_name().rsplit('.').next() == Some(entry.name());
        is_entry
            && entry.options.as_ref().is_some_and(|o| o.map_entry())
            && entry.field.iter().any(|f| f.r#type() == Type::Enum)
    });
    match (field.label(), field.r#type()) {
        (Label::Repeated, Type::Enum) => vec![name, format!("push_{plain}")],
        (Label::Repeated, Type::Message) if is_map_of_enums => vec![format!("get_{plain}"), format!("insert_{plain}")],
        (Label::Repeated, _) | (_, Type::Message | Type::Group) => Vec::new(),
        (_, Type::Enum) => vec![name, format!("set_{plain}")],
        (Label::Optional, _) if proto2 || field.proto3_optional() => vec![name],
        _ => Vec::new(),
    }
}
