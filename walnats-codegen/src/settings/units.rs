//! Lengths of time and numbers of bytes: `"7d"`, `"1GiB"`.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// A length of time: `"90s"`, `"1h30m"`, `"7d"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

/// A number of bytes: `1024`, `"512KiB"`, `"1GB"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

/// A limit, or the word that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit<T> {
    /// `"unlimited"`
    Unlimited,
    /// The limit.
    At(T),
}

const UNLIMITED: &str = "unlimited";

const TIME: &[(&str, u64)] =
    &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];

const SIZE: &[(&str, u64)] = &[
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// JetStream counts in signed 64 bits: nanoseconds, and bytes.
const MAX_MILLISECONDS: u64 = i64::MAX as u64 / 1_000_000;
const MAX_BYTES: u64 = i64::MAX as u64;

/// A sum of numbers with units, in the smallest unit.
fn sum(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let mut rest = text.trim();
    let mut total = 0u64;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let after = after.trim_start();
        let (unit, after) = after.split_at(after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len()));
        let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*factor)?)?;
        rest = after.trim_start();
    }
    Some(total)
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpanVisitor;
        impl Visitor<'_> for SpanVisitor {
            type Value = Span;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a length of time such as `\"90s\"`, `\"1h30m\"`, `\"7d\"` (units: ms, s, m, h, d, w)")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Span, E> {
                sum(text, TIME)
                    .filter(|milliseconds| (1..=MAX_MILLISECONDS).contains(milliseconds))
                    .map(|milliseconds| Span(Duration::from_millis(milliseconds)))
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(SpanVisitor)
    }
}

/// JetStream counts nanoseconds.
impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Limit<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LimitVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for LimitVisitor<T> {
            type Value = Limit<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a limit, or `\"unlimited\"`")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Limit<T>, E> {
                T::deserialize(value.into_deserializer()).map(Limit::At)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Limit<T>, E> {
                match text {
                    UNLIMITED => Ok(Limit::Unlimited),
                    _ => T::deserialize(StrDeserializer::new(text)).map(Limit::At),
                }
            }
        }
        deserializer.deserialize_any(LimitVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BytesVisitor;
        impl Visitor<'_> for BytesVisitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a number of bytes above 0 such as `1024`, `\"512KiB\"`, `\"1GB\"`")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Bytes, E> {
                u64::try_from(value)
                    .ok()
                    .filter(|bytes| *bytes > 0)
                    .map(Bytes)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Signed(value), &self))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
                sum(text, SIZE)
                    .filter(|bytes| (1..=MAX_BYTES).contains(bytes))
                    .map(Bytes)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(BytesVisitor)
    }
}

#[cfg(feature = "config-schema")]
mod schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    impl JsonSchema for super::Span {
        fn schema_name() -> Cow<'static, str> {
            "Span".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "A length of time: `90s`, `1h30m`, `7d`",
                "type": "string",
                "pattern": r"^\s*([0-9]+\s*(ms|s|m|h|d|w)\s*)+$",
            })
        }
    }

    impl<T: JsonSchema> JsonSchema for super::Limit<T> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            format!("LimitOf{}", T::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let limit = generator.subschema_for::<T>();
            json_schema!({ "anyOf": [limit, { "const": super::UNLIMITED }] })
        }
    }

    impl JsonSchema for super::Bytes {
        fn schema_name() -> Cow<'static, str> {
            "Bytes".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "A number of bytes: `1024`, `512KiB`, `1GB`",
                "type": ["integer", "string"],
                "minimum": 1,
                "pattern": r"^\s*([0-9]+\s*([KMGT]i?)?B\s*)+$",
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SIZE, TIME, sum};

    #[test]
    fn sums_of_units() {
        for (text, expected) in
            [("90s", Some(90_000)), ("1h30m", Some(5_400_000)), ("1d 12h", Some(129_600_000)), ("7", None)]
        {
            assert_eq!(sum(text, TIME), expected, "{text}");
        }
        for (text, expected) in
            [("1GiB", Some(1 << 30)), ("10 KB", Some(10_000)), ("1gb", None), ("GB", None), ("-1B", None)]
        {
            assert_eq!(sum(text, SIZE), expected, "{text}");
        }
        assert_eq!(sum("99999999999999TiB", SIZE), None);
    }
}
