//! Questions, each asked once: is there a value that satisfies some schemas, and not others?
//!
//! A question that comes up while it is being answered is answered with "no": a smallest value that satisfies it has no part
//! that does, too. What was found under such an assumption is kept only if the assumption turns out right.

use std::time::Instant;

use foldhash::HashMap;
use serde_json::Value;
use walnats_schema::SchemaId;

use super::arena::Arena;
use super::atom::{Atom, Literal};
use super::automaton::Automata;
use super::clock::Stopwatch;
use super::outcome::Outcome;
use super::{Limits, Reason};

/// How deep questions may nest.
const MAX_DEPTH: usize = 200;

pub(super) struct Solver {
    pub(super) arena: Arena,
    pub(super) automata: Automata,
    pub(super) limits: Limits,
    /// How many steps are left.
    steps: u64,
    /// When to look at the watch.
    deadline: Instant,
    watch: Stopwatch,
    /// Whether the time ended the search, rather than the steps.
    pub(super) is_late: bool,
    answers: HashMap<Key, Outcome>,
    /// Those that rest on assumptions, each with the place of the outermost of them among the open questions.
    provisional: HashMap<Key, (Outcome, usize)>,
    /// The provisional ones in the order in which they were found.
    order: Vec<Key>,
    /// The questions being answered, with their places.
    open: HashMap<Key, usize>,
    /// The outermost open question that the current answer rests on.
    lowest: usize,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    literals: Vec<Literal>,
    /// More that is asked, as text.
    atoms: String,
}

impl Solver {
    pub(super) fn new(arena: Arena, limits: Limits) -> Self {
        Self {
            arena,
            automata: Automata::default(),
            limits,
            steps: limits.steps,
            deadline: Instant::now() + limits.time,
            watch: Stopwatch::start(),
            is_late: false,
            answers: HashMap::default(),
            provisional: HashMap::default(),
            order: Vec::new(),
            open: HashMap::default(),
            lowest: usize::MAX,
        }
    }

    /// A value that the first schema accepts and the second refuses.
    pub(super) fn difference(&mut self, accepts: SchemaId, refuses: SchemaId) -> Outcome {
        self.solve(vec![Literal::yes(accepts), Literal::no(refuses)], &[])
    }

    /// Whether any value is as the literals and atoms say.
    pub(super) fn solve(&mut self, mut literals: Vec<Literal>, atoms: &[Atom]) -> Outcome {
        literals.sort_unstable();
        literals.dedup();
        if literals.windows(2).any(|pair| pair[0].id == pair[1].id) {
            return Outcome::Empty;
        }
        let text = if atoms.is_empty() { String::new() } else { format!("{atoms:?}") };
        let key = Key { literals, atoms: text };
        if let Some(known) = self.answers.get(&key) {
            return known.clone();
        }
        if let Some((known, lowest)) = self.provisional.get(&key) {
            self.lowest = self.lowest.min(*lowest);
            return known.clone();
        }
        if let Some(place) = self.open.get(&key) {
            self.lowest = self.lowest.min(*place);
            return Outcome::Empty;
        }
        let place = self.open.len();
        if place >= MAX_DEPTH {
            return Outcome::open(Reason::Limits);
        }
        self.open.insert(key.clone(), place);
        let (outer, found_before) = (std::mem::replace(&mut self.lowest, usize::MAX), self.order.len());
        let outcome = self.kinds(&key.literals, atoms);
        self.open.remove(&key);
        let own = std::mem::replace(&mut self.lowest, outer);
        self.keep(key, outcome.clone(), own, place, found_before);
        outcome
    }

    /// Keeps an answer, and decides on those that rest on it.
    fn keep(&mut self, key: Key, outcome: Outcome, own: usize, place: usize, found_before: usize) {
        let rests_on_outer = own < place;
        if !outcome.is_empty() {
            // What assumed that it is empty is wrong.
            for wrong in self.order.drain(found_before..) {
                self.provisional.remove(&wrong);
            }
        } else if !rests_on_outer {
            for right in self.order.drain(found_before..) {
                if let Some((outcome, _)) = self.provisional.remove(&right) {
                    self.answers.insert(right, outcome);
                }
            }
        }
        if rests_on_outer {
            self.lowest = self.lowest.min(own);
        }
        if rests_on_outer && !matches!(outcome, Outcome::Value(_)) {
            for found in &self.order[found_before..] {
                if let Some((_, lowest)) = self.provisional.get_mut(found) {
                    *lowest = (*lowest).min(own);
                }
            }
            self.order.push(key.clone());
            self.provisional.insert(key, (outcome, own));
        } else {
            self.answers.insert(key, outcome);
        }
    }

    /// Counts steps. Returns whether any are left.
    pub(super) fn step(&mut self, cost: u64) -> bool {
        self.steps = self.steps.saturating_sub(cost);
        let now = Instant::now();
        if now > self.deadline && self.steps > 0 {
            let left = self.limits.time.saturating_sub(self.watch.used());
            self.deadline = now + left;
            if left.is_zero() {
                (self.steps, self.is_late) = (0, true);
            }
        }
        self.steps > 0
    }

    /// Whether a value is as the literals say.
    pub(super) fn holds(&self, literals: &[Literal], value: &Value) -> bool {
        literals.iter().all(|literal| self.arena.set.is_valid(literal.id, value) == literal.holds)
    }
}
