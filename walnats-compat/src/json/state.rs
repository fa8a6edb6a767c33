//! What is known of a value while choices are made.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use super::atom::{Atom, Kind, Literal};

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
    pub(super) clauses: Vec<Clause>,
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

/// What is known of a value of one type.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) kind: Kind,
    /// What holds or does not.
    pub(super) literals: BTreeSet<Literal>,
    /// Those of them that were not looked at yet.
    pub(super) queue: Vec<Literal>,
    pub(super) atoms: Vec<Atom>,
    pub(super) clauses: Vec<Rc<Clause>>,
    /// The values of an `enum` or `const` that holds.
    pub(super) values: Option<Rc<Vec<Value>>>,
}

impl State {
    pub(super) fn new(kind: Kind, literals: &[Literal], atoms: &[Atom]) -> Self {
        Self {
            kind,
            literals: literals.iter().copied().collect(),
            queue: literals.iter().rev().copied().collect(),
            atoms: atoms.to_vec(),
            clauses: Vec::new(),
            values: None,
        }
    }

    /// Whether the choice contradicts what is known.
    pub(super) fn contradicts(&self, alternative: &Alternative) -> bool {
        alternative.literals.iter().any(|literal| self.literals.contains(&literal.negated()))
    }

    /// Takes a choice.
    pub(super) fn take(&mut self, alternative: &Alternative) {
        for literal in &alternative.literals {
            self.learn(*literal);
        }
        self.atoms.extend(alternative.atoms.iter().cloned());
        self.clauses.extend(alternative.clauses.iter().cloned().map(Rc::new));
    }

    /// Adds what holds or does not.
    pub(super) fn learn(&mut self, literal: Literal) {
        if self.literals.insert(literal) {
            self.queue.push(literal);
        }
    }

    /// Adds a clause; one of a single alternative is no choice.
    pub(super) fn choose(&mut self, clause: Clause) {
        match &clause.alternatives[..] {
            [only] => self.take(only),
            _ => self.clauses.push(Rc::new(clause)),
        }
    }
}
