//! `buf.validate`: which rules the messages have, with their expressions compiled.
//!
//! The standard rules are expressions themselves, in the options of `buf/validate/validate.proto`: with a rule's value put in,
//! they are compiled as those that a package writes.

mod conflict;
mod declarations;
mod expression;
mod field;
mod lengths;
mod message;
mod site;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, MessageDescriptor, Value};

use super::externs::Externs;
use super::place::Places;
use super::plain;
use crate::diagnostic::{Diagnostic, Report};
use crate::model::{MessageChecks, ProtobufCardinality, ProtobufMember, ProtobufRules, ValueChecks};

use declarations::constant;

/// Messages, and what their descriptors do not say.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// All messages.
    pub pool: &'a DescriptorPool,
    /// Where they are written.
    pub places: &'a Places,
    /// Fields without presence whose descriptors say otherwise, by full names.
    pub implicit: &'a BTreeSet<String>,
}

/// The rules of the messages `reached`, by full names with a leading dot.
pub fn lower(
    sources: Sources<'_>,
    reached: &BTreeSet<String>,
    externs: &Externs<'_>,
    report: &mut Report,
) -> ProtobufRules {
    let Sources { pool, places, implicit } = sources;
    let Some(options) = Options::of(pool) else { return ProtobufRules::default() };
    let names = reached.iter().map(|name| name.trim_start_matches('.'));
    let messages = names.filter_map(|name| pool.get_message_by_name(name)).filter(|message| !message.is_map_entry());
    let messages: Vec<MessageDescriptor> = messages.collect();
    let is_own = |message: &MessageDescriptor| {
        message.package_name() != plain::GOOGLE && !externs.covers(&format!(".{}", message.full_name()))
    };
    let is_of_another_crate =
        |message: &&MessageDescriptor| message.package_name() != plain::GOOGLE && !is_own(message);
    for message in messages.iter().filter(is_of_another_crate).filter(|message| options.concern(message)) {
        let text = format!("the rules of `{}` are not checked: its type is that of another crate", message.full_name());
        let found = Diagnostic::warning("WN0556", places.name(message), text);
        report.push(found.help("check it where the type comes from; or leave it out of `extern` in `[codegen]`"));
    }
    let mut lowering = Lowering { pool, places, options, report };
    let mut checks = BTreeMap::new();
    for message in messages.iter().filter(|message| is_own(message)) {
        let lowered = message::lower(&mut lowering, message);
        checks.insert(message.full_name().to_owned(), lowered);
    }
    leave_what_is_checked(&mut checks);
    let members = if checks.is_empty() {
        BTreeMap::new()
    } else {
        // What other crates have cannot be looked into.
        let known = messages.iter().filter(|message| is_own(message) || message.package_name() == plain::GOOGLE);
        known.map(|message| (message.full_name().to_owned(), members(message, implicit))).collect()
    };
    ProtobufRules { checks, members }
}

/// Whether rules are checked of what `field` holds, and whether one of them is that messages have the field.
pub fn presence(pool: &DescriptorPool, field: &FieldDescriptor) -> Presence {
    let rules = Options::of(pool).and_then(|options| option(&field.options(), &options.field));
    match rules {
        Some(rules) if field::is_ignored(&rules) => Presence::Unchecked,
        Some(rules) if flag(&rules, "required") => Presence::Required,
        _ => Presence::Optional,
    }
}

/// What rules say about the presence of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Valid messages have it.
    Required,
    /// Valid messages may lack it.
    Optional,
    /// So they may, and of what it holds nothing is checked.
    Unchecked,
}

/// What all parts of this pass need.
struct Lowering<'a> {
    pool: &'a DescriptorPool,
    places: &'a Places,
    options: Options,
    report: &'a mut Report,
}

/// The extensions of `buf/validate/validate.proto`.
struct Options {
    message: ExtensionDescriptor,
    oneof: ExtensionDescriptor,
    field: ExtensionDescriptor,
    predefined: ExtensionDescriptor,
}

impl Options {
    /// `None` where no file imports it.
    fn of(pool: &DescriptorPool) -> Option<Self> {
        let extension = |name: &str| pool.get_extension_by_name(&format!("buf.validate.{name}"));
        Some(Self {
            message: extension("message")?,
            oneof: extension("oneof")?,
            field: extension("field")?,
            predefined: extension("predefined")?,
        })
    }

    /// Whether a message has rules of its own.
    fn concern(&self, message: &MessageDescriptor) -> bool {
        message.options().has_extension(&self.message)
            || message.oneofs().any(|oneof| oneof.options().has_extension(&self.oneof))
            || message.fields().any(|field| field.options().has_extension(&self.field))
    }
}

/// The message that an option is set to.
fn option(options: &DynamicMessage, extension: &ExtensionDescriptor) -> Option<DynamicMessage> {
    options.has_extension(extension).then(|| options.get_extension(extension).as_message().cloned()).flatten()
}

/// A field of an option that is set.
fn set(message: &DynamicMessage, field: &str) -> Option<Value> {
    if message.has_field_by_name(field) {
        message.get_field_by_name(field).map(|value| value.into_owned())
    } else {
        None
    }
}

fn flag(message: &DynamicMessage, field: &str) -> bool {
    set(message, field).and_then(|value| value.as_bool()).unwrap_or_default()
}

fn list(message: &DynamicMessage, field: &str) -> Vec<Value> {
    match set(message, field) {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    }
}

fn texts(message: &DynamicMessage, field: &str) -> Vec<String> {
    list(message, field).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Leaves out the messages of which nothing is checked, neither of themselves nor of what they hold.
fn leave_what_is_checked(checks: &mut BTreeMap<String, MessageChecks>) {
    let mut checked: BTreeSet<String> = BTreeSet::new();
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut waiting = Vec::new();
    for (name, message) in checks.iter() {
        let mut held = Vec::new();
        let mut own = !message.rules.is_empty() || !message.groups.is_empty() || !message.required_oneofs.is_empty();
        for field in &message.fields {
            own |= field.is_required | has_own(&field.value, &mut held);
        }
        for inner in held {
            holders.entry(inner).or_default().push(name.clone());
        }
        if own {
            waiting.push(name.clone());
        }
    }
    while let Some(name) = waiting.pop() {
        if checked.insert(name.clone()) {
            waiting.extend(holders.get(&name).into_iter().flatten().cloned());
        }
    }
    checks.retain(|name, _| checked.contains(name));
    for message in checks.values_mut() {
        message.fields.iter_mut().for_each(|field| leave(&mut field.value, &checked));
        message.fields.retain(|field| field.is_required || !field.value.is_empty());
    }
}

/// Whether a value is checked otherwise than as the messages that it holds are.
fn has_own(value: &ValueChecks, held: &mut Vec<String>) -> bool {
    held.extend(value.message.clone());
    let mut own = !value.rules.is_empty() || value.numbers.is_some() || !value.type_urls.is_empty();
    for nested in [&value.items, &value.keys, &value.values].into_iter().flatten() {
        own |= has_own(&nested.value, held);
    }
    own
}

fn leave(value: &mut ValueChecks, checked: &BTreeSet<String>) {
    value.message = value.message.take().filter(|message| checked.contains(message));
    for nested in [&mut value.items, &mut value.keys, &mut value.values] {
        if let Some(inner) = nested {
            leave(&mut inner.value, checked);
        }
        *nested = nested.take().filter(|inner| !inner.value.is_empty());
    }
}

fn members(message: &MessageDescriptor, implicit: &BTreeSet<String>) -> Vec<ProtobufMember> {
    let is_proto2 = message.parent_file().file_descriptor_proto().syntax() != "proto3";
    let members = message.fields().map(|field| {
        let plain = plain::field(field.field_descriptor_proto(), message.descriptor_proto(), is_proto2);
        let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
        let has_default = field.field_descriptor_proto().default_value.is_some();
        ProtobufMember {
            name: plain.name,
            cardinality: match oneof {
                Some(_) => ProtobufCardinality::Optional,
                None if implicit.contains(field.full_name()) => ProtobufCardinality::One,
                None => plain.cardinality,
            },
            kind: plain.kind,
            oneof: oneof.map(|oneof| oneof.name().to_owned()),
            default: if has_default { constant(&field.default_value(), &field.kind()) } else { None },
        }
    });
    members.collect()
}
