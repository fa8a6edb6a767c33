//! Rules of one value that can never hold together: `const: 3` and `in: [4]`, `gte: 5` and `lt: 5`.
//!
//! The rules themselves are asked, with values put in. Where a rule leaves few values, those are all that there are; of numbers
//! and times, those next to the bounds will do, as standard rules compare with constants: where none of these holds, none does.

use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, Kind, ReflectMessage as _};
use walnats_cel::Value;
use walnats_cel::library::{Duration, Timestamp};

use super::declarations::{Schema, constant, value_type, wrapped};
use super::expression::Written;
use super::value::Shape;
use super::{flag, lengths, list, set, texts};

/// More values than these are not tried.
const MAX_VALUES: usize = 2_000;

/// A rule, as it is written.
pub struct Test {
    pub written: Written,
    /// The rules that it is one of, and its value.
    pub known: (Value, Value),
    /// `int32.gte`
    pub name: String,
    /// Whether it is one of protovalidate's.
    pub is_standard: bool,
}

/// The rules of a value.
pub struct Asked<'a> {
    /// The standard rules, such as `buf.validate.Int32Rules`.
    pub rules: &'a DynamicMessage,
    /// Where they are in the rules of the field: `int32.`.
    pub path: &'a str,
    pub shape: &'a Shape,
    pub tests: &'a [Test],
    /// Those that the field has besides.
    pub own: &'a [Written],
}

impl Asked<'_> {
    /// The whole name of a standard rule.
    pub fn name(&self, rule: &str) -> String {
        format!("{}{rule}", self.path)
    }
}

/// The names of rules of which one or another refuses each value; `None` if some value may be left.
pub fn conflict(asked: &Asked<'_>, schema: &Schema<'_>) -> Option<Vec<String>> {
    if let Some(names) = apart(asked).or_else(|| lengths::conflict(asked)) {
        return Some(names);
    }
    let Shape::One(kind) = asked.shape else { return None };
    let kind = wrapped(kind).unwrap_or_else(|| kind.clone());
    let values = Values::of(asked, &kind)?;
    let mut names: BTreeSet<String> = values.source.iter().cloned().collect();
    for value in &values.list {
        names.insert(asked.refusing(value, &kind, values.are_all, schema)?);
    }
    Some(names.into_iter().collect())
}

/// Of rules that are not expressions, or none over the value alone.
fn apart(asked: &Asked<'_>) -> Option<Vec<String>> {
    let rules = asked.rules;
    let both = |one: &str, other: &str| Some(vec![asked.name(one), asked.name(other)]);
    match rules.descriptor().name() {
        "AnyRules" => {
            let (allowed, refused) = (texts(rules, "in"), texts(rules, "not_in"));
            if !allowed.is_empty() && allowed.iter().all(|url| refused.contains(url)) {
                both("in", "not_in")
            } else {
                None
            }
        }
        "TimestampRules" if flag(rules, "lt_now") && flag(rules, "gt_now") => both("lt_now", "gt_now"),
        _ => None,
    }
}

impl Asked<'_> {
    /// The first rule that refuses `value`. Rules that are not standard count only where `are_all` values are tried.
    fn refusing(&self, value: &Value, kind: &Kind, are_all: bool, schema: &Schema<'_>) -> Option<String> {
        if let (Kind::Enum(kind), Value::Int(number)) = (kind, value)
            && flag(self.rules, "defined_only")
            && i32::try_from(*number).ok().and_then(|number| kind.get_value(number)).is_none()
        {
            return Some(self.name("defined_only"));
        }
        let mut tests = self.tests.iter().filter(|test| are_all || test.is_standard);
        let test = tests.find(|test| test.written.refuses(value, Some(&test.known), schema));
        let own = || self.own.iter().find(|rule| are_all && rule.refuses(value, None, schema));
        test.map(|test| test.name.clone()).or_else(|| own().map(|rule| rule.id.clone()))
    }
}

/// Values to try.
struct Values {
    list: Vec<Value>,
    /// Whether there are no others.
    are_all: bool,
    /// The rule that leaves only these.
    source: Option<String>,
}

impl Values {
    /// `None` where none would tell.
    fn of(asked: &Asked<'_>, kind: &Kind) -> Option<Self> {
        let rules = asked.rules;
        let field = |name: &str| rules.descriptor().get_field_by_name(name).map(|field| field.kind());
        let of = |rule: &str, list: Vec<Value>| Self { list, are_all: true, source: Some(asked.name(rule)) };
        let found = if let Some(value) = set(rules, "const") {
            of("const", vec![constant(&value, &field("const")?)?])
        } else if rules.has_field_by_name("in") && rules.descriptor().name() != "FieldMaskRules" {
            let kind = field("in")?;
            of("in", list(rules, "in").iter().map(|value| constant(value, &kind)).collect::<Option<_>>()?)
        } else {
            match kind {
                Kind::Enum(kind) if flag(rules, "defined_only") => {
                    of("defined_only", kind.values().map(|value| Value::Int(value.number().into())).collect())
                }
                Kind::Bool => Self { list: vec![Value::Bool(false), Value::Bool(true)], are_all: true, source: None },
                _ => Self { list: near(rules, kind), are_all: false, source: None },
            }
        };
        (!found.list.is_empty() && found.list.len() <= MAX_VALUES).then_some(found)
    }
}

/// The values next to the constants of rules, and these themselves.
fn near(rules: &DynamicMessage, kind: &Kind) -> Vec<Value> {
    let ty = value_type(kind);
    let mut constants = Vec::new();
    for (field, value) in
        rules.fields().filter(|(field, _)| field.name() != "example" && value_type(&field.kind()) == ty)
    {
        match value.as_list() {
            Some(items) => constants.extend(items.iter().filter_map(|item| constant(item, &field.kind()))),
            None => constants.extend(constant(value, &field.kind())),
        }
    }
    let mut found: Vec<Value> = constants.iter().flat_map(|constant| around(constant, kind)).collect();
    if !found.is_empty() && matches!(kind, Kind::Double | Kind::Float) {
        found.extend([0.0, f64::INFINITY, f64::NEG_INFINITY].map(Value::Double));
    }
    found
}

fn around(constant: &Value, kind: &Kind) -> Vec<Value> {
    let is_short =
        !matches!(kind, Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64 | Kind::Double);
    match *constant {
        Value::Int(value) => {
            let near = [value.checked_sub(1), Some(value), value.checked_add(1)];
            let is_one = |value: &i64| !is_short || i32::try_from(*value).is_ok();
            near.into_iter().flatten().filter(is_one).map(Value::Int).collect()
        }
        Value::Uint(value) => {
            let near = [value.checked_sub(1), Some(value), value.checked_add(1)];
            let is_one = |value: &u64| !is_short || u32::try_from(*value).is_ok();
            near.into_iter().flatten().filter(is_one).map(Value::Uint).collect()
        }
        #[allow(clippy::cast_possible_truncation)]
        Value::Double(value) if is_short => {
            let value = value as f32;
            [value.next_down(), value, value.next_up()].map(|value| Value::Double(value.into())).to_vec()
        }
        Value::Double(value) => [value.next_down(), value, value.next_up()].map(Value::Double).to_vec(),
        Value::Duration(value) => {
            let (seconds, nanos) = value.parts();
            [-1, 0, 1].map(|near| Value::Duration(Duration::new(seconds, nanos + near))).to_vec()
        }
        Value::Timestamp(value) => {
            let (seconds, nanos) = value.parts();
            [-1, 0, 1].map(|near| Value::Timestamp(Timestamp::new(seconds, nanos + near))).to_vec()
        }
        _ => Vec::new(),
    }
}
