//! Google's well-known types, which have JSON forms of their own.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use walnats_schema::Format;
use walnats_schema::read::{Node, NodeValue};

use super::found::Found;
use super::scalar;

/// Judges a value of a well-known type. False for every other message.
pub fn judge(found: &mut Found, kind: &MessageDescriptor, node: &Node, at: &str) -> bool {
    let Some(name) = kind.full_name().strip_prefix("google.protobuf.") else { return false };
    let text = node.as_str();
    match name {
        "Timestamp" => {
            // The years 1 to 9999, which RFC 3339 has no other limit for.
            let fits = text.is_some_and(|text| Format::DateTime.check(text) && !text.starts_with("0000"));
            expect(found, at, fits, "a time such as `2026-01-02T03:04:05Z`");
        }
        "Duration" => expect(found, at, text.is_some_and(is_duration), "a duration in seconds, such as `1.5s`"),
        "FieldMask" => expect(found, at, text.is_some(), "a string of field paths"),
        "Struct" => expect(found, at, matches!(node.value, NodeValue::Object(_)), "an object"),
        "ListValue" => expect(found, at, matches!(node.value, NodeValue::Array(_)), "an array"),
        "Value" => {}
        "Empty" => expect(found, at, matches!(&node.value, NodeValue::Object(members) if members.is_empty()), "`{}`"),
        "Any" => expect(found, at, node.members().is_empty() || node.get("@type").is_some(), "an object with `@type`"),
        "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value" | "UInt32Value" | "BoolValue"
        | "StringValue" | "BytesValue" => {
            if let Some(field) = kind.get_field(1)
                && let Some((keyword, expected)) = scalar::problem(&field.kind(), &node.value)
            {
                found.push(at, keyword, expected);
            }
        }
        _ => return false,
    }
    true
}

/// Whether `null` is a value of the field, rather than nothing.
pub fn has_null(field: &FieldDescriptor) -> bool {
    let name = match field.kind() {
        Kind::Message(message) => message.full_name().to_owned(),
        Kind::Enum(values) => values.full_name().to_owned(),
        _ => return false,
    };
    !field.is_list() && matches!(name.as_str(), "google.protobuf.Value" | "google.protobuf.NullValue")
}

fn expect(found: &mut Found, at: &str, fits: bool, expected: &str) {
    if !fits {
        found.push(at, "type", expected);
    }
}

/// Seconds with up to nine digits after the point, at most 10,000 years.
fn is_duration(text: &str) -> bool {
    let Some(seconds) = text.strip_suffix('s') else { return false };
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_number =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number(digits, 12)
        && is_number(fraction, 9)
        && digits.parse().is_ok_and(|seconds: u64| seconds <= 315_576_000_000)
}
