//! Names that differ in protobuf and not in Rust. prost-build panics on some and writes code that does not compile for
//! others, so they are looked for first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::{ProtobufCardinality, ProtobufEnum, ProtobufField, ProtobufFile, ProtobufKind, ProtobufMessage};
use crate::rust::names::protobuf as name;

/// Two things of one name in Rust, or one without a name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clash {
    first: String,
    second: Option<String>,
    name: String,
    /// What is written at the place of the clash, by full name; a package is written nowhere.
    pub at: String,
    /// The first of the two, by full name.
    pub first_at: String,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.second {
            Some(second) => write!(f, "{} and {second} would both be `{}` in Rust", self.first, self.name),
            None => write!(f, "{} has neither a letter nor a digit, and so no name in Rust", self.first),
        }
    }
}

impl Clash {
    /// How to get rid of it.
    pub fn help(&self) -> &'static str {
        match self.second {
            Some(_) => "rename one of them in the `.proto` file",
            None => "rename it in the `.proto` file",
        }
    }
}

/// Everything in `files` that clashes; `events` are the messages that get a function `decode` of their own.
pub fn find<'a>(files: &[ProtobufFile], events: impl IntoIterator<Item = &'a str>) -> Vec<Clash> {
    let mut names = Names { events: events.into_iter().collect(), ..Names::default() };
    for file in files {
        let mut scope = String::new();
        for part in file.package.split('.').filter(|part| !part.is_empty()) {
            let outer = name::module(&scope);
            scope = ProtobufFile::full_name(&scope, part);
            // The module of a package and that of a message become one, so that only types in them can clash.
            let what = format!("the package `{}`", name::module(&scope).replace("::", "."));
            names.add(&format!("{outer} packages"), name::snake(part), what, "");
        }
        names.types(&scope, &file.messages, &file.enums);
    }
    names.clashes.into_iter().collect()
}

#[derive(Default)]
struct Names<'a> {
    events: BTreeSet<&'a str>,
    /// By scope and name: what has it.
    taken: BTreeMap<(String, String), (String, String)>,
    clashes: BTreeSet<Clash>,
}

impl Names<'_> {
    /// Scopes are paths of modules, with something after them that no path has where the names are not those of types.
    /// `at` is the full name of what is called so.
    fn add(&mut self, scope: &str, name: String, what: String, at: &str) {
        let at = at.to_owned();
        if name.is_empty() {
            self.clashes.insert(Clash { first: what, second: None, name, first_at: at.clone(), at });
            return;
        }
        let own = || (what.clone(), at.clone());
        let (first, first_at) = self.taken.entry((scope.to_owned(), name.clone())).or_insert_with(own).clone();
        if first != what {
            self.clashes.insert(Clash { first, second: Some(what), name, at, first_at });
        }
    }

    /// The messages and enumerations that are declared in a package or message.
    fn types(&mut self, scope: &str, messages: &[ProtobufMessage], enums: &[ProtobufEnum]) {
        let module = name::module(scope);
        for enumeration in enums {
            let full_name = ProtobufFile::full_name(scope, &enumeration.name);
            self.add(
                &module,
                name::upper_camel(&enumeration.name),
                format!("the enumeration `{full_name}`"),
                &full_name,
            );
            self.values(&full_name, enumeration);
        }
        for message in messages.iter().filter(|message| !message.is_map_entry) {
            let full_name = ProtobufFile::full_name(scope, &message.name);
            self.add(&module, name::upper_camel(&message.name), format!("the message `{full_name}`"), &full_name);
            if has_module(message) {
                let what = format!("the module of what is declared in `{full_name}`");
                self.add(&module, name::snake(&message.name), what, &full_name);
            }
            self.members(&full_name, message);
            self.types(&full_name, &message.messages, &message.enums);
        }
    }

    fn members(&mut self, full_name: &str, message: &ProtobufMessage) {
        let module = name::module(full_name);
        let fields = format!("{full_name} fields");
        let methods = format!("{full_name} methods");
        if self.events.contains(full_name) {
            self.add(&methods, "decode".to_owned(), "the function that reads the event".to_owned(), full_name);
            self.add(
                &methods,
                "decode_as".to_owned(),
                "the function that reads the event by its content type".to_owned(),
                full_name,
            );
        }
        let what = |field: &str| format!("the field `{full_name}.{field}`");
        let at = |member: &str| ProtobufFile::full_name(full_name, member);
        for field in &message.fields {
            for method in accessors(field) {
                self.add(&methods, method, what(&field.name), &at(&field.name));
            }
            self.add(&fields, name::snake(&field.name), what(&field.name), &at(&field.name));
        }
        for oneof in &message.oneofs {
            let variants = format!("{full_name}.{} variants", oneof.name);
            for field in &oneof.fields {
                self.add(&variants, name::upper_camel(&field.name), what(&field.name), &at(&field.name));
            }
            let what = format!("the oneof `{full_name}.{}`", oneof.name);
            self.add(&fields, name::snake(&oneof.name), what.clone(), &at(&oneof.name));
            self.add(&module, oneof_type(message, &oneof.name), what, &at(&oneof.name));
        }
    }

    fn values(&mut self, full_name: &str, enumeration: &ProtobufEnum) {
        for value in enumeration.names() {
            let what = format!("the value `{}` of `{full_name}`", value.name);
            let name = name::variant(&enumeration.name, &value.name);
            let at = ProtobufFile::full_name(full_name, &value.name);
            self.add(&format!("{full_name} values"), name, what, &at);
        }
    }
}

fn has_module(message: &ProtobufMessage) -> bool {
    let nested = message.messages.iter().any(|nested| !nested.is_map_entry);
    nested || !message.enums.is_empty() || !message.oneofs.is_empty()
}

/// The name of a oneof's type.
pub fn oneof_type(message: &ProtobufMessage, oneof: &str) -> String {
    let name = name::upper_camel(oneof);
    let nested = message.messages.iter().map(|nested| &nested.name);
    let mut taken = nested.chain(message.enums.iter().map(|nested| &nested.name));
    if taken.any(|other| name::upper_camel(other) == name) { format!("{name}OneOf") } else { name }
}

/// The methods that prost derives for a field: getters of what is optional or an enumeration, and ways to set the latter.
fn accessors(field: &ProtobufField) -> Vec<String> {
    let name = name::snake(&field.name);
    let plain = name.trim_start_matches("r#").to_owned();
    match (field.cardinality, &field.kind) {
        (ProtobufCardinality::List, ProtobufKind::Enum(_)) => vec![name, format!("push_{plain}")],
        (ProtobufCardinality::Map(_), ProtobufKind::Enum(_)) => vec![format!("get_{plain}"), format!("insert_{plain}")],
        (_, ProtobufKind::Enum(_)) => vec![name, format!("set_{plain}")],
        (ProtobufCardinality::Optional, ProtobufKind::Scalar(_)) => vec![name],
        _ => Vec::new(),
    }
}
