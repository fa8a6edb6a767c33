//! What is known of a value while choices are made.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use serde_json::Value;

use super::atom::{Atom, Kind, Literal, NameSet, Position};
use super::summary::Summary;

/// One of these must hold.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// Where it comes from: a value for which this holds needs no choice.
    pub(super) origin: Literal,
    pub(super) alternatives: Vec<Alternative>,
}

/// What is chosen.
#[derive(Clone, Debug, Default)]
pub(super) struct Alternative {
    pub(super) literals: Vec<Literal>,
    pub(super) atoms: Vec<Atom>,
    pub(super) clauses: Vec<Rc<Clause>>,
}

impl Alternative {
    pub(super) fn literal(literal: Literal) -> Self {
        Self::literals(vec![literal])
    }

    pub(super) fn literals(literals: Vec<Literal>) -> Self {
        Self { literals, ..Self::default() }
    }

    pub(super) fn atom(atom: Atom) -> Self {
        Self::atoms(vec![atom])
    }

    pub(super) fn atoms(atoms: Vec<Atom>) -> Self {
        Self { atoms, ..Self::default() }
    }
}

/// What follows of a schema that holds, for values of one type.
#[derive(Debug, Default)]
pub(super) struct Following {
    pub(super) literals: Vec<Literal>,
    pub(super) atoms: Vec<Atom>,
    pub(super) clauses: Vec<Rc<Clause>>,
    /// The values of an `enum` or `const`.
    pub(super) values: Option<Rc<Vec<Value>>>,
}

/// What is known of a value of one type.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) kind: Kind,
    /// What holds or does not.
    pub(super) literals: BTreeSet<Literal>,
    /// Those of them that were not looked at yet; those that hold are taken first, from the back.
    pub(super) queue: VecDeque<Literal>,
    /// What the schemas that hold say at a glance.
    pub(super) summary: Rc<Summary>,
    pub(super) atoms: Vec<Atom>,
    pub(super) clauses: Vec<Rc<Clause>>,
    /// The values of an `enum` or `const` that holds.
    pub(super) values: Option<Rc<Vec<Value>>>,
}

impl State {
    pub(super) fn new(kind: Kind, literals: &[Literal], atoms: &[Atom]) -> Self {
        let mut state = Self {
            kind,
            literals: BTreeSet::new(),
            queue: VecDeque::new(),
            summary: Rc::new(Summary::of_kind(kind)),
            atoms: atoms.to_vec(),
            clauses: Vec::new(),
            values: None,
        };
        literals.iter().for_each(|literal| state.learn(*literal));
        state
    }

    /// Takes a choice.
    pub(super) fn take(&mut self, alternative: &Alternative) {
        for literal in &alternative.literals {
            self.learn(*literal);
        }
        self.atoms.extend(alternative.atoms.iter().cloned());
        alternative.clauses.iter().cloned().for_each(|clause| self.choose(clause));
    }

    /// Adds what holds or does not.
    pub(super) fn learn(&mut self, literal: Literal) {
        if !self.literals.insert(literal) {
            return;
        }
        match literal.holds {
            true => self.queue.push_back(literal),
            false => self.queue.push_front(literal),
        }
    }

    /// Adds a clause; one of a single alternative is no choice.
    pub(super) fn choose(&mut self, clause: Rc<Clause>) {
        match &clause.alternatives[..] {
            [only] => self.take(only),
            _ => self.clauses.push(clause),
        }
    }
}

/// The items of an array from the index `from` on that a schema is asked of.
pub(super) fn item(at: Position, literal: Literal) -> Alternative {
    Alternative::atom(Atom::Item { at, literals: vec![literal] })
}

/// A member that a schema is asked of.
pub(super) fn member(names: NameSet, literal: Literal) -> Alternative {
    Alternative::atom(Atom::Member { names, literals: vec![literal] })
}
