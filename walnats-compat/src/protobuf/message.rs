//! Messages: their fields as a whole, oneofs, options.

use prost_reflect::{FieldDescriptor, MessageDescriptor, OneofDescriptor};

use super::feature::{JSON, JSON_ALLOW, option};
use super::member::Member;
use super::pair::{Found, Pair};
use super::place::{Location, span};
use super::rule::{ALL, CODE, Category, Check, JSON as JSON_RULE, Rule};
use super::witness::{Encoding, Probe};

// Numbers of fields of `google.protobuf.DescriptorProto` and `google.protobuf.MessageOptions`.
const OPTIONS: i32 = 7;
const NO_STANDARD_DESCRIPTOR_ACCESSOR: i32 = 2;
const FEATURES: i32 = 12;
const JSON_FORMAT: i32 = 6;

const WIRE: &[Category] = &[Category::WireJson, Category::Wire];

pub const RULES: &[Rule] = &[
    Rule::new("FIELD_NO_DELETE", CODE, Check::Message(fields_deleted))
        .says("a field was deleted", "keep the field, with `deprecated = true`"),
    Rule::new(
        "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
        &[Category::WireJson],
        Check::Message(fields_without_reserved_name),
    )
    .says("a field was deleted, and its name can be used again", "reserve the name: `reserved \"...\";`"),
    Rule::new("FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", WIRE, Check::Message(fields_without_reserved_number))
        .says("a field was deleted, and its number can be used again", "reserve the number: `reserved ...;`"),
    Rule::new("MESSAGE_SAME_REQUIRED_FIELDS", ALL, Check::Message(required_fields))
        .says("a required field was added or deleted", "make it `optional`, and check it in code"),
    Rule::new("MESSAGE_SAME_JSON_FORMAT", JSON_RULE, Check::Message(json_format))
        .says("a message may no longer have a JSON form", "keep `features.json_format = ALLOW`"),
    Rule::new("MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR", CODE, Check::Message(descriptor_accessor))
        .says("an accessor of generated code was removed", "remove the option `no_standard_descriptor_accessor`"),
    Rule::new("ONEOF_NO_DELETE", CODE, Check::Message(oneofs_deleted))
        .says("a oneof was deleted", "keep the oneof, and mark its fields as deprecated"),
];

fn fields_deleted(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    deleted(messages).map(|field| gone(messages, &field, "")).collect()
}

fn fields_without_reserved_name(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let unreserved = deleted(messages).filter(|field| messages.new.reserved_names().all(|name| name != field.name()));
    unreserved.map(|field| gone(messages, &field, " without reserving its name")).collect()
}

fn fields_without_reserved_number(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let unreserved =
        deleted(messages).filter(|field| !messages.new.reserved_ranges().any(|range| range.contains(&field.number())));
    unreserved.map(|field| gone(messages, &field, " without reserving its number")).collect()
}

fn deleted<'p>(messages: &'p Pair<'_, MessageDescriptor>) -> impl Iterator<Item = FieldDescriptor> + 'p {
    messages.old.fields().filter(|field| messages.new.get_field(field.number()).is_none())
}

fn gone(messages: &Pair<'_, MessageDescriptor>, field: &FieldDescriptor, how: &str) -> Found {
    let message =
        format!("field `{}` ({}) was deleted from `{}`{how}", field.name(), field.number(), messages.new.full_name());
    Found::new(field.full_name(), message).at(place(&messages.old), place(&messages.new)).probed(Probe::field(
        &messages.old,
        &messages.new,
        field.number(),
        &[Encoding::Binary, Encoding::Json],
    ))
}

fn required_fields(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let (old, new) = (&messages.old, &messages.new);
    let required =
        |message: &MessageDescriptor, number| message.get_field(number).is_some_and(|field| field.is_required());
    let probe = |number| Probe::field(old, new, number, &[Encoding::Binary]);
    let deleted = old.fields().filter(|field| field.is_required() && !required(new, field.number())).map(|field| {
        let message =
            format!("`{}` no longer has the required field `{}` ({})", new.full_name(), field.name(), field.number());
        Found::new(field.full_name(), message).at(place(old), place(new)).probed(probe(field.number()))
    });
    let added = new.fields().filter(|field| field.is_required() && !required(old, field.number())).map(|field| {
        let message =
            format!("`{}` has the new required field `{}` ({})", new.full_name(), field.name(), field.number());
        let here = Location::of_path(&new.parent_file(), field.path());
        Found::new(field.full_name(), message).at(None, here).probed(probe(field.number()))
    });
    deleted.chain(added).collect()
}

fn json_format(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let old = JSON.of_message(&messages.old, messages.sides.old);
    let new = JSON.of_message(&messages.new, messages.sides.new);
    let name = messages.new.full_name();
    let changed = (old == JSON_ALLOW && new != JSON_ALLOW).then(|| {
        let part = |message| part(message, &[OPTIONS, FEATURES, JSON_FORMAT]);
        Found::new(name, format!("the JSON form of message `{name}` is no longer guaranteed"))
            .at(part(&messages.old), part(&messages.new))
    });
    changed.into_iter().collect()
}

fn descriptor_accessor(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let set = |message: &MessageDescriptor| {
        let value = option(&message.options(), "no_standard_descriptor_accessor");
        value.and_then(|value| value.as_bool()).unwrap_or_default()
    };
    let name = messages.new.full_name();
    let changed = (!set(&messages.old) && set(&messages.new)).then(|| {
        let part = |message: &MessageDescriptor| {
            let file = message.parent_file();
            let path = [message.path(), &[OPTIONS, NO_STANDARD_DESCRIPTOR_ACCESSOR]].concat();
            span(&file, &path).map(|span| Location { span: Some(span), ..Location::of_file(&file) })
        };
        Found::new(name, format!("the option `no_standard_descriptor_accessor` of message `{name}` became `true`"))
            .at(part(&messages.old), part(&messages.new))
    });
    changed.into_iter().collect()
}

fn oneofs_deleted(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let kept = |old: &OneofDescriptor| messages.new.oneofs().any(|new| new.name() == old.name());
    let deleted = messages.old.oneofs().filter(|old| !old.is_synthetic() && !kept(old));
    let found = deleted.map(|old| {
        let message = format!("oneof `{}` was deleted from `{}`", old.name(), messages.new.full_name());
        Found::new(old.full_name(), message).at(place(&messages.old), place(&messages.new))
    });
    found.collect()
}

pub fn place(message: &MessageDescriptor) -> Location {
    part(message, &[])
}

/// Where `tail` stands, a path below the descriptor of `message`; the message as a whole if it stands nowhere. Entries of
/// maps are written as types of fields.
fn part(message: &MessageDescriptor, tail: &[i32]) -> Location {
    let key = message.fields().next().filter(|_| message.is_map_entry());
    match key {
        Some(key) => Member::Field(key).location(),
        None => Location::of_first(&message.parent_file(), message.path(), &[tail]),
    }
}
