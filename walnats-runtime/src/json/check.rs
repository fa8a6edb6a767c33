//! One function per keyword, for generated code to call: each adds a violation where a value breaks the keyword.
//!
//! The words are those of the schema's own validator, so that it does not matter which of the two finds a violation.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::sync::OnceLock;

use serde::Serialize;
use serde_json::Value;
use walnats_schema::{At, Decimal, Format, JsonType, Violation, expectation, first_repetition};

use super::schemas::json_value;

fn expect(violations: &mut Vec<Violation>, at: &At<'_>, keyword: &'static str, expected: String) {
    violations.push(Violation { pointer: at.pointer(), keyword, expected });
}

/// `minLength`, in Unicode code points.
pub fn min_length(value: &str, min: u64, at: &At<'_>, violations: &mut Vec<Violation>) {
    // A code point has four bytes at most, so that most texts need not be counted.
    if (value.len() as u64) < min.saturating_mul(4) && (value.chars().count() as u64) < min {
        expect(violations, at, "minLength", expectation::min_length(min));
    }
}

/// `maxLength`, in Unicode code points.
pub fn max_length(value: &str, max: u64, at: &At<'_>, violations: &mut Vec<Violation>) {
    if value.len() as u64 > max && value.chars().count() as u64 > max {
        expect(violations, at, "maxLength", expectation::max_length(max));
    }
}

/// A regular expression of ECMA-262, compiled when it is first needed.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<walnats_schema::Pattern>>,
}

impl Pattern {
    /// The expression `text`.
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }
}

/// `pattern`.
pub fn pattern(value: &str, pattern: &Pattern, at: &At<'_>, violations: &mut Vec<Violation>) {
    // Codegen compiled the expression before; one that no longer compiles matches nothing.
    let compiled = pattern.compiled.get_or_init(|| walnats_schema::Pattern::new(pattern.text).ok());
    if !compiled.as_ref().is_some_and(|compiled| compiled.is_match(value)) {
        expect(violations, at, "pattern", expectation::pattern(pattern.text));
    }
}

/// `format`.
#[inline]
pub fn format(value: &str, format: Format, at: &At<'_>, violations: &mut Vec<Violation>) {
    if !format.check(value) {
        expect_format(format, at, violations);
    }
}

#[cold]
fn expect_format(format: Format, at: &At<'_>, violations: &mut Vec<Violation>) {
    expect(violations, at, "format", expectation::format(format));
}

/// `minimum`.
pub fn minimum<T: PartialOrd + Display>(value: &T, min: T, at: &At<'_>, violations: &mut Vec<Violation>) {
    if *value < min {
        expect(violations, at, "minimum", expectation::minimum(min));
    }
}

/// `maximum`.
pub fn maximum<T: PartialOrd + Display>(value: &T, max: T, at: &At<'_>, violations: &mut Vec<Violation>) {
    if *value > max {
        expect(violations, at, "maximum", expectation::maximum(max));
    }
}

/// `exclusiveMinimum`.
pub fn exclusive_minimum<T: PartialOrd + Display>(value: &T, min: T, at: &At<'_>, violations: &mut Vec<Violation>) {
    if *value <= min {
        expect(violations, at, "exclusiveMinimum", expectation::exclusive_minimum(min));
    }
}

/// `exclusiveMaximum`.
pub fn exclusive_maximum<T: PartialOrd + Display>(value: &T, max: T, at: &At<'_>, violations: &mut Vec<Violation>) {
    if *value >= max {
        expect(violations, at, "exclusiveMaximum", expectation::exclusive_maximum(max));
    }
}

/// `multipleOf` of an integer.
pub fn multiple_of(value: impl Into<i128>, divisor: i128, at: &At<'_>, violations: &mut Vec<Violation>) {
    if value.into().checked_rem(divisor) != Some(0) {
        expect(violations, at, "multipleOf", expectation::multiple_of(divisor));
    }
}

/// `multipleOf` of a number, by its decimal digits.
pub fn float_multiple_of(value: f64, divisor: f64, at: &At<'_>, violations: &mut Vec<Violation>) {
    let (value, decimal) = (Decimal::from_f64(value), Decimal::from_f64(divisor));
    if !value.zip(decimal).is_some_and(|(value, divisor)| value.is_multiple_of(divisor)) {
        expect(violations, at, "multipleOf", expectation::multiple_of(divisor));
    }
}

/// JSON has no infinities and no NaN.
pub fn finite(value: f64, at: &At<'_>, violations: &mut Vec<Violation>) {
    if !value.is_finite() {
        expect(violations, at, "type", expectation::types(&[JsonType::Number]));
    }
}

/// `enum` and `const` with values that do not form a Rust enum. `expected` lists them: `one of 1, 2`, or the one value.
pub fn one_of(allowed: bool, expected: &str, at: &At<'_>, violations: &mut Vec<Violation>) {
    if !allowed {
        let keyword = if expected.starts_with("one of ") { "enum" } else { "const" };
        expect(violations, at, keyword, expected.to_owned());
    }
}

/// `minItems`.
pub fn min_items(items: usize, min: u64, at: &At<'_>, violations: &mut Vec<Violation>) {
    if (items as u64) < min {
        expect(violations, at, "minItems", expectation::min_items(min));
    }
}

/// `maxItems`.
pub fn max_items(items: usize, max: u64, at: &At<'_>, violations: &mut Vec<Violation>) {
    if items as u64 > max {
        expect(violations, at, "maxItems", expectation::max_items(max));
    }
}

/// `uniqueItems`, for items that are equal in Rust exactly where they are equal in JSON.
pub fn unique_items<T: Eq + Hash>(items: &[T], at: &At<'_>, violations: &mut Vec<Violation>) {
    let mut seen = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        if let Some(first) = seen.insert(item, index) {
            return expect(violations, at, "uniqueItems", expectation::unique_items(first, index));
        }
    }
}

/// `uniqueItems`, for items that Rust compares differently from JSON.
pub fn unique_values<T: Serialize>(items: &[T], at: &At<'_>, violations: &mut Vec<Violation>) {
    // What cannot be written, `finite` reports.
    let values: Option<Vec<Value>> = items.iter().map(|item| json_value(item).ok()).collect();
    if let Some((first, second)) = values.and_then(|values| first_repetition(&values)) {
        expect(violations, at, "uniqueItems", expectation::unique_items(first, second));
    }
}

/// Whether a check of `value` finds nothing, where its outcome is a part of a condition.
pub fn passes<V, L>(check: impl FnOnce(V, L, &At<'_>, &mut Vec<Violation>), value: V, limit: L) -> bool {
    let mut violations = Vec::new();
    check(value, limit, &At::Root, &mut violations);
    violations.is_empty()
}

/// Whether `$value` matches the regular expression `$text`, where its outcome is a part of a condition; for generated code.
#[doc(hidden)]
#[macro_export]
macro_rules! matches_pattern {
    ($value:expr, $text:literal $(,)?) => {{
        static PATTERN: $crate::private::Pattern = $crate::private::Pattern::new($text);
        $crate::private::passes($crate::private::pattern, $value, &PATTERN)
    }};
}

/// Whether all of `conditions` hold.
pub fn all<const N: usize>(conditions: [bool; N]) -> bool {
    conditions.into_iter().all(|holds| holds)
}

/// Whether one of `conditions` holds.
pub fn any<const N: usize>(conditions: [bool; N]) -> bool {
    conditions.into_iter().any(|holds| holds)
}

/// `minProperties`.
pub fn min_properties(members: usize, min: u64, at: &At<'_>, violations: &mut Vec<Violation>) {
    if (members as u64) < min {
        expect(violations, at, "minProperties", expectation::min_properties(min));
    }
}

/// `maxProperties`.
pub fn max_properties(members: usize, max: u64, at: &At<'_>, violations: &mut Vec<Violation>) {
    if members as u64 > max {
        expect(violations, at, "maxProperties", expectation::max_properties(max));
    }
}

/// `required`, of a member that has no field.
pub fn present(is_there: bool, name: &str, at: &At<'_>, violations: &mut Vec<Violation>) {
    if !is_there {
        expect(violations, at, "required", expectation::required(name));
    }
}

/// The schema `false`, of a member that cannot be there.
pub fn absent(is_there: bool, name: &str, at: &At<'_>, violations: &mut Vec<Violation>) {
    if is_there {
        expect(violations, &at.property(name), "false", expectation::NEVER.to_owned());
    }
}

/// The members without a field must not have the name of one: the object would have two of that name.
pub fn no_field<'a>(
    additional: impl IntoIterator<Item = &'a String>,
    fields: &[&str],
    at: &At<'_>,
    violations: &mut Vec<Violation>,
) {
    for name in additional {
        if fields.contains(&name.as_str()) {
            expect(violations, &at.property(name), "properties", "the member only in its own field".to_owned());
        }
    }
}

/// A single `patternProperties` pattern without `properties`: each member's name must match.
pub fn member_names<'a>(
    names: impl IntoIterator<Item = &'a String>,
    pattern: &Pattern,
    at: &At<'_>,
    violations: &mut Vec<Violation>,
) {
    for name in names {
        let compiled = pattern.compiled.get_or_init(|| walnats_schema::Pattern::new(pattern.text).ok());
        if !compiled.as_ref().is_some_and(|compiled| compiled.is_match(name)) {
            let expected = format!("only members whose names match `{}`", pattern.text);
            expect(violations, &at.property(name), "additionalProperties", expected);
        }
    }
}
