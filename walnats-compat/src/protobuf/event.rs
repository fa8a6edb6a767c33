//! What buf's rules do not see: events, and payloads that are misread though every rule is kept.

use heck::ToKebabCase;
use prost_reflect::{DynamicMessage, EnumDescriptor, EnumValueDescriptor, FieldDescriptor, MessageDescriptor};

use super::cardinality;
use super::enumeration::{self, number_place, value_name};
use super::field::changed;
use super::field_type;
use super::member::{Member, NAME};
use super::message::place;
use super::pair::{Found, Pair, Sides};
use super::place::Location;
use super::reading;
use super::rule::{Check, EVENT, Rule};
use super::witness::{Direction, Encoding, Probe};

/// The extension of `walnats/options.proto`.
const EXTENSION: &str = "walnats.event";
/// `google.protobuf.DescriptorProto.options`
const OPTIONS: i32 = 7;

pub const RULES: &[Rule] = &[
    Rule::new("EVENT_NO_DELETE", EVENT, Check::All(deleted))
        .says("an event was deleted", "keep the event, with `deprecated: true` in its option, until nobody reads it"),
    Rule::new("EVENT_SAME_OPTION", EVENT, Check::Message(options)).says(
        "an event is published under another name, subject, stream, type or deduplication key",
        "keep the option `(walnats.event)`; add an event for what is new",
    ),
    Rule::new("ENUM_VALUE_NO_EXCHANGE", EVENT, Check::Enum(exchanged))
        .says("a name in an enum has another number", "keep the numbers; give new values new numbers")
        .with_witness(),
    Rule::new("FIELD_NO_EXCHANGE", EVENT, Check::Field(exchanged_field))
        .says("the number of a field is now that of another field", "keep the numbers; give new fields new numbers")
        .with_witness(),
    Rule::new("FIELD_SAME_VALUES", EVENT, Check::Field(values))
        .says("values of a field are misread on the wire", "add a field with the new type and a new number")
        .with_witness(),
    Rule::new("FIELD_SAME_JSON_VALUES", EVENT, Check::Field(json_values))
        .says("values of a field are misread in JSON", "add a field with the new type and a new name")
        .with_witness(),
    Rule::new("FIELD_KNOWN_IN_JSON", EVENT, Check::Message(unknown_fields))
        .says(
            "a field is unknown to one side, and parsers of JSON refuse unknown fields unless told otherwise",
            "have readers ignore unknown fields, and say so: `unknown_members = \"tolerant\"`",
        )
        .with_witness(),
    Rule::new("ENUM_VALUE_KNOWN_IN_JSON", EVENT, Check::Enum(unknown_values))
        .says(
            "a name in an enum is unknown to one side, and parsers of JSON refuse unknown names",
            "deploy readers that know the value before anything writes it",
        )
        .with_witness(),
];

fn deleted(sides: &Sides<'_>) -> Vec<Found> {
    let events = sides.old.own_messages().filter(|message| event(message).is_some());
    let found = events.filter_map(|old| {
        let name = old.full_name();
        let new = match sides.new.pool().get_message_by_name(name) {
            Some(new) if event(&new).is_some() => return None,
            new => new,
        };
        let message = match &new {
            Some(_) => format!("message `{name}` is no longer an event"),
            None => format!("event `{name}` was deleted"),
        };
        let file = sides.new.pool().get_file_by_name(old.parent_file().name());
        let at = new.as_ref().map(place).or_else(|| file.as_ref().map(Location::of_file));
        Some(Found::new(name, message).at(place(&old), at))
    });
    found.collect()
}

/// What readers and operators rely on; who owns an event and how generated code calls it are not among it.
fn options(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let (Some(old), Some(new)) = (event(&messages.old), event(&messages.new)) else { return Vec::new() };
    let (old, new) = (effective(&messages.old, &old), effective(&messages.new, &new));
    let found = old.into_iter().zip(new).filter(|(old, new)| old.1 != new.1).map(|((field, old), (_, new))| {
        let shown = |value: Option<String>| value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"));
        let name = messages.new.full_name();
        let message = format!("`{field}` of event `{name}` changed from {} to {}", shown(old), shown(new));
        Found::new(name, message).at(option_place(&messages.old, field), option_place(&messages.new, field))
    });
    found.collect()
}

/// The fields of the option with their defaults filled in.
fn effective(message: &MessageDescriptor, option: &DynamicMessage) -> [(&'static str, Option<String>); 6] {
    let text = |field: &str| {
        let value = option.has_field_by_name(field).then(|| option.get_field_by_name(field)).flatten()?;
        value.as_str().map(str::to_owned)
    };
    let name = text("name").unwrap_or_else(|| message.name().to_kebab_case());
    [
        ("subject", text("subject").or_else(|| Some(name.clone()))),
        ("stream", text("stream").or_else(|| Some(name.replace('.', "-")))),
        ("uid", text("uid")),
        ("once", text("once")),
        ("type", text("type").or_else(|| Some(name.clone()))),
        ("name", Some(name)),
    ]
}

/// What the option `(walnats.event)` of a message says, if it has one.
pub fn event(message: &MessageDescriptor) -> Option<DynamicMessage> {
    let extension = message.parent_pool().get_extension_by_name(EXTENSION)?;
    let options = message.options();
    let value = options.has_extension(&extension).then(|| options.get_extension(&extension))?;
    value.as_message().cloned()
}

/// Where the field is written, or the option, or the message.
fn option_place(message: &MessageDescriptor, field: &str) -> Location {
    let extension = message.parent_pool().get_extension_by_name(EXTENSION);
    let number = |number: u32| i32::try_from(number).unwrap_or_default();
    let mut tails = Vec::new();
    if let Some(extension) = extension {
        let option = [OPTIONS, number(extension.number())];
        let kind = extension.kind();
        let field = kind.as_message().and_then(|kind| kind.get_field_by_name(field));
        tails.extend(field.map(|field| vec![option[0], option[1], number(field.number())]));
        tails.push(option.to_vec());
    }
    let tails: Vec<_> = tails.iter().map(Vec::as_slice).collect();
    Location::of_first(&message.parent_file(), message.path(), &tails)
}

/// On the wire there are numbers alone: a reader takes one value for the other.
fn exchanged(enums: &Pair<'_, EnumDescriptor>) -> Vec<Found> {
    let found = enums.old.values().filter_map(|old| {
        let new = enums.new.get_value_by_name(old.name()).filter(|new| new.number() != old.number())?;
        let enumeration = enums.new.full_name();
        let message = format!("`{}` of enum `{enumeration}` is {}, was {}", old.name(), new.number(), old.number());
        Some(Found::new(&value_name(&new), message).at(number_place(&old), number_place(&new)).probed(Probe::value(
            enums,
            old.number(),
            &[Encoding::Binary],
        )))
    });
    found.collect()
}

/// The same of fields: what is written as one is read as another.
fn exchanged_field(fields: &Pair<'_, Member>) -> Option<Found> {
    let (old, new) = (fields.old.as_field()?, fields.new.as_field()?);
    reading::is_another(old, new).then(|| {
        let message = new.parent_message().full_name();
        let message = format!("number {} of `{message}` is `{}`, was `{}`", new.number(), new.name(), old.name());
        let place = |member: &Member| member.part(&[&[NAME]]);
        Found::new(new.full_name(), message)
            .at(place(&fields.old), place(&fields.new))
            .probed(Probe::member(fields, &[Encoding::Binary]))
    })
}

fn values(fields: &Pair<'_, Member>) -> Option<Found> {
    misread(fields, Encoding::Binary, &[Encoding::Binary])
}

fn json_values(fields: &Pair<'_, Member>) -> Option<Found> {
    misread(fields, Encoding::Json, &[Encoding::Json])
}

/// A field that changed in a way that buf's rules for this encoding allow.
fn misread(fields: &Pair<'_, Member>, encoding: Encoding, encodings: &'static [Encoding]) -> Option<Found> {
    let (old, new) = (&fields.old, &fields.new);
    let shape = |member: &Member| (member.type_word(), member.type_name(), member.is_list(), member.is_map());
    let silent = field_type::is_silent(fields, encoding) && cardinality::is_silent(fields, encoding);
    if shape(old) == shape(new) || !silent {
        return None;
    }
    let text = |member: &Member| match (member.is_map(), member.is_list()) {
        (false, true) => format!("repeated {}", member.type_text()),
        _ => member.type_text(),
    };
    let what = format!("changed its type from `{}` to `{}`", text(old), text(new));
    Some(changed(fields, what).at(old.type_location(), new.type_location()).probed(Probe::member(fields, encodings)))
}

fn unknown_fields(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let (old, new) = (&messages.old, &messages.new);
    let is_in = |message: &MessageDescriptor, field: &FieldDescriptor| {
        message.get_field(field.number()).is_some()
            || message.get_field_by_json_name(field.json_name()).is_some()
            || message.get_field_by_name(field.json_name()).is_some()
    };
    let here = |field: &FieldDescriptor| Location::of_path(&field.parent_file(), field.path());
    let found = |field: &FieldDescriptor, direction| {
        let (name, readers) = (field.name(), readers(direction));
        let message = format!("field `{name}` of `{}` is unknown to {readers} readers of JSON", new.full_name());
        let probe = Probe::field(old, new, field.number(), &[Encoding::Json]);
        Found::new(field.full_name(), message).probed(probe.map(|probe| probe.for_refusals(direction)))
    };
    let gone = old.fields().filter(|field| !is_in(new, field));
    let gone = gone.map(|field| found(&field, Direction::OldToNew).at(here(&field), place(new)));
    let added = new.fields().filter(|field| !is_in(old, field));
    gone.chain(added.map(|field| found(&field, Direction::NewToOld).at(place(old), here(&field)))).collect()
}

fn unknown_values(enums: &Pair<'_, EnumDescriptor>) -> Vec<Found> {
    let (old, new) = (&enums.old, &enums.new);
    let found = |value: &EnumValueDescriptor, direction| {
        let (name, readers) = (value.name(), readers(direction));
        let message = format!("`{name}` of enum `{}` is unknown to {readers} readers of JSON", new.full_name());
        let probes = Probe::value(enums, value.number(), &[Encoding::Json]).into_iter();
        Found::new(&value_name(value), message).probed(probes.map(|probe| probe.for_refusals(direction)))
    };
    let gone = old.values().filter(|value| new.get_value_by_name(value.name()).is_none());
    let gone = gone.map(|value| found(&value, Direction::OldToNew).at(number_place(&value), enumeration::place(new)));
    let added = new.values().filter(|value| old.get_value_by_name(value.name()).is_none());
    let added = added.map(|value| found(&value, Direction::NewToOld).at(enumeration::place(old), number_place(&value)));
    gone.chain(added).collect()
}

fn readers(direction: Direction) -> &'static str {
    match direction {
        Direction::OldToNew => "new",
        Direction::NewToOld => "old",
    }
}
