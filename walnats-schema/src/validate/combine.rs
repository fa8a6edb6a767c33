//! References, `allOf`, `anyOf`, `oneOf`, `not`, and `if`.

use std::collections::{BTreeMap, HashSet};

use super::{Checked, Evaluated, Here, Validator};
use crate::{At, Condition, DynamicReference, Schema, SchemaId, Violation, expectation};

/// How many violations of the closest branch of a union are reported.
const MAX_BRANCH_VIOLATIONS: usize = 20;

impl<'s> Validator<'s> {
    pub(super) fn combine<'i>(
        &mut self,
        schema: &'s Schema,
        here: Here<'i, '_>,
        mut seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        if let Some(target) = schema.reference {
            self.check(target, here, seen.as_deref_mut())?;
        }
        if let Some(reference) = &schema.dynamic_reference {
            let target = self.resolve(reference);
            self.check(target, here, seen.as_deref_mut())?;
        }
        for &part in &schema.all_of {
            self.check(part, here, seen.as_deref_mut())?;
        }
        if !schema.any_of.is_empty() {
            self.any_of(&schema.any_of, here, seen.as_deref_mut())?;
        }
        if !schema.one_of.is_empty() {
            self.one_of(&schema.one_of, here, seen.as_deref_mut())?;
        }
        if let Some(unwanted) = schema.not
            && self.accepts(unwanted, here, None)
        {
            self.fail(here.at, "not", || "anything but what the schema under `not` accepts".to_owned())?;
        }
        match &schema.condition {
            Some(condition) => self.condition(condition, here, seen),
            None => Ok(()),
        }
    }

    /// Where a dynamic reference leads: the outermost resource of the dynamic scope that has the anchor decides.
    fn resolve(&self, reference: &DynamicReference) -> SchemaId {
        let anchored = |&resource: &u32| {
            let anchors = &self.set.resources.get(resource as usize)?.dynamic_anchors;
            anchors.iter().find(|(name, _)| *name == reference.anchor).map(|&(_, target)| target)
        };
        self.scope.iter().find_map(anchored).unwrap_or(reference.fallback)
    }

    fn any_of<'i>(
        &mut self,
        branches: &[SchemaId],
        here: Here<'i, '_>,
        mut seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        let mut misses = Misses::default();
        let mut matched = false;
        for (index, &branch) in branches.iter().enumerate() {
            match self.branch(branch, here, seen.as_deref_mut()) {
                Ok(()) => matched = true,
                Err(violations) => self.note_miss(&mut misses, (index, violations), here.at),
            }
            // The other branches matter only for what they evaluate.
            if matched && seen.is_none() {
                return Ok(());
            }
        }
        if matched { Ok(()) } else { self.no_match("anyOf", "at least one", branches.len(), misses, here.at) }
    }

    fn one_of<'i>(
        &mut self,
        branches: &[SchemaId],
        here: Here<'i, '_>,
        mut seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        let mut misses = Misses::default();
        let mut matched = None;
        for (index, &branch) in branches.iter().enumerate() {
            match (self.branch(branch, here, seen.as_deref_mut()), matched) {
                (Ok(()), None) => matched = Some(index),
                (Ok(()), Some(earlier)) => {
                    return self.fail(here.at, "oneOf", || {
                        let (first, second) = (earlier + 1, index + 1);
                        format!(
                            "a match of exactly one of {} schemas, not of both {first} and {second}",
                            branches.len()
                        )
                    });
                }
                (Err(violations), _) => self.note_miss(&mut misses, (index, violations), here.at),
            }
        }
        if matched.is_some() { Ok(()) } else { self.no_match("oneOf", "exactly one", branches.len(), misses, here.at) }
    }

    /// Notes how far a branch is from a match, where somebody wants to know.
    fn note_miss(&self, misses: &mut Misses, (index, violations): (usize, Vec<Violation>), at: &At<'_>) {
        if self.violations.is_some() {
            misses.add(index, violations, at);
        }
    }

    /// Applies a schema that may fail; what it evaluates counts only if it doesn't.
    fn branch<'i>(
        &mut self,
        branch: SchemaId,
        here: Here<'i, '_>,
        seen: Option<&mut Evaluated<'i>>,
    ) -> Result<(), Vec<Violation>> {
        let Some(seen) = seen else { return self.attempt(branch, here, None) };
        let mut own = Evaluated::default();
        self.attempt(branch, here, Some(&mut own))?;
        seen.merge(own);
        Ok(())
    }

    fn condition<'i>(
        &mut self,
        condition: &Condition,
        here: Here<'i, '_>,
        mut seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        let mut own = Evaluated::default();
        let tracked = seen.is_some().then_some(&mut own);
        let consequence = if self.accepts(condition.if_, here, tracked) {
            if let Some(seen) = seen.as_deref_mut() {
                seen.merge(own);
            }
            condition.then
        } else {
            condition.else_
        };
        consequence.map_or(Ok(()), |schema| self.check(schema, here, seen))
    }

    /// Reports that no branch matched, which came closest, and what it lacks; where all branches want another value of one
    /// member, which values that may be.
    fn no_match(&mut self, keyword: &'static str, wanted: &str, count: usize, misses: Misses, at: &At<'_>) -> Checked {
        if let Some(tag) = misses.tag(count) {
            self.fail(at, keyword, || format!("a match of {wanted} of {count} schemas"))?;
            return self.fail_with(tag);
        }
        let closest = misses.closest.map(|(_, index, violations)| (index, violations));
        self.fail(at, keyword, || match &closest {
            Some((index, _)) if count > 1 => {
                format!("a match of {wanted} of {count} schemas; closest is number {}, see the next", index + 1)
            }
            _ => format!("a match of {wanted} of {count} schemas"),
        })?;
        let details = closest.map_or(Vec::new(), |(_, violations)| violations);
        details.into_iter().take(MAX_BRANCH_VIOLATIONS).try_for_each(|violation| self.fail_with(violation))
    }

    fn fail_with(&mut self, violation: Violation) -> Checked {
        match &mut self.violations {
            Some(violations) if violations.len() < crate::MAX_VIOLATIONS => {
                violations.push(violation);
                Ok(())
            }
            _ => Err(super::Stop),
        }
    }
}

/// The branch of a union that came closest.
#[derive(Default)]
struct Misses {
    /// Distance, index, violations.
    closest: Option<(Distance, usize, Vec<Violation>)>,
    /// What each branch wants members to be that are something else: expectations by pointer.
    constants: Vec<BTreeMap<String, String>>,
}

/// Class, violations nearby, violations in all.
type Distance = (usize, usize, usize);

impl Misses {
    fn add(&mut self, index: usize, violations: Vec<Violation>, at: &At<'_>) {
        let here = at.pointer();
        let is_constant = |violation: &&Violation| {
            matches!(violation.keyword, "const" | "enum") && depth_below(&here, &violation.pointer) == 1
        };
        let constants = violations.iter().filter(is_constant);
        self.constants.push(constants.map(|found| (found.pointer.clone(), found.expected.clone())).collect());
        let distance = distance(&violations, &here);
        if self.closest.as_ref().is_none_or(|(smallest, ..)| distance < *smallest) {
            self.closest = Some((distance, index, violations));
        }
    }
}

impl Misses {
    /// The member whose value none of the `count` branches allows, with all values that one does: most likely an unknown tag.
    fn tag(&self, count: usize) -> Option<Violation> {
        if count < 2 || self.constants.len() < count {
            return None;
        }
        let (first, others) = self.constants.split_first()?;
        let pointer = first.keys().find(|pointer| others.iter().all(|branch| branch.contains_key(*pointer)))?;
        let (mut listed, mut seen) = (Vec::new(), HashSet::new());
        for expected in self.constants.iter().map(|branch| branch[pointer].as_str()) {
            let expected = expected.strip_prefix(expectation::ONE_OF).unwrap_or(expected);
            if seen.insert(expected) {
                listed.push(expected);
            }
        }
        let expected = format!("{}{}", expectation::ONE_OF, listed.join(", "));
        Some(Violation { pointer: pointer.clone(), keyword: "enum", expected })
    }
}

/// How many steps `pointer` is below `here`.
fn depth_below(here: &str, pointer: &str) -> usize {
    pointer.get(here.len()..).unwrap_or_default().matches('/').count()
}

/// How far a branch is from a match: another type is farthest, then another constant in a member (most likely the tag of
/// another variant), then what is wrong with the value itself or its members; last, what is wrong further down.
fn distance(violations: &[Violation], here: &str) -> Distance {
    let depth = |violation: &Violation| depth_below(here, &violation.pointer);
    let class = violations.iter().map(|violation| match violation.keyword {
        "type" | "false" if depth(violation) == 0 => 2,
        "const" | "enum" if depth(violation) <= 1 => 1,
        _ => 0,
    });
    let near = violations.iter().filter(|violation| depth(violation) <= 1).count();
    (class.max().unwrap_or(0), near, violations.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{SchemaId, SchemaSet};

    #[test]
    fn an_unknown_tag_is_told_with_all_that_are_known() {
        let set: SchemaSet = serde_json::from_value(json!({"schemas": [
            {"one_of": [1, 2, 3]},
            {"object": {"properties": [["k", 4]], "required": ["k"]}},
            {"object": {"properties": [["k", 5], ["n", 7]], "required": ["k", "n"]}},
            {"object": {"properties": [["k", 6]], "required": ["k"]}},
            {"enumeration": ["a"]},
            {"enumeration": ["b", "c"]},
            {"enumeration": ["a"]},
            {"types": ["integer"]}
        ]}))
        .unwrap();
        let report = |instance| set.validate(SchemaId(0), &instance).to_string();
        assert!(report(json!({"k": "d"})).ends_with("/k: expected one of \"a\", \"b\", \"c\" (enum)"));
        // A known tag leads to its own branch.
        assert!(report(json!({"k": "c", "n": "1"})).ends_with("/n: expected an integer (type)"));
    }
}
