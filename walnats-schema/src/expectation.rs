//! The words of violations, for whoever checks a keyword: the validator here, or native checks elsewhere. So a breach reads
//! the same wherever it is found.

use std::fmt::Display;

use serde_json::Value;

use crate::{Format, IntegerFormat, JsonType};

/// How many values of an `enum` are listed.
const MAX_VALUES: usize = 12;

/// How a list of several values begins.
pub(crate) const ONE_OF: &str = "one of ";
/// Of the schema `false`.
pub const NEVER: &str = "nothing here: no value is valid";
/// Of `additionalProperties` and `unevaluatedProperties` that are `false`.
pub const NO_PROPERTY: &str = "no property of this name";

/// Of `type`: `a string or null`.
pub fn types(types: &[JsonType]) -> String {
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

/// Of `enum` and `const`: `one of "a", "b"`.
pub fn values(values: &[Value]) -> String {
    match values {
        [] => "nothing: no value is listed".to_owned(),
        [value] => value.to_string(),
        _ => {
            let listed: Vec<_> = values.iter().take(MAX_VALUES).map(Value::to_string).collect();
            let rest = values.len() - listed.len();
            let more = if rest > 0 { format!(" or {rest} others") } else { String::new() };
            format!("{ONE_OF}{}{more}", listed.join(", "))
        }
    }
}

/// Of `minLength`.
pub fn min_length(limit: u64) -> String {
    count("at least", limit, "character", "characters")
}

/// Of `maxLength`.
pub fn max_length(limit: u64) -> String {
    count("at most", limit, "character", "characters")
}

/// Of `pattern`.
pub fn pattern(pattern: &str) -> String {
    format!("a match of `{pattern}`")
}

/// Of `format`: ``the format `date-time` (RFC 3339)``.
pub fn format(format: Format) -> String {
    format!("the format `{}` ({})", format.name(), format.specification())
}

/// Of `format`: ``the format `uint8`, an integer from 0 to 255``.
pub fn integer_format(format: IntegerFormat) -> String {
    let (least, most) = format.range();
    format!("the format `{}`, an integer from {least} to {most}", format.name())
}

/// Of `minimum`.
pub fn minimum(limit: impl Display) -> String {
    format!("at least {limit}")
}

/// Of `maximum`.
pub fn maximum(limit: impl Display) -> String {
    format!("at most {limit}")
}

/// Of `exclusiveMinimum`.
pub fn exclusive_minimum(limit: impl Display) -> String {
    format!("more than {limit}")
}

/// Of `exclusiveMaximum`.
pub fn exclusive_maximum(limit: impl Display) -> String {
    format!("less than {limit}")
}

/// Of `multipleOf`.
pub fn multiple_of(divisor: impl Display) -> String {
    format!("a multiple of {divisor}")
}

/// Of `minItems`.
pub fn min_items(limit: u64) -> String {
    count("at least", limit, "item", "items")
}

/// Of `maxItems`.
pub fn max_items(limit: u64) -> String {
    count("at most", limit, "item", "items")
}

/// Of `uniqueItems`, where the items at two indices are equal.
pub fn unique_items(first: usize, second: usize) -> String {
    format!("items that differ: {first} and {second} are equal")
}

/// Of `minProperties`.
pub fn min_properties(limit: u64) -> String {
    count("at least", limit, "property", "properties")
}

/// Of `maxProperties`.
pub fn max_properties(limit: u64) -> String {
    count("at most", limit, "property", "properties")
}

/// Of `required`.
pub fn required(name: &str) -> String {
    format!("the property `{name}`")
}

/// `at least 3 items`
pub(crate) fn count(bound: &str, count: u64, one: &str, many: &str) -> String {
    format!("{bound} {count} {}", if count == 1 { one } else { many })
}
