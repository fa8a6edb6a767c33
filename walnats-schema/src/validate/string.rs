//! `minLength`, `maxLength`, `pattern` and asserted `format`.

use super::{Checked, Validator, expectation};
use crate::{At, StringRules};

impl Validator<'_> {
    pub(super) fn string(&mut self, rules: &StringRules, text: &str, at: &At<'_>) -> Checked {
        if rules.min_length.is_some() || rules.max_length.is_some() {
            let length = text.chars().count() as u64;
            if let Some(min) = rules.min_length.filter(|&min| length < min) {
                self.fail(at, "minLength", || expectation::count("at least", min, "character", "characters"))?;
            }
            if let Some(max) = rules.max_length.filter(|&max| length > max) {
                self.fail(at, "maxLength", || expectation::count("at most", max, "character", "characters"))?;
            }
        }
        if let Some(pattern) = &rules.pattern
            && !self.set.matches(pattern, text)
        {
            self.fail(at, "pattern", || format!("a match of `{pattern}`"))?;
        }
        if let Some(format) = rules.format
            && !format.check(text)
        {
            self.fail(at, "format", || expectation::format(format))?;
        }
        Ok(())
    }
}
