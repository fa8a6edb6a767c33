//! Settles disputes about numbers: bounds, multiples and equality, by schoolbook arithmetic on the digits that are written.
//! It shares nothing with `walnats_schema::Decimal`, which it judges.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// References that are followed one after another; more count as a cycle.
const MAX_REFERENCES: usize = 20;

/// Whether `schema` accepts `instance`; `None` where anything but numbers and simple structure is in play.
pub(crate) fn accepts(schema: &Value, instance: &Value) -> Option<bool> {
    let draft = schema.get("$schema").and_then(Value::as_str).unwrap_or_default();
    let reference_stands_alone = draft.contains("draft-0");
    Arithmetic { root: schema, reference_stands_alone }.accepts(schema, instance, 0)
}

struct Arithmetic<'s> {
    root: &'s Value,
    reference_stands_alone: bool,
}

impl Arithmetic<'_> {
    /// After so many references that led here, with nothing between them.
    fn accepts(&self, schema: &Value, instance: &Value, references: usize) -> Option<bool> {
        let Value::Object(keywords) = schema else { return schema.as_bool() };
        let part = |part: &Value, instance: &Value| self.accepts(part, instance, 0);
        let mut accepted = true;
        if let Some(reference) = keywords.get("$ref") {
            let pointer = reference.as_str()?.strip_prefix('#').filter(|_| references < MAX_REFERENCES)?;
            accepted = self.accepts(self.root.pointer(pointer)?, instance, references + 1)?;
            if self.reference_stands_alone {
                return Some(accepted);
            }
        }
        for (keyword, value) in keywords.iter().filter(|(keyword, _)| *keyword != "$ref") {
            accepted &= match (keyword.as_str(), instance) {
                ("$schema" | "$id" | "id" | "$defs" | "definitions" | "$anchor", _) => true,
                (
                    "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf",
                    Value::Number(number),
                ) => number_rule(keywords, keyword, value, number)?,
                ("minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf", _) => true,
                ("type", _) => match value {
                    Value::Array(names) => names.iter().any(|name| is_of_type(name, instance)),
                    name => is_of_type(name, instance),
                },
                ("const", _) => equal(value, instance),
                ("enum", _) => value.as_array()?.iter().any(|listed| equal(listed, instance)),
                ("uniqueItems", Value::Array(items)) => {
                    value != true
                        || !items.iter().enumerate().any(|(at, item)| items[..at].iter().any(|one| equal(one, item)))
                }
                ("items", Value::Array(items)) if !value.is_array() => all(items.iter().map(|item| part(value, item)))?,
                ("properties", Value::Object(members)) => {
                    all(value.as_object()?.iter().filter_map(|(name, schema)| Some(part(schema, members.get(name)?))))?
                }
                ("items" | "properties" | "uniqueItems", _) => true,
                ("not", _) => !self.accepts(value, instance, references)?,
                ("allOf" | "anyOf" | "oneOf", _) => {
                    let branches = value.as_array()?.iter().map(|branch| self.accepts(branch, instance, references));
                    let matched =
                        branches.collect::<Option<Vec<bool>>>()?.into_iter().filter(|matched| *matched).count();
                    match keyword.as_str() {
                        "allOf" => matched == value.as_array()?.len(),
                        "anyOf" => matched > 0,
                        _ => matched == 1,
                    }
                }
                _ => return None,
            };
        }
        Some(accepted)
    }
}

fn is_of_type(name: &Value, instance: &Value) -> bool {
    match (name.as_str().unwrap_or_default(), instance) {
        ("integer", Value::Number(number)) => Digits::of(number).exponent >= 0,
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("number", Value::Number(_))
        | ("string", Value::String(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_)) => true,
        _ => false,
    }
}

fn all(mut verdicts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    verdicts.try_fold(true, |all, verdict| Some(all & verdict?))
}

fn number_rule(keywords: &Map<String, Value>, keyword: &str, limit: &Value, number: &Number) -> Option<bool> {
    // Draft 4 has flags next to the bound.
    let excludes = |flag: &str| keywords.get(flag) == Some(&Value::Bool(true));
    let Value::Number(limit) = limit else { return limit.is_boolean().then_some(true) };
    let (number, limit) = (Digits::of(number), Digits::of(limit));
    let order = number.compare(&limit);
    Some(match keyword {
        "minimum" => order == Ordering::Greater || (order == Ordering::Equal && !excludes("exclusiveMinimum")),
        "maximum" => order == Ordering::Less || (order == Ordering::Equal && !excludes("exclusiveMaximum")),
        "exclusiveMinimum" => order == Ordering::Greater,
        "exclusiveMaximum" => order == Ordering::Less,
        _ => number.is_multiple_of(&limit),
    })
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Digits::of(a).compare(&Digits::of(b)) == Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Whether `text` is JSON for the same value, number by number as exact as they are written.
pub fn is_text_of(text: &RawValue, value: &Value) -> bool {
    fn read<'t, T: Deserialize<'t>>(text: &'t RawValue) -> Option<T> {
        serde_json::from_str(text.get()).ok()
    }
    match value {
        Value::Number(number) => {
            let written = text.get();
            let is_number = written.starts_with(|first: char| first == '-' || first.is_ascii_digit());
            is_number && Digits::read(written).compare(&Digits::of(number)) == Ordering::Equal
        }
        Value::Array(items) => read::<Vec<&RawValue>>(text)
            .is_some_and(|texts| texts.len() == items.len() && texts.iter().zip(items).all(|(t, v)| is_text_of(t, v))),
        Value::Object(members) => {
            // As pairs, so that no member is written twice.
            read::<Pairs<'_>>(text).is_some_and(|Pairs(texts)| {
                let known = |(name, text): &(String, &RawValue)| members.get(name).is_some_and(|v| is_text_of(text, v));
                texts.len() == members.len() && texts.iter().all(known)
            })
        }
        other => read::<Value>(text).as_ref() == Some(other),
    }
}

/// The members of an object, as often as they are there.
struct Pairs<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A number as it is written: digits without zeros at either end, the last of them worth ten to the `exponent`.
struct Digits {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Digits {
    fn of(number: &Number) -> Self {
        Self::read(&number.to_string())
    }

    fn read(number: &str) -> Self {
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let mut exponent: i64 = exponent.parse().unwrap_or(0);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        exponent -= fraction.len() as i64;
        let text = format!("{whole}{fraction}");
        let text = text.trim_start_matches(['-', '0']);
        let digits = text.trim_end_matches('0');
        exponent += (text.len() - digits.len()) as i64;
        let digits: Vec<u8> = digits.bytes().map(|byte| byte - b'0').collect();
        Self { negative: number.starts_with('-') && !digits.is_empty(), digits, exponent }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let magnitude = |number: &Self| number.digits.len() as i64 + number.exponent;
        let absolute = match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            _ => magnitude(self).cmp(&magnitude(other)).then_with(|| self.digits.cmp(&other.digits)),
        };
        match (self.negative, other.negative) {
            (false, false) => absolute,
            (true, true) => absolute.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }

    /// Long division, digit by digit.
    fn is_multiple_of(&self, divisor: &Self) -> bool {
        if self.digits.is_empty() {
            return true;
        }
        // Neither ends in a zero, so that a finer fraction is never a multiple of a coarser one.
        if divisor.digits.is_empty() || self.exponent < divisor.exponent {
            return false;
        }
        let modulus = divisor.digits.iter().fold(0_u128, |value, digit| value * 10 + u128::from(*digit));
        let zeros = std::iter::repeat_n(&0, usize::try_from(self.exponent - divisor.exponent).unwrap_or(0));
        self.digits.iter().chain(zeros).fold(0, |rest, digit| (rest * 10 + u128::from(*digit)) % modulus) == 0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::accepts;

    #[test]
    fn digits_decide() {
        for (schema, instance, wanted) in [
            (json!({"multipleOf": 0.01}), json!(19.99), Some(true)),
            (json!({"multipleOf": 10}), json!(1e300), Some(true)),
            (json!({"multipleOf": 2}), json!(5e-324), Some(false)),
            (json!({"multipleOf": 9007199254740993_u64}), json!(-9007199254740993_i64), Some(true)),
            (json!({"minimum": -9007199254740993_i64}), json!(-9007199254740992.0), Some(true)),
            (json!({"exclusiveMinimum": 0}), json!(-0.0), Some(false)),
            (json!({"minimum": 5, "exclusiveMinimum": true}), json!(5), Some(false)),
            (json!({"const": [9007199254740993_u64]}), json!([9007199254740992.0]), Some(false)),
            (json!({"type": "integer", "multipleOf": 5e-324}), json!(1.0), Some(true)),
            (json!({"type": ["integer", "null"]}), json!(1.5), Some(false)),
            (
                json!({"$ref": "#/$defs/a", "minimum": 2, "$defs": {"a": {"multipleOf": 1e300}}}),
                json!(3.3e302),
                Some(true),
            ),
            (json!({"$ref": "#/definitions/a", "minimum": 2, "definitions": {"a": true}}), json!(1), Some(false)),
            (json!({"$ref": "#"}), json!(1), None),
            (json!({"format": "email"}), json!(1), None),
        ] {
            assert_eq!(accepts(&schema, &instance), wanted, "{schema} {instance}");
        }
    }
}
