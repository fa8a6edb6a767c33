//! `properties`, `patternProperties`, `additionalProperties`, `required`, names, counts and dependencies.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Checked, Evaluated, Here, Validator};
use crate::{At, ObjectRules, SchemaId, expectation};

/// Up to how many declared properties a name is looked for one by one.
const FEW_PROPERTIES: usize = 12;

impl Validator<'_> {
    pub(super) fn object<'i>(
        &mut self,
        rules: &ObjectRules,
        members: &'i Map<String, Value>,
        at: &At<'_>,
        mut seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        self.counts(rules, members, at)?;
        for name in rules.required.iter().filter(|name| !members.contains_key(*name)) {
            self.fail(at, "required", || expectation::required(name))?;
        }
        for (cause, names) in rules.dependent_required.iter().filter(|(cause, _)| members.contains_key(cause)) {
            for name in names.iter().filter(|name| !members.contains_key(*name)) {
                self.fail(at, "dependentRequired", || format!("the property `{name}`, because `{cause}` is there"))?;
            }
        }
        if let Some(schema) = rules.property_names {
            for name in members.keys() {
                self.property_name(schema, name, at)?;
            }
        }
        let mut declared = 0;
        for (name, schema) in &rules.properties {
            if let Some((name, value)) = members.get_key_value(name) {
                declared += 1;
                self.check(*schema, Here::new(value, &at.property(name)), None)?;
                if let Some(seen) = seen.as_deref_mut() {
                    seen.property(name);
                }
            }
        }
        let has_others = declared < members.len() && rules.additional_properties.is_some();
        if rules.pattern_properties.is_empty() && !has_others {
            return Ok(());
        }
        self.other_properties(rules, members, at, seen)
    }

    fn counts(&mut self, rules: &ObjectRules, members: &Map<String, Value>, at: &At<'_>) -> Checked {
        let count = members.len() as u64;
        if let Some(min) = rules.min_properties.filter(|&min| count < min) {
            self.fail(at, "minProperties", || expectation::min_properties(min))?;
        }
        if let Some(max) = rules.max_properties.filter(|&max| count > max) {
            self.fail(at, "maxProperties", || expectation::max_properties(max))?;
        }
        Ok(())
    }

    fn property_name(&mut self, schema: SchemaId, name: &str, at: &At<'_>) -> Checked {
        let at = at.property(name);
        self.memory.in_names += 1;
        let judged = self.attempt(schema, Here::new(&Value::String(name.to_owned()), &at), None);
        self.memory.in_names -= 1;
        let Err(violations) = judged else { return Ok(()) };
        let expected: Vec<_> = violations.into_iter().map(|violation| violation.expected).collect();
        self.fail(&at, "propertyNames", || format!("a property name that is {}", expected.join(" and ")))
    }

    /// `patternProperties`, and `additionalProperties` for what nothing else declares.
    fn other_properties<'i>(
        &mut self,
        rules: &ObjectRules,
        members: &'i Map<String, Value>,
        at: &At<'_>,
        mut seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        let declared = Names::new(&rules.properties);
        for (name, value) in members {
            let at = at.property(name);
            let mut matched = false;
            for (pattern, schema) in &rules.pattern_properties {
                if self.set.matches(pattern, name) {
                    matched = true;
                    self.check(*schema, Here::new(value, &at), None)?;
                }
            }
            if !matched
                && let Some(schema) = rules.additional_properties
                && !declared.contain(name)
            {
                matched = true;
                if self.set.get(schema).never {
                    self.fail(&at, "additionalProperties", || expectation::NO_PROPERTY.to_owned())?;
                } else {
                    self.check(schema, Here::new(value, &at), None)?;
                }
            }
            if let Some(seen) = seen.as_deref_mut().filter(|_| matched) {
                seen.property(name);
            }
        }
        Ok(())
    }
}

/// The names that `properties` declares.
enum Names<'s> {
    Few(&'s [(String, SchemaId)]),
    Many(HashSet<&'s str>),
}

impl<'s> Names<'s> {
    fn new(properties: &'s [(String, SchemaId)]) -> Self {
        if properties.len() <= FEW_PROPERTIES {
            Self::Few(properties)
        } else {
            Self::Many(properties.iter().map(|(name, _)| name.as_str()).collect())
        }
    }

    fn contain(&self, name: &str) -> bool {
        match self {
            Self::Few(properties) => properties.iter().any(|(declared, _)| declared == name),
            Self::Many(names) => names.contains(name),
        }
    }
}
