//! What a schema expects, in words.

use serde_json::Value;

use crate::{Format, IntegerFormat, JsonType};

/// How many values of an `enum` are told.
const MAX_VALUES: usize = 12;

/// `a string or null`
pub(super) fn types(types: &[JsonType]) -> String {
    let names: Vec<_> = types
        .iter()
        .map(|json_type| match json_type {
            JsonType::Null => "null",
            JsonType::Boolean => "a boolean",
            JsonType::Integer => "an integer",
            JsonType::Number => "a number",
            JsonType::String => "a string",
            JsonType::Array => "an array",
            JsonType::Object => "an object",
        })
        .collect();
    names.join(" or ")
}

/// `one of "a", "b"`
pub(super) fn values(values: &[Value]) -> String {
    match values {
        [] => "nothing: no value is listed".to_owned(),
        [value] => value.to_string(),
        _ => {
            let told: Vec<_> = values.iter().take(MAX_VALUES).map(Value::to_string).collect();
            let rest = values.len() - told.len();
            let more = if rest > 0 { format!(" or {rest} others") } else { String::new() };
            format!("one of {}{more}", told.join(", "))
        }
    }
}

/// `at least 3 items`
pub(super) fn count(bound: &str, count: u64, one: &str, many: &str) -> String {
    format!("{bound} {count} {}", if count == 1 { one } else { many })
}

/// ``the format `date-time` of RFC 3339``
pub(super) fn format(format: Format) -> String {
    format!("the format `{}` of {}", format.name(), format.specification())
}

/// ``an integer from 0 to 255, the format `uint8` ``
pub(super) fn integer_format(format: IntegerFormat) -> String {
    let (least, most) = format.range();
    format!("an integer from {least} to {most}, the format `{}`", format.name())
}
