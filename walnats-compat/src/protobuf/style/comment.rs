//! Comments above what a package declares.

use super::rule::{COMMENTED, Check, Rule};
use super::scope::{File, Found};

/// The beginning of a comment that ignores what a rule finds.
pub const IGNORE: &str = "buf:lint:ignore";

/// What has to have a comment.
#[derive(Clone, Copy, Debug)]
pub enum Commented {
    Enum,
    EnumValue,
    Field,
    Message,
    Oneof,
    Rpc,
    Service,
}

pub const RULES: &[Rule] = &[
    Rule::new("WN0951", "COMMENT_ENUM", COMMENTED, Check::Comment(Commented::Enum)),
    Rule::new("WN0952", "COMMENT_ENUM_VALUE", COMMENTED, Check::Comment(Commented::EnumValue)),
    Rule::new("WN0953", "COMMENT_FIELD", COMMENTED, Check::Comment(Commented::Field)),
    Rule::new("WN0954", "COMMENT_MESSAGE", COMMENTED, Check::Comment(Commented::Message)),
    Rule::new("WN0955", "COMMENT_ONEOF", COMMENTED, Check::Comment(Commented::Oneof)),
    Rule::new("WN0956", "COMMENT_RPC", COMMENTED, Check::Comment(Commented::Rpc)),
    Rule::new("WN0957", "COMMENT_SERVICE", COMMENTED, Check::Comment(Commented::Service)),
];

/// What has no comment of its own; comments that ignore findings do not count.
pub fn missing(file: &File<'_>, commented: Commented) -> Vec<Found> {
    let elements: Vec<(&str, &str, &[i32])> = match commented {
        Commented::Enum => file.enums.iter().map(|it| ("enum", it.name(), it.path())).collect(),
        Commented::EnumValue => file.values.iter().map(|it| ("enum value", it.name(), it.path())).collect(),
        // The comment of a group is that of its message.
        Commented::Field => {
            let fields = file.members.iter().filter(|member| file.is_edition || !member.is_group());
            fields.map(|it| ("field", it.name(), it.path())).collect()
        }
        Commented::Message => file.messages.iter().map(|it| ("message", it.name(), it.path())).collect(),
        Commented::Oneof => file.oneofs.iter().map(|it| ("oneof", it.name(), it.path())).collect(),
        Commented::Rpc => file.methods.iter().map(|it| ("method", it.name(), it.path())).collect(),
        Commented::Service => file.services.iter().map(|it| ("service", it.name(), it.path())).collect(),
    };
    let uncommented = elements.into_iter().filter(|(_, _, path)| {
        let place = file.place(path);
        place.is_some_and(|place| !place.comment.lines().map(str::trim).any(says_something))
    });
    uncommented.map(|(kind, name, path)| Found::at(path, &[], format!("{kind} `{name}` has no comment"))).collect()
}

fn says_something(line: &str) -> bool {
    !line.is_empty() && !line.starts_with(IGNORE)
}
