//! `prefixItems`, `items`, `contains`, and how many items there may be.

use serde_json::Value;

use super::{Checked, Evaluated, Here, Validator};
use crate::{ArrayRules, At, Contains, expectation, first_repetition};

impl Validator<'_> {
    pub(super) fn array<'i>(
        &mut self,
        rules: &ArrayRules,
        items: &'i [Value],
        at: &At<'_>,
        mut seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        let length = items.len() as u64;
        if let Some(min) = rules.min_items.filter(|&min| length < min) {
            self.fail(at, "minItems", || expectation::min_items(min))?;
        }
        if let Some(max) = rules.max_items.filter(|&max| length > max) {
            self.fail(at, "maxItems", || expectation::max_items(max))?;
        }
        if rules.unique_items
            && let Some((first, second)) = first_repetition(items)
        {
            self.fail(at, "uniqueItems", || expectation::unique_items(first, second))?;
        }
        for (index, (item, schema)) in items.iter().zip(&rules.prefix_items).enumerate() {
            self.check(*schema, Here::new(item, &at.item(index)), None)?;
        }
        let prefix = rules.prefix_items.len();
        if let Some(schema) = rules.items {
            for (index, item) in items.iter().enumerate().skip(prefix) {
                if self.set.get(schema).never {
                    let expected = || expectation::count("at most", prefix as u64, "item", "items");
                    return self.fail(&at.item(index), "items", expected);
                }
                self.check(schema, Here::new(item, &at.item(index)), None)?;
            }
        }
        if let Some(seen) = seen.as_deref_mut() {
            seen.leading_items(if rules.items.is_some() { items.len() } else { prefix });
        }
        rules.contains.as_ref().map_or(Ok(()), |contains| self.contains(contains, items, at, seen))
    }

    fn contains<'i>(
        &mut self,
        contains: &Contains,
        items: &'i [Value],
        at: &At<'_>,
        mut seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        let mut count = 0;
        for (index, item) in items.iter().enumerate() {
            if self.accepts(contains.schema, Here::new(item, &at.item(index)), None) {
                count += 1;
                if let Some(seen) = seen.as_deref_mut().filter(|_| contains.evaluates) {
                    seen.item(index);
                }
            }
        }
        if count < contains.min {
            let keyword = if contains.min == 1 { "contains" } else { "minContains" };
            let items = ("item that fits `contains`", "items that fit `contains`");
            self.fail(at, keyword, || expectation::count("at least", contains.min, items.0, items.1))?;
        }
        if let Some(max) = contains.max.filter(|&max| count > max) {
            let items = ("item that fits `contains`", "items that fit `contains`");
            self.fail(at, "maxContains", || expectation::count("at most", max, items.0, items.1))?;
        }
        Ok(())
    }
}
