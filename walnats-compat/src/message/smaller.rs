//! The smallest message of those that are as good.

use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Value};

/// Of longer lists, no item is tried alone.
const MOST_ITEMS: usize = 100;

/// What is left of `message` when nothing more can be taken away without `is_good` becoming false.
pub fn smaller(mut message: DynamicMessage, is_good: &dyn Fn(&DynamicMessage) -> bool) -> DynamicMessage {
    loop {
        // As bytes: what is no number is not equal to itself.
        let before = message.encode_to_vec();
        let fields: Vec<FieldDescriptor> = message.fields().map(|(field, _)| field).collect();
        for field in fields {
            let mut without = message.clone();
            without.clear_field(&field);
            if is_good(&without) {
                message = without;
                continue;
            }
            let with = |value: Value| {
                let mut changed = message.clone();
                changed.set_field(&field, value);
                changed
            };
            let value = reduced(message.get_field(&field).into_owned(), &|value| is_good(&with(value.clone())));
            message = with(value);
        }
        if message.encode_to_vec() == before {
            return message;
        }
    }
}

fn reduced(value: Value, is_good: &dyn Fn(&Value) -> bool) -> Value {
    match value {
        Value::Message(message) => {
            Value::Message(smaller(message, &|message| is_good(&Value::Message(message.clone()))))
        }
        Value::List(items) => {
            let mut items = fewer(items, &|items| is_good(&Value::List(items.to_vec())));
            if items.len() > MOST_ITEMS {
                return Value::List(items);
            }
            let mut at = items.len();
            while at > 0 {
                at -= 1;
                let mut fewer = items.clone();
                fewer.remove(at);
                if is_good(&Value::List(fewer.clone())) {
                    items = fewer;
                    continue;
                }
                let with = |item: &Value| {
                    let mut changed = items.clone();
                    changed[at] = item.clone();
                    Value::List(changed)
                };
                let item = reduced(items[at].clone(), &|item| is_good(&with(item)));
                items[at] = item;
            }
            Value::List(items)
        }
        Value::Map(mut entries) => {
            let keys: Vec<_> = entries.keys().cloned().collect();
            for key in keys {
                let mut fewer = entries.clone();
                fewer.remove(&key);
                if is_good(&Value::Map(fewer.clone())) {
                    entries = fewer;
                }
            }
            Value::Map(entries)
        }
        Value::String(text) => Value::String(shorter(text, &|text| is_good(&Value::String(text.to_owned())))),
        other => other,
    }
}

/// The beginning of a list, cut by halves.
fn fewer(mut items: Vec<Value>, is_good: &dyn Fn(&[Value]) -> bool) -> Vec<Value> {
    let mut cut = items.len() / 2;
    while cut > 0 && !items.is_empty() {
        let kept = items.len().saturating_sub(cut);
        if is_good(&items[..kept]) {
            items.truncate(kept);
        } else {
            cut /= 2;
        }
    }
    items
}

fn shorter(mut text: String, is_good: &dyn Fn(&str) -> bool) -> String {
    let mut cut = text.chars().count() / 2;
    while cut > 0 {
        let count = text.chars().count();
        let kept: String = text.chars().take(count.saturating_sub(cut)).collect();
        if is_good(&kept) {
            text = kept;
        } else {
            cut /= 2;
        }
        if text.is_empty() {
            break;
        }
    }
    text
}
