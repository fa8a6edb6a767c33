//! Protobuf's JSON mapping of the messages that are published as JSON. The runtime knows what kinds of values look like; here
//! is said which fields a message has, and of which kind each is.

mod field;
mod reach;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Report};
use crate::model::{
    Event, Payload, ProtobufEncoding, ProtobufEnum, ProtobufFile, ProtobufMessage, ProtobufModel, ProtobufValue,
};
use crate::rust::code::literal;
use crate::rust::names::protobuf as name;
use crate::rust::template::{ProtobufJsonEnumTemplate, ProtobufJsonTemplate, render};

use field::Fields;
use reach::Reach;

/// The code of the mapping.
#[derive(Default)]
pub struct Mapping {
    /// By the path of the module of a package.
    packages: BTreeMap<String, String>,
    /// For the module of all packages.
    root: String,
}

impl Mapping {
    /// The code for the module of a package.
    pub fn of(&self, module: &str) -> &str {
        self.packages.get(module).map_or("", String::as_str)
    }

    /// The code for the module of all packages.
    pub fn root(&self) -> &str {
        &self.root
    }
}

/// The mapping of everything that those of `events` reach which are published as JSON; nothing without such events.
pub fn mapping(protobuf: &ProtobufModel, events: &[Event], report: &mut Report) -> Mapping {
    let roots: Vec<(&Event, &str)> = events.iter().filter_map(root).collect();
    if roots.is_empty() {
        return Mapping::default();
    }
    let mut reach = Reach::new(protobuf);
    for (event, root) in &roots {
        if let Some((field, found)) = reach.add(root) {
            let text = format!("`{}` is published as JSON, and walnats has no JSON mapping of `{found}`", event.name);
            let help = format!("`{field}` is of that type: set `encoding` to `binary`, or make it `bytes`");
            report.push(Diagnostic::error("WN0573", event.place.clone(), text).help(help));
        }
    }
    let holds_any = reach.holds_any();
    let unmappable = if holds_any { reach.unmappable() } else { BTreeSet::new() };
    let mut code: BTreeMap<&str, String> = BTreeMap::new();
    let mut types = Vec::new();
    for file in &protobuf.files {
        let mut writer =
            Code { protobuf, file, reach: &reach, unmappable: &unmappable, text: String::new(), types: &mut types };
        // An `Any` may hold whatever there is and has a mapping.
        writer.scope("", &file.messages, &file.enums, holds_any);
        *code.entry(&file.package).or_default() += &writer.text;
    }
    let packages = code.into_iter().filter(|(_, text)| !text.is_empty()).map(|(package, text)| {
        let import = "use ::walnats_runtime::private::protobuf_json as __json;\n";
        (name::module(package), format!("\nconst _: () = {{\n{import}{text}}};\n"))
    });
    let any_type = |path: &String| format!("AnyType::of::<self::{path}>(),\n");
    let types = match types.iter().filter(|_| holds_any).map(any_type).collect::<String>() {
        types if types.is_empty() => "&[]".to_owned(),
        types => format!("{{\nuse ::walnats_runtime::private::protobuf_json::AnyType;\n&[\n{types}]\n}}"),
    };
    Mapping {
        packages: packages.collect(),
        root: format!(
            "\n/// The messages that a `google.protobuf.Any` may hold in JSON.\n\
             pub(super) static MESSAGES: ::walnats_runtime::private::protobuf_json::Types = {types};\n"
        ),
    }
}

fn root(event: &Event) -> Option<(&Event, &str)> {
    match (&event.payload, event.protobuf_encoding) {
        (Payload::Protobuf(message), ProtobufEncoding::Json(_)) => Some((event, message)),
        _ => None,
    }
}

/// The code for the types of a file.
struct Code<'a, 'p> {
    protobuf: &'p ProtobufModel,
    file: &'p ProtobufFile,
    reach: &'a Reach<'p>,
    unmappable: &'a BTreeSet<String>,
    text: String,
    /// The paths of all messages, from the module of all packages.
    types: &'a mut Vec<String>,
}

impl<'p> Code<'_, 'p> {
    /// What is declared in `scope`, a message's name without the package.
    fn scope(&mut self, scope: &str, messages: &'p [ProtobufMessage], enums: &'p [ProtobufEnum], all: bool) {
        for enumeration in enums {
            let local = ProtobufFile::full_name(scope, &enumeration.name);
            let full_name = ProtobufFile::full_name(&self.file.package, &local);
            if all || self.reach.has(&full_name) {
                self.enumeration(&local, &full_name, enumeration);
            }
        }
        for message in messages.iter().filter(|message| !message.is_map_entry) {
            let local = ProtobufFile::full_name(scope, &message.name);
            let full_name = ProtobufFile::full_name(&self.file.package, &local);
            let is_mappable = !self.unmappable.contains(&full_name);
            if self.reach.has(&full_name) || (all && is_mappable) {
                self.message(&local, &full_name, message);
            }
            self.scope(&local, &message.messages, &message.enums, all);
        }
    }

    fn message(&mut self, local: &str, full_name: &str, message: &'p ProtobufMessage) {
        let fields = Fields::new(self.protobuf, &self.file.package, local, message);
        self.text += &render(&ProtobufJsonTemplate {
            path: name::path(local),
            name: literal(full_name),
            json_names: fields.json_names(),
            other_names: fields.other_names(),
            required: fields.required(),
            writes: fields.writes(),
            reads: fields.reads(),
        });
        self.types.push(name::path(full_name));
    }

    fn enumeration(&mut self, local: &str, full_name: &str, enumeration: &ProtobufEnum) {
        let named = |value: &ProtobufValue| format!("({}, {})", literal(&value.name), value.number);
        let names: Vec<String> = enumeration.names().map(named).collect();
        let aliases: Vec<String> =
            enumeration.values.iter().map(named).filter(|value| !names.contains(value)).collect();
        self.text += &render(&ProtobufJsonEnumTemplate {
            path: name::path(local),
            name: literal(full_name),
            names: names.join(", "),
            aliases: aliases.join(", "),
        });
    }
}
