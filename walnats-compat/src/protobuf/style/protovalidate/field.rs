//! The rules of fields, and of the items, keys and values in them.

use prost_reflect::{FieldDescriptor, Kind};

use super::message::expressions;
use super::{Notes, Options, Part, bounds, length};
use crate::protobuf::member::{Member, OPTIONS};

/// `buf.validate.Ignore`
const IF_ZERO_VALUE: i32 = 1;
const ALWAYS: i32 = 3;

/// What rules are about, as far as it decides what they may say.
#[derive(Clone, Copy, Default)]
struct Subject<'s> {
    /// The oneof that the field is in.
    oneof: Option<&'s str>,
    has_presence: bool,
    is_extension: bool,
    /// What it is a part of: `items of a list`.
    part_of: Option<&'static str>,
}

pub fn check(member: &Member, options: &Options, notes: &mut Notes<'_>) {
    let owner = format!("field `{}`", member.name());
    let Some(rules) = Part::of(&member.options(), &options.field, member.path(), OPTIONS, owner) else { return };
    let oneof = member.as_field().and_then(FieldDescriptor::containing_oneof).filter(|oneof| !oneof.is_synthetic());
    let subject = Subject {
        oneof: oneof.as_ref().map(|oneof| oneof.name()),
        has_presence: member.supports_presence(),
        is_extension: matches!(member, Member::Extension(_)),
        part_of: None,
    };
    of_value(&rules, subject, notes);
    let kind = member.kind();
    match (rules.part("repeated").filter(|_| member.is_list()), rules.part("map").filter(|_| member.is_map())) {
        (Some(repeated), _) => of_list(&repeated, &kind, notes),
        (_, Some(map)) => of_map(&map, &kind, notes),
        _ => {}
    }
}

/// What concerns one value, or a field as a whole.
fn of_value(rules: &Part, subject: Subject<'_>, notes: &mut Notes<'_>) {
    let owner = &rules.owner;
    flags(rules, subject, notes);
    if let (true, Some(oneof)) = (rules.is_on("required"), subject.oneof) {
        notes.add(
            rules,
            "required",
            format!("{owner} is `required`, and in the oneof `{oneof}`: no other field of it could ever be set"),
        );
    }
    if let (true, Some(part)) = (rules.is_on("required"), subject.part_of) {
        notes.add(
            rules,
            "required",
            format!("`{}required` of {owner} says nothing: there are no {part} that are absent", rules.name),
        );
    }
    expressions(rules, notes);
    let Some(typed) = rules.typed() else { return };
    bounds::check(&typed, notes);
    length::check(&typed, notes);
}

fn flags(rules: &Part, subject: Subject<'_>, notes: &mut Notes<'_>) {
    let (owner, name) = (&rules.owner, &rules.name);
    let ignore = rules.get("ignore").and_then(|value| value.as_enum_number()).unwrap_or_default();
    if ignore == ALWAYS && rules.members() > 1 {
        notes.add(
            rules,
            "ignore",
            format!("{owner} has `{name}ignore = IGNORE_ALWAYS`: its other rules are never applied"),
        );
    }
    if subject.is_extension {
        if rules.is_on("required") {
            notes.add(rules, "required", format!("{owner} is an extension, which cannot be `required`"));
        }
        if ignore == IF_ZERO_VALUE {
            notes.add(
                rules,
                "ignore",
                format!("{owner} is an extension, which cannot have `ignore = IGNORE_IF_ZERO_VALUE`"),
            );
        }
        return;
    }
    if ignore != IF_ZERO_VALUE {
        return;
    }
    if rules.is_on("required") {
        notes.add(
            rules,
            "ignore",
            format!(
                "{owner} is `required`, so that it is never ignored: `ignore = IGNORE_IF_ZERO_VALUE` contradicts it"
            ),
        );
    } else if subject.has_presence {
        notes.add(
            rules,
            "ignore",
            format!("{owner} knows whether it is set: `{name}ignore = IGNORE_IF_ZERO_VALUE` changes nothing"),
        );
    }
}

fn of_list(repeated: &Part, kind: &Kind, notes: &mut Notes<'_>) {
    let is_message = kind.as_message().is_some_and(|message| !is_wrapper(message.full_name()));
    if repeated.is_on("unique") && is_message {
        notes.add(repeated, "unique", format!("{} holds messages, which `unique` does not compare", repeated.owner));
    }
    length::ordered(repeated, "min_items", "max_items", notes);
    if let Some(items) = repeated.part("items") {
        of_value(&items, Subject { part_of: Some("items"), ..Subject::default() }, notes);
    }
}

fn of_map(map: &Part, kind: &Kind, notes: &mut Notes<'_>) {
    length::ordered(map, "min_pairs", "max_pairs", notes);
    for (rules, part, part_of) in [("keys", "key", "keys"), ("values", "value", "values")] {
        let entry = kind.as_message().and_then(|entry| entry.get_field_by_name(part));
        let has_presence = entry.is_some_and(|field| field.kind().as_message().is_some());
        if let Some(rules) = map.part(rules) {
            of_value(&rules, Subject { has_presence, part_of: Some(part_of), ..Subject::default() }, notes);
        }
    }
}

fn is_wrapper(name: &str) -> bool {
    let inner = name.strip_prefix("google.protobuf.").and_then(|name| name.strip_suffix("Value"));
    inner.is_some_and(|inner| {
        ["Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes"].contains(&inner)
    })
}
