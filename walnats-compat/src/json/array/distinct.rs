//! Items that all differ: a value for each place, no value twice.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use serde_json::Value;
use walnats_schema::{SchemaId, ValueIndex};

use super::Made;
use crate::json::Reason;
use crate::json::atom::{Atom, Literal};
use crate::json::outcome::Outcome;
use crate::json::solver::Solver;

/// How many items are matched with values.
pub(super) const MAX_ITEMS: usize = 64;

/// Values that some items may have.
#[derive(Default)]
struct Domain {
    /// Their numbers.
    values: Vec<usize>,
    /// Why there may be others.
    unknown: Option<Reason>,
}

/// Values, each with a number.
#[derive(Default)]
struct Numbered {
    values: Vec<Value>,
    index: ValueIndex,
    /// Which of them count.
    counts: Vec<bool>,
}

impl Numbered {
    fn number(&mut self, value: Value, counts: bool) -> usize {
        let at = self.values.len();
        self.values.push(value);
        match self.index.insert(&self.values, at) {
            Some(earlier) => {
                self.values.pop();
                earlier
            }
            None => {
                self.counts.push(counts);
                at
            }
        }
    }
}

impl Solver {
    /// Items as asked that all differ. At most so many satisfy the schema `limit`.
    pub(super) fn distinct(&mut self, asked: &[Vec<Literal>], limit: Option<(SchemaId, u64)>) -> Outcome {
        if limit.is_none() {
            let outcome = self.one_after_another(asked);
            if !matches!(outcome, Outcome::Open { candidate: None, .. }) || asked.len() > MAX_ITEMS {
                return outcome;
            }
        }
        // What is asked of several items is looked up once.
        let mut domains: HashMap<&[Literal], Domain> = HashMap::new();
        let mut numbered = Numbered::default();
        for literals in asked {
            if !domains.contains_key(&literals[..]) {
                let domain = self.domain(literals, limit, asked.len(), &mut numbered);
                domains.insert(literals, domain);
            }
        }
        let places: Vec<&Domain> = asked.iter().filter_map(|literals| domains.get(&literals[..])).collect();
        let most = limit.map_or(u64::MAX, |(_, most)| most);
        if let Some(chosen) = matched(&places, &numbered.counts, most) {
            return Outcome::Value(chosen.into_iter().map(|value| numbered.values[value].clone()).collect());
        }
        places.iter().find_map(|domain| domain.unknown).map_or(Outcome::Empty, Outcome::open)
    }

    /// A value for each item that none before it has. That fails only if all are asked the same, or is not certain.
    fn one_after_another(&mut self, asked: &[Vec<Literal>]) -> Outcome {
        let is_uniform = asked.windows(2).all(|pair| pair[0] == pair[1]);
        let mut made = Made::default();
        for literals in asked {
            let apart = (!made.items.is_empty()).then(|| Atom::NotValues(Rc::new(made.items.clone())));
            let outcome = self.solve(literals.clone(), apart.as_slice());
            if outcome.is_empty() {
                let is_proven = apart.is_none() || (is_uniform && made.doubts.0.is_empty());
                return if is_proven { Outcome::Empty } else { Outcome::open(Reason::Counting) };
            }
            made.add(&outcome);
        }
        made.outcome()
    }

    /// As many as `most` values, of those that count and of those that do not.
    fn domain(
        &mut self,
        literals: &[Literal],
        limit: Option<(SchemaId, u64)>,
        most: usize,
        numbered: &mut Numbered,
    ) -> Domain {
        let mut domain = Domain::default();
        let parts: &[Option<bool>] = if limit.is_some() { &[Some(false), Some(true)] } else { &[None] };
        for part in parts {
            let besides = limit.zip(*part).map(|((id, _), holds)| Literal { id, holds });
            let literals: Vec<Literal> = literals.iter().copied().chain(besides).collect();
            let mut found: Vec<Value> = Vec::new();
            while found.len() < most {
                let apart = (!found.is_empty()).then(|| Atom::NotValues(Rc::new(found.clone())));
                match self.solve(literals.clone(), apart.as_slice()) {
                    Outcome::Value(value) => {
                        domain.values.push(numbered.number(value.clone(), *part == Some(true)));
                        found.push(value);
                    }
                    Outcome::Empty => break,
                    Outcome::Open { places, .. } => {
                        domain.unknown = places.first().map(|place| place.reason).or(Some(Reason::Counting));
                        break;
                    }
                }
            }
        }
        domain
    }
}

/// A value for each place, no value twice, and at most so many of those that count; `None` if there is no such choice: a
/// largest flow from the places to the values, of which those that count go through one that is as narrow as that.
fn matched(places: &[&Domain], counts: &[bool], most: u64) -> Option<Vec<usize>> {
    let (first_value, narrow) = (places.len(), places.len() + counts.len());
    let (source, sink) = (narrow + 1, narrow + 2);
    let mut flow = Flow { capacities: vec![BTreeMap::new(); sink + 1] };
    for (place, domain) in places.iter().enumerate() {
        flow.add(source, place, 1);
        domain.values.iter().for_each(|value| flow.add(place, first_value + value, 1));
    }
    for (value, counts) in counts.iter().enumerate() {
        flow.add(first_value + value, if *counts { narrow } else { sink }, 1);
    }
    flow.add(narrow, sink, most);
    for _ in places {
        flow.augment(source, sink)?;
    }
    let value = |(place, domain): (usize, &&Domain)| {
        domain.values.iter().copied().find(|value| flow.capacities[place].get(&(first_value + value)) == Some(&0))
    };
    places.iter().enumerate().map(value).collect()
}

/// What may still flow from each node to others.
struct Flow {
    capacities: Vec<BTreeMap<usize, u64>>,
}

impl Flow {
    fn add(&mut self, from: usize, to: usize, capacity: u64) {
        self.capacities[from].insert(to, capacity);
        self.capacities[to].entry(from).or_insert(0);
    }

    /// One more from `source` to `sink`, on a shortest way.
    fn augment(&mut self, source: usize, sink: usize) -> Option<()> {
        let mut before = BTreeMap::from([(source, source)]);
        let mut waiting = VecDeque::from([source]);
        while let Some(node) = waiting.pop_front().filter(|_| !before.contains_key(&sink)) {
            for (next, _) in self.capacities[node].iter().filter(|(_, capacity)| **capacity > 0) {
                before.entry(*next).or_insert_with(|| {
                    waiting.push_back(*next);
                    node
                });
            }
        }
        let mut to = sink;
        while to != source {
            let from = *before.get(&to)?;
            *self.capacities[from].entry(to).or_insert(1) -= 1;
            *self.capacities[to].entry(from).or_insert(0) += 1;
            to = from;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Domain, matched};

    #[test]
    fn each_place_gets_a_value_of_its_own_if_that_can_be() {
        let domain = |values: &[usize]| Domain { values: values.to_vec(), unknown: None };
        let of = |domains: &[Domain], counts: &[bool], most| {
            let places: Vec<&Domain> = domains.iter().collect();
            matched(&places, counts, most)
        };
        let domains = [domain(&[0, 1]), domain(&[0]), domain(&[1, 2])];
        assert_eq!(of(&domains, &[false; 3], u64::MAX), Some(vec![1, 0, 2]));
        assert_eq!(of(&[domain(&[0, 1]), domain(&[0, 1]), domain(&[1, 0])], &[false; 2], u64::MAX), None);
        assert_eq!(of(&domains, &[true, false, true], 2), Some(vec![1, 0, 2]));
        assert_eq!(of(&domains, &[true, false, true], 1), None);
        assert_eq!(of(&[domain(&[0, 1]), domain(&[0, 2])], &[true, false, false], 0), Some(vec![1, 2]));
    }
}
