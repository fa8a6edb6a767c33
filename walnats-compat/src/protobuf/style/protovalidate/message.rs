//! The rules of messages, and the expressions that messages and fields have.

use std::collections::BTreeMap;

use prost_reflect::{MessageDescriptor, Value};

use super::{Notes, Options, Part};

/// `google.protobuf.DescriptorProto.options`
const OPTIONS: i32 = 7;

pub fn check(message: &MessageDescriptor, options: &Options, notes: &mut Notes<'_>) {
    let owner = format!("message `{}`", message.name());
    let Some(rules) = Part::of(&message.options(), &options.message, message.path(), OPTIONS, owner) else { return };
    expressions(&rules, notes);
    let mut entries: BTreeMap<String, usize> = BTreeMap::new();
    for entry in rules.items("oneof") {
        let Some(Value::List(fields)) = entry.get("fields") else { continue };
        let mut fields: Vec<String> = fields.iter().filter_map(|field| field.as_str().map(str::to_owned)).collect();
        fields.sort();
        fields.dedup();
        for field in fields {
            let before = entries.entry(field.clone()).or_default();
            *before += 1;
            if *before > 1 {
                notes.add(
                    &entry,
                    "fields",
                    format!("{} names the field `{field}` in more than one `oneof` rule", entry.owner),
                );
            }
        }
    }
}

/// The ids in `cel`. Expressions are compiled elsewhere.
pub fn expressions(rules: &Part, notes: &mut Notes<'_>) {
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    for rule in rules.items("cel") {
        let text = |name: &str| rule.get(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
        let (id, owner) = (text("id"), &rule.owner);
        if id.is_empty() {
            notes.add(&rule, "id", format!("a `cel` rule of {owner} has no id"));
            continue;
        }
        if !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            let allowed = "letters, digits, `.`, `_` and `-`";
            notes.add(
                &rule,
                "id",
                format!("the id {id:?} of a `cel` rule of {owner} has other characters than {allowed}"),
            );
        }
        let before = ids.entry(id.clone()).or_default();
        *before += 1;
        if *before > 1 {
            notes.add(&rule, "id", format!("{owner} has several `cel` rules with the id `{}`", id.escape_debug()));
        }
    }
}
