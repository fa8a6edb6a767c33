//! Reserved numbers and names, and numbers for extensions: what was set aside stays set aside.

use prost_reflect::{EnumDescriptor, MessageDescriptor};

use super::enumeration;
use super::message;
use super::pair::{Found, Pair};
use super::place::Location;
use super::rule::{ALL, CODE, Check, Rule};

pub const RULES: &[Rule] = &[
    Rule::new("EXTENSION_MESSAGE_NO_DELETE", CODE, Check::Message(extension_ranges))
        .says("numbers for extensions were removed", "keep the range of `extensions`"),
    Rule::new("RESERVED_MESSAGE_NO_DELETE", ALL, Check::Message(of_message)).says(
        "what was reserved in a message no longer is",
        "keep the `reserved` statement: events with the old meaning may still be stored",
    ),
    Rule::new("RESERVED_ENUM_NO_DELETE", ALL, Check::Enum(of_enum)).says(
        "what was reserved in an enum no longer is",
        "keep the `reserved` statement: events with the old meaning may still be stored",
    ),
];

/// From and to, both included.
type Range = (i64, i64);

fn extension_ranges(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let ranges = |message: &MessageDescriptor| message.extension_ranges().map(half_open).collect::<Vec<_>>();
    let missing = missing(&ranges(&messages.old), &ranges(&messages.new));
    missing.iter().map(|missing| of(messages, format!("no longer has the numbers {missing} for extensions"))).collect()
}

fn of_message(messages: &Pair<'_, MessageDescriptor>) -> Vec<Found> {
    let ranges = |message: &MessageDescriptor| message.reserved_ranges().map(half_open).collect::<Vec<_>>();
    let missing = missing(&ranges(&messages.old), &ranges(&messages.new));
    let numbers = missing.iter().map(|missing| of(messages, format!("no longer reserves the numbers {missing}")));
    let names = messages.old.reserved_names().filter(|old| messages.new.reserved_names().all(|new| new != *old));
    numbers.chain(names.map(|name| of(messages, format!("no longer reserves the name `{name}`")))).collect()
}

fn of(messages: &Pair<'_, MessageDescriptor>, what: String) -> Found {
    let name = messages.new.full_name();
    Found::new(name, format!("message `{name}` {what}"))
        .at(message::place(&messages.old), message::place(&messages.new))
}

fn of_enum(enums: &Pair<'_, EnumDescriptor>) -> Vec<Found> {
    let ranges = |enumeration: &EnumDescriptor| {
        let ranges = enumeration.reserved_ranges();
        ranges.map(|range| (i64::from(*range.start()), i64::from(*range.end()))).collect::<Vec<_>>()
    };
    let missing = missing(&ranges(&enums.old), &ranges(&enums.new));
    let numbers = missing.iter().map(|missing| format!("no longer reserves the numbers {missing}"));
    let names = enums.old.reserved_names().filter(|old| enums.new.reserved_names().all(|new| new != *old));
    let found = numbers.chain(names.map(|name| format!("no longer reserves the name `{name}`"))).map(|what| {
        let name = enums.new.full_name();
        let at: (Location, Location) = (enumeration::place(&enums.old), enumeration::place(&enums.new));
        Found::new(name, format!("enum `{name}` {what}")).at(at.0, at.1)
    });
    found.collect()
}

fn half_open(range: std::ops::Range<u32>) -> Range {
    (i64::from(range.start), i64::from(range.end) - 1)
}

/// For each of `old` that `new` does not cover, the numbers that are missing, for people.
fn missing(old: &[Range], new: &[Range]) -> Vec<String> {
    let mut new = new.to_vec();
    new.sort_unstable();
    let mut found = Vec::new();
    for &(start, end) in old {
        let mut next = start;
        let mut gaps = Vec::new();
        for &(from, to) in &new {
            if from > end {
                break;
            }
            if from > next {
                gaps.push((next, from - 1));
            }
            next = next.max(to + 1);
        }
        if next <= end {
            gaps.push((next, end));
        }
        if !gaps.is_empty() {
            found.push(gaps.into_iter().map(shown).collect::<Vec<_>>().join(", "));
        }
    }
    found
}

fn shown((start, end): Range) -> String {
    if start == end { start.to_string() } else { format!("{start} to {end}") }
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn each_old_range_lists_what_it_lost() {
        assert_eq!(missing(&[(1, 10)], &[(1, 3), (4, 10)]), Vec::<String>::new());
        assert_eq!(missing(&[(1, 10), (20, 20)], &[(3, 4), (8, 30)]), ["1 to 2, 5 to 7"]);
        assert_eq!(missing(&[(1, 2), (5, 5)], &[]), ["1 to 2", "5"]);
    }
}
