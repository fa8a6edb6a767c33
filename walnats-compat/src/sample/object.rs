//! Objects with the members that schemas speak of.

use serde_json::Value;
use walnats_schema::{Pattern, Schema, SchemaId};

use super::{DEPTH, Instances, Members, Random, edge_cases};

impl<'s> Instances<'s> {
    pub(super) fn object(&mut self, applying: &[&'s Schema], depth: usize, random: &mut Random) -> Value {
        let names = self.names(applying, depth, random);
        let mut members = Members::new();
        for name in names {
            let ids = self.schemas_of(&name, applying);
            let value = if ids.is_empty() { self.any(random, 1) } else { self.make(&ids, depth + 1, random) };
            members.insert(name, value);
        }
        members.into()
    }

    fn names(&mut self, applying: &[&'s Schema], depth: usize, random: &mut Random) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let keep = if depth > DEPTH { 0 } else { *random.pick(&[10, 50, 90]) };
        for rules in applying.iter().map(|schema| &schema.object) {
            for name in &rules.required {
                if !self.slips(random) {
                    names.push(name.clone());
                }
            }
            names.extend(rules.properties.iter().map(|(name, _)| name).filter(|_| random.chance(keep)).cloned());
            for (pattern, _) in &rules.pattern_properties {
                if random.chance(keep / 2) {
                    names.extend(self.sample(pattern, random));
                }
            }
            for (name, needed) in &rules.dependent_required {
                if names.contains(name) || random.chance(keep / 2) {
                    names.push(name.clone());
                    names.extend(needed.iter().filter(|_| !self.slips(random)).cloned());
                }
            }
            names.extend(rules.dependent_schemas.iter().map(|(name, _)| name).filter(|_| random.chance(keep)).cloned());
        }
        let open = applying.iter().all(|schema| schema.object.additional_properties.is_none());
        if self.slips(random) || (open && !self.is_plain && random.chance(keep / 2)) {
            names.push((*random.pick(&edge_cases::NAMES)).to_owned());
        }
        let least = applying.iter().filter_map(|schema| schema.object.min_properties).max().unwrap_or(0).min(20);
        for index in 0..least {
            if (names.len() as u64) < least && !self.slips(random) {
                let name = if self.is_plain { "member" } else { *random.pick(&edge_cases::NAMES) };
                names.push(format!("{name}{index}"));
            }
        }
        if let Some(most) = applying.iter().filter_map(|schema| schema.object.max_properties).min() {
            let most = most.saturating_add(u64::from(self.slips(random)));
            names.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        }
        names
    }

    /// What applies to the member `name`.
    pub(super) fn schemas_of(&mut self, name: &str, applying: &[&'s Schema]) -> Vec<SchemaId> {
        let mut ids = Vec::new();
        for rules in applying.iter().map(|schema| &schema.object) {
            let before = ids.len();
            ids.extend(rules.properties.iter().filter(|(known, _)| known == name).map(|(_, id)| *id));
            for (pattern, id) in &rules.pattern_properties {
                let compiled = self.patterns.entry(pattern).or_insert_with(|| Pattern::new(pattern).ok());
                if compiled.as_ref().is_some_and(|compiled| compiled.is_match(name)) {
                    ids.push(*id);
                }
            }
            if ids.len() == before {
                ids.extend(rules.additional_properties.or(rules.unevaluated_properties));
            }
        }
        ids
    }
}
