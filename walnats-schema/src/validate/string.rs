//! `minLength`, `maxLength`, `pattern` and asserted `format`.

use super::{Checked, Validator};
use crate::{At, StringRules, expectation};

impl Validator<'_> {
    pub(super) fn string(&mut self, rules: &StringRules, text: &str, at: &At<'_>) -> Checked {
        if rules.min_length.is_some() || rules.max_length.is_some() {
            let length = text.chars().count() as u64;
            if let Some(min) = rules.min_length.filter(|&min| length < min) {
                self.fail(at, "minLength", || expectation::min_length(min))?;
            }
            if let Some(max) = rules.max_length.filter(|&max| length > max) {
                self.fail(at, "maxLength", || expectation::max_length(max))?;
            }
        }
        if let Some(pattern) = &rules.pattern
            && !self.set.matches(pattern, text)
        {
            self.fail(at, "pattern", || expectation::pattern(pattern))?;
        }
        if let Some(format) = rules.format
            && !format.check(text)
        {
            self.fail(at, "format", || expectation::format(format))?;
        }
        Ok(())
    }
}
