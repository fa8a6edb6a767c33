//! Which branches of a union may hold together: of the many branches of a large union, few do.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use walnats_schema::SchemaId;

use super::Arena;
use crate::json::summary::{Name, Summary};

/// Up to how many branches each is compared with each.
const FEW: usize = 32;

/// For each branch the indices of the others that may hold together with it, in order.
pub(super) fn overlaps(arena: &Arena, branches: &[SchemaId]) -> Vec<Vec<usize>> {
    let summaries: Vec<Rc<Summary>> = branches.iter().map(|branch| arena.summary(*branch)).collect();
    let may_overlap = |one: usize, other: usize| {
        one != other && (branches[one] == branches[other] || !summaries[one].is_disjoint(&summaries[other]))
    };
    let all = 0..branches.len();
    if branches.len() <= FEW {
        return all.clone().map(|one| all.clone().filter(|other| may_overlap(one, *other)).collect()).collect();
    }
    // What has a value of its own is compared with what has the same, and with what has none.
    let member = discriminator(&summaries);
    let keys: Vec<Option<&[u32]>> = summaries.iter().map(|summary| summary.key(member)).collect();
    let mut by_key: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut without = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        match key {
            Some(key) => key.iter().for_each(|value| by_key.entry(*value).or_default().push(index)),
            None => without.push(index),
        }
    }
    let candidates = |one: usize| -> Vec<usize> {
        let Some(key) = &keys[one] else { return all.clone().collect() };
        let same = key.iter().filter_map(|value| by_key.get(value)).flatten();
        let found: BTreeSet<usize> = same.chain(&without).copied().collect();
        found.into_iter().collect()
    };
    all.clone().map(|one| candidates(one).into_iter().filter(|other| may_overlap(one, *other)).collect()).collect()
}

/// The member that has a few values in the most branches; `None` if the branches themselves have.
fn discriminator(summaries: &[Rc<Summary>]) -> Option<Name> {
    let mut counts: BTreeMap<Option<Name>, usize> = BTreeMap::new();
    for name in summaries.iter().flat_map(|summary| summary.keys()) {
        *counts.entry(name).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).and_then(|(name, _)| name)
}
