//! Choices: which branch of a union, which keyword is broken. Only what a value at hand breaks is chosen for.

use std::rc::Rc;

use serde_json::Value;
use walnats_schema::equal;

use super::Reason;
use super::atom::{Atom, Kind, Literal, NameSet};
use super::known::Known;
use super::outcome::{Doubts, Outcome};
use super::solver::Solver;
use super::state::{Clause, State};

/// How many listed values are judged for a step.
const VALUES_FOR_A_STEP: usize = 16;

/// What is asked, and how many steps it may still take.
struct Goal<'a> {
    literals: &'a [Literal],
    atoms: &'a [Atom],
    steps: u64,
}

impl Solver {
    /// Whether any value of any type is as asked.
    pub(super) fn kinds(&mut self, literals: &[Literal], atoms: &[Atom]) -> Outcome {
        let mut goal = Goal { literals, atoms, steps: self.limits.steps_for_a_place };
        let mut outcome = Outcome::Empty;
        for kind in Kind::ALL {
            let is_refused = |literal: &Literal| literal.holds && !self.arena.summary(literal.id).allows(kind);
            if atoms.iter().any(|atom| kind_of(atom).is_some_and(|other| other != kind))
                || literals.iter().any(is_refused)
            {
                continue;
            }
            outcome = outcome.or(self.search(State::new(kind, literals, atoms), &mut goal));
            if matches!(outcome, Outcome::Value(_)) {
                break;
            }
        }
        outcome
    }

    fn search(&mut self, mut state: State, goal: &mut Goal<'_>) -> Outcome {
        goal.steps = goal.steps.saturating_sub(1);
        if goal.steps == 0 || !self.step(1) {
            return Outcome::open(Reason::Limits);
        }
        if !self.take_what_is_left(&mut state) {
            return Outcome::Empty;
        }
        if let Some(values) = state.values.clone() {
            return self.one_of_these(&values, state.kind, goal);
        }
        let found = self.without_choices(&state);
        if found.is_empty() {
            return found;
        }
        if let Some(value) = found.value().filter(|value| self.fits(goal, value)) {
            return Outcome::Value(value.clone());
        }
        let known = Known::new(&state);
        let Some(index) = self.next_clause(&state, &known, found.value()) else {
            return match found {
                // The requirements are met, the schemas are not: something was not understood.
                Outcome::Value(_) => Outcome::open(unknown(&state).unwrap_or(Reason::Counting)),
                found => found,
            };
        };
        let clause = Rc::clone(&state.clauses[index]);
        let mut outcome = Outcome::Empty;
        for alternative in &clause.alternatives {
            if known.contradicts(&self.arena, alternative) {
                continue;
            }
            let mut next = state.clone();
            next.clauses.swap_remove(index);
            next.take(alternative);
            outcome = outcome.or(self.search(next, goal));
            if matches!(outcome, Outcome::Value(_)) {
                break;
            }
        }
        outcome
    }

    /// Takes every choice of which one alternative is left, until each has two. Returns whether the state may be true.
    fn take_what_is_left(&mut self, state: &mut State) -> bool {
        loop {
            if !state.propagate(&mut self.arena) {
                return false;
            }
            // What is broken anyway, because what holds is of another sort, needs no choice.
            let follows = |clause: &Rc<Clause>| {
                !clause.origin.holds && state.summary.is_disjoint(&self.arena.summary(clause.origin.id))
            };
            let choices = std::mem::take(&mut state.clauses);
            state.clauses = choices.into_iter().filter(|clause| !follows(clause)).collect();
            let known = Known::new(state);
            let (mut kept, mut forced) = (Vec::new(), Vec::new());
            for clause in &state.clauses {
                let mut left =
                    clause.alternatives.iter().filter(|alternative| !known.contradicts(&self.arena, alternative));
                match (left.next(), left.next()) {
                    (None, _) => return false,
                    (Some(only), None) => forced.push(only.clone()),
                    _ => kept.push(Rc::clone(clause)),
                }
            }
            if forced.is_empty() {
                return true;
            }
            state.clauses = kept;
            forced.iter().for_each(|alternative| state.take(alternative));
        }
    }

    /// The clause to choose for: of those that the value breaks, the one with the fewest alternatives left.
    fn next_clause(&self, state: &State, known: &Known<'_>, value: Option<&Value>) -> Option<usize> {
        let mut best: Option<(usize, (bool, usize))> = None;
        for (index, clause) in state.clauses.iter().enumerate() {
            if value.is_some_and(|value| self.holds(&[clause.origin], value)) {
                continue;
            }
            let count =
                clause.alternatives.iter().filter(|alternative| !known.contradicts(&self.arena, alternative)).count();
            // A schema may be broken although this choice of it is not.
            let is_met = count > 0 && value.is_some_and(|value| self.is_met(clause, value));
            let rank = (is_met, count);
            if best.is_none_or(|(_, lowest)| rank < lowest) {
                best = Some((index, rank));
            }
            if count == 0 {
                break;
            }
        }
        best.map(|(index, _)| index)
    }

    /// Whether one of the alternatives certainly is as the value is.
    fn is_met(&self, clause: &Clause, value: &Value) -> bool {
        clause.alternatives.iter().any(|alternative| {
            alternative.atoms.iter().all(|atom| self.is_certain(atom, value))
                && self.holds(&alternative.literals, value)
                && alternative.clauses.iter().all(|clause| self.is_met(clause, value))
        })
    }

    /// Whether an atom about members holds. `false` may be wrong.
    fn is_certain(&self, atom: &Atom, value: &Value) -> bool {
        let Value::Object(members) = value else { return false };
        match atom {
            Atom::Present(name) => members.contains_key(&**name),
            Atom::Absent(name) => !members.contains_key(&**name),
            Atom::Member { names: NameSet::Name(name), literals } => {
                members.get(&**name).is_some_and(|value| self.holds(literals, value))
            }
            Atom::Members(rule) if rule.patterns.is_empty() => members.iter().all(|(name, value)| {
                let own = rule.properties.iter().find(|(known, _)| **known == **name);
                let asked = own.map_or(rule.additional, |(_, id)| *id);
                asked.is_none_or(|id| self.holds(&[Literal::yes(id)], value))
            }),
            _ => false,
        }
    }

    fn one_of_these(&mut self, values: &[Value], kind: Kind, goal: &Goal<'_>) -> Outcome {
        for (index, value) in values.iter().filter(|value| Kind::of(value) == kind).enumerate() {
            if index % VALUES_FOR_A_STEP == VALUES_FOR_A_STEP - 1 && !self.step(1) {
                return Outcome::open(Reason::Limits);
            }
            if self.fits(goal, value) {
                return Outcome::Value(value.clone());
            }
        }
        Outcome::Empty
    }

    /// Whether a value is as asked.
    fn fits(&self, goal: &Goal<'_>, value: &Value) -> bool {
        goal.atoms.iter().all(|atom| self.atom_holds(atom, value)) && self.holds(goal.literals, value)
    }

    /// Whether an atom that was asked from the outside holds.
    fn atom_holds(&self, atom: &Atom, value: &Value) -> bool {
        match (atom, value) {
            (Atom::NotValues(values), value) => !values.iter().any(|other| equal(other, value)),
            (Atom::Pattern(pattern, wanted), Value::String(text)) => self.automata.matches(pattern, text) == *wanted,
            _ => true,
        }
    }

    /// A value of the state's type that meets its requirements, whatever is chosen.
    fn without_choices(&mut self, state: &State) -> Outcome {
        let outcome = match state.kind {
            Kind::Null => finite(state, [Value::Null]),
            Kind::Boolean => finite(state, [Value::Bool(true), Value::Bool(false)]),
            Kind::Number => super::number::number(&state.atoms),
            Kind::String => self.text(&state.atoms),
            Kind::Array => self.apart(&state.atoms, Self::array),
            Kind::Object => self.apart(&state.atoms, Self::object),
        };
        match (outcome, unknown(state)) {
            (Outcome::Value(value), Some(reason)) => {
                let mut doubts = Doubts::default();
                doubts.add(reason);
                doubts.outcome(Some(value))
            }
            (outcome, _) => outcome,
        }
    }
}

fn finite<const N: usize>(state: &State, values: [Value; N]) -> Outcome {
    let is_left = |value: &Value| {
        state.atoms.iter().all(|atom| match atom {
            Atom::NotValues(others) => !others.contains(value),
            _ => true,
        })
    };
    values.into_iter().find(is_left).map_or(Outcome::Empty, Outcome::Value)
}

/// Why not all that is asked is understood, if so.
fn unknown(state: &State) -> Option<Reason> {
    state.atoms.iter().find_map(|atom| match atom {
        Atom::Unknown(reason) => Some(*reason),
        _ => None,
    })
}

/// The type that an atom from the outside is about.
fn kind_of(atom: &Atom) -> Option<Kind> {
    match atom {
        Atom::Pattern(..) | Atom::Name => Some(Kind::String),
        _ => None,
    }
}
