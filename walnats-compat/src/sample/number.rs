//! Numbers at their bounds.

use serde_json::{Number, Value};
use walnats_schema::Schema;

use super::{Instances, Random, edge_cases};

impl Instances<'_> {
    pub(super) fn number(&mut self, applying: &[&Schema], integer: bool, random: &mut Random) -> Value {
        let rules: Vec<_> = applying.iter().map(|schema| &schema.number).collect();
        let bounds: Vec<&Number> = rules
            .iter()
            .flat_map(|rules| [&rules.minimum, &rules.maximum, &rules.exclusive_minimum, &rules.exclusive_maximum])
            .flatten()
            .collect();
        let divisor = rules.iter().find_map(|rules| rules.multiple_of.as_ref());
        let number = match (divisor, bounds.is_empty()) {
            (Some(divisor), _) if random.chance(70) => multiple(divisor, &bounds, random),
            (_, false) => near(bounds[random.below(bounds.len())], integer, random),
            _ if self.is_plain && !integer => float(random.below(20_000) as f64 / 100.0),
            _ if self.is_plain => Number::from(random.below(1_000) as i64),
            _ if integer => Number::from(random.below(2_000) as i64 - 1_000),
            _ => edge_cases::number(random),
        };
        if integer && !self.slips(random) {
            // `1.0` is an integer, and not what people write.
            let mut number = whole(number, random);
            if self.is_plain && number.is_f64() {
                number = number
                    .as_f64()
                    .filter(|value| value.abs() < 9e15)
                    .map_or(number, |value| Number::from(value as i64));
            }
            return number.into();
        }
        number.into()
    }
}

/// The bound itself, or next to it.
fn near(bound: &Number, integer: bool, random: &mut Random) -> Number {
    let step = random.below(5) as i64 - 2;
    if let Some(bound) = bound.as_i64() {
        let number = bound.saturating_add(step);
        return if integer || random.chance(70) { number.into() } else { float(number as f64 + 0.5) };
    }
    if let Some(bound) = bound.as_u64() {
        return bound.saturating_add_signed(step).into();
    }
    let bound = bound.as_f64().unwrap_or_default();
    match random.below(5) {
        0 => float(bound),
        1 => float(bound.next_up()),
        2 => float(bound.next_down()),
        _ => float(bound + step as f64),
    }
}

fn multiple(divisor: &Number, bounds: &[&Number], random: &mut Random) -> Number {
    let factor = match bounds.first().and_then(|bound| bound.as_f64()) {
        Some(bound) => (bound / divisor.as_f64().unwrap_or(1.0)).round() + random.below(5) as f64 - 2.0,
        None => random.below(1_000) as f64 - 500.0,
    };
    match divisor.as_i64() {
        Some(divisor) if factor.abs() < 1e15 => divisor.saturating_mul(factor as i64).into(),
        // As text, because 3 * 0.1 is not the multiple of 0.1 that a person writes.
        _ => {
            let product = divisor.as_f64().unwrap_or(1.0) * factor;
            let written: f64 = format!("{product:.9}").parse().unwrap_or(product);
            float(if random.chance(80) { written } else { product })
        }
    }
}

/// The same without its fraction, at times written with one of zero.
fn whole(number: Number, random: &mut Random) -> Number {
    let value = number.as_f64().unwrap_or_default();
    match number.is_f64() {
        true if value.abs() < 9e15 && random.chance(70) => Number::from(value as i64),
        true => float(value.trunc()),
        false if random.chance(5) => float(value),
        false => number,
    }
}

fn float(value: f64) -> Number {
    Number::from_f64(value).unwrap_or_else(|| Number::from(0))
}
