//! Arrays: items by position, items that must be somewhere, counts, uniqueness.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;
use walnats_schema::SchemaId;

use super::Reason;
use super::atom::{Atom, ItemRule, Literal, Position};
use super::outcome::{Doubts, Outcome};
use super::solver::Solver;

/// How many items an array may have that is made, and of how many each is looked for on its own.
const MAX_ITEMS: u64 = 1_000_000;
const MAX_SINGLE_ITEMS: u64 = 10_000;
/// How large an array may be that is made, in parts of items.
const MAX_PARTS: u64 = 4_000_000;
/// How many items that must be somewhere are placed.
const MAX_WANTED: u64 = 200;
/// How many ways to place them are tried.
const MAX_PLACEMENTS: usize = 2_000;

/// What is asked of an array.
#[derive(Default)]
struct Rules {
    min: u64,
    max: u64,
    unique: bool,
    /// Two items are equal.
    repeats: bool,
    items: Vec<Rc<ItemRule>>,
    /// Of every item.
    everywhere: Vec<Literal>,
    wanted: Vec<Wanted>,
    at_most: Vec<(SchemaId, u64)>,
    excluded: Vec<Value>,
    /// From this index on, all items are asked the same.
    tail: usize,
}

/// An item that must be somewhere.
#[derive(Clone)]
struct Wanted {
    at: Position,
    literals: Vec<Literal>,
    /// Those of one group are different items, in the order of the list.
    group: Option<SchemaId>,
}

/// What is asked of some items besides.
type Extra = BTreeMap<usize, Vec<Literal>>;

impl Rules {
    /// `None` if there is too much to place.
    fn new(atoms: &[Atom]) -> Option<Self> {
        let mut rules = Self { max: u64::MAX, ..Self::default() };
        for atom in atoms {
            match atom {
                Atom::MinItems(min) => rules.min = rules.min.max(*min),
                Atom::MaxItems(max) => rules.max = rules.max.min(*max),
                Atom::Unique(true) => rules.unique = true,
                Atom::Unique(false) => rules.repeats = true,
                Atom::Items(rule) => {
                    rules.tail = rules.tail.max(rule.prefix.len());
                    rules.items.push(Rc::clone(rule));
                }
                Atom::Item { at, literals } => {
                    let (Position::At(index) | Position::From(index)) = *at;
                    rules.tail = rules.tail.max(index + usize::from(matches!(at, Position::At(_))));
                    rules.wanted.push(Wanted { at: *at, literals: literals.clone(), group: None });
                }
                Atom::Contains(id, count) => {
                    if *count > MAX_WANTED {
                        return None;
                    }
                    let known = rules.wanted.iter().filter(|wanted| wanted.group == Some(*id)).count();
                    let more = usize::try_from(*count).unwrap_or(usize::MAX).saturating_sub(known);
                    let literals = vec![Literal::yes(*id)];
                    let wanted = Wanted { at: Position::From(0), literals, group: Some(*id) };
                    rules.wanted.extend(vec![wanted; more]);
                }
                Atom::ContainsAtMost(id, 0) => rules.everywhere.push(Literal::no(*id)),
                Atom::ContainsAtMost(id, count) => rules.at_most.push((*id, *count)),
                Atom::NotValues(values) => rules.excluded.extend(values.iter().cloned()),
                _ => {}
            }
        }
        rules.wanted.sort_by_key(|wanted| (matches!(wanted.at, Position::From(_)), wanted.group));
        Some(rules)
    }

    /// What is asked of the item at `index`.
    fn literals(&self, index: usize) -> Vec<Literal> {
        let ruled = self.items.iter().filter_map(|rule| rule.prefix.get(index).copied().or(rule.rest));
        let mut literals: Vec<Literal> = ruled.map(Literal::yes).chain(self.everywhere.iter().copied()).collect();
        literals.sort_unstable();
        literals.dedup();
        literals
    }

    fn with(&self, index: usize, extra: &Extra) -> Vec<Literal> {
        let mut literals = self.literals(index);
        literals.extend(extra.get(&index).into_iter().flatten());
        literals
    }
}

impl Solver {
    /// An array that meets the requirements, or that there is none.
    pub(super) fn array(&mut self, atoms: &[Atom]) -> Outcome {
        let Some(mut rules) = Rules::new(atoms) else { return Outcome::open(Reason::Counting) };
        for (id, most) in rules.at_most.clone() {
            if rules.wanted.iter().filter(|wanted| wanted.group == Some(id)).count() as u64 > most {
                return Outcome::Empty;
            }
        }
        if rules.min > rules.max || (rules.unique && rules.repeats) {
            return Outcome::Empty;
        }
        if rules.max == 0 && rules.excluded.iter().any(|value| value.as_array().is_some_and(Vec::is_empty)) {
            return Outcome::Empty;
        }
        if rules.min == 0 && rules.wanted.is_empty() && !rules.repeats {
            let empty = Value::Array(Vec::new());
            if !rules.excluded.contains(&empty) {
                return Outcome::Value(empty);
            }
        }
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
            let outcome = if rules.repeats { self.with_pair(rules, extra) } else { self.filled_array(rules, extra) };
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
                outcome = outcome.or(self.filled_array(rules, &with));
                if matches!(outcome, Outcome::Value(_)) {
                    return outcome;
                }
            }
        }
        outcome
    }

    /// The whole array, with the wanted items in their places.
    fn filled_array(&mut self, rules: &Rules, extra: &Extra) -> Outcome {
        let length = extra.keys().next_back().map_or(0, |last| *last as u64 + 1).max(rules.min);
        if length > rules.max {
            return Outcome::Empty;
        }
        let first = self.of_length(rules, extra, length);
        let is_excluded = first.value().is_some_and(|value| rules.excluded.contains(value));
        if !is_excluded {
            return first;
        }
        let longer = if length < rules.max { self.of_length(rules, extra, length + 1) } else { Outcome::Empty };
        match longer.value() {
            Some(value) if !rules.excluded.contains(value) => longer,
            _ => Outcome::open(Reason::Counting),
        }
    }

    fn of_length(&mut self, rules: &Rules, extra: &Extra, length: u64) -> Outcome {
        let is_single = rules.unique || !rules.at_most.is_empty();
        if length > MAX_ITEMS || (is_single && length > MAX_SINGLE_ITEMS) {
            return Outcome::open(Reason::Counting);
        }
        // From here on, all items are asked the same, and one is as good as another.
        let alike = extra.keys().next_back().map_or(0, |last| last + 1).max(rules.tail) + 1;
        let length = length as usize;
        let is_uniform = extra.is_empty() && (0..length).all(|index| rules.literals(index) == rules.literals(0));
        let mut items: Vec<Value> = Vec::new();
        let mut doubts = Doubts::default();
        let mut is_whole = true;
        for index in 0..length {
            if index >= alike
                && !is_single
                && let Some(last) = items.last().cloned()
            {
                if parts(&last).saturating_mul((length - index) as u64) > MAX_PARTS {
                    return Outcome::open(Reason::Counting);
                }
                items.resize(length, last);
                break;
            }
            let literals = rules.with(index, extra);
            let mut outcome = Outcome::Empty;
            if !extra.contains_key(&index) && !rules.at_most.is_empty() {
                let others = rules.at_most.iter().map(|(id, _)| Literal::no(*id));
                outcome = self.solve(literals.iter().copied().chain(others).collect(), &[]);
            }
            if outcome.is_empty() || rules.unique {
                let apart = rules.unique && !items.is_empty();
                let atoms = apart.then(|| Atom::NotValues(Rc::new(items.clone())));
                outcome = self.solve(literals.clone(), atoms.as_slice());
                if outcome.is_empty() && apart {
                    return if is_uniform && doubts.0.is_empty() {
                        Outcome::Empty
                    } else {
                        Outcome::open(Reason::Counting)
                    };
                }
            }
            if outcome.is_empty() {
                return Outcome::Empty;
            }
            doubts.0.extend(outcome.places_below("*"));
            match outcome.value() {
                Some(value) => items.push(value.clone()),
                None => is_whole = false,
            }
        }
        // Equal items that are asked the same are the same value; others must be made so.
        doubts.outcome(is_whole.then_some(Value::Array(items)))
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
