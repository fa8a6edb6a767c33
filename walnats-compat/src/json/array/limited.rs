//! Counts of items that satisfy a schema, at most: which items do, and which do not.

use std::collections::{BTreeMap, HashMap};

use walnats_schema::SchemaId;

use crate::json::atom::Literal;
use crate::json::solver::Solver;

/// How many schemas may be counted.
const MAX_SCHEMAS: usize = 4;
/// How many ways to spend the counts are kept.
const MAX_WAYS: usize = 10_000;

/// Which items satisfy the schemas that are counted.
pub(super) enum Limited {
    /// What is asked of each item, with what it satisfies besides.
    To(Vec<Vec<Literal>>),
    /// There are always too many: proven.
    None,
    Unknown,
}

/// Which of the schemas an item satisfies, one bit each.
type Choice = u32;

impl Solver {
    /// Chooses for each item which of the schemas `at_most` it satisfies. The items `twins` are to be the same value.
    pub(super) fn limited(
        &mut self,
        asked: Vec<Vec<Literal>>,
        twins: Option<(usize, usize)>,
        at_most: &[(SchemaId, u64)],
    ) -> Limited {
        if at_most.len() > MAX_SCHEMAS {
            return Limited::Unknown;
        }
        let mut known: HashMap<Vec<Literal>, Vec<Choice>> = HashMap::new();
        // What is left of each count, with the choices that led there.
        let start: Vec<u64> = at_most.iter().map(|(_, most)| *most).collect();
        let mut ways: BTreeMap<Vec<u64>, Vec<Choice>> = BTreeMap::from([(start, Vec::new())]);
        for (index, literals) in asked.iter().enumerate() {
            let choices = match known.get(literals) {
                Some(choices) => choices,
                None => {
                    let choices = self.choices(literals, at_most);
                    known.entry(literals.clone()).or_insert(choices)
                }
            };
            let twin = twins.filter(|(_, second)| *second == index).map(|(first, _)| first);
            if let ([0], None) = (&choices[..], twin) {
                ways.values_mut().for_each(|way| way.push(0));
                continue;
            }
            let mut next: BTreeMap<Vec<u64>, Vec<Choice>> = BTreeMap::new();
            for (left, way) in &ways {
                for choice in choices.iter().filter(|choice| twin.is_none_or(|first| way[first] == **choice)) {
                    if let Some(left) = spend(left, *choice) {
                        next.entry(left).or_insert_with(|| way.iter().copied().chain([*choice]).collect());
                    }
                }
            }
            if next.len() > MAX_WAYS || !self.step(1 + next.len() as u64 / 16) {
                return Limited::Unknown;
            }
            ways = next;
        }
        // The one that spends the least, more or less.
        let Some(way) = ways.into_values().next_back() else { return Limited::None };
        let chosen = asked.into_iter().zip(way).map(|(mut literals, choice)| {
            literals.extend(decided(choice, at_most));
            literals
        });
        Limited::To(chosen.collect())
    }

    /// What an item may satisfy; more than one of these is not needed.
    fn choices(&mut self, literals: &[Literal], at_most: &[(SchemaId, u64)]) -> Vec<Choice> {
        let mut all: Vec<Choice> = (0..1 << at_most.len()).collect();
        all.sort_by_key(|choice| choice.count_ones());
        let mut found: Vec<Choice> = Vec::new();
        for choice in all {
            let is_more = found.iter().any(|less| less & choice == *less);
            if is_more {
                continue;
            }
            let with = literals.iter().copied().chain(decided(choice, at_most)).collect();
            if !self.solve(with, &[]).is_empty() {
                found.push(choice);
            }
        }
        found
    }
}

fn decided(choice: Choice, at_most: &[(SchemaId, u64)]) -> impl Iterator<Item = Literal> + '_ {
    at_most.iter().enumerate().map(move |(index, (id, _))| Literal { id: *id, holds: choice >> index & 1 == 1 })
}

/// What is left of the counts; `None` if one is used up.
fn spend(left: &[u64], choice: Choice) -> Option<Vec<u64>> {
    left.iter().enumerate().map(|(index, left)| left.checked_sub(u64::from(choice >> index & 1))).collect()
}
