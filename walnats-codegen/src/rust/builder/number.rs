//! Numbers: integers of 64 bits unless a format says otherwise, and floats.

use std::cmp::Ordering;

use serde_json::{Number, Value};
use walnats_schema::{Decimal, NumberRules};

use super::Builder;
use crate::model::{Bound, Constraint, RustType};
use crate::rust::conjunction::Conjunction;
use crate::rust::integer::{Integer, integral, whole};
use crate::rust::json_types::JsonTypes;
use crate::rust::types::{Type, Typed};

impl Builder<'_> {
    pub(super) fn number(&mut self, conjunction: &Conjunction) -> Typed {
        if let Some(typed) = self.integer_enum(conjunction) {
            return typed;
        }
        match conjunction.json_types {
            JsonTypes::INTEGER => self.integer(conjunction),
            _ => self.float(conjunction),
        }
    }

    fn integer(&self, conjunction: &Conjunction) -> Typed {
        let (mut min, mut max) = (None, None);
        let (mut constraints, mut judgements) = (Vec::new(), Vec::new());
        for number in self.number_rules(conjunction) {
            for (limit, step) in [(&number.minimum, 0), (&number.exclusive_minimum, 1)] {
                min = min.max(limit.as_ref().map(|limit| at_least(limit, step)));
            }
            for (limit, step) in [(&number.maximum, 0), (&number.exclusive_maximum, 1)] {
                let limit = limit.as_ref().map(|limit| at_most(limit, step));
                max = [max, limit].into_iter().flatten().min();
            }
            match number.multiple_of.as_ref().map(whole) {
                Some(Some(divisor)) => constraints.push(Constraint::MultipleOf(Bound::Integer(divisor))),
                Some(None) => judgements.extend(self.judge(conjunction)),
                None => {}
            }
        }
        let mut formats = self.number_rules(conjunction).filter_map(|number| number.format);
        let format = formats.next();
        if formats.any(|other| Some(other) != format) {
            judgements.extend(self.judge(conjunction));
        }
        let values = self.enumeration(conjunction);
        // Values that are listed matter where they need more than 64 bits with a sign.
        let listed: Vec<i128> = values.iter().flatten().filter_map(integral).collect();
        let listed = if listed.iter().all(|value| Integer::I64.holds(*value)) { Vec::new() } else { listed };
        let wanted = match self.wanted(conjunction) {
            Some(RustType::I128) => Some(Integer::I128),
            Some(RustType::Width(format)) => Some(Integer::of_format(format)),
            Some(RustType::String) | None => None,
        };
        let integer = wanted.or_else(|| format.map(Integer::of_format));
        let integer = integer
            .unwrap_or_else(|| width(min.or(listed.iter().min().copied()), max.or(listed.iter().max().copied())));
        let (least, most) = integer.range();
        if min.is_some_and(|min| min > most) || max.is_some_and(|max| max < least) {
            judgements.extend(self.judge(conjunction));
        } else {
            constraints.extend(min.filter(|min| *min > least).map(|min| Constraint::Minimum(Bound::Integer(min))));
            constraints.extend(max.filter(|max| *max < most).map(|max| Constraint::Maximum(Bound::Integer(max))));
        }
        if let Some(values) = values {
            let inside = |value: &Value| integral(value).is_some_and(|value| (least..=most).contains(&value));
            constraints.push(Constraint::OneOf(values.into_iter().filter(inside).collect()));
        }
        Typed { ty: Type::Integer(integer), alias: None, constraints, judgements }
    }

    fn float(&self, conjunction: &Conjunction) -> Typed {
        let (mut constraints, mut judgements) = (vec![Constraint::Finite], Vec::new());
        for number in self.number_rules(conjunction) {
            constraints.extend(number.minimum.as_ref().map(|limit| float_minimum(limit, Constraint::Minimum)));
            constraints.extend(
                number.exclusive_minimum.as_ref().map(|limit| float_minimum(limit, Constraint::ExclusiveMinimum)),
            );
            constraints.extend(number.maximum.as_ref().map(|limit| float_maximum(limit, Constraint::Maximum)));
            constraints.extend(
                number.exclusive_maximum.as_ref().map(|limit| float_maximum(limit, Constraint::ExclusiveMaximum)),
            );
            match number.multiple_of.as_ref().map(nearest) {
                Some((divisor, Ordering::Equal)) => constraints.push(Constraint::MultipleOf(Bound::Float(divisor))),
                Some(_) => judgements.extend(self.judge(conjunction)),
                None => {}
            }
        }
        if self.enumeration(conjunction).is_some() || conjunction.json_types != JsonTypes::NUMBER {
            judgements.extend(self.judge(conjunction));
        }
        Typed { ty: Type::Float, alias: None, constraints, judgements }
    }

    fn number_rules(&self, conjunction: &Conjunction) -> impl Iterator<Item = &NumberRules> {
        conjunction.schemas(self.schemas.set).map(|schema| &schema.number)
    }
}

/// The type for values between `min` and `max`: 64 bits, signed unless no value is negative. So a bound that moves changes
/// no type, short of one that 64 bits do not reach.
fn width(min: Option<i128>, max: Option<i128>) -> Integer {
    let integer = if min.is_some_and(|min| min >= 0) { Integer::U64 } else { Integer::I64 };
    match (min, max) {
        (Some(min), Some(max)) if !(integer.holds(min) && integer.holds(max)) => Integer::I128,
        _ => integer,
    }
}

/// The smallest integer that is not less than `limit`, or greater by `step` where `limit` is one itself.
fn at_least(limit: &Number, step: i128) -> i128 {
    match whole(limit) {
        Some(limit) => limit + step,
        None => limit.as_f64().map_or(i128::MIN, |limit| limit.ceil() as i128),
    }
}

/// The largest integer that is not more than `limit`, or less by `step` where `limit` is one itself.
fn at_most(limit: &Number, step: i128) -> i128 {
    match whole(limit) {
        Some(limit) => limit - step,
        None => limit.as_f64().map_or(i128::MAX, |limit| limit.floor() as i128),
    }
}

/// `minimum` or `exclusiveMinimum` of floats. A limit between two floats, which only an integer of many digits is, admits all from the
/// upper one.
fn float_minimum(limit: &Number, constraint: fn(Bound) -> Constraint) -> Constraint {
    match nearest(limit) {
        (float, Ordering::Equal) => constraint(Bound::Float(float)),
        (float, Ordering::Less) => Constraint::Minimum(Bound::Float(float.next_up())),
        (float, Ordering::Greater) => Constraint::Minimum(Bound::Float(float)),
    }
}

/// `maximum` or `exclusiveMaximum` of floats.
fn float_maximum(limit: &Number, constraint: fn(Bound) -> Constraint) -> Constraint {
    match nearest(limit) {
        (float, Ordering::Equal) => constraint(Bound::Float(float)),
        (float, Ordering::Less) => Constraint::Maximum(Bound::Float(float)),
        (float, Ordering::Greater) => Constraint::Maximum(Bound::Float(float.next_down())),
    }
}

/// The float next to a number, and how the two compare.
fn nearest(number: &Number) -> (f64, Ordering) {
    // Every number that serde_json reads has a float next to it.
    let float = number.as_f64().unwrap_or_default();
    let order = Decimal::from_f64(float).map_or(Ordering::Equal, |float| float.cmp(&Decimal::from(number)));
    (float, order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_between_two_floats_admit_those_beyond() {
        let number = |text: &str| text.parse::<Number>().unwrap();
        let bound = |float| Bound::Float(float);
        for (limit, min, max) in [
            ("0.5", Constraint::ExclusiveMinimum(bound(0.5)), Constraint::ExclusiveMaximum(bound(0.5))),
            ("7", Constraint::ExclusiveMinimum(bound(7.0)), Constraint::ExclusiveMaximum(bound(7.0))),
            (
                "9007199254740993",
                Constraint::Minimum(bound(9_007_199_254_740_994.0)),
                Constraint::Maximum(bound(9_007_199_254_740_992.0)),
            ),
            (
                "18446744073709551615",
                Constraint::Minimum(bound(18_446_744_073_709_552_000.0)),
                Constraint::Maximum(bound(18_446_744_073_709_550_000.0)),
            ),
        ] {
            let limit = number(limit);
            assert_eq!(float_minimum(&limit, Constraint::ExclusiveMinimum), min);
            assert_eq!(float_maximum(&limit, Constraint::ExclusiveMaximum), max);
        }
        assert_eq!(at_least(&number("1e19"), 1), 10_000_000_000_000_000_001);
    }

    #[test]
    fn bounds_that_move_change_no_type() {
        for (min, max, expected) in [
            (None, None, Integer::I64),
            (Some(0), None, Integer::U64),
            (Some(1), Some(100), Integer::U64),
            (Some(1), Some(300), Integer::U64),
            (Some(0), Some(u64::MAX.into()), Integer::U64),
            (Some(-1), None, Integer::I64),
            (Some(-1), Some(100), Integer::I64),
            (None, Some(10), Integer::I64),
            (Some(-1), Some(u64::MAX.into()), Integer::I128),
        ] {
            assert_eq!(width(min, max), expected, "{min:?} to {max:?}");
        }
    }
}
