//! What an encoded message lacks, and what it has that its descriptor does not know.

use prost_reflect::{DynamicMessage, ReflectMessage, Value};
use walnats_compat::message::rules::key_text;
use walnats_schema::Violation;
use walnats_schema::pointer::escape;

/// `required` fields of proto2 that are not there.
pub fn missing(message: &DynamicMessage) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(message, "", &mut |message, pointer| {
        let fields = message.descriptor();
        for field in fields.fields().filter(|field| field.is_required() && !message.has_field(field)) {
            let expected = format!("the field `{}`", field.name());
            found.push(Violation { pointer: pointer.to_owned(), keyword: "required", expected });
        }
    });
    found
}

/// Fields whose numbers the descriptor does not have: those of a newer version of the message, or another message.
pub fn unknown_fields(message: &DynamicMessage) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(message, "", &mut |message, pointer| {
        let mut numbers: Vec<u32> = message.unknown_fields().map(|field| field.number()).collect();
        numbers.dedup();
        for number in numbers {
            let name = message.descriptor();
            let expected = format!("no field with the number {number}, which `{}` does not have", name.full_name());
            found.push(Violation { pointer: pointer.to_owned(), keyword: "unknown-field", expected });
        }
    });
    found
}

/// Visits a message and those in it. The decoder bounds how deep they nest.
fn walk(message: &DynamicMessage, pointer: &str, visit: &mut impl FnMut(&DynamicMessage, &str)) {
    visit(message, pointer);
    for (field, value) in message.fields() {
        let at = format!("{pointer}/{}", escape(field.json_name()));
        match value {
            Value::Message(inner) => walk(inner, &at, visit),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.as_message().into_iter().for_each(|inner| walk(inner, &format!("{at}/{index}"), visit));
                }
            }
            Value::Map(entries) => {
                let mut entries: Vec<_> = entries.iter().map(|(key, value)| (key_text(key), value)).collect();
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                for (key, value) in entries {
                    value
                        .as_message()
                        .into_iter()
                        .for_each(|inner| walk(inner, &format!("{at}/{}", escape(&key)), visit));
                }
            }
            _ => {}
        }
    }
}
