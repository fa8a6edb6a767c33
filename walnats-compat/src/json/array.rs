//! Arrays: items by position, items that must be somewhere, counts, uniqueness.

mod distinct;
mod limited;
mod rules;

use serde_json::Value;

use self::limited::Limited;
use self::rules::{Extra, Rules};
use super::Reason;
use super::atom::{Atom, Literal, Position};
use super::outcome::{Doubts, Outcome};
use super::solver::Solver;

/// How many items an array may have that is made, and of how many each is looked for on its own.
const MAX_ITEMS: u64 = 1_000_000;
const MAX_SINGLE_ITEMS: u64 = 10_000;
/// How large an array may be that is made, in parts of items.
const MAX_PARTS: u64 = 4_000_000;
/// How many ways to place the items that must be somewhere are tried.
const MAX_PLACEMENTS: usize = 2_000;

impl Solver {
    /// An array that meets the requirements, or that there is none.
    pub(super) fn array(&mut self, atoms: &[Atom]) -> Outcome {
        let rules = Rules::new(atoms);
        if rules.min > rules.max || (rules.unique && rules.repeats) || self.counts_contradict(&rules) {
            return Outcome::Empty;
        }
        if rules.min == 0 && rules.wanted.is_empty() && rules.many.is_empty() && !rules.repeats {
            return Outcome::Value(Value::Array(Vec::new()));
        }
        if !rules.many.is_empty() {
            return match self.placed(rules.all_alike()) {
                Outcome::Value(value) => Outcome::Value(value),
                _ => Outcome::open(Reason::Counting),
            };
        }
        self.placed(rules)
    }

    /// Whether more items have to satisfy a schema than there can be.
    fn counts_contradict(&mut self, rules: &Rules) -> bool {
        rules.at_least().into_iter().any(|(id, least)| {
            let is_within = |solver: &mut Self, other| {
                other == id || solver.solve(vec![Literal::yes(id), Literal::no(other)], &[]).is_empty()
            };
            least > rules.max || rules.at_most.iter().any(|(other, most)| least > *most && is_within(self, *other))
        })
    }

    /// An array with the items that it must have, whatever their places.
    fn placed(&mut self, mut rules: Rules) -> Outcome {
        self.limit_length(&mut rules);
        if rules.min > rules.max {
            return Outcome::Empty;
        }
        let mut placements = Placements { outcome: Outcome::Empty, left: MAX_PLACEMENTS };
        self.place_items(&rules, 0, &mut Extra::new(), &mut Vec::new(), &mut placements);
        placements.outcome
    }

    /// Where no item can be, the array ends.
    fn limit_length(&mut self, rules: &mut Rules) {
        let mut forced = vec![0_u64; rules.at_most.len()];
        for index in 0..=rules.tail {
            if index as u64 >= rules.max {
                return;
            }
            let literals = rules.literals(index);
            if self.solve(literals.clone(), &[]).is_empty() {
                rules.max = index as u64;
                return;
            }
            for (at, (id, most)) in rules.at_most.clone().into_iter().enumerate() {
                let otherwise = [&literals[..], &[Literal::no(id)]].concat();
                if self.solve(otherwise, &[]).is_empty() {
                    let spare = most.saturating_sub(forced[at]);
                    if index == rules.tail || spare == 0 {
                        rules.max = rules.max.min(index as u64 + spare);
                    }
                    forced[at] += 1;
                }
            }
        }
    }

    /// Places the wanted items from the one at `next` on, in all ways.
    fn place_items(
        &mut self,
        rules: &Rules,
        next: usize,
        extra: &mut Extra,
        places: &mut Vec<usize>,
        found: &mut Placements,
    ) {
        if matches!(found.outcome, Outcome::Value(_)) {
            return;
        }
        if found.left == 0 || !self.step(1) {
            found.add(Outcome::open(Reason::Limits));
            return;
        }
        let Some(wanted) = rules.wanted.get(next) else {
            found.left -= 1;
            let outcome =
                if rules.repeats { self.with_pair(rules, extra) } else { self.filled_array(rules, extra, None) };
            found.add(outcome);
            return;
        };
        let fresh = extra.keys().next_back().map_or(rules.tail, |last| (last + 1).max(rules.tail));
        let after = |group| {
            let placed = rules.wanted[..next].iter().zip(places.iter());
            placed.filter(|(other, _)| other.group == Some(group)).map(|(_, place)| place + 1).max()
        };
        let candidates = match (wanted.at, wanted.group.and_then(after)) {
            (Position::At(index), _) => index..=index,
            (Position::From(from), least) => from.max(least.unwrap_or(0))..=fresh,
        };
        // A new place first: whatever is asked elsewhere, it is not in the way.
        for index in candidates.rev() {
            if index as u64 >= rules.max {
                continue;
            }
            let before = extra.get(&index).cloned();
            extra.entry(index).or_default().extend(&wanted.literals);
            let outcome = self.solve(rules.with(index, extra), &[]);
            if !outcome.is_empty() {
                places.push(index);
                self.place_items(rules, next + 1, extra, places, found);
                places.pop();
            }
            match before {
                Some(before) => extra.insert(index, before),
                None => extra.remove(&index),
            };
        }
    }

    /// Makes two items equal, in all ways.
    fn with_pair(&mut self, rules: &Rules, extra: &Extra) -> Outcome {
        let end = extra.keys().next_back().map_or(rules.tail, |last| (last + 1).max(rules.tail)) + 1;
        if end * end > MAX_PLACEMENTS {
            return Outcome::open(Reason::Counting);
        }
        let mut outcome = Outcome::Empty;
        for second in 1..=end {
            for first in 0..second {
                if second as u64 >= rules.max {
                    continue;
                }
                let both = [rules.with(first, extra), rules.with(second, extra)].concat();
                if self.solve(both.clone(), &[]).is_empty() {
                    continue;
                }
                let mut with = extra.clone();
                with.insert(first, both.clone());
                with.insert(second, both);
                outcome = outcome.or(self.filled_array(rules, &with, Some((first, second))));
                if matches!(outcome, Outcome::Value(_)) {
                    return outcome;
                }
            }
        }
        outcome
    }

    /// The whole array, with the wanted items in their places; `twins` are two items that are equal.
    fn filled_array(&mut self, rules: &Rules, extra: &Extra, twins: Option<(usize, usize)>) -> Outcome {
        let length = extra.keys().next_back().map_or(0, |last| *last as u64 + 1).max(rules.min);
        if length > rules.max {
            return Outcome::Empty;
        }
        self.of_length(rules, extra, twins, length)
    }

    fn of_length(&mut self, rules: &Rules, extra: &Extra, twins: Option<(usize, usize)>, length: u64) -> Outcome {
        let is_single = rules.unique || !rules.at_most.is_empty();
        if length > MAX_ITEMS || (is_single && length > MAX_SINGLE_ITEMS) {
            return Outcome::open(Reason::Counting);
        }
        let length = length as usize;
        if is_single {
            let asked = (0..length).map(|index| rules.with(index, extra)).collect();
            return self.single_items(rules, asked, twins);
        }
        // From here on, all items are asked the same, and one is as good as another.
        let alike = extra.keys().next_back().map_or(0, |last| last + 1).max(rules.tail) + 1;
        let mut made = Made::default();
        for index in 0..length.min(alike) {
            let outcome = self.solve(rules.with(index, extra), &[]);
            if outcome.is_empty() {
                return Outcome::Empty;
            }
            made.add(&outcome);
        }
        if let Some(last) = made.items.last().cloned().filter(|_| length > alike) {
            if parts(&last).saturating_mul((length - alike) as u64) > MAX_PARTS {
                return Outcome::open(Reason::Counting);
            }
            made.items.resize(length, last);
        }
        // Equal items that are asked the same are the same value.
        made.outcome()
    }

    /// Items of which each counts: they differ, or only so many may satisfy a schema.
    fn single_items(&mut self, rules: &Rules, asked: Vec<Vec<Literal>>, twins: Option<(usize, usize)>) -> Outcome {
        let is_matched = rules.unique && rules.at_most.len() < 2 && asked.len() <= distinct::MAX_ITEMS;
        if is_matched || rules.at_most.is_empty() {
            return self.distinct(&asked, rules.at_most.first().copied());
        }
        let asked = match self.limited(asked, twins, &rules.at_most) {
            Limited::To(asked) => asked,
            Limited::None => return Outcome::Empty,
            Limited::Unknown => return Outcome::open(Reason::Counting),
        };
        if rules.unique {
            // The choice was made without a look at what differs.
            return match self.distinct(&asked, None) {
                Outcome::Empty => Outcome::open(Reason::Counting),
                outcome => outcome,
            };
        }
        let mut made = Made::default();
        for literals in asked {
            let outcome = self.solve(literals, &[]);
            if outcome.is_empty() {
                return Outcome::Empty;
            }
            made.add(&outcome);
        }
        made.outcome()
    }
}

/// The items of an array, some of them perhaps not certain or unknown.
#[derive(Default)]
struct Made {
    items: Vec<Value>,
    doubts: Doubts,
    is_partial: bool,
}

impl Made {
    fn add(&mut self, item: &Outcome) {
        self.doubts.0.extend(item.places_below("*"));
        match item.value() {
            Some(value) => self.items.push(value.clone()),
            None => self.is_partial = true,
        }
    }

    fn outcome(self) -> Outcome {
        self.doubts.outcome((!self.is_partial).then_some(Value::Array(self.items)))
    }
}

/// How many values there are in a value.
fn parts(value: &Value) -> u64 {
    match value {
        Value::Array(items) => 1 + items.iter().map(parts).sum::<u64>(),
        Value::Object(members) => 1 + members.values().map(parts).sum::<u64>(),
        Value::String(text) => 1 + text.len() as u64 / 16,
        _ => 1,
    }
}

/// What came of the ways to place items.
struct Placements {
    outcome: Outcome,
    left: usize,
}

impl Placements {
    fn add(&mut self, outcome: Outcome) {
        let so_far = std::mem::replace(&mut self.outcome, Outcome::Empty);
        self.outcome = so_far.or(outcome);
    }
}
