//! Numbers, booleans, texts, bytes and enumerations in protobuf's JSON mapping.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost_reflect::Kind;
use serde_json::Number;
use walnats_schema::Decimal;
use walnats_schema::read::NodeValue;

/// Why a value is not one of `kind`: a keyword and what is expected.
pub fn problem(kind: &Kind, value: &NodeValue) -> Option<(&'static str, String)> {
    let is_type = |fits: bool| (!fits).then(|| ("type", name(kind).to_owned()));
    match kind {
        Kind::Bool => is_type(matches!(value, NodeValue::Bool(_))),
        Kind::String => is_type(matches!(value, NodeValue::String(_))),
        Kind::Bytes => match value {
            NodeValue::String(text) => (!is_base64(text)).then(|| ("base64", name(kind).to_owned())),
            _ => is_type(false),
        },
        Kind::Enum(values) => match value {
            NodeValue::String(text) => values.get_value_by_name(text).is_none().then(|| {
                let known: Vec<String> = values.values().map(|value| format!("`{}`", value.name())).collect();
                ("enum", format!("one of {}", known.join(", ")))
            }),
            NodeValue::Number(number) => is_within(number, (i32::MIN.into(), i32::MAX.into()))
                .is_none_or(|is_within| !is_within)
                .then(|| ("type", name(kind).to_owned())),
            NodeValue::Null => is_type(values.full_name() == "google.protobuf.NullValue"),
            _ => is_type(false),
        },
        Kind::Float | Kind::Double => match number(value) {
            Some(number) => is_type(fits_float(kind, &number)),
            None => is_type(matches!(value, NodeValue::String(text) if is_special(text))),
        },
        kind => match number(value).map(|number| is_within(&number, range(kind))) {
            Some(Some(true)) => None,
            Some(Some(false)) => {
                let (least, most) = range(kind);
                Some(("range", format!("an integer from {least} to {most}")))
            }
            _ => is_type(false),
        },
    }
}

/// Whether a member name is a key of a map with keys of `kind`.
pub fn is_key(kind: &Kind, name: &str) -> bool {
    match kind {
        Kind::Bool => matches!(name, "true" | "false"),
        Kind::String => true,
        kind => problem(kind, &NodeValue::String(name.to_owned())).is_none(),
    }
}

/// What values of a kind are called.
pub fn name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "a boolean",
        Kind::String => "a string",
        Kind::Bytes => "a string of base64",
        Kind::Enum(_) => "the name of a value, or its number",
        Kind::Float | Kind::Double => "a number that the type holds, or `NaN`, `Infinity`, `-Infinity`",
        Kind::Message(_) => "a message",
        _ => "an integer, as a number or as a string",
    }
}

/// A number, also where it is written as a string.
fn number(value: &NodeValue) -> Option<Number> {
    match value {
        NodeValue::Number(number) => Some(number.clone()),
        NodeValue::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// `None` for what is not an integer.
fn is_within(number: &Number, (least, most): (i128, i128)) -> Option<bool> {
    let value = Decimal::from(number);
    // Every range begins within `i64` and ends within `u64`.
    let (least, most) = (Number::from(least as i64), Number::from(most as u64));
    value.is_integer().then(|| value >= Decimal::from(&least) && value <= Decimal::from(&most))
}

fn range(kind: &Kind) -> (i128, i128) {
    match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => (i32::MIN.into(), i32::MAX.into()),
        Kind::Uint32 | Kind::Fixed32 => (0, u32::MAX.into()),
        Kind::Uint64 | Kind::Fixed64 => (0, u64::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    }
}

fn fits_float(kind: &Kind, number: &Number) -> bool {
    number.as_f64().is_some_and(|value| match kind {
        Kind::Float => (value as f32).is_finite(),
        _ => value.is_finite(),
    })
}

fn is_special(text: &str) -> bool {
    matches!(text, "NaN" | "Infinity" | "-Infinity")
}

fn is_base64(text: &str) -> bool {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    [STANDARD, URL_SAFE].iter().any(|alphabet| GeneralPurpose::new(alphabet, config).decode(text).is_ok())
}
