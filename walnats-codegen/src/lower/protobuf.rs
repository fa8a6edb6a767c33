//! Protobuf files become the events they declare, and a [`ProtobufModel`] of what those reach.

mod applied;
mod compile;
mod custom;
mod descriptor;
mod edited;
mod edition;
mod externs;
mod feature;
mod inputs;
mod library;
mod mistake;
mod names;
mod option;
mod place;
mod plain;
mod prune;
mod rules;
mod sound;
mod soundness;
mod taken;
mod text;
mod token;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use heck::ToKebabCase;
use prost::Message as _;
use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use crate::diagnostic::{Diagnostic, Place, Report};
use crate::load::ProtobufSource;
use crate::lower::event::RawEvent;
use crate::lower::message_option::MessageOption;
use crate::lower::template::FieldProblem;
use crate::model::{Payload, ProtobufModel, ScalarKind};

use externs::Externs;
use inputs::Inputs;
use place::Places;

pub use library::OWN as OWN_PROTOS;
pub use sound::sound;

/// Everything that the protobuf files of a package say.
pub struct Lowered {
    /// One event for each message with the option `(walnats.event)`, by full name of the message.
    pub events: Vec<RawEvent>,
    /// The messages, for questions that come up while events are lowered.
    pub messages: Messages,
}

/// Compiles `sources`; `None` if there are none. What does not compile is reported and left out.
pub fn lower(sources: &[ProtobufSource], report: &mut Report) -> Option<Lowered> {
    if sources.is_empty() {
        return None;
    }
    let compiled = compile::compile(sources, report);
    let messages = Messages {
        pool: compiled.pool,
        implicit: compiled.implicit,
        editions: compiled.editions,
        inputs: Inputs::new(sources),
        places: Places::new(compiled.files),
    };
    let (possible, others): (Vec<_>, Vec<_>) =
        messages.pool.all_messages().filter(option::is_event).partition(can_be_event);
    for other in others {
        let message =
            format!("`{}` cannot be an event: prost has types of its own for `google.protobuf`", other.full_name());
        let found = Diagnostic::error("WN0522", messages.place(&other), message);
        report.push(found.help("declare a message that holds it, in a package of yours"));
    }
    let mut names: Vec<_> = possible.into_iter().map(full_name).collect();
    names.sort();
    let events = names.iter().filter_map(|name| messages.event(name)).collect();
    Some(Lowered { events, messages })
}

/// The files of editions among `sources`, by name, with the numbers of their editions in `google.protobuf.Edition`: compiled,
/// they are proto2 or proto3.
pub fn editions(sources: &[ProtobufSource]) -> BTreeMap<String, i32> {
    let library = library::Library::new(sources, &mut Report::default());
    library.editions().into_iter().map(|(name, edition)| (name, edition.number())).collect()
}

/// The compiled messages of a package.
pub struct Messages {
    pool: DescriptorPool,
    /// Full names of fields that have no presence, although their file is proto2 here.
    implicit: BTreeSet<String>,
    /// The files that were written in an edition.
    editions: BTreeSet<String>,
    inputs: Inputs,
    places: Places,
}

impl Messages {
    /// The messages that `roots` reach, by full names, for the back ends. `externs` are types of other crates, by names
    /// with a leading dot.
    ///
    /// Rules that cannot be compiled are reported.
    pub fn model(&self, roots: &[&str], externs: &BTreeMap<String, String>, report: &mut Report) -> ProtobufModel {
        let all: Vec<_> = self.files().collect();
        let externs = Externs::new(externs);
        let pruned = prune::prune(all.clone(), roots.iter().copied(), &externs);
        let reached = prune::reach(&pruned, roots.iter().copied());
        let wanted = |name: &str| reached.contains(&format!(".{name}"));
        let own = self.pool.file_descriptor_protos().filter(|file| file.package() != plain::GOOGLE);
        ProtobufModel {
            rules: rules::lower(self.sources(), &reached, &externs, report),
            externs: externs.of(&reached, &all),
            places: own.flat_map(|file| self.places.names(file, &wanted)).collect(),
            sources: self.inputs.needed(&self.pool, pruned.iter().map(FileDescriptorProto::name)),
            files: plain::files(&pruned, &|name| externs.covers(name)),
            descriptors: FileDescriptorSet { file: pruned }.encode_to_vec(),
        }
    }

    /// All files of the package and what they import, as an encoded `google.protobuf.FileDescriptorSet` with source info and
    /// custom options.
    pub fn descriptors(&self) -> Vec<u8> {
        self.pool.encode_to_vec()
    }

    /// What is wrong with the rules of `buf.validate` of all messages, whether events reach them or not.
    pub fn rules_report(&self) -> Report {
        let all = self.pool.all_messages().map(full_name).collect();
        let (none, mut report) = (BTreeMap::new(), Report::default());
        rules::lower(self.sources(), &all, &Externs::new(&none), &mut report);
        report
    }

    /// The full names of the types that `roots` reach, with a leading dot.
    pub fn reached(&self, roots: &[&str]) -> BTreeSet<String> {
        let all: Vec<_> = self.pool.file_descriptor_protos().cloned().collect();
        prune::reach(&all, roots.iter().copied())
    }

    /// The event that the message `full_name` (`shop.v1.OrderPlaced`) is or, where it lacks the option, would be with
    /// nothing in it. `None` if there is no such message, or it is one of Google's well-known types.
    pub fn event(&self, full_name: &str) -> Option<RawEvent> {
        let message = self.pool.get_message_by_name(full_name).filter(can_be_event)?;
        Some(RawEvent {
            name: message.name().to_kebab_case(),
            place: self.place(&message),
            payload: Payload::Protobuf(full_name.to_owned()),
            description: self.places.comment(&message),
            options: option::read(&message, &self.places),
        })
    }

    /// What an option of the message `full_name` says, whoever declares it.
    pub fn option(&self, full_name: &str, option: &str) -> MessageOption {
        let message = self.pool.get_message_by_name(full_name);
        message.map_or(MessageOption::Absent, |message| custom::read(&message, option))
    }

    /// The full names of all messages that can be events, sorted, with the paths of their files as shown.
    pub fn names(&self) -> Vec<(String, String)> {
        let messages = self.pool.all_messages().filter(can_be_event);
        let mut names: Vec<_> = messages
            .map(|message| {
                let file = self.places.shown(&message.parent_file());
                (full_name(message), file)
            })
            .collect();
        names.sort();
        names
    }

    /// What stands at the end of `path`, fields of the message `full_name` by their names in the schema.
    ///
    /// # Errors
    ///
    /// Why a template may not name it. Only what every valid message has may be named: a field without presence, which has a
    /// value even where the wire says nothing, or a `required` one, by its label or by a rule.
    pub fn scalar(&self, full_name: &str, path: &[String]) -> Result<ScalarKind, FieldProblem> {
        let mut message = self.pool.get_message_by_name(full_name);
        let mut is_checked = true;
        for (depth, name) in path.iter().enumerate() {
            let fields = message.iter().flat_map(MessageDescriptor::fields);
            let field = message.as_ref().and_then(|message| message.get_field_by_name(name)).ok_or_else(|| {
                FieldProblem::Unknown { depth, known: fields.map(|field| field.name().to_owned()).collect() }
            })?;
            let has_presence = field.supports_presence() && !self.implicit.contains(field.full_name());
            if field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic()) {
                return Err(FieldProblem::InOneof { depth });
            }
            let presence = rules::presence(&self.pool, &field);
            let is_required = is_checked && presence == rules::Presence::Required;
            if has_presence && field.cardinality() != Cardinality::Required && !is_required {
                return Err(FieldProblem::HasPresence { depth });
            }
            is_checked &= presence != rules::Presence::Unchecked;
            if depth + 1 == path.len() {
                return scalar_kind(&field).ok_or_else(|| FieldProblem::NotScalar { found: describe(&field) });
            }
            message = match field.kind() {
                Kind::Message(message) if !field.is_list() && !field.is_map() => Some(message),
                _ => return Err(FieldProblem::NotObject { depth, found: describe(&field) }),
            };
        }
        Err(FieldProblem::NotScalar { found: "a message".to_owned() })
    }

    /// The files as prost-build takes them.
    fn files(&self) -> impl Iterator<Item = FileDescriptorProto> {
        self.pool.file_descriptor_protos().cloned().map(|file| match self.editions.contains(file.name()) {
            true if file.syntax() == "proto2" => edition::as_proto3(file, &self.implicit),
            _ => file,
        })
    }

    fn sources(&self) -> rules::Sources<'_> {
        rules::Sources { pool: &self.pool, places: &self.places, implicit: &self.implicit }
    }

    fn place(&self, message: &MessageDescriptor) -> Place {
        self.places.name(message)
    }
}

/// Google's well-known types are types of prost, which a package cannot give an address; a message of its own can hold one.
fn can_be_event(message: &MessageDescriptor) -> bool {
    !message.is_map_entry() && message.package_name() != plain::GOOGLE
}

/// A leading dot before the package, and none where there is no package: `.shop.v1`.
fn scope_of(file: &FileDescriptorProto) -> String {
    match file.package() {
        "" => String::new(),
        package => format!(".{package}"),
    }
}

fn full_name(message: MessageDescriptor) -> String {
    message.full_name().to_owned()
}

fn scalar_kind(field: &FieldDescriptor) -> Option<ScalarKind> {
    match field.kind() {
        _ if field.is_list() || field.is_map() => None,
        Kind::String => Some(ScalarKind::String),
        Kind::Bool => Some(ScalarKind::Boolean),
        Kind::Enum(_) => Some(ScalarKind::Enum),
        Kind::Double | Kind::Float | Kind::Bytes | Kind::Message(_) => None,
        _ => Some(ScalarKind::Integer),
    }
}

fn describe(field: &FieldDescriptor) -> String {
    let found = match field.kind() {
        _ if field.is_map() => "a map",
        _ if field.is_list() => "a list",
        Kind::String => "a string",
        Kind::Bool => "a boolean",
        Kind::Double | Kind::Float => "a floating point number",
        Kind::Bytes => "a sequence of bytes",
        Kind::Message(_) => "a message",
        Kind::Enum(_) => "an enumeration",
        _ => "an integer",
    };
    found.to_owned()
}
