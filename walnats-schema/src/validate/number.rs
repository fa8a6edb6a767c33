//! `minimum`, `maximum`, their exclusive forms, and `multipleOf`.

use serde_json::Number;

use super::{Checked, Validator};
use crate::{At, Decimal, IntegerFormat, NumberRules, expectation};

impl Validator<'_> {
    pub(super) fn number(&mut self, rules: &NumberRules, number: &Number, at: &At<'_>) -> Checked {
        if *rules == NumberRules::default() {
            return Ok(());
        }
        let value = Decimal::from(number);
        let breaks = |limit: &Option<Number>, broken: fn(&Decimal, &Decimal) -> bool| {
            limit.clone().filter(|limit| broken(&value, &Decimal::from(limit)))
        };
        if let Some(limit) = breaks(&rules.minimum, Decimal::lt) {
            self.fail(at, "minimum", || expectation::minimum(limit))?;
        }
        if let Some(limit) = breaks(&rules.exclusive_minimum, Decimal::le) {
            self.fail(at, "exclusiveMinimum", || expectation::exclusive_minimum(limit))?;
        }
        if let Some(limit) = breaks(&rules.maximum, Decimal::gt) {
            self.fail(at, "maximum", || expectation::maximum(limit))?;
        }
        if let Some(limit) = breaks(&rules.exclusive_maximum, Decimal::ge) {
            self.fail(at, "exclusiveMaximum", || expectation::exclusive_maximum(limit))?;
        }
        if let Some(divisor) = breaks(&rules.multiple_of, |value, divisor| !value.is_multiple_of(*divisor)) {
            self.fail(at, "multipleOf", || expectation::multiple_of(divisor))?;
        }
        if let Some(format) = rules.format
            && !contains(format, &value)
        {
            self.fail(at, "format", || expectation::integer_format(format))?;
        }
        Ok(())
    }
}

fn contains(format: IntegerFormat, value: &Decimal) -> bool {
    let (least, most) = format.range();
    // Each range begins within `i64` and ends within `u64`.
    let (least, most) = (Number::from(least as i64), Number::from(most as u64));
    *value >= Decimal::from(&least) && *value <= Decimal::from(&most)
}
